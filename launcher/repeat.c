/* SPDX-License-Identifier: MIT */
#include "launcher/repeat.h"

#include "collector/mem.h"
#include "collector/message.h"
#include "collector/report_repeat.h"
#include "launcher/attend.h"
#include "launcher/commands.h"
#include "launcher/rundir.h"
#include "launcher/source.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* "FILE.2"; "-" cannot come here. NULL stays NULL. */
static const char *numbered(const char *path, int number)
{
    size_t size = path ? strlen(path) + 16 : 0;
    char *text = path ? mw_mem_alloc(1, size) : NULL;

    if (text)
        snprintf(text, size, "%s.%d", path, number);
    return text;
}

/* In the child: never returns. */
static void run_there(const struct mw_options *options, int number, mw_repeat_once *once, char *kept, const sigset_t *mask)
{
    struct mw_options own = *options;
    int status;

    sigprocmask(SIG_SETMASK, mask, NULL);
    for (int i = 0; i < MW_FORMS; i++)
        own.forms[i] = numbered(options->forms[i], number);
    own.verdict.junit = numbered(options->verdict.junit, number);
    status = once(&own, kept);
    fflush(NULL);
    _exit(status);
}

/* Takes what a run had, and removes its directory unless the user wants it. */
static void collect(const struct mw_options *options, const char *kept, struct mw_compare *sides[])
{
    struct mw_model *model;
    struct mw_rundir dir;
    struct mw_err err;

    if (!*kept)
        return;
    model = mw_source_read(kept, &err);
    for (int i = 0; model && i < MW_REPORT_REPEAT_AXES; i++)
        mw_compare_take(sides[i], MW_COMPARE_CANDIDATE, model);
    if (!model)
        mw_message("memwatch: %s\n", err.text);
    mw_model_destroy(model);
    if (!options->keep && !mw_rundir_open(&dir, kept, NULL))
        mw_rundir_fini(&dir, 0);
}

static int run_all(const struct mw_options *options, mw_repeat_once *once, char *kept, struct mw_compare *sides[])
{
    struct mw_attend attend;
    int first = 0;

    mw_attend_begin(&attend);
    for (int number = 1; number <= options->repeat && !attend.ended; number++) {
        int status;
        pid_t pid;
        *kept = '\0';
        fflush(NULL);
        pid = fork();
        if (pid == 0)
            run_there(options, number, once, kept, &attend.before);
        if (pid < 0)
            mw_message("memwatch: cannot start run %d: %s\n", number, strerror(errno));
        status = pid < 0 ? MW_EXIT_FAILURE : mw_attend_wait(&attend, pid);
        collect(options, kept, sides);
        if (!first)
            first = status;
        attend.ended |= pid < 0 || status >= MW_EXIT_FAILURE; /* what could not be started, or was killed */
    }
    mw_attend_end(&attend);
    return first;
}

int mw_repeat_run(const struct mw_options *options, mw_repeat_once *once)
{
    char *kept = mmap(NULL, PATH_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct mw_compare *sides[MW_REPORT_REPEAT_AXES] = {mw_compare_create(MW_COMPARE_BY_PHASE, 0),
                                                       mw_compare_create(MW_COMPARE_BY_RANK, 0)};
    struct mw_report_style style = mw_options_style(options, STDERR_FILENO);
    int status = MW_EXIT_FAILURE;

    if (kept == MAP_FAILED)
        mw_message("memwatch: out of memory\n");
    else
        status = run_all(options, once, kept, sides);
    for (int i = 0; i < MW_REPORT_REPEAT_AXES; i++)
        mw_compare_judge(sides[i]);
    if (sides[0]->runs[MW_COMPARE_CANDIDATE])
        mw_report_repeat_write(stderr, (const struct mw_compare *const *)sides, &style);
    for (int i = 0; i < MW_REPORT_REPEAT_AXES; i++)
        mw_compare_destroy(sides[i]);
    return status;
}
