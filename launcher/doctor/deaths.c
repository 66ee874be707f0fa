/* SPDX-License-Identifier: MIT */
/* Which sources a post-mortem can use for exit statuses on this host. Tested, not derived from the kernel version. */
#include "launcher/doctor/checks.h"
#include "launcher/sample/deaths.h"
#include "launcher/start/daemons.h"
#include "collector/base/file_names.h"
#include "launcher/start/preload.h"

#include <limits.h>
#include <stdbool.h>

static bool has_wait_library(void)
{
    char shim[PATH_MAX], path[PATH_MAX];
    struct mw_err err;

    return !mw_preload_find(shim, sizeof(shim), &err) && !mw_preload_find_beside(path, sizeof(path), shim, MW_FILE_WAIT);
}

static void print_daemons(struct mw_doctor_text *found, const char *who, const char *setting)
{
    if (setting)
        mw_doctor_print(found, "\nnot loaded into %s's daemons on other hosts, because %s sets how to start them", who,
                        setting);
}

enum mw_doctor_state mw_doctor_deaths(struct mw_doctor_text *found)
{
    struct mw_deaths_kernel kernel = mw_deaths_try_kernel();
    bool has_library = has_wait_library();

    if (kernel.has_status)
        mw_doctor_print(found, "the kernel's exit record (PIDFD_GET_INFO)");
    else
        mw_doctor_print(found, "no exit record in the kernel (PIDFD_GET_INFO needs Linux 6.15)");
    if (has_library)
        mw_doctor_print(found, "; the wait calls of mpirun and its daemons (libmemwatch-wait.so)");
    else
        mw_doctor_print(found, "; libmemwatch-wait.so was not found in the directory of the shim");
    mw_doctor_print(found, "; /proc, while a process is a zombie");
    if (!kernel.has_pidfds)
        mw_doctor_print(found, "\nno pidfd_open (needs Linux 5.3): exits are noticed some milliseconds later");
    if (has_library) {
        print_daemons(found, "Open MPI", mw_daemons_kept_out_openmpi(NULL));
        print_daemons(found, "MPICH", mw_daemons_kept_out_hydra(NULL));
    }
    return kernel.has_status || has_library ? MW_DOCTOR_GOOD : MW_DOCTOR_BAD;
}
