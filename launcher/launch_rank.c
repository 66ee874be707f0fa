/* SPDX-License-Identifier: MIT */
#include "launcher/launch_rank.h"

#include "collector/procmem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Of one environment more is not read. */
#define ENVIRONMENT_MAX (1u << 20)

int32_t mw_launch_rank_number(const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);

    return text[0] >= '0' && text[0] <= '9' && !*end && number < INT32_MAX ? (int32_t)number : -1;
}

static const char *value_of(const char *environment, size_t size, const char *name)
{
    size_t length = strlen(name);

    for (size_t at = 0; at < size; at += strlen(environment + at) + 1)
        if (!strncmp(environment + at, name, length) && environment[at + length] == '=')
            return environment + at + length + 1;
    return NULL;
}

int32_t mw_launch_rank_parse(const char *environment, size_t size, char *(*own)(const char *name))
{
    if (!size || environment[size - 1]) /* cut, or changed by the program itself */
        return -1;
    for (size_t i = 0; i < VARIABLES; i++) {
        const char *value = value_of(environment, size, variables[i]), *ours = own(variables[i]);
        if (value && mw_launch_rank_number(value) >= 0 && (!ours || strcmp(ours, value)))
            return mw_launch_rank_number(value);
    }
    return -1;
}

int32_t mw_launch_rank_read(int procfd, pid_t pid)
{
    int fd = mw_procmem_open(procfd, pid, "environ");
    size_t size = 0, room = 1 << 14;
    char *text = fd < 0 ? NULL : malloc(room);
    int32_t rank = -1;
    ssize_t n;

    while (text && (n = read(fd, text + size, room - size)) > 0) {
        char *grown = text;
        size += (size_t)n;
        if (size == room && (room *= 2) <= ENVIRONMENT_MAX)
            grown = realloc(text, room);
        if (!grown || room > ENVIRONMENT_MAX)
            break;
        text = grown;
    }
    if (text)
        rank = mw_launch_rank_parse(text, size, getenv);
    free(text);
    if (fd >= 0)
        close(fd);
    return rank;
}
