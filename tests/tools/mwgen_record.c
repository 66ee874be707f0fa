/* SPDX-License-Identifier: MIT */
/* The journal of a rank. */
#include "tests/tools/mwgen.h"

#include <stdio.h>
#include <string.h>

/* Calls of the program's loop; a rank omits a few of them. MPI_Init comes before and MPI_Finalize after them. */
static const char *const calls[] = {
    "MPI_Bcast",
    "MPI_Scatter",
    "MPI_Allreduce",
    SPIKING_CALL, /* calls[SPIKING] */
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
#define SPIKING 3

static const struct {
    const char *name;
    uint32_t parent;
} user_phases[] = {{"setup", 0}, {"solve", 0}, {"assembly", 3}, {"exchange", 3}, {"reduction", 3}, {"output", 0}};

#define USER_PHASES (sizeof(user_phases) / sizeof(user_phases[0]))
#define PHASES 30
#define HEAP_SITES 24

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

/* Lines of the same places in every rank; the first one has three quarters of the largest rank's peak, and a tenth of the
 * others'. */
static void fill_heap(struct generator *g)
{
    struct mw_heap_state *state = g->journal.heap;

    *state = (struct mw_heap_state){.why = MW_HEAP_RECORDING,
                                    .phase_best = MW_HEAP_PHASE_PEAK,
                                    .mark = g->peak,
                                    .adopted = g->peak,
                                    .file_bytes = 8 * MIB,
                                    .anon_bytes = g->peak - 8 * MIB,
                                    .begin_ns = g->origin,
                                    .end_ns = g->origin + 2900 * MS,
                                    .interval = 512 * KIB};
    state->snapshots[MW_HEAP_AT_PEAK] = (struct mw_heap_snapshot){.ns = g->origin + 1000 * MS, .epoch = 3};
    for (uint32_t i = 0; i < g->module_count; i++) {
        g->journal.heap_modules[i] = g->modules[i].record;
        mw_journal_publish(&g->journal, MW_SECTION_HEAP_MODULE, i);
    }
    for (uint32_t i = 0; i < HEAP_SITES; i++) {
        struct mw_heap_site *site = &g->journal.heap_sites[i];
        uint64_t bytes = i ? mine(g, 20000 + i, 4 * MIB) : g->rank == g->largest ? g->peak / 4 * 3 : g->peak / 10;
        *site = (struct mw_heap_site){.depth = 4 + i % 5,
                                      .samples = 1 + i,
                                      .allocated = 2 * bytes + 1,
                                      .amount = {.held = 1, .at = {bytes}, .epoch = {3}},
                                      .at_blocks = {1 + i}};
        site->variance_kib = i % 2 ? 512 * (site->allocated >> 10) : 0;
        for (uint32_t f = 0; f < site->depth; f++) {
            struct mw_frame frame = frame_at(g, 500 + i, f);
            site->frames[f] = (uint64_t)frame.module << MW_HEAP_FRAME_OFFSET | frame.offset;
        }
        mw_journal_publish(&g->journal, MW_SECTION_HEAP_SITE, i);
    }
    mw_journal_publish(&g->journal, MW_SECTION_HEAP, 0);
}

void mwgen_make_record(struct generator *g, int rank)
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
    fill_heap(g);
}
