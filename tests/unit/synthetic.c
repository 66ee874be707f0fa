/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dl_iterate_phdr */
#endif
#include "collector/base/file_names.h"

#include "tests/unit/synthetic.h"

#include <dirent.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void must(int condition, const char *what)
{
    if (!condition) {
        perror(what);
        abort();
    }
}

/* The build id is in a note of the loaded program. */
static void find_build_id(const struct dl_phdr_info *info, struct mw_module *self)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const char *at = (const char *)info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        const char *end = at + info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type != PT_NOTE)
            continue;
        while (at + sizeof(ElfW(Nhdr)) <= end) {
            const ElfW(Nhdr) *note = (const void *)at;
            const char *name = at + sizeof(*note), *bits = name + ((note->n_namesz + 3) & ~3u);
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && !memcmp(name, "GNU", 4)) {
                self->build_id_length = note->n_descsz;
                memcpy(self->build_id, bits, note->n_descsz);
            }
            at = bits + ((note->n_descsz + 3) & ~3u);
        }
    }
}

static int take_first(struct dl_phdr_info *info, size_t size, void *data)
{
    struct mw_module *self = data;

    (void)size;
    self->base = info->dlpi_addr;
    find_build_id(info, self);
    return 1; /* the first object is the program */
}

void synthetic_self(struct mw_module *self)
{
    memset(self, 0, sizeof(*self));
    must(readlink("/proc/self/exe", self->path, sizeof(self->path) - 1) > 0, "readlink");
    dl_iterate_phdr(take_first, self);
}

void synthetic_make(struct synthetic_dir *dir)
{
    const char *tmp = getenv("TMPDIR");

    snprintf(dir->path, sizeof(dir->path), "%.90s/mwtest-XXXXXX", tmp ? tmp : "/tmp");
    must(mkdtemp(dir->path) != NULL, "mkdtemp");
    dir->fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(dir->fd >= 0, "open");
}

void synthetic_remove(struct synthetic_dir *dir)
{
    DIR *list = opendir(dir->path);
    const struct dirent *entry;

    while (list && (entry = readdir(list)))
        if (entry->d_name[0] != '.')
            unlinkat(dir->fd, entry->d_name, 0);
    if (list)
        closedir(list);
    close(dir->fd);
    rmdir(dir->path);
}

void synthetic_put(const struct synthetic_dir *dir, const char *name, const void *bytes, size_t size)
{
    int fd = openat(dir->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    must(fd >= 0 && write(fd, bytes, size) == (ssize_t)size, name);
    close(fd);
}

void synthetic_journal(struct mw_journal *journal, int rank, int size)
{
    void *memory = aligned_alloc(8, mw_journal_length());

    must(memory != NULL, "aligned_alloc");
    memset(memory, 0, mw_journal_length());
    mw_journal_place(journal, memory);
    *journal->ident = (struct mw_ident){
        .world_id = 0x1234,
        .reach = MW_WORLD_WHOLE,
        .start_ticks = 100000u + (unsigned)rank,
        .wall_ns = SYNTHETIC_WALL + 100 * MS,
        .mono_ns = SYNTHETIC_BEGIN + 100 * MS,
        .rank = rank,
        .size = size,
        .pid = 5000 + rank,
        .ppid = 4000,
        .numa_node = 0,
        .abi = MW_ABI_OPENMPI,
        .page_bytes = 4096,
        .host = "node01",
        .library = "Open MPI v4.1.4, package: Debian OpenMPI",
        .exe = "/home/user/app",
        .command = "./app --size 1048576",
    };
    journal->ident->affinity[0] = 0xf;
    journal->state->stage = MW_STAGE_RUNNING;
    journal->state->threads = MW_THREADS_NONE;
    journal->state->tick_ns = 10 * MS;
    journal->cost->error_bytes = 368 * 1024;
    journal->cost->shim_bytes = 420 * 1024;
    snprintf(journal->modules[0].path, sizeof(journal->modules[0].path), "/nonexistent/app");
    journal->modules[0].build_id_length = 20;
    mw_journal_publish(journal, MW_SECTION_MODULE, 0);
}

void synthetic_free(struct mw_journal *journal)
{
    free(journal->head);
}

uint32_t synthetic_site(struct mw_journal *journal, const char *call, uint32_t comm_size, uint64_t line)
{
    uint32_t index = mw_journal_used(journal, MW_SECTION_SITE);
    struct mw_site *site = &journal->sites[index];

    snprintf(site->call, sizeof(site->call), "%s", call);
    site->comm_size = comm_size;
    site->depth = 1;
    site->frames[0] = (struct mw_frame){.offset = 0x1000 + line, .module = 1};
    site->calls = site->measured = 1;
    site->first_ns = site->last_ns = SYNTHETIC_BEGIN + 200 * MS;
    site->time_ns = 1 * MS;
    mw_journal_publish(journal, MW_SECTION_SITE, index);
    return index + 1;
}

uint32_t synthetic_phase(struct mw_journal *journal, enum mw_phase_kind kind, const char *name, uint32_t parent,
                         uint64_t first_ms, uint64_t last_ms, uint64_t peak)
{
    uint32_t index = mw_journal_used(journal, MW_SECTION_PHASE);
    struct mw_phase *phase = &journal->phases[index];

    phase->kind = kind;
    phase->parent = parent;
    snprintf(phase->name, sizeof(phase->name), "%s", name);
    phase->visits = phase->measured = phase->peak_visit = 1;
    phase->first_ns = SYNTHETIC_BEGIN + first_ms * MS;
    phase->last_ns = phase->peak_ns = SYNTHETIC_BEGIN + last_ms * MS;
    phase->time_ns = (last_ms - first_ms) * MS;
    phase->peak = peak;
    phase->entry_rss = peak / 2;
    phase->exit_rss = peak / 2;
    mw_journal_publish(journal, MW_SECTION_PHASE, index);
    return index + 1;
}

void synthetic_spike(struct mw_journal *journal, uint32_t site, uint64_t visit, uint64_t entry, uint64_t height, uint64_t at_ms)
{
    uint32_t index = mw_journal_used(journal, MW_SECTION_SPIKE);
    struct mw_spike *spike = &journal->spikes[index];
    struct mw_site *at = &journal->sites[site - 1];

    *spike = (struct mw_spike){.seq = 2,
                               .site = site,
                               .depth = 2,
                               .visit = visit,
                               .entry_rss = entry,
                               .peak_rss = entry + height,
                               .exit_rss = entry,
                               .entry_ns = SYNTHETIC_BEGIN + at_ms * MS,
                               .exit_ns = SYNTHETIC_BEGIN + (at_ms + 1) * MS};
    spike->frames[0] = at->frames[0];
    spike->frames[1] = (struct mw_frame){.offset = 0x2000, .module = 1};
    at->spike = height;
    at->spike_entry_rss = entry;
    at->spike_ns = spike->entry_ns;
    at->spike_visit = visit;
    mw_journal_publish(journal, MW_SECTION_SPIKE, index);
}

void synthetic_finish(struct mw_journal *journal, uint64_t end_ms, uint64_t peak)
{
    struct mw_state *state = journal->state;

    state->stage = MW_STAGE_EXITED;
    state->peak = peak;
    state->peak_ns = SYNTHETIC_BEGIN + end_ms / 2 * MS;
    state->rss = peak / 2;
    state->rss_ns = state->since_ns = SYNTHETIC_BEGIN + end_ms * MS;
    state->calls = state->measured = 100;
    state->peak_phase = mw_journal_used(journal, MW_SECTION_PHASE) > 1 ? 2 : 0;
    journal->cost->measure_ns = 2 * MS;
}

void synthetic_write(const struct mw_journal *journal, const struct synthetic_dir *dir)
{
    char name[MW_JOURNAL_NAME_SIZE];

    if (journal->ident->pid_ns)
        mw_journal_name_elsewhere(name, journal->ident->world_id, journal->ident->host, journal->ident->pid,
                                  journal->ident->pid_ns);
    else
        mw_journal_name(name, journal->ident->world_id, journal->ident->host, journal->ident->pid);
    synthetic_put(dir, name, journal->head, journal->head->length);
}

void *synthetic_pack(const struct mw_journal *journal, size_t *size)
{
    void *bytes;

    *size = mw_journal_packed_length(journal);
    bytes = malloc(*size);
    must(bytes && mw_journal_pack(journal, bytes, *size) == *size, "mw_journal_pack");
    return bytes;
}

/* Peaks differ slightly by rank, so that there is a largest one. */
static void fill_rank(struct mw_journal *journal, int rank, int size)
{
    uint64_t base = 40 * MIB + (uint64_t)(rank % 7) * MIB, height = rank == 2 ? 64 * MIB : 0;
    uint32_t init = synthetic_site(journal, "MPI_Init", 0, 10), from, data, all;

    all = synthetic_site(journal, "MPI_Alltoall", (uint32_t)size, 120);
    from = synthetic_site(journal, "MPI_Allreduce", (uint32_t)size, 131);
    journal->sites[init - 1].growth = 12 * (int64_t)MIB;
    journal->sites[all - 1].calls = 16;
    journal->sites[all - 1].sent = journal->sites[all - 1].received = 16 * MIB;
    if (height)
        synthetic_spike(journal, all, 3, base, height, 500);
    synthetic_phase(journal, MW_PHASE_START, "", 0, 20, 100, 10 * MIB);
    data = synthetic_phase(journal, MW_PHASE_USER, "data distribution", 0, 150, 400, base);
    synthetic_phase(journal, MW_PHASE_USER, "fft", 0, 400, 800, base + height);
    synthetic_phase(journal, MW_PHASE_BETWEEN, "", data, 160, 300, base);
    journal->phases[3].from_site = init;
    journal->phases[3].to_site = all;
    synthetic_phase(journal, MW_PHASE_BETWEEN, "", 0, 820, 890, 30 * MIB);
    journal->phases[4].from_site = all;
    journal->phases[4].to_site = from;
    synthetic_phase(journal, MW_PHASE_END, "", 0, 900, 950, 22 * MIB);
    for (uint32_t i = 0; i < 85; i++) {
        journal->ticks[i] = (struct mw_tick){i == 40 ? base + height : 30 * MIB, 30 * MIB};
        mw_journal_publish(journal, MW_SECTION_TIMELINE, i);
    }
    synthetic_finish(journal, 950, base + height);
    journal->state->peak_phase = 3;
    journal->state->peak_site = height ? all : 0;
    journal->state->grown_mpi = 12 * (int64_t)MIB;
}

void synthetic_heap(struct mw_journal *journal, uint64_t mark)
{
    static const char *const paths[] = {[SYNTHETIC_APP] = "/nonexistent/app",
                                        [SYNTHETIC_LIBC] = "/nonexistent/libc.so.6",
                                        [SYNTHETIC_LIBMPI] = "/nonexistent/libmpi.so.40.30.4",
                                        [SYNTHETIC_LIBUCP] = "/nonexistent/libucp.so.0",
                                        [SYNTHETIC_HWLOC] = "/nonexistent/libhwloc.so.15"};
    struct mw_heap_state *state = journal->heap;

    for (uint32_t i = 0; i < SYNTHETIC_HEAP_MODULES; i++) {
        snprintf(journal->heap_modules[i].path, sizeof(journal->heap_modules[i].path), "%s", paths[i + 1]);
        journal->heap_modules[i].build_id_length = i ? 0 : 20; /* the program's as in the record's modules */
        mw_journal_publish(journal, MW_SECTION_HEAP_MODULE, i);
    }
    state->why = MW_HEAP_RECORDING;
    state->best = MW_HEAP_AT_CANDIDATE;
    state->phase_best = MW_HEAP_PHASE_PEAK;
    state->mark = state->adopted = mark;
    state->snapshots[MW_HEAP_AT_CANDIDATE] = (struct mw_heap_snapshot){.ns = SYNTHETIC_BEGIN + 470 * MS, .epoch = 7};
    state->begin_ns = SYNTHETIC_BEGIN + 1 * MS;
    state->end_ns = SYNTHETIC_BEGIN + 900 * MS;
    state->interval = state->first_interval = 512 << 10;
    state->file_bytes = 2 * MIB + 102400;
    state->shmem_bytes = 4 * MIB;
    state->data_bytes = 300 << 10;
    state->stack_bytes = 132 << 10;
    state->own_bytes = 310 << 10;
    state->anon_bytes = mark - state->file_bytes - state->shmem_bytes;
}

/* Sets what it held at the peak; now it holds less. */
static void hold(struct mw_heap_amount *amount, uint64_t bytes)
{
    amount->at[MW_HEAP_AT_PEAK] = 77 * MIB; /* of another moment */
    amount->at[MW_HEAP_AT_CANDIDATE] = bytes;
    amount->epoch[MW_HEAP_AT_CANDIDATE] = 7;
}

uint32_t synthetic_heap_site(struct mw_journal *journal, const uint64_t *frames, uint8_t depth, uint64_t bytes, uint32_t blocks)
{
    uint32_t index = mw_journal_used(journal, MW_SECTION_HEAP_SITE);
    struct mw_heap_site *site = &journal->heap_sites[index];

    memcpy(site->frames, frames, depth * sizeof(*frames));
    site->depth = depth;
    hold(&site->amount, bytes);
    site->at_blocks[MW_HEAP_AT_CANDIDATE] = site->samples = blocks;
    site->allocated = 2 * bytes;
    mw_journal_publish(journal, MW_SECTION_HEAP_SITE, index);
    return index + 1;
}

void synthetic_heap_phase(struct mw_journal *journal, uint32_t phase, uint64_t mark, const uint32_t *mib)
{
    uint32_t index = mw_journal_used(journal, MW_SECTION_HEAP_PHASE), i;
    struct mw_heap_phase *to = &journal->heap_phases[index];

    *to = (struct mw_heap_phase){.phase = phase, .mark = mark};
    for (i = 0; mib[i]; i++) {
        to->line[i].site = i + 1;
        to->line[i].kib = mib[i] << 10;
        to->held += mib[i] * MIB;
    }
    to->lines = i;
    mw_journal_publish(journal, MW_SECTION_HEAP_PHASE, index);
}

void synthetic_fill_heap(struct mw_journal *journal, int rank, uint64_t mark)
{
#define APP(offset) SYNTHETIC_FRAME(SYNTHETIC_APP, offset)
    const uint64_t setup[] = {APP(0x3010), APP(0x3020), APP(0x3030)}, other[] = {APP(0x3010), APP(0x3040)};
    const uint64_t list[] = {SYNTHETIC_FRAME(SYNTHETIC_LIBC, 0x99), APP(0x3110), APP(0x3030)};
    const uint64_t sum[] = {APP(0x3210), SYNTHETIC_FRAME(SYNTHETIC_LIBMPI, 0x50), APP(0x3220)};
    const uint64_t ucp[] = {SYNTHETIC_FRAME(SYNTHETIC_LIBUCP, 0x10), SYNTHETIC_FRAME(SYNTHETIC_LIBMPI, 0x20), APP(0x3000)};
    const uint64_t hwloc[] = {SYNTHETIC_FRAME(SYNTHETIC_HWLOC, 0x10), SYNTHETIC_FRAME(SYNTHETIC_LIBMPI, 0x30), APP(0x3000)};
#undef APP
    struct mw_heap_site *site;
    struct mw_heap_state *state = journal->heap;
    uint32_t last;

    synthetic_heap(journal, mark);
    synthetic_heap_site(journal, setup, 3, 12 * MIB, 3);
    synthetic_heap_site(journal, other, 2, 4 * MIB, 1);
    site = &journal->heap_sites[synthetic_heap_site(journal, list, 3, 6 * MIB, 98304) - 1];
    site->variance_kib = 512ull * site->allocated / 1024 / 8; /* about the variance of samples of 512 KiB */
    site->flags = MW_HEAP_CUT;
    journal->heap_sites[synthetic_heap_site(journal, ucp, 3, 5 * MIB, 2) - 1].mpi_site = 1;
    site = &journal->heap_sites[synthetic_heap_site(journal, hwloc, 3, 768 << 10, 4) - 1];
    site->variance_kib = site->allocated >> 14; /* samples of 64 KiB */
    site->mpi_site = 1;
    if (rank == 2) {
        site = &journal->heap_sites[synthetic_heap_site(journal, sum, 3, 64 * MIB, 1) - 1];
        site->mpi_site = 2;
        site->same_call = 1;
    }
    last = synthetic_heap_site(journal, setup, 1, 0, 0); /* unchanged since the peak: what it holds now is what it held */
    journal->heap_sites[last - 1].amount.epoch[MW_HEAP_AT_CANDIDATE] = 6;
    journal->heap_sites[last - 1].amount.held = 1 * MIB;
    hold(&state->sums[MW_HEAP_SUM_OTHER], 200 << 10);
    hold(&state->sums[MW_HEAP_SUM_AREAS], 10 * MIB);
    hold(&state->sums[MW_HEAP_SUM_HEADERS], 900 << 10);
    hold(&state->sums[MW_HEAP_SUM_RESIDENT], 13 * MIB);
    synthetic_heap_phase(journal, 2, 30 * MIB, (const uint32_t[]){12, 4, 2, 0});
    if (mw_journal_used(journal, MW_SECTION_PHASE) > 2)
        synthetic_heap_phase(journal, 3, mark, (const uint32_t[]){12, 4, 6, 5, 1, rank == 2 ? 64 : 0, 0});
    for (uint32_t i = 0; i < 3; i++) {
        journal->heap_ticks[i] = (struct mw_heap_tick){.ns = SYNTHETIC_BEGIN + (200 + i * 100) * MS, .held = (10 + i) * MIB};
        journal->heap_ticks[i].line[0].site = 1;
        journal->heap_ticks[i].line[0].kib = (i + 4) << 10;
        mw_journal_publish(journal, MW_SECTION_HEAP_TICK, i);
    }
    journal->heap_left[0] = (struct mw_heap_left){.site = last, .blocks = 4, .kib = {100, 200, 200, 200, 200, 124}};
    mw_journal_publish(journal, MW_SECTION_HEAP_LEFT, 0);
}

static void write_job(const struct synthetic_dir *dir, int ranks, int heap)
{
    for (int rank = 0; rank < ranks; rank++) {
        struct mw_journal journal;
        synthetic_journal(&journal, rank, ranks);
        fill_rank(&journal, rank, ranks);
        if (heap)
            synthetic_fill_heap(&journal, rank, journal.state->peak);
        synthetic_write(&journal, dir);
        synthetic_free(&journal);
    }
}

void synthetic_job(const struct synthetic_dir *dir, int ranks)
{
    write_job(dir, ranks, 0);
}

void synthetic_heap_job(const struct synthetic_dir *dir, int ranks)
{
    write_job(dir, ranks, 1);
}

static struct mw_view_process seen_process(int32_t pid, uint64_t start, const char *exe, const char *command, uint64_t rss)
{
    struct mw_view_process process = {.pid = pid,
                                      .ppid = 1,
                                      .start_ticks = start,
                                      .samples = 9,
                                      .end = MW_VIEW_STATUS,
                                      .end_ns = SYNTHETIC_BEGIN + 980 * MS,
                                      .first_ns = SYNTHETIC_BEGIN + 5 * MS,
                                      .last_ns = SYNTHETIC_BEGIN + 940 * MS,
                                      .rss_last = rss / 2,
                                      .rss_max = rss,
                                      .rss_max_ns = SYNTHETIC_BEGIN + 500 * MS,
                                      .rss_max_until_ns = SYNTHETIC_BEGIN + 500 * MS};

    strcpy(process.exe, exe);
    strcpy(process.command, command);
    return process;
}

void synthetic_view(struct mw_view *view, int ranks)
{
    *view = (struct mw_view){
        .command = "mpirun -n 4 ./app --size 1048576",
        .host = "node01",
        .is_launcher = 1,
        .pid = 4000,
        .begin_ns = SYNTHETIC_BEGIN,
        .command_end_ns = SYNTHETIC_BEGIN + 990 * MS,
        .end_ns = SYNTHETIC_BEGIN + 1000 * MS,
        .last_ns = SYNTHETIC_BEGIN + 990 * MS,
        .begin_wall_ns = SYNTHETIC_WALL,
        .interval_ns = 100 * MS,
        .samples = 12,
        .first_sample_ns = SYNTHETIC_BEGIN,
        .gap_max_ns = 150 * MS,
        .rss_sum_max = 150 * MIB,
        .rss_sum_max_ns = SYNTHETIC_BEGIN + 400 * MS,
        .rss_sum_max_processes = (uint32_t)ranks + 2,
        .pss_sum_max = 110 * MIB,
        .pss_sum_max_ns = SYNTHETIC_BEGIN + 300 * MS,
        .pss_rss_sum = 140 * MIB,
        .pss_sweeps = 2,
        .node_bytes = 16384 * MIB,
        .charge_count = 1,
        .charges[0] = {.kind = MW_LIMIT_NODE,
                       .flags = MW_VIEW_CHARGE_SEEN,
                       .bytes = 16384 * MIB,
                       .used = 3000 * MIB,
                       .least = {.bytes = 16384 * MIB,
                                 .used = 4096 * MIB,
                                 .anon = 3072 * MIB,
                                 .shmem = 512 * MIB,
                                 .dirty = 12 * MIB,
                                 .kernel = 500 * MIB,
                                 .rss = 150 * MIB,
                                 .ns = SYNTHETIC_BEGIN + 400 * MS}},
        .slice_ns = 10 * MS,
        .launcher_cpu_ns = 8 * MS,
        .launcher_rss_peak = 9 * MIB,
    };
    view->processes = calloc((size_t)ranks + 3, sizeof(*view->processes));
    view->slices = calloc(1, sizeof(*view->slices));
    view->processes[view->process_count++] = seen_process(4000, 90000, "/usr/bin/orterun", "mpirun -n 4 ./app --size 1048576",
                                                          20 * MIB);
    view->processes[view->process_count++] = seen_process(4001, 90010, "/usr/bin/dash", "sh -c ./helper", 2 * MIB);
    for (int rank = 0; rank < ranks; rank++)
        view->processes[view->process_count++] = seen_process(5000 + rank, 100000u + (unsigned)rank, "/home/user/app",
                                                              "./app --size 1048576", 38 * MIB);
}

void synthetic_write_view(const struct mw_view *view, const struct synthetic_dir *dir)
{
    struct mw_view copy = *view;
    struct mw_view_file file;
    struct mw_err err;

    copy.process_count = 0;
    unlinkat(dir->fd, MW_FILE_VIEW "test", 0);
    if (mw_view_file_create(&file, &copy, dir->fd, MW_FILE_VIEW "test", &err) < 0)
        abort();
    for (size_t i = 0; i < view->process_count; i++)
        *mw_view_file_add_process(&file, &copy) = view->processes[i];
    memcpy(copy.slices, view->slices, view->slice_count * sizeof(*copy.slices));
    mw_view_file_sync(&file, &copy);
    mw_view_file_close(&file, &copy);
}

char *synthetic_render(mw_report_write *write, const struct mw_model *model, const struct mw_report_style *style)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    must(!write(out, model, style), "report");
    fclose(out);
    return text;
}
