/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "collector/scale/lapack.h"

#ifdef HAVE_LAPACKE_H

#include <dlfcn.h>
#include <lapacke.h>

struct mw_lapack {
    __typeof__(&LAPACKE_dgeqrf) dgeqrf;
    __typeof__(&LAPACKE_dorgqr) dorgqr;
    __typeof__(&LAPACKE_dtrtrs) dtrtrs;
};

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
    loaded = library && find(library, "LAPACKE_dgeqrf", &lapack.dgeqrf) && find(library, "LAPACKE_dorgqr", &lapack.dorgqr) &&
             find(library, "LAPACKE_dtrtrs", &lapack.dtrtrs);
    if (loaded)
        return &lapack;
    mw_err_set(err, "models need liblapacke.so.3: install liblapacke (Debian, Ubuntu) or lapack (Fedora, RHEL)");
    return NULL;
}

int mw_lapack_qr(const struct mw_lapack *lapack, size_t rows, size_t columns, double *a, double *tau)
{
    return (int)lapack->dgeqrf(LAPACK_COL_MAJOR, (lapack_int)rows, (lapack_int)columns, a, (lapack_int)rows, tau);
}

int mw_lapack_q(const struct mw_lapack *lapack, size_t rows, size_t columns, double *a, const double *tau)
{
    return (int)lapack->dorgqr(LAPACK_COL_MAJOR, (lapack_int)rows, (lapack_int)columns, (lapack_int)columns, a,
                               (lapack_int)rows, tau);
}

int mw_lapack_solve(const struct mw_lapack *lapack, bool transposed, size_t n, const double *r, double *b)
{
    lapack_int size = (lapack_int)n;

    return (int)lapack->dtrtrs(LAPACK_COL_MAJOR, 'U', transposed ? 'T' : 'N', 'N', size, 1, r, size, b, size);
}

#else

const struct mw_lapack *mw_lapack_load(struct mw_err *err)
{
    mw_err_set(err, "memwatch was built without lapacke.h, and makes no models: install liblapacke-dev (Debian, Ubuntu) or "
                    "lapack-devel (Fedora, RHEL), and build it again");
    return NULL;
}

/* Never called: without LAPACKE there is no library. */
int mw_lapack_qr(const struct mw_lapack *lapack, size_t rows, size_t columns, double *a, double *tau)
{
    (void)lapack, (void)rows, (void)columns, (void)a, (void)tau;
    return -1;
}

int mw_lapack_q(const struct mw_lapack *lapack, size_t rows, size_t columns, double *a, const double *tau)
{
    (void)lapack, (void)rows, (void)columns, (void)a, (void)tau;
    return -1;
}

int mw_lapack_solve(const struct mw_lapack *lapack, bool transposed, size_t n, const double *r, double *b)
{
    (void)lapack, (void)transposed, (void)n, (void)r, (void)b;
    return -1;
}

#endif
