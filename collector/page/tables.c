/* SPDX-License-Identifier: MIT */
/* Hosts, ranks, phases and call sites. */
#include "collector/base/json_out.h"
#include "collector/base/mem.h"
#include "collector/model/phase_choice.h"
#include "collector/model/phase_span.h"
#include "collector/page/parts.h"
#include "collector/page/table.h"
#include "collector/report/lines/words.h"

#include <stdlib.h>

#define PHASES_SHOWN 60

static const char *const limit_names[MW_LIMIT_KINDS] = {[MW_LIMIT_NONE] = "",
                                                        [MW_LIMIT_CGROUP] = "control group",
                                                        [MW_LIMIT_NODE] = "memory of the node",
                                                        [MW_LIMIT_HIGH] = "memory.high of control group",
                                                        [MW_LIMIT_MEMSW] = "memory and swap of control group",
                                                        [MW_LIMIT_SLURM] = "Slurm",
                                                        [MW_LIMIT_ADDRESS] = "ulimit -v",
                                                        [MW_LIMIT_DATA] = "ulimit -d"};

static bool is_group(enum mw_limit_kind kind)
{
    return kind == MW_LIMIT_CGROUP || kind == MW_LIMIT_MEMSW;
}

static void put_host(struct mw_page_table *table, const struct mw_model_host *host)
{
    mw_page_table_row(table);
    mw_page_table_text(table, "name", host->name);
    mw_page_table_count(table, "ranks", host->ranks);
    mw_page_table_known(table, "seen", host->seen);
    mw_page_table_known(table, "upper", host->upper);
    mw_page_table_known(table, "pss", host->pss);
    mw_page_table_bytes(table, "limit", host->limit.bytes);
    mw_page_table_text(table, "limit_from", limit_names[host->limit.kind]);
    mw_page_table_text(table, "cgroup", is_group(host->limit.kind) ? host->limit.cgroup_path : "");
}

void mw_page_hosts(FILE *out, const struct mw_model *model)
{
    struct mw_page_table table = mw_page_table_begin(out, "hosts");

    for (size_t i = 0; i < model->host_count; i++)
        put_host(&table, &model->hosts[i]);
    mw_page_table_end(&table);
}

/* ---- ranks ---- */

static void put_rank(struct mw_page_table *table, const struct mw_model *model, uint32_t index)
{
    const struct mw_model_rank *rank = &model->ranks[index];
    char place[700];

    mw_report_peak_place(place, sizeof(place), rank, MW_REPORT_COMPLETE);
    mw_page_table_row(table);
    mw_page_table_id(table, "label", mw_report_rank(model, index).text);
    mw_page_table_text(table, "host", model->hosts[rank->host].name);
    mw_page_table_index(table, "pid", (uint64_t)rank->pid);
    mw_page_table_known(table, "peak", rank->peak);
    mw_page_table_time(table, "peak_at", mw_model_elapsed(model, rank->peak_ns));
    mw_page_table_text(table, "peak_in", place);
    mw_page_table_known(table, "mpi_own", rank->held_mpi);
    mw_page_table_bytes(table, "at_end", rank->end_rss);
    mw_page_table_count(table, "calls", rank->calls);
    mw_page_table_count(table, "measured", rank->measured);
    mw_page_table_time(table, "known_until", mw_model_elapsed(model, rank->known_ns));
    mw_page_table_flag(table, "exited", rank->exited);
}

void mw_page_ranks(FILE *out, const struct mw_model *model, const struct mw_page_curves *curves)
{
    struct mw_page_table table = mw_page_table_begin(out, "ranks");

    for (uint32_t i = 0; i < model->rank_count; i++) {
        put_rank(&table, model, i);
        mw_page_curves_write_rank(mw_page_table_cell(&table, "curve", "curve"), curves, model, &model->ranks[i]);
    }
    mw_page_table_end(&table);
}

/* ---- phases ---- */

/* The phases that the table shows at first, and their enclosing phases. */
static bool *choose_phases(const struct mw_model *model)
{
    bool *among = mw_mem_alloc(model->phase_count, sizeof(*among));
    bool *chosen = mw_mem_alloc(model->phase_count, sizeof(*chosen));

    for (size_t i = 0; i < model->phase_count; i++)
        among[i] = true;
    mw_phase_choice_make(model, among, PHASES_SHOWN, chosen);
    free(among);
    for (size_t i = 0; i < model->phase_count; i++)
        for (uint32_t at = (uint32_t)i; chosen[i] && at != MW_MODEL_NONE; at = model->phases[at].parent)
            chosen[at] = true;
    return chosen;
}

static struct mw_phase_span span_of(const struct mw_model *model, uint32_t index)
{
    const struct mw_model_merged_phase *phase = &model->phases[index];

    if (phase->kind == MW_PHASE_USER)
        return mw_phase_span_merged(model, index);
    return (struct mw_phase_span){phase->first_ns, phase->last_ns, 0, 0};
}

static void put_phase_times(struct mw_page_table *table, const struct mw_model *model, uint32_t index)
{
    const struct mw_model_merged_phase *phase = &model->phases[index];
    const struct mw_phase_span span = span_of(model, index);

    mw_page_table_flag(table, "by_tick", mw_report_by_tick(phase));
    mw_page_table_time(table, "time", (uint64_t)phase->time.mean);
    mw_page_table_time(table, "first", mw_model_elapsed(model, span.first_ns));
    mw_page_table_time(table, "last", mw_model_elapsed(model, span.last_ns));
    mw_page_table_share(table, "share", span.share);
}

static void put_phase(struct mw_page_table *table, const struct mw_model *model, uint32_t index, bool chosen)
{
    const struct mw_model_merged_phase *phase = &model->phases[index];
    char name[600];

    mw_report_phase(name, sizeof(name), phase, MW_REPORT_COMPLETE);
    mw_page_table_row(table);
    mw_page_table_text(table, "name", name);
    mw_page_table_flag(table, "named", phase->kind == MW_PHASE_USER);
    mw_page_table_count(table, "depth", phase->depth);
    mw_page_table_count(table, "ranks", phase->ranks);
    mw_page_table_count(table, "visits", phase->visits_max);
    put_phase_times(table, model, index);
    mw_page_table_bytes(table, "peak_min", phase->peak.min);
    mw_page_table_bytes(table, "peak_mean", (uint64_t)phase->peak.mean);
    mw_page_table_known(table, "peak", (struct mw_model_bytes){phase->peak.max, phase->peak_kind});
    mw_page_table_id(table, "peak_rank", mw_report_rank(model, phase->peak.worst).text);
    mw_page_table_change(table, "grew", phase->growth.max);
    mw_page_table_flag(table, "chosen", chosen);
}

void mw_page_phases(FILE *out, const struct mw_model *model)
{
    struct mw_page_table table = mw_page_table_begin(out, "phases");
    bool *chosen = choose_phases(model);

    for (uint32_t i = 0; i < model->phase_count; i++)
        put_phase(&table, model, i, chosen[i]);
    mw_page_table_end(&table);
    free(chosen);
}

/* ---- call sites ---- */

static void put_site(struct mw_page_table *table, const struct mw_model *model, const struct mw_model_merged_site *site)
{
    mw_page_table_row(table);
    mw_page_table_text(table, "call", site->call);
    mw_page_table_text(table, "place", site->place ? site->place->label : "");
    mw_page_table_text(table, "function", site->place ? site->place->function : "");
    mw_page_table_count(table, "comm_size", site->comm_size);
    mw_page_table_count(table, "ranks", site->ranks);
    mw_page_table_count(table, "calls", site->calls);
    mw_page_table_bytes(table, "sent", site->sent);
    mw_page_table_bytes(table, "received", site->received);
    mw_page_table_time(table, "time", (uint64_t)site->time.mean);
    mw_page_table_change(table, "grew", site->growth.max);
    mw_page_table_bytes(table, "spike", site->spike);
    mw_page_table_id(table, "spike_rank", site->spike ? mw_report_rank(model, site->spike_rank).text : "");
}

void mw_page_sites(FILE *out, const struct mw_model *model)
{
    struct mw_page_table table = mw_page_table_begin(out, "sites");

    for (size_t i = 0; i < model->site_count; i++)
        put_site(&table, model, &model->sites[i]);
    mw_page_table_end(&table);
}
