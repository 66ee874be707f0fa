/* SPDX-License-Identifier: MIT */
#include "launcher/launch_rank.h"

#include "launcher/environment.h"

#include <stdlib.h>
#include <string.h>

/* Those of MPI libraries before those of resource managers, which may have started the library's own launcher. */
static const char *const variables[] = {
    "OMPI_COMM_WORLD_RANK",  /* Open MPI's mpirun */
    "MV2_COMM_WORLD_RANK",   /* MVAPICH2 */
    "PMI_RANK",              /* Hydra (MPICH, Intel MPI), Cray PALS, older Slurm with PMI */
    "PMIX_RANK",             /* PRRTE, srun --mpi=pmix */
    "PALS_RANKID",           /* Cray PALS */
    "JSM_NAMESPACE_RANK",    /* IBM Spectrum MPI's jsrun */
    "FLUX_TASK_RANK",        /* flux run */
    "SLURM_PROCID",          /* srun */
};
#define VARIABLES (sizeof(variables) / sizeof(variables[0]))

int32_t mw_launch_rank_number(const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);

    return text[0] >= '0' && text[0] <= '9' && !*end && number < INT32_MAX ? (int32_t)number : -1;
}

int32_t mw_launch_rank_parse(const char *environment, size_t size, char *(*own)(const char *name))
{
    if (!size || environment[size - 1]) /* cut, or changed by the program itself */
        return -1;
    for (size_t i = 0; i < VARIABLES; i++) {
        const char *value = mw_environment_value(environment, size, variables[i]), *ours = own(variables[i]);
        if (value && mw_launch_rank_number(value) >= 0 && (!ours || strcmp(ours, value)))
            return mw_launch_rank_number(value);
    }
    return -1;
}

int32_t mw_launch_rank_read(int procfd, pid_t pid)
{
    struct mw_environment environment;
    int32_t rank = -1;

    if (!mw_environment_read(&environment, procfd, pid) && environment.whole)
        rank = mw_launch_rank_parse(environment.text, environment.size, getenv);
    mw_environment_free(&environment);
    return rank;
}
