/* SPDX-License-Identifier: MIT */
#include "collector/scale/lapack.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

static bool find(void *library, const char *name, void *function)
{
    return (*(void **)function = dlsym(library, name)) != NULL;
}

const struct mw_lapack *mw_lapack_load(struct mw_err *err)
{
    static struct mw_lapack lapack;
    static bool loaded;
    void *library;

    if (loaded)
        return &lapack;
    library = dlopen("liblapacke.so.3", RTLD_NOW | RTLD_LOCAL);
    loaded = library && find(library, "LAPACKE_dgeqrf", &lapack.dgeqrf) &&
             find(library, "LAPACKE_dorgqr", &lapack.dorgqr) && find(library, "LAPACKE_dtrtrs", &lapack.dtrtrs);
    if (loaded)
        return &lapack;
    mw_err_set(err, "models need liblapacke.so.3: install liblapacke (Debian, Ubuntu) or lapack (Fedora, RHEL)");
    return NULL;
}
