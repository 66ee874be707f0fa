/* SPDX-License-Identifier: MIT */
#include "launcher/start/daemons.h"

#include "launcher/start/mca.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECRET_LETTERS 12 /* random characters at the end of the run directory's name, which are not passed on */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._+-" /* safe for shells and mpirun */

/* Open MPI 4, and PRRTE of later versions. */
static const struct agent {
    const char *variable, *daemon;
} agents[] = {
    {"OMPI_MCA_orte_launch_agent", "orted"},
    {"PRTE_MCA_prte_launch_agent", "prted"},
};
static const char *const agent_words[] = {"launch_agent", "launch-agent"};

/* Settings that select how Hydra starts its proxies; under a batch system it may use that system's launcher. */
static const char *const hydra_variables[] = {
    "HYDRA_LAUNCHER_EXEC", "HYDRA_LAUNCHER", "HYDRA_BOOTSTRAP_EXEC", "HYDRA_BOOTSTRAP",
    "HYDRA_RMK",           "SLURM_JOB_ID",   "SLURM_JOBID",          "PBS_JOBID",
    "LSB_JOBID",           "PE_HOSTFILE",    "LOADL_STEP_ID",        "COBALT_JOBID",
    "OAR_JOBID",
};
static const char *const hydra_words[] = {"-launcher", "-bootstrap", "-rmk"};

const char *mw_daemons_kept_out_openmpi(char *const command[])
{
    for (size_t i = 0; i < COUNT(agents); i++)
        if (getenv(agents[i].variable))
            return agents[i].variable;
    if (command && mw_mca_words_have(command, agent_words, COUNT(agent_words)))
        return "the command line";
    return mw_mca_files_have(agent_words, COUNT(agent_words)) ? "a file of MCA parameters" : NULL;
}

const char *mw_daemons_kept_out_hydra(char *const command[])
{
    for (size_t i = 0; i < COUNT(hydra_variables); i++)
        if (getenv(hydra_variables[i]))
            return hydra_variables[i];
    return command && mw_mca_words_have(command, hydra_words, COUNT(hydra_words)) ? "the command line" : NULL;
}

static bool is_plain(const char *text)
{
    return text[strspn(text, PLAIN)] == '\0';
}

static int set_openmpi(const char *environment)
{
    char value[2 * PATH_MAX + 128];

    for (size_t i = 0; i < COUNT(agents); i++) {
        snprintf(value, sizeof(value), "%s %s", environment, agents[i].daemon);
        if (setenv(agents[i].variable, value, 1))
            return -1;
    }
    return 0;
}

/* The script executes ssh, with the variable's text in front of the proxy. */
static int set_hydra(const char *environment, const char *script)
{
    if (!script)
        return 0;
    return setenv("MEMWATCH_DAEMON_ENV", environment, 1) || setenv("HYDRA_LAUNCHER_EXEC", script, 1) ? -1 : 0;
}

int mw_daemons_setenv(char *const command[], const char *wait_library, const char *hydra_exec, const char *run_dir)
{
    char environment[2 * PATH_MAX + 64];
    size_t length = strlen(run_dir);

    unsetenv("MEMWATCH_DAEMON_ENV");
    if (!is_plain(wait_library) || !is_plain(run_dir) || length <= SECRET_LETTERS)
        return 0;
    snprintf(environment, sizeof(environment), "env LD_PRELOAD=%s MEMWATCH_WAITS=%.*s", wait_library,
             (int)(length - SECRET_LETTERS), run_dir);
    if (!mw_daemons_kept_out_openmpi(command) && set_openmpi(environment))
        return -1;
    return mw_daemons_kept_out_hydra(command) ? 0 : set_hydra(environment, hydra_exec);
}
