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

/* What a rank is doing, of its journal. */
struct doing {
    int rank; /* -1: MPI_Init has not returned */
    struct mw_site site;
    struct mw_phase phase;
};

/* Reads only the entries that it shows, into memory that is there: reading all of a journal would need more, and ends the
 * program without it. */
static bool read_doing(struct doing *doing, int dirfd, const char *name)
{
    struct mw_journal_source source;
    struct mw_record_head head;
    struct mw_ident ident;
    struct mw_state state;
    bool known;

    *doing = (struct doing){.rank = -1};
    if (mw_journal_source_open(&source, dirfd, name, NULL) < 0)
        return false;
    known = !mw_journal_read_head(&head, &source, NULL) &&
            !mw_journal_read_entry(&ident, &source, &head, MW_SECTION_IDENT, 0) &&
            !mw_journal_read_entry(&state, &source, &head, MW_SECTION_STATE, 0);
    if (known) {
        doing->rank = ident.rank;
        if (!state.in_site || mw_journal_read_entry(&doing->site, &source, &head, MW_SECTION_SITE, state.in_site - 1))
            doing->site.call[0] = '\0';
        if (!state.phase || mw_journal_read_entry(&doing->phase, &source, &head, MW_SECTION_PHASE, state.phase - 1))
            doing->phase.name[0] = '\0';
    }
    mw_journal_source_close(&source);
    return known;
}

static bool find_doing(struct doing *doing, int dirfd, const char *host, pid_t pid)
{
    int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    bool found = false;

    if (!dir && fd >= 0)
        close(fd);
    while (dir && !found && (entry = readdir(dir)))
        found = mw_journal_name_pid(entry->d_name, NULL, host) == pid && read_doing(doing, dirfd, entry->d_name);
    if (dir)
        closedir(dir);
    return found;
}

void mw_live_describe(char *text, size_t size, int dirfd, const char *host, const struct mw_view_process *process)
{
    struct doing doing;
    const char *call = doing.site.call, *phase = doing.phase.name;

    if (!find_doing(&doing, dirfd, host, process->pid) || doing.rank < 0) {
        snprintf(text, size, "pid %d %s", process->pid, mw_units_bytes(process->rss_last).text);
        return;
    }
    snprintf(text, size, "rank %d %s%s%.*s%s%.*s%s", doing.rank, mw_units_bytes(process->rss_last).text, *call ? " in " : "",
             (int)sizeof(doing.site.call), call, *phase ? ", \"" : "", (int)sizeof(doing.phase.name), phase,
             *phase ? "\"" : "");
}

static void describe_fullest(char *text, size_t size, const struct mw_sampler *sampler)
{
    const struct mw_view_process *process = fullest(sampler->view, true);
    const char *name;

    if (process) {
        mw_live_describe(text, size, sampler->adopt.dirfd, sampler->adopt.host, process);
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
