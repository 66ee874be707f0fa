/* SPDX-License-Identifier: MIT */
#include "launcher/run/live.h"

#include "collector/base/clock.h"
#include "collector/base/text.h"
#include "collector/base/units.h"
#include "collector/journal/journal.h"
#include "collector/journal/read.h"
#include "launcher/sample/free.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define AUTO_NS (2 * MW_NS_PER_SEC)
#define GAP_NS (MW_NS_PER_SEC / 2)

void mw_live_init(struct mw_live *live, enum mw_live_when when, uint64_t now)
{
    const char *term = getenv("TERM");
    bool can = isatty(STDERR_FILENO) && term && strcmp(term, "dumb");

    *live = (struct mw_live){.next_ns = UINT64_MAX};
    if (can && when == MW_LIVE_START)
        live->next_ns = now;
    else if (can && when == MW_LIVE_AUTO && !getenv("CI"))
        live->next_ns = now + AUTO_NS;
}

/* Whether the terminal can be written to: not if another process group owns it, or after Ctrl-S. */
static bool may_write(void)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};

    return tcgetpgrp(STDERR_FILENO) == getpgrp() && poll(&out, 1, 0) == 1 && (out.revents & POLLOUT);
}

/* ---- the largest process ---- */

static const struct mw_view_process *fullest(const struct mw_view *view, bool ranks)
{
    const struct mw_view_process *found = NULL;

    for (uint64_t i = 0; i < view->process_count; i++) {
        const struct mw_view_process *process = &view->processes[i];
        if (process->end == MW_VIEW_LIVES && process->last_ns == view->last_ns && (!ranks || process->recent_next) &&
            (!found || process->rss_last > found->rss_last))
            found = process;
    }
    return found;
}

static bool open_journal(struct mw_journal_read *journal, const struct mw_sampler *sampler, pid_t pid)
{
    int fd = openat(sampler->adopt.dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    bool found = false;

    if (!dir && fd >= 0)
        close(fd);
    while (dir && !found && (entry = readdir(dir)))
        found = mw_journal_name_pid(entry->d_name, NULL, sampler->adopt.host) == pid &&
                !mw_journal_read_file(journal, sampler->adopt.dirfd, entry->d_name, NULL);
    if (dir)
        closedir(dir);
    return found;
}

/* "rank 3 412 MiB in MPI_Allreduce, "solve"". */
static void describe_rank(char *text, size_t size, const struct mw_sampler *sampler, const struct mw_view_process *process)
{
    struct mw_journal_read journal = {0};
    const char *call = "", *phase = "";
    bool known = open_journal(&journal, sampler, process->pid);

    if (!known || journal.ident.rank < 0) { /* MPI_Init has not returned */
        if (known)
            mw_journal_read_fini(&journal);
        snprintf(text, size, "pid %d %s", process->pid, mw_units_bytes(process->rss_last).text);
        return;
    }
    if (journal.state.in_site)
        call = journal.sites[journal.state.in_site - 1].call;
    if (journal.state.phase)
        phase = journal.phases[journal.state.phase - 1].name;
    snprintf(text, size, "rank %d %s%s%s%s%s%s", journal.ident.rank, mw_units_bytes(process->rss_last).text,
             *call ? " in " : "", call, *phase ? ", \"" : "", phase, *phase ? "\"" : "");
    mw_journal_read_fini(&journal);
}

static void describe_fullest(char *text, size_t size, const struct mw_sampler *sampler)
{
    const struct mw_view_process *process = fullest(sampler->view, true);
    const char *name;

    if (process) {
        describe_rank(text, size, sampler, process);
        return;
    }
    process = fullest(sampler->view, false);
    name = process ? strrchr(process->exe, '/') : NULL;
    snprintf(text, size, "%s %s",
             !process ? ""
             : name   ? name + 1
                      : process->exe,
             process ? mw_units_bytes(process->rss_last).text : "");
}

/* ---- the line ---- */

void mw_live_draw(struct mw_live *live, const struct mw_sampler *sampler)
{
    const struct mw_view *view = sampler->view;
    uint64_t now = mw_clock_now();
    struct winsize window = {0};
    uint64_t seconds = (now - view->begin_ns) / MW_NS_PER_SEC;
    struct mw_free left;
    char fullest_text[256], line[600], fitted[600];

    if (now < live->next_ns)
        return;
    live->next_ns = now + GAP_NS;
    if (!may_write())
        return;
    left = mw_free_find(view);
    describe_fullest(fullest_text, sizeof(fullest_text), sampler);
    snprintf(line, sizeof(line), "memwatch %" PRIu64 ":%02u · %s, highest %s · free %s · %s", seconds / 60,
             (unsigned)(seconds % 60), mw_units_bytes(sampler->last_sum).text, mw_units_bytes(view->rss_sum_max).text,
             left.kind == MW_LIMIT_NONE ? "unknown" : mw_units_bytes(left.left).text, fullest_text);
    mw_text_clean(line);
    ioctl(STDERR_FILENO, TIOCGWINSZ, &window);
    mw_text_fit(fitted, sizeof(fitted), line, window.ws_col > 1 ? window.ws_col - 1 : 79, MW_TEXT_CUT_RIGHT);
    dprintf(STDERR_FILENO, "\r%s\033[K\r", fitted); /* the program's next output starts in the first column */
    live->shown = true;
}

void mw_live_clear(struct mw_live *live)
{
    if (live->shown && may_write())
        dprintf(STDERR_FILENO, "\r\033[K");
    live->shown = false;
}
