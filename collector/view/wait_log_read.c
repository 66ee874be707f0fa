/* SPDX-License-Identifier: MIT */
#include "collector/view/wait_log_read.h"

#include "collector/base/file_names.h"
#include "collector/base/hostname.h"
#include "collector/base/io.h"
#include "collector/base/mem.h"
#include "collector/base/names.h"
#include "collector/base/safe_open.h"
#include "collector/journal/journal.h"
#include "collector/journal/read.h"
#include "collector/journal/seen.h"
#include "collector/view/end.h"
#include "collector/view/wait_log.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void mw_wait_log_create(int dirfd)
{
    char name[sizeof(MW_FILE_WAITS) + MW_HOSTNAME_SIZE] = MW_FILE_WAITS;
    int fd;

    mw_hostname_local(name + strlen(name));
    fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd >= 0)
        close(fd);
}

/* The program image of the record: the last one of its process; NULL if it was not sampled. */
static struct mw_view_process *find_process(struct mw_view *view, const struct mw_wait_record *record)
{
    struct mw_view_process *last = NULL;

    for (uint64_t i = 0; i < view->process_count; i++) {
        struct mw_view_process *process = &view->processes[i];
        if (process->pid == record->pid && process->first_ns <= record->ns && (!last || process->first_ns >= last->first_ns))
            last = process;
    }
    return last && last->last_ns <= record->ns ? last : NULL;
}

static bool has_magic(const struct mw_wait_record *record, const char *magic)
{
    return !memcmp(record->magic, magic, sizeof(record->magic));
}

static bool is_of(const struct mw_view *view, const struct mw_wait_record *record)
{
    return has_magic(record, MW_WAIT_LOG_MAGIC) && record->pid_ns && record->pid_ns == view->pid_ns &&
           (WIFEXITED(record->wait_status) || WIFSIGNALED(record->wait_status));
}

static void note(struct mw_view_process *process, const struct mw_wait_record *record)
{
    struct mw_view_end_seen seen = {.ns = record->ns, .has_status = true, .wait_status = record->wait_status};

    mw_view_end_note(process, &seen);
}

/* The launcher saw it running: a sampler that wakes up later finds it exiting already. */
static void note_running(struct mw_view *view, const struct mw_wait_record *record)
{
    for (uint64_t i = 0; i < view->process_count; i++) {
        struct mw_view_process *process = &view->processes[i];
        if (process->pid != record->pid || process->first_ns > record->ns ||
            (process->end != MW_VIEW_LIVES && record->ns >= process->end_ns))
            continue;
        process->sent_signal = record->wait_status;
        if (process->alive_ns < record->ns)
            process->alive_ns = record->ns;
    }
}

/* ---- ranks that were not sampled ---- */

static bool has_seen(const struct mw_view *view, const struct mw_ident *ident)
{
    for (uint64_t i = 0; i < view->process_count; i++)
        if (view->processes[i].pid == ident->pid && view->processes[i].start_ticks == ident->start_ticks)
            return true;
    return false;
}

static struct mw_view_process *add_rank(struct mw_view *view, const struct mw_ident *ident)
{
    struct mw_view_process *process;

    view->processes = mw_mem_resize(view->processes, view->process_count + 1, sizeof(*view->processes));
    process = &view->processes[view->process_count++];
    *process = (struct mw_view_process){.pid = ident->pid,
                                        .ppid = ident->ppid,
                                        .start_ticks = ident->start_ticks,
                                        .own_ns = ident->pid_ns,
                                        .own_pid = ident->pid,
                                        .first_ns = ident->mono_ns,
                                        .last_ns = ident->mono_ns};
    snprintf(process->exe, sizeof(process->exe), "%.199s", ident->exe);
    snprintf(process->command, sizeof(process->command), "%.255s", ident->command);
    return process;
}

/* Whether it is a launcher, not a script around a rank, whose commands may fail. */
static bool starts_ranks(const struct mw_view *view, int32_t pid)
{
    bool was_seen = false, starts = false;

    for (uint64_t i = 0; i < view->process_count; i++) {
        const struct mw_view_process *process = &view->processes[i];
        if (process->pid == pid && process->launch_rank)
            return false;
        was_seen |= process->pid == pid;
        starts |= process->ppid == pid && process->launch_rank;
    }
    return was_seen && starts;
}

/* A rank that ended between two samples, before MPI_Init: it may be the reason why the others ended. */
static void take_short(struct mw_view *view, const struct mw_wait_record *record)
{
    for (uint64_t i = 0; i < view->process_count; i++)
        if (view->processes[i].pid == record->pid)
            return;
    if (record->wait_status && starts_ranks(view, record->waiter)) {
        struct mw_ident ident = {.pid = record->pid,
                                 .ppid = record->waiter,
                                 .pid_ns = record->pid_ns,
                                 .mono_ns = record->ns,
                                 .command = "[not sampled]"};
        struct mw_view_process *process = add_rank(view, &ident);
        process->facts = MW_SEEN_WAITED;
        note(process, record);
    }
}

static void take_unseen(struct mw_view *view, const struct mw_wait_record *record, int dirfd, const struct mw_names *journals)
{
    char host[MW_HOSTNAME_SIZE];
    struct mw_ident ident;
    bool is_rank = false;

    mw_hostname_clean(view->host, host);
    for (size_t i = 0; i < journals->count; i++)
        if (mw_journal_name_pid(journals->items[i], NULL, host) == record->pid &&
            !mw_journal_read_ident(&ident, dirfd, journals->items[i]) && ident.pid == record->pid &&
            ident.pid_ns == record->pid_ns && ident.ppid == record->waiter && ident.mono_ns <= record->ns &&
            !has_seen(view, &ident)) {
            note(add_rank(view, &ident), record);
            is_rank = true;
        }
    if (!is_rank)
        take_short(view, record);
}

/* ---- all ---- */

static void take_all(struct mw_view *view, const void *bytes, size_t size, int dirfd, const struct mw_names *journals)
{
    struct mw_wait_record record;

    for (size_t at = 0; size - at >= sizeof(record); at += sizeof(record)) {
        struct mw_view_process *process;
        memcpy(&record, (const char *)bytes + at, sizeof(record));
        if (has_magic(&record, MW_WAIT_LOG_RUNNING) && record.pid_ns && record.pid_ns == view->pid_ns)
            note_running(view, &record);
        if (!is_of(view, &record))
            continue;
        process = find_process(view, &record);
        if (process)
            note(process, &record);
        else if (journals)
            take_unseen(view, &record, dirfd, journals);
    }
}

void mw_wait_log_parse(struct mw_view *view, const void *bytes, size_t size)
{
    take_all(view, bytes, size, -1, NULL);
}

void mw_wait_log_read(struct mw_view *view, int dirfd)
{
    char name[sizeof(MW_FILE_WAITS) + MW_HOSTNAME_SIZE] = MW_FILE_WAITS;
    struct mw_names journals;
    uint64_t size;
    ssize_t length;
    char *bytes;
    int fd;

    mw_hostname_clean(view->host, name + strlen(name));
    fd = mw_safe_open(dirfd, name, &size, NULL);
    if (fd < 0)
        return;
    bytes = mw_mem_alloc(MW_WAIT_LOG_READ_MAX, 1);
    length = mw_io_pread(fd, bytes, MW_WAIT_LOG_READ_MAX, 0);
    if (length > 0 && !mw_names_list(&journals, dirfd, MW_FILE_JOURNAL, NULL)) {
        take_all(view, bytes, (size_t)length, dirfd, &journals);
        mw_names_fini(&journals);
    }
    free(bytes);
    close(fd);
}
