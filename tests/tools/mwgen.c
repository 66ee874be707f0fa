/* SPDX-License-Identifier: MIT */
/* mwgen [-n RANKS] [-H HOSTS] [-s SEED] [-j | -w | -l] DIR
 *
 * Writes the run directory of a job of RANKS ranks (default 1000) on HOSTS hosts (default 10): packed records, consecutive
 * in one gathered file; with -j a separate journal for each rank; with -w the same, with journals of full size, in which
 * unused parts take no space; with -l like -w, but for a job that is still running, and with the samples of each host. Every
 * rank has about 20 call sites with 4 to 8 frames, 30 phases, a few spikes with 24 frames and 200 to 299 slices; its numbers
 * come from a generator with the seed SEED (default 1). Three ranks have no record and one is dead: it has a journal in
 * every form. The expected results are printed as `key=value` lines. */
#include "collector/base/file_names.h"
#include "collector/journal/journal.h"
#include "collector/view/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KIB (1ull << 10)
#define MIB (1ull << 20)
#define MS 1000000ull
#define WORLD 0x5ca1e0000000ull
#define WALL_NS (1700000000ull * 1000 * MS) /* start of the job */
#define LEAST_RANKS 8
#define MISSING 3
#define MODULES 3

/* Calls of the program's loop; a rank omits a few of them. MPI_Init comes before and MPI_Finalize after them. */
static const char *const calls[] = {
    "MPI_Bcast",
    "MPI_Scatter",
    "MPI_Allreduce",
    "MPI_Alltoallv",
    "MPI_Reduce",
    "MPI_Allgather",
    "MPI_Barrier",
    "MPI_Iallreduce",
    "MPI_Gather",
    "MPI_Allreduce",
    "MPI_Alltoall",
    "MPI_Scan",
    "MPI_Reduce",
    "MPI_Allgatherv",
    "MPI_Bcast",
    "MPI_Ibcast",
    "MPI_Gatherv",
    "MPI_Allreduce",
    "MPI_Exscan",
    "MPI_Iallreduce+Wait",
    "MPI_Barrier",
    "MPI_Comm_split",
    "MPI_Neighbor_alltoall",
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))
#define LEFT_OUT 5
#define SPIKING 3 /* index of the call with the largest spike */

static const struct {
    const char *name;
    uint32_t parent;
} user_phases[] = {{"setup", 0}, {"solve", 0}, {"assembly", 3}, {"exchange", 3}, {"reduction", 3}, {"output", 0}};
#define USER_PHASES (sizeof(user_phases) / sizeof(user_phases[0]))
#define PHASES 30

struct module {
    struct mw_module record;
    uint64_t text, length; /* the code: offset and length */
};

struct generator {
    int ranks, hosts;
    uint64_t seed;
    bool journals, whole, live;
    int dirfd, gathered;
    off_t written;
    struct module modules[MODULES];
    size_t module_count;
    int first_missing, dead, largest, spiking;
    uint64_t peak_sum, peak_largest, spike;
    struct mw_journal journal;
    char *packed;
    /* State of the current rank. */
    int rank;
    uint64_t origin, peak;
};

static void must(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "mwgen: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* The same number for the same arguments, independent of earlier calls (splitmix64). */
static uint64_t number(const struct generator *g, uint64_t a, uint64_t b, uint64_t below)
{
    uint64_t x = g->seed * 0x9e3779b97f4a7c15u ^ a * 0xbf58476d1ce4e5b9u ^ b * 0x94d049bb133111ebu;

    for (int i = 0; i < 2; i++) {
        x += 0x9e3779b97f4a7c15u;
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
        x = (x ^ x >> 27) * 0x94d049bb133111ebu;
        x ^= x >> 31;
    }
    return x % below;
}

static uint64_t mine(const struct generator *g, uint64_t what, uint64_t below)
{
    return number(g, (uint64_t)g->rank + 1, what, below);
}

static void take_build_id(struct mw_module *module, const char *at, const char *end)
{
    while (at + sizeof(ElfW(Nhdr)) <= end) {
        const ElfW(Nhdr) *note = (const void *)at;
        const char *name = at + sizeof(*note), *bits = name + ((note->n_namesz + 3) & ~3u);
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && !memcmp(name, "GNU", 4) &&
            note->n_descsz <= sizeof(module->build_id)) {
            module->build_id_length = note->n_descsz;
            memcpy(module->build_id, bits, note->n_descsz);
        }
        at = bits + ((note->n_descsz + 3) & ~3u);
    }
}

/* This program and the C library: existing files with build ids. */
static int take_module(struct dl_phdr_info *info, size_t size, void *data)
{
    struct generator *g = data;
    struct module module = {0};

    (void)size;
    if (g->module_count == 0)
        must(readlink("/proc/self/exe", module.record.path, sizeof(module.record.path) - 1) > 0, "/proc/self/exe");
    else if (strstr(info->dlpi_name, "/libc.so"))
        snprintf(module.record.path, sizeof(module.record.path), "%s", info->dlpi_name);
    else
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        const char *at = (const char *)info->dlpi_addr + header->p_vaddr;
        if (header->p_type == PT_NOTE)
            take_build_id(&module.record, at, at + header->p_memsz);
        if (header->p_type == PT_LOAD && (header->p_flags & PF_X)) {
            module.text = header->p_vaddr;
            module.length = header->p_memsz;
        }
    }
    g->modules[g->module_count++] = module;
    return g->module_count == MODULES - 1;
}

static void find_modules(struct generator *g)
{
    dl_iterate_phdr(take_module, g);
    g->modules[g->module_count++] = (struct module){
        .record = {.path = "/nonexistent/libsolver.so", .build_id_length = 20}, .text = 0x1000, .length = 0x8000};
}

/* The same place in every rank; the same function calls from `depth` outwards. */
static struct mw_frame frame_at(const struct generator *g, uint64_t site, uint32_t depth)
{
    uint32_t module = (uint32_t)number(g, site, 1000 + depth, 4);

    module = module >= g->module_count || depth == 0 ? 0 : module;
    return (struct mw_frame){
        .offset = g->modules[module].text + number(g, depth < 3 ? site : 0, 2000 + depth, g->modules[module].length),
        .module = module + 1,
    };
}

static int host_of(const struct generator *g, int rank)
{
    return (int)((int64_t)rank * g->hosts / g->ranks);
}

/* When the job began on that host; hosts were booted at different times. */
static uint64_t boot_ns(int host)
{
    return (uint64_t)(host + 1) * 1000 * 1000 * MS;
}

static void fill_ident(struct generator *g, uint64_t offset_ns)
{
    int host = host_of(g, g->rank);

    g->origin = boot_ns(host) + offset_ns;
    *g->journal.ident = (struct mw_ident){
        .world_id = WORLD + g->seed,
        .reach = MW_WORLD_WHOLE,
        .start_ticks = 100000 + (uint64_t)g->rank,
        .wall_ns = WALL_NS + offset_ns,
        .mono_ns = g->origin,
        .rank = g->rank,
        .size = g->ranks,
        .pid = 10000 + g->rank,
        .ppid = 9000 + host,
        .numa_node = g->rank % 2,
        .abi = MW_ABI_OPENMPI,
        .page_bytes = 4096,
        .library = "Open MPI v4.1.4, package: Debian OpenMPI",
        .command = "./app --size 1048576",
    };
    g->journal.ident->affinity[g->rank % 128 / 64] = 1ull << g->rank % 64;
    snprintf(g->journal.ident->host, sizeof(g->journal.ident->host), "node%04d", host);
    memcpy(g->journal.ident->exe, g->modules[0].record.path, sizeof(g->journal.ident->exe));
    for (uint32_t i = 0; i < g->module_count; i++) {
        g->journal.modules[i] = g->modules[i].record;
        g->journal.modules[i].base = mine(g, 10 + i, 1ull << 30) << 12;
        mw_journal_publish(&g->journal, MW_SECTION_MODULE, i);
    }
}

static uint32_t add_site(struct generator *g, uint64_t place, const char *call)
{
    uint32_t index = mw_journal_used(&g->journal, MW_SECTION_SITE);
    struct mw_site *site = &g->journal.sites[index];
    uint64_t count = 1 + mine(g, 100 * place, 1000);

    *site = (struct mw_site){
        .comm_size = place % 4 ? (uint32_t)g->ranks : 16,
        .depth = 4 + (uint32_t)(place % 5),
        .calls = count,
        .measured = count - count / 8,
        .sent = count * 8 * (1 + mine(g, 100 * place + 1, 100000)),
        .received = count * 8 * (1 + mine(g, 100 * place + 2, 100000)),
        .time_ns = count * mine(g, 100 * place + 3, 2 * MS),
        .first_ns = g->origin + (place + 1) * 10 * MS,
        .last_ns = g->origin + 1500 * MS + place * 10 * MS,
        .growth = (int64_t)(mine(g, 100 * place + 4, 64) * 4 * KIB) - (int64_t)(32 * 4 * KIB),
        .spike = mine(g, 100 * place + 5, 3) ? 0 : mine(g, 100 * place + 6, 8192) * 4 * KIB,
        .spike_entry_rss = 100 * MIB,
        .spike_ns = g->origin + 1000 * MS,
        .spike_visit = 1 + count / 2,
        .coarse_spike = mine(g, 100 * place + 7, 16 * MIB),
    };
    snprintf(site->call, sizeof(site->call), "%s", call);
    for (uint32_t i = 0; i < site->depth; i++)
        site->frames[i] = frame_at(g, place, i);
    if (place == SPIKING + 1 && g->rank == g->spiking)
        site->spike = g->spike;
    mw_journal_publish(&g->journal, MW_SECTION_SITE, index);
    return index + 1;
}

static void fill_sites(struct generator *g)
{
    uint64_t left_out = mine(g, 20, CALLS - LEFT_OUT);

    add_site(g, 0, "MPI_Init");
    for (uint64_t i = 0; i < CALLS; i++)
        if (i == SPIKING || i < left_out || i >= left_out + LEFT_OUT)
            add_site(g, i + 1, calls[i]);
    add_site(g, CALLS + 1, "MPI_Finalize");
}

/* The rank's largest spikes have their stacks. */
static void fill_spikes(struct generator *g)
{
    uint32_t sites = mw_journal_used(&g->journal, MW_SECTION_SITE), spikes = 0;

    for (uint32_t i = 0; i < sites; i++) {
        const struct mw_site *site = &g->journal.sites[i];
        struct mw_spike *spike = &g->journal.spikes[spikes];
        if (site->spike < MIB)
            continue;
        *spike = (struct mw_spike){
            .seq = 2,
            .site = i + 1,
            .phase = 3,
            .depth = MW_RECORD_SPIKE_FRAMES,
            .visit = site->spike_visit,
            .entry_rss = site->spike_entry_rss,
            .peak_rss = site->spike_entry_rss + site->spike,
            .exit_rss = site->spike_entry_rss,
            .entry_ns = site->spike_ns,
            .exit_ns = site->spike_ns + MS,
        };
        for (uint32_t f = 0; f < MW_RECORD_SPIKE_FRAMES; f++)
            spike->frames[f] = f < site->depth ? site->frames[f] : frame_at(g, 0, f);
        mw_journal_publish(&g->journal, MW_SECTION_SPIKE, spikes++);
    }
}

static void add_phase(struct generator *g, uint32_t kind, const char *name, uint32_t parent, uint32_t from, uint32_t to)
{
    uint32_t index = mw_journal_used(&g->journal, MW_SECTION_PHASE);
    struct mw_phase *phase = &g->journal.phases[index];
    uint64_t rss = 50 * MIB + mine(g, 5000 + 10 * index, 20000) * 4 * KIB;

    *phase = (struct mw_phase){
        .kind = kind,
        .parent = parent,
        .from_site = from,
        .to_site = to,
        .visits = 1 + index % 9,
        .measured = 1 + index % 9,
        .time_ns = MS + mine(g, 5001 + 10 * index, 300 * MS),
        .first_ns = kind == MW_PHASE_START ? g->origin - 20 * MS : g->origin + (uint64_t)index * 20 * MS,
        .last_ns = g->origin + 1600 * MS + (uint64_t)index * 10 * MS,
        .entry_rss = rss,
        .exit_rss = rss + MIB,
        .peak = rss + MIB + mine(g, 5002 + 10 * index, 5000) * 4 * KIB,
        .peak_ns = g->origin + 900 * MS,
        .peak_visit = 1,
        .coarse_peak = index % 7 ? 0 : rss + 32 * MIB,
        .growth = (int64_t)MIB - (int64_t)(mine(g, 5003 + 10 * index, 512) * 4 * KIB),
    };
    snprintf(phase->name, sizeof(phase->name), "%s", name);
    if (index == 2) /* "solve" */
        phase->peak = g->peak;
    mw_journal_publish(&g->journal, MW_SECTION_PHASE, index);
}

static void fill_phases(struct generator *g)
{
    uint32_t sites = mw_journal_used(&g->journal, MW_SECTION_SITE);

    add_phase(g, MW_PHASE_START, "", 0, 0, 0);
    for (uint32_t i = 0; i < USER_PHASES; i++)
        add_phase(g, MW_PHASE_USER, user_phases[i].name, user_phases[i].parent, 0, 0);
    for (uint32_t i = 0; i < PHASES - USER_PHASES - 2; i++)
        add_phase(g, MW_PHASE_BETWEEN, "", i % 3 ? 2 + i % USER_PHASES : 0, 1 + i % sites, 1 + (i + 1) % sites);
    add_phase(g, MW_PHASE_END, "", 0, 0, 0);
}

static void fill_timeline(struct generator *g)
{
    uint32_t ticks = 200 + (uint32_t)mine(g, 30, 100), highest = (uint32_t)mine(g, 31, 150);

    for (uint32_t i = 0; i < ticks; i++) {
        uint64_t peak = i == highest ? g->peak : 60 * MIB + mine(g, 10000 + i, 80000) * 4 * KIB;
        g->journal.ticks[i] = (struct mw_tick){peak, peak - 4 * KIB * mine(g, 11000 + i, 1000)};
        mw_journal_publish(&g->journal, MW_SECTION_TIMELINE, i);
    }
}

static void fill_state(struct generator *g)
{
    uint32_t sites = mw_journal_used(&g->journal, MW_SECTION_SITE);
    bool dead = g->rank == g->dead;

    *g->journal.state = (struct mw_state){
        .stage = dead || g->live ? MW_STAGE_RUNNING
                 : g->journals   ? MW_STAGE_EXITED
                                 : MW_STAGE_COMMITTED,
        .in_site = dead          ? 5
                   : g->live     ? (uint32_t)g->rank % sites
                   : g->journals ? 0
                                 : sites,
        .last_site = sites,
        .phase = dead      ? 3
                 : g->live ? 1 + (uint32_t)g->rank % PHASES
                           : PHASES,
        .peak_phase = 3,
        .peak_site = g->rank % 3 ? 1 + (uint32_t)g->rank % (sites - 1) : 0,
        .since_ns = g->origin + (dead ? 1700 : 2900) * MS,
        .rss = g->peak / 2,
        .rss_ns = g->origin + (dead ? 1700 : 2900) * MS,
        .peak = g->peak,
        .peak_ns = g->origin + 1000 * MS + mine(g, 40, 500) * MS,
        .calls = 10000 + mine(g, 41, 1000),
        .measured = 9000,
        .grown_mpi = (int64_t)(mine(g, 42, 5000) * 4 * KIB),
        .grown_program = (int64_t)(mine(g, 43, 5000) * 4 * KIB),
        .tick_ns = 10 * MS,
        .init_rss = 4 * MIB,
        .threads = 1 + mine(g, 45, 3),
    };
    *g->journal.cost = (struct mw_cost){
        .measure_ns = 10 * MS + mine(g, 44, 10 * MS), .setup_ns = MS, .shim_bytes = 700 * KIB, .error_bytes = 768 * KIB};
}

static void make_record(struct generator *g, int rank)
{
    g->rank = rank;
    for (int s = MW_SECTION_MODULE; s < MW_SECTION_COUNT; s++)
        g->journal.head->sections[s].used = 0;
    g->peak = rank == g->largest ? g->peak_largest : 500 * MIB + mine(g, 1, 50000) * 4 * KIB;
    g->peak_sum += g->peak;
    fill_ident(g, mine(g, 2, 20 * MS));
    fill_sites(g);
    fill_spikes(g);
    fill_phases(g);
    fill_timeline(g);
    fill_state(g);
}

static void put(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t written = write(fd, bytes, length);
        must(written > 0, "write");
        bytes += written;
        length -= (size_t)written;
    }
}

/* Writes only blocks with data: the others remain holes. */
static void put_whole(struct generator *g, int fd)
{
    static const char nothing[4096];
    const char *bytes = (const char *)g->journal.head;
    size_t length = mw_journal_length();

    for (size_t at = 0; at < length; at += sizeof(nothing)) {
        size_t size = length - at < sizeof(nothing) ? length - at : sizeof(nothing);
        if (memcmp(bytes + at, nothing, size) != 0) {
            must(pwrite(fd, bytes + at, size, (off_t)at) == (ssize_t)size, "pwrite");
            g->written += (off_t)size;
        }
    }
    must(ftruncate(fd, (off_t)length) == 0, "ftruncate");
}

static void write_record(struct generator *g)
{
    size_t length = mw_journal_pack(&g->journal, g->packed, mw_journal_length());
    const struct mw_ident *ident = g->journal.ident;
    char name[160];
    int fd;

    must(length > 0, "pack");
    g->written += g->whole ? 0 : (off_t)length;
    if (!g->journals && g->rank != g->dead) {
        put(g->gathered, g->packed, length);
        return;
    }
    snprintf(name, sizeof(name), MW_FILE_JOURNAL "%016" PRIx64 "-%s-%d", ident->world_id, ident->host, ident->pid);
    fd = openat(g->dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    must(fd >= 0, name);
    if (g->whole)
        put_whole(g, fd);
    else
        put(fd, g->packed, length);
    close(fd);
}

static bool is_missing(const struct generator *g, int rank)
{
    return rank >= g->first_missing && rank < g->first_missing + MISSING;
}

/* Ranks with a normal record, a different one for each purpose. */
static int choose(const struct generator *g, uint64_t what)
{
    for (uint64_t i = 0;; i++) {
        int rank = (int)number(g, what, i, (uint64_t)g->ranks);
        if (!is_missing(g, rank) && rank != g->dead && rank != g->largest && rank != g->spiking)
            return rank;
    }
}

static void fill_process(struct generator *g, struct mw_view_process *process, const struct mw_view *view)
{
    *process = (struct mw_view_process){
        .pid = 10000 + g->rank,
        .start_ticks = 100000 + (uint64_t)g->rank,
        .samples = 2,
        .first_ns = view->begin_ns,
        .last_ns = view->last_ns,
        .rss_last = 400 * MIB + mine(g, 50, 50000) * 4 * KIB,
        .exe = "/opt/app/bin/app",
        .command = "./app --size 1048576",
    };
    process->rss_max = process->rss_last;
    process->recent[0] = (struct mw_view_rss){view->last_ns - 1000 * MS, process->rss_last - MIB};
    process->recent[1] = (struct mw_view_rss){view->last_ns, process->rss_last};
    process->recent_next = 2;
}

/* The samples of a host. The first host is the launcher's. */
static void write_view(struct generator *g, int host)
{
    struct mw_view_file file;
    struct mw_view view = {
        .command = "mpirun ./app --size 1048576",
        .is_launcher = host == 0,
        .begin_ns = boot_ns(host),
        .last_ns = boot_ns(host) + 3000 * MS,
        .begin_wall_ns = WALL_NS,
        .shift_ns = (int64_t)boot_ns(0) - (int64_t)boot_ns(host),
        .error_ns = 1000,
        .interval_ns = 100 * MS,
        .samples = 31,
        .first_sample_ns = boot_ns(host),
        .gap_max_ns = 150 * MS,
        .slice_ns = 10 * MS,
        .node_bytes = 1ull << 40,
        .available_begin_bytes = 1ull << 39,
        .charge_count = 1,
        .charges[0] = {.kind = MW_LIMIT_NODE,
                       .flags = MW_VIEW_CHARGE_SEEN,
                       .bytes = 1ull << 40,
                       .used = 1ull << 39,
                       .least = {.bytes = 1ull << 40, .used = 1ull << 39, .ns = boot_ns(host) + 2000 * MS}},
    };
    char name[80];

    snprintf(view.host, sizeof(view.host), "node%04d", host);
    snprintf(name, sizeof(name), MW_FILE_VIEW "%s", view.host);
    must(mw_view_file_create(&file, &view, g->dirfd, name, NULL) == 0 && file.fd >= 0, name);
    for (g->rank = 0; g->rank < g->ranks; g->rank++)
        if (host_of(g, g->rank) == host) {
            struct mw_view_process *process = mw_view_file_add_process(&file, &view);
            must(process != NULL, name);
            fill_process(g, process, &view);
            view.rss_sum_max += process->rss_last;
        }
    mw_view_file_sync(&file, &view);
    mw_view_file_close(&file, &view);
}

static void plan(struct generator *g)
{
    g->dead = g->largest = g->spiking = -1;
    g->first_missing = g->ranks / 3;
    g->dead = choose(g, 1);
    g->largest = choose(g, 2);
    g->spiking = choose(g, 3);
    g->peak_largest = 2048 * MIB + number(g, 4, 0, 1000) * 4 * KIB;
    g->spike = 300 * MIB + number(g, 5, 0, 1000) * 4 * KIB;
}

static void prepare(struct generator *g, const char *path)
{
    char name[80];

    must(mkdir(path, 0700) == 0 || errno == EEXIST, path);
    g->dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(g->dirfd >= 0, path);
    g->packed = malloc(mw_journal_length());
    g->journal.head = calloc(1, mw_journal_length());
    must(g->packed && g->journal.head, "memory");
    mw_journal_place(&g->journal, g->journal.head);
    if (g->journals)
        return;
    snprintf(name, sizeof(name), MW_FILE_GATHERED "%016" PRIx64, (uint64_t)WORLD + g->seed);
    g->gathered = openat(g->dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    must(g->gathered >= 0, name);
}

static void print_answers(const struct generator *g)
{
    printf("ranks=%d\nhosts=%d\nrecords=%d\nbytes=%lld\n", g->ranks, g->hosts, g->ranks - MISSING, (long long)g->written);
    printf("missing=%d-%d\ndead=%d\n", g->first_missing, g->first_missing + MISSING - 1, g->dead);
    printf("largest_rank=%d\nlargest_bytes=%" PRIu64 "\npeak_sum=%" PRIu64 "\n", g->largest, g->peak_largest, g->peak_sum);
    printf("spike_rank=%d\nspike_bytes=%" PRIu64 "\nspike_call=%s\n", g->spiking, g->spike, calls[SPIKING]);
}

static int usage(void)
{
    fputs("usage: mwgen [-n RANKS] [-H HOSTS] [-s SEED] [-j | -w | -l] DIR\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    static struct generator g = {.ranks = 1000, .hosts = 10, .seed = 1};
    int option;

    while ((option = getopt(argc, argv, "n:H:s:jwl")) != -1)
        switch (option) {
        case 'n': g.ranks = atoi(optarg); break;
        case 'H': g.hosts = atoi(optarg); break;
        case 's': g.seed = strtoull(optarg, NULL, 10); break;
        case 'l': g.live = true;  /* fall through */
        case 'w': g.whole = true; /* fall through */
        case 'j': g.journals = true; break;
        default: return usage();
        }
    if (optind + 1 != argc || g.ranks < LEAST_RANKS || g.hosts < 1 || g.hosts > g.ranks)
        return usage();
    find_modules(&g);
    plan(&g);
    prepare(&g, argv[optind]);
    for (int rank = 0; rank < g.ranks; rank++)
        if (!is_missing(&g, rank)) {
            make_record(&g, rank);
            write_record(&g);
        }
    for (int host = 0; g.live && host < g.hosts; host++)
        write_view(&g, host);
    print_answers(&g);
    return 0;
}
