/* SPDX-License-Identifier: MIT */
#include "launcher/start/inside.h"

#include "collector/base/launch_variables.h"
#include "collector/base/message.h"
#include "collector/base/starters.h"
#include "collector/report/lines/words.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool starts_ranks(char *const command[])
{
    for (size_t i = 0; command[i]; i++)
        if (mw_starters_is_command(command[i]))
            return true;
    return false;
}

/* A nonnegative number, or -1. */
static int32_t number(const char *name, char *(*own)(const char *name))
{
    const char *value = name ? own(name) : NULL;

    return value ? mw_launch_number(value) : -1;
}

/* srun uses PMI or PMIx with its ranks: these then give the number of ranks. */
static bool is_step_of_slurm(int32_t rank, int32_t size, char *(*own)(const char *name))
{
    int32_t tasks = number("SLURM_STEP_NUM_TASKS", own);

    return number("SLURM_PROCID", own) == rank && (size < 0 ? tasks > rank : tasks == size);
}

struct mw_inside mw_inside_look(char *const command[], char *(*own)(const char *name))
{
    struct mw_inside inside = {-1, 0, "mpirun"};

    for (size_t i = 0; i < MW_LAUNCH_VARIABLES && !starts_ranks(command); i++) {
        const struct mw_launch_variable *variable = &mw_launch_variables[i];
        int32_t rank = number(variable->rank, own), size = number(variable->size, own);
        bool by_slurm = !strncmp(variable->rank, "PMI", 3) && is_step_of_slurm(rank, size, own);
        if (by_slurm)
            size = number("SLURM_STEP_NUM_TASKS", own);
        if (rank == 0 && size == 1) /* a separate job of one rank: the surrounding variables are not its own */
            break;
        if (rank < 0 || (size < 0 ? rank == 0 : size < 2 || rank >= size))
            continue;
        inside = (struct mw_inside){rank, size < 0 ? 0 : size, by_slurm ? "srun" : variable->launcher};
        break;
    }
    return inside;
}

bool mw_inside_should_warn(const struct mw_inside *inside)
{
    return inside->rank == (inside->size ? 0 : 1);
}

void mw_inside_warn(const struct mw_inside *inside, const char *line)
{
    char ranks[16] = "N", of[40] = "one of its ranks";

    if (inside->size) {
        snprintf(ranks, sizeof(ranks), "%d", inside->size);
        snprintf(of, sizeof(of), "one of its %d ranks", inside->size);
    }
    mw_message(
        "memwatch: started by %s as %s, it records only that rank; for one report on all ranks start memwatch before %s: "
        "memwatch run -- %s -n %s %s\n",
        inside->launcher, of, inside->launcher, inside->launcher, ranks, line);
}

bool mw_inside_is_brief(const struct mw_inside *inside)
{
    return inside->rank > 0 && !isatty(STDERR_FILENO);
}

void mw_inside_write_brief(const struct mw_inside *inside, const struct mw_model *model)
{
    struct mw_model_bytes peak = model->rank_count ? model->ranks[model->rank_peak.worst].peak : model->peak.seen;

    mw_message("memwatch: rank %d: peak %s (use --report FILE for its report)\n", inside->rank, mw_report_bytes(peak).text);
}
