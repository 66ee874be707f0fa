/* SPDX-License-Identifier: MIT */
#include "collector/wait_log_read.h"

#include "collector/hostname.h"
#include "collector/io.h"
#include "collector/mem.h"
#include "collector/safe_open.h"
#include "collector/view_end.h"
#include "collector/wait_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program image that the record speaks of, which is the last one of its process; NULL when nobody saw it. */
static struct mw_view_process *find_process(struct mw_view *view, const struct mw_wait_record *record)
{
    struct mw_view_process *last = NULL;

    for (uint64_t i = 0; i < view->process_count; i++) {
        struct mw_view_process *process = &view->processes[i];
        if (process->pid == record->pid && process->first_ns <= record->ns &&
            (!last || process->first_ns >= last->first_ns))
            last = process;
    }
    return last && last->last_ns <= record->ns ? last : NULL;
}

static void take(struct mw_view *view, const struct mw_wait_record *record)
{
    struct mw_view_end_seen seen = {.ns = record->ns, .has_status = true, .wait_status = record->wait_status};
    struct mw_view_process *process;

    if (!record->pid_ns || record->pid_ns != view->pid_ns ||
        (!WIFEXITED(record->wait_status) && !WIFSIGNALED(record->wait_status)))
        return;
    process = find_process(view, record);
    if (process)
        mw_view_end_note(process, &seen);
}

void mw_wait_log_parse(struct mw_view *view, const void *bytes, size_t size)
{
    struct mw_wait_record record;

    for (size_t at = 0; size - at >= sizeof(record); at += sizeof(record)) {
        memcpy(&record, (const char *)bytes + at, sizeof(record));
        if (!memcmp(record.magic, MW_WAIT_LOG_MAGIC, sizeof(record.magic)))
            take(view, &record);
    }
}

void mw_wait_log_read(struct mw_view *view, int dirfd)
{
    char name[sizeof(MW_WAIT_LOG_PREFIX) + MW_HOSTNAME_SIZE] = MW_WAIT_LOG_PREFIX;
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
    if (length > 0)
        mw_wait_log_parse(view, bytes, (size_t)length);
    free(bytes);
    close(fd);
}
