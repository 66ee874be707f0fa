/* SPDX-License-Identifier: MIT */
#include "collector/base/launch_variables.h"

#include <stdlib.h>

const struct mw_launch_variable mw_launch_variables[MW_LAUNCH_VARIABLES] = {
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "mpirun"}, /* Open MPI */
    {"MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE", "mpirun"},   /* MVAPICH2 */
    {"PMI_RANK", "PMI_SIZE", "mpirun"},                         /* Hydra (MPICH, Intel MPI), Cray PALS, older Slurm with PMI */
    {"PMIX_RANK", NULL, "mpirun"},                              /* PRRTE, srun --mpi=pmix */
    {"PALS_RANKID", NULL, "mpiexec"},                           /* Cray PALS */
    {"JSM_NAMESPACE_RANK", "JSM_NAMESPACE_SIZE", "jsrun"},      /* IBM Spectrum MPI */
    {"FLUX_TASK_RANK", "FLUX_JOB_SIZE", "flux run"},
    {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "srun"},
};

int32_t mw_launch_number(const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);

    return text[0] >= '0' && text[0] <= '9' && !*end && number < INT32_MAX ? (int32_t)number : -1;
}

int32_t mw_launch_rank(char *(*get_variable)(const char *name))
{
    for (size_t i = 0; i < MW_LAUNCH_VARIABLES; i++) {
        const struct mw_launch_variable *variable = &mw_launch_variables[i];
        const char *value = get_variable(variable->rank);
        if (value && mw_launch_number(value) >= 0 && (!variable->size || get_variable(variable->size)))
            return mw_launch_number(value);
    }
    return -1;
}
