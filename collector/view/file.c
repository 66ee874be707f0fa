/* SPDX-License-Identifier: MIT */
#include "collector/view/file.h"

#include "collector/base/io.h"
#include "collector/base/mem.h"
#include "collector/base/safe_open.h"
#include "collector/journal/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_ROOM 64

_Static_assert(sizeof(struct mw_view_file_head) % 8 == 0 && MW_VIEW_FACTS_BYTES % 8 == 0, "aligned");
_Static_assert(sizeof(struct mw_view_process) % 8 == 0, "aligned");
_Static_assert(sizeof(MW_VIEW_FILE_MAGIC) - 1 == sizeof(((struct mw_view_file_head *)0)->magic), "eight bytes");

#define SLICES_AT (sizeof(struct mw_view_file_head) + MW_VIEW_FACTS_BYTES)
#define PROCESSES_AT (SLICES_AT + MW_VIEW_FILE_SLICES * sizeof(struct mw_view_slice))

static const struct mw_view_file_head head = {
    .magic = MW_VIEW_FILE_MAGIC,
    .endian = MW_RECORD_ENDIAN,
    .facts_bytes = MW_VIEW_FACTS_BYTES,
    .slice_bytes = sizeof(struct mw_view_slice),
    .process_bytes = sizeof(struct mw_view_process),
};

static size_t length_for(size_t room)
{
    return PROCESSES_AT + room * sizeof(struct mw_view_process);
}

static void point_into(const struct mw_view_file *file, struct mw_view *view)
{
    view->slices = (void *)((char *)file->map + SLICES_AT);
    view->processes = (void *)((char *)file->map + PROCESSES_AT);
}

/* Allocates the blocks, so that a full disk is detected now. */
static int allocate(int fd, size_t length)
{
    return mw_io_may_grow(length) ? posix_fallocate(fd, 0, (off_t)length) : EFBIG;
}

/* Returns the descriptor of a new file with `length` bytes, or -1. */
static int make_file(int dirfd, const char *name, size_t length)
{
    int fd = openat(dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0 || !allocate(fd, length))
        return fd;
    close(fd);
    unlinkat(dirfd, name, 0);
    return -1;
}

int mw_view_file_create(struct mw_view_file *file, struct mw_view *view, int dirfd, const char *name, struct mw_err *err)
{
    *file = (struct mw_view_file){.dirfd = dirfd, .length = length_for(FIRST_ROOM), .room = FIRST_ROOM};
    snprintf(file->name, sizeof(file->name), "%s", name);
    file->map = mmap(NULL, file->length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (file->map == MAP_FAILED)
        return mw_err_set(err, "no memory for samples: %s", strerror(errno));
    file->written = calloc(file->room, sizeof(*file->written));
    if (!file->written) {
        munmap(file->map, file->length);
        return mw_err_set(err, "no memory for samples");
    }
    file->fd = make_file(dirfd, name, file->length);
    memcpy(file->map, &head, sizeof(head));
    point_into(file, view);
    mw_view_file_sync(file, view);
    return 0;
}

static bool grow(struct mw_view_file *file, struct mw_view *view)
{
    size_t room = 2 * file->room;
    unsigned char *written;
    void *map;

    if (room > MW_VIEW_FILE_PROCESSES || !(written = realloc(file->written, room)))
        return false;
    memset(written + file->room, 0, room - file->room);
    file->written = written;
    map = mremap(file->map, file->length, length_for(room), MREMAP_MAYMOVE);
    if (map == MAP_FAILED)
        return false;
    file->map = map;
    file->length = length_for(room);
    file->room = room;
    point_into(file, view);
    return true;
}

static uint64_t most_seen(const struct mw_view_process *process)
{
    return process->hwm_seen > process->rss_max ? process->hwm_seen : process->rss_max;
}

/* Ranks, and processes that did not end by exit(0), are always kept. */
static bool is_evictable(const struct mw_view_process *process)
{
    return process->end != MW_VIEW_LIVES && !process->is_kept && (process->end != MW_VIEW_STATUS || !process->wait_status);
}

/* The smallest evictable process, if there are enough of them; NULL if none must be evicted. */
static struct mw_view_process *find_evictable(const struct mw_view *view)
{
    struct mw_view_process *smallest = NULL;
    size_t count = 0;

    for (size_t i = 0; i < view->process_count; i++) {
        struct mw_view_process *process = &view->processes[i];
        if (!is_evictable(process))
            continue;
        count++;
        if (!smallest || most_seen(process) < most_seen(smallest))
            smallest = process;
    }
    return count >= MW_VIEW_FILE_ENDED ? smallest : NULL;
}

struct mw_view_process *mw_view_file_add_process(struct mw_view_file *file, struct mw_view *view)
{
    struct mw_view_process *old = view->process_count == file->room ? find_evictable(view) : NULL;

    if (old) {
        memset(old, 0, sizeof(*old));
        file->written[old - view->processes] = 0;
        view->processes_replaced++;
        return old;
    }
    if (view->process_count == file->room && !grow(file, view)) {
        view->processes_lost++;
        return NULL;
    }
    memset(&view->processes[view->process_count], 0, sizeof(*view->processes));
    return &view->processes[view->process_count++];
}

static int write_part(struct mw_view_file *file, size_t begin, size_t end)
{
    bool fits = mw_io_may_grow(end);

    if (fits && !mw_io_pwrite(file->fd, (char *)file->map + begin, end - begin, (off_t)begin))
        return 0;
    file->error = fits ? errno : EFBIG;
    return -1;
}

/* A running process changes with every sample; an ended one when more is known about its end. */
static bool is_changed(const struct mw_view_file *file, const struct mw_view *view, size_t i)
{
    return view->processes[i].end == MW_VIEW_LIVES || file->written[i] != view->processes[i].end + 1;
}

static void write_processes(struct mw_view_file *file, const struct mw_view *view)
{
    for (size_t begin = 0, end; begin < view->process_count; begin = end + 1) {
        for (end = begin; end < view->process_count && is_changed(file, view, end);)
            end++;
        if (end == begin || write_part(file, length_for(begin), length_for(end)))
            continue;
        for (size_t i = begin; i < end; i++)
            file->written[i] = (unsigned char)(view->processes[i].end + 1);
    }
}

/* The last slice still changes; after slices were made longer all have changed. */
static void write_slices(struct mw_view_file *file, const struct mw_view *view)
{
    bool same = file->slice_ns_written == view->slice_ns && file->slices_written <= view->slice_count;
    size_t begin = same && file->slices_written ? file->slices_written - 1 : 0;
    size_t end = same ? view->slice_count : MW_VIEW_FILE_SLICES;

    if (write_part(file, SLICES_AT + begin * sizeof(*view->slices), SLICES_AT + end * sizeof(*view->slices)))
        return;
    file->slices_written = view->slice_count;
    file->slice_ns_written = view->slice_ns;
}

/* The file was removed: creates a new one, unless there is another file in its place. */
static void recreate(struct mw_view_file *file)
{
    int fd = make_file(file->dirfd, file->name, length_for(FIRST_ROOM));

    if (fd < 0)
        return;
    close(file->fd);
    file->fd = fd;
    file->file_length = UINT64_MAX; /* it is empty */
}

/* The content of a file that was truncated or removed is not reliable. */
static void forget_if_damaged(struct mw_view_file *file)
{
    struct stat st;

    if (fstat(file->fd, &st))
        return;
    if (!st.st_nlink)
        recreate(file);
    if ((uint64_t)st.st_size >= file->file_length)
        return;
    memset(file->written, 0, file->room);
    file->slices_written = file->slice_ns_written = 0;
    file->file_length = 0;
}

void mw_view_file_sync(struct mw_view_file *file, const struct mw_view *view)
{
    memcpy((char *)file->map + sizeof(head), view, MW_VIEW_FACTS_BYTES);
    if (file->fd < 0)
        return;
    file->error = 0;
    forget_if_damaged(file);
    write_processes(file, view);
    write_slices(file, view);
    if (!write_part(file, 0, SLICES_AT) && file->file_length < length_for(view->process_count))
        file->file_length = length_for(view->process_count);
    file->errors += file->error != 0;
}

void mw_view_file_close(struct mw_view_file *file, struct mw_view *view)
{
    munmap(file->map, file->length);
    free(file->written);
    if (file->fd >= 0)
        close(file->fd);
    view->slices = NULL;
    view->processes = NULL;
}

/* ---- reading ---- */

static void terminate(char *text, size_t size)
{
    text[size - 1] = '\0';
}

static void check_facts(struct mw_view *view)
{
    terminate(view->host, sizeof(view->host));
    terminate(view->command, sizeof(view->command));
    if (view->cgroup_count > MW_VIEW_CGROUPS)
        view->cgroup_count = MW_VIEW_CGROUPS;
    if (view->charge_count > MW_VIEW_CHARGES)
        view->charge_count = MW_VIEW_CHARGES;
    for (size_t i = 0; i < MW_VIEW_CHARGES; i++) {
        terminate(view->charges[i].directory, sizeof(view->charges[i].directory));
        if (view->charges[i].kind >= MW_LIMIT_KINDS)
            view->charges[i].kind = MW_LIMIT_NONE;
    }
    if (view->node_count > MW_VIEW_NODES)
        view->node_count = MW_VIEW_NODES;
    if (view->inside_rank > INT32_MAX)
        view->inside_rank = 0;
    if (view->signal_count > MW_VIEW_SIGNALS)
        view->signal_count = MW_VIEW_SIGNALS;
    if (view->slice_count > MW_VIEW_FILE_SLICES)
        view->slice_count = MW_VIEW_FILE_SLICES;
    if (!view->slice_ns)
        view->slice_count = 0;
    for (size_t i = 0; i < MW_VIEW_CGROUPS; i++) {
        terminate(view->cgroups[i].name, sizeof(view->cgroups[i].name));
        terminate(view->cgroups[i].directory, sizeof(view->cgroups[i].directory));
        terminate(view->cgroups[i].limit_directory, sizeof(view->cgroups[i].limit_directory));
    }
}

static void check_process(const struct mw_view *view, struct mw_view_process *process)
{
    terminate(process->preload, sizeof(process->preload));
    terminate(process->mpi, sizeof(process->mpi));
    terminate(process->exe, sizeof(process->exe));
    terminate(process->command, sizeof(process->command));
    if (process->end > MW_VIEW_STATUS)
        process->end = MW_VIEW_LIVES;
    if (process->launch_rank > INT32_MAX)
        process->launch_rank = 0;
    if (process->cgroup > view->cgroup_count)
        process->cgroup = 0;
    process->recent_next %= MW_VIEW_RECENT;
}

static int check_head(const struct mw_view_file_head *found, struct mw_err *err)
{
    if (memcmp(found->magic, head.magic, sizeof(head.magic) - 1))
        return mw_err_set(err, "not a view of memwatch's");
    if (found->magic[7] != head.magic[7])
        return mw_err_set(err, "format version %d, this memwatch reads version %d", found->magic[7], head.magic[7]);
    if (memcmp(found, &head, sizeof(head)))
        return mw_err_set(err, "written on a machine of another kind");
    return 0;
}

int mw_view_file_parse(struct mw_view *view, const void *bytes, size_t size, struct mw_err *err)
{
    const char *from = bytes;
    struct mw_view_file_head found;
    size_t complete_count;

    *view = (struct mw_view){0};
    if (size < PROCESSES_AT)
        return mw_err_set(err, "cut off after %zu bytes", size);
    memcpy(&found, from, sizeof(found));
    if (check_head(&found, err) < 0)
        return -1;
    memcpy(view, from + sizeof(found), MW_VIEW_FACTS_BYTES);
    check_facts(view);
    complete_count = (size - PROCESSES_AT) / sizeof(*view->processes);
    if (complete_count > MW_VIEW_FILE_PROCESSES)
        complete_count = MW_VIEW_FILE_PROCESSES;
    if (view->process_count > complete_count)
        view->process_count = complete_count;
    view->slices = mw_mem_alloc(view->slice_count, sizeof(*view->slices));
    memcpy(view->slices, from + SLICES_AT, view->slice_count * sizeof(*view->slices));
    view->processes = mw_mem_alloc(view->process_count, sizeof(*view->processes));
    memcpy(view->processes, from + PROCESSES_AT, view->process_count * sizeof(*view->processes));
    for (size_t i = 0; i < view->process_count; i++)
        check_process(view, &view->processes[i]);
    return 0;
}

int mw_view_file_read_fd(struct mw_view *view, int fd, uint64_t size, struct mw_err *err)
{
    size_t most = size < length_for(MW_VIEW_FILE_PROCESSES) ? size : length_for(MW_VIEW_FILE_PROCESSES);
    char *bytes = mw_mem_alloc(most, 1);
    ssize_t length = mw_io_pread(fd, bytes, most, 0);
    int result;

    *view = (struct mw_view){0};
    result = length < 0 ? mw_err_set(err, "cannot be read: %s", strerror(errno))
                        : mw_view_file_parse(view, bytes, (size_t)length, err);
    free(bytes);
    return result;
}

int mw_view_file_read(struct mw_view *view, int dirfd, const char *name, struct mw_err *err)
{
    int result, fd;
    uint64_t size;

    *view = (struct mw_view){0};
    fd = mw_safe_open(dirfd, name, &size, err);
    if (fd < 0)
        return -1;
    result = mw_view_file_read_fd(view, fd, size, err);
    close(fd);
    return result;
}

void mw_view_free(struct mw_view *view)
{
    free(view->processes);
    free(view->slices);
    *view = (struct mw_view){0};
}

struct mw_view mw_view_copy(const struct mw_view *view)
{
    struct mw_view copy = *view;

    copy.slices = mw_mem_alloc(view->slice_count, sizeof(*copy.slices));
    memcpy(copy.slices, view->slices, view->slice_count * sizeof(*copy.slices));
    copy.processes = mw_mem_alloc(view->process_count, sizeof(*copy.processes));
    memcpy(copy.processes, view->processes, view->process_count * sizeof(*copy.processes));
    return copy;
}
