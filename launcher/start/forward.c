/* SPDX-License-Identifier: MIT */
#include "launcher/start/forward.h"

#include "collector/base/io.h"
#include "collector/base/message.h"
#include "collector/base/settings.h"
#include "collector/base/starters.h"
#include "launcher/start/mca.h"
#include "launcher/start/prrte.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST "OMPI_MCA_mca_base_env_list"
#define BESIDE_X "OMPI_MCA_mca_base_env_list_internal" /* where mpirun stores the arguments of -x; always separated by ';' */
#define TEXT_MAX (256u << 10)

static const char *const variables[] = {"LD_PRELOAD",       "ASAN_OPTIONS",   "MEMWATCH_RUN_DIR",
                                        "MEMWATCH_HOST",    "MEMWATCH_AGENT", "MEMWATCH_CONNECT",
                                        "MEMWATCH_SECRET",  "MEMWATCH_IPC",   MW_INTERVAL_VARIABLE,
#define MW_ROW(name, variable, minimum, maximum, default_value) variable,
                                        MW_SETTINGS(MW_ROW)
#undef MW_ROW
};

/* Options that give a list of variables, or a file that may contain one. */
static const char *const list_words[] = {"mca_base_env_list", "mca_base_envar_file_prefix", "mca_base_param_file_prefix"};
static const char *const file_options[] = {"--tune", "-tune", "--am", "-am"};
static const char *const script_words[] = {"-tune ", "-am "}; /* the same, in a script's text */
static const char *const file_variables[] = {"OMPI_MCA_mca_base_envar_file_prefix", "OMPI_MCA_mca_base_param_file_prefix",
                                             "OMPI_MCA_mca_base_param_files"};
/* the same, for any name with this prefix */
static const char *const script_launchers[] = {"mpirun", "mpiexec", "orterun", "oshrun"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- other settings of the user ---- */

static bool words_have_list(char *const command[])
{
    for (size_t i = 0; command[i]; i++)
        for (size_t k = 0; k < COUNT(file_options); k++)
            if (!strcmp(command[i], file_options[k]))
                return true;
    return mw_mca_words_have(command, list_words, COUNT(list_words));
}

static bool variables_name_files(void)
{
    for (size_t i = 0; i < COUNT(file_variables); i++)
        if (getenv(file_variables[i]))
            return true;
    return false;
}

/* ---- the command ---- */

struct target {
    const char *launcher; /* the first word that names an mpirun; NULL: none, and then nothing is set */
    bool is_script;       /* a script that may start one, without a list of variables */
    bool may_change;      /* the script may use another MPI than PATH has, and passes variables with -x */
};

static void take_script(struct target *target, const char *text)
{
    target->is_script = !mw_mca_text_has(text, list_words, COUNT(list_words)) &&
                        !mw_mca_text_has(text, script_words, COUNT(script_words));
    target->may_change = strstr(text, " -x ") && (strstr(text, "module") || strstr(text, "PATH="));
}

static void read_script(struct target *target, const char *path)
{
    char *text = malloc(TEXT_MAX);

    if (text && mw_io_read_text(AT_FDCWD, path, text, TEXT_MAX) > 2 && !strncmp(text, "#!", 2))
        take_script(target, text);
    free(text);
}

/* Whether a word is a script, as in sh -c 'cd run && mpirun -n 8 ./app'. */
static bool is_script_with_launcher(const char *word)
{
    return strpbrk(word, " \t\n") && mw_mca_text_has(word, script_launchers, COUNT(script_launchers));
}

static struct target look_at(char *const command[])
{
    struct target target = {NULL, false, false};

    for (size_t i = 0; command[i] && !target.launcher && !target.is_script; i++)
        if (is_script_with_launcher(command[i]))
            take_script(&target, command[i]);
        else if (mw_starters_is_mpirun(command[i]))
            target.launcher = command[i];
    if (!target.launcher && !target.is_script)
        read_script(&target, command[0]);
    return target;
}

/* Open MPI 5 does not support the second variable; there -x and the first one can be combined. */
static bool takes_list_beside_x(const struct target *target)
{
    return !target->may_change && mw_prrte_is(target->launcher ? target->launcher : "mpirun");
}

/* ---- */

static int set_list(const char *variable, const char *before, const char *separator, struct mw_err *err)
{
    char list[4096];
    size_t used = (size_t)snprintf(list, sizeof(list), "%s", before);

    if (strstr(before, "MEMWATCH_RUN_DIR"))
        return 0; /* this memwatch runs under another memwatch */
    for (size_t i = 0; i < COUNT(variables) && used < sizeof(list); i++)
        if (getenv(variables[i])) /* mpirun warns about names that are not set */
            used += (size_t)snprintf(list + used, sizeof(list) - used, "%.*s%s", used > 0, separator, variables[i]);
    if (used >= sizeof(list))
        return mw_err_set(err, "%s is too long", variable);
    return setenv(variable, list, 1) ? mw_err_set(err, "cannot set the environment: %s", strerror(errno)) : 0;
}

static void print_what_to_add(void)
{
    mw_message("memwatch: cannot add variables to your list of variables for Open MPI; nothing is recorded on other hosts "
               "unless you add these to it:");
    for (size_t i = 0; i < COUNT(variables); i++)
        if (getenv(variables[i]))
            mw_message(" %s", variables[i]);
    mw_message("\n");
}

int mw_forward_setenv(char *const command[], bool quiet, struct mw_err *err)
{
    const char *list = getenv(LIST), *separator = getenv(LIST "_delimiter"), *beside = getenv(BESIDE_X);
    struct target target = look_at(command);

    if (!target.launcher && !target.is_script)
        return 0;
    if (words_have_list(command) || variables_name_files() ||
        ((!list || !*list) && mw_mca_files_have(list_words, COUNT(list_words)))) {
        if (target.launcher && !quiet)
            print_what_to_add();
        return 0;
    }
    if ((list && *list) || takes_list_beside_x(&target))
        return set_list(LIST, list ? list : "", separator && *separator ? separator : ";", err);
    return set_list(BESIDE_X, beside ? beside : "", ";", err);
}
