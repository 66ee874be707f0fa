/* SPDX-License-Identifier: MIT */
/* mwdump RUN-DIR | mwdump GATHERED-FILE | mwdump RECORD
 *
 * Prints the model of a run as lines `kind key=value ...`, for shell tests. Bytes and nanoseconds; times are since the start
 * of the job. Strings are in double quotes, with " and \ escaped. */
#include "collector/merge/merge.h"
#include "collector/record/json.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const phase_kinds[] = {"start", "between", "user", "end"};
static const char *const number_kinds[] = {"unknown", "exact", "at-least", "at-most"};
static const char *const roles[] = {"rank", "launcher", "other"};
static const char *const stages[] = {"starting", "running", "ready", "committed", "declined", "finalized", "exited", "aborted"};
static const char *const notes[] = {"lost", "remark"};
static const char *const threads[] = {"unknown", "none", "after_init", "in_init"};

static void put_text(const char *key, const char *text)
{
    printf(" %s=\"", key);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('"');
}

static void put_number(const char *key, uint64_t value)
{
    printf(" %s=%" PRIu64, key, value);
}

static void put_change(const char *key, int64_t value)
{
    printf(" %s=%" PRId64, key, value);
}

static void put_time(const struct mw_model *model, const char *key, uint64_t ns)
{
    put_number(key, mw_model_elapsed(model, ns));
}

static void put_bytes(const char *key, const char *kind_key, struct mw_model_bytes bytes)
{
    put_number(key, bytes.bytes);
    printf(" %s=%s", kind_key, number_kinds[bytes.kind]);
}

static void put_rank(const struct mw_model *model, const char *key, uint32_t rank)
{
    put_change(key, rank == MW_MODEL_NONE ? -1 : model->ranks[rank].rank);
}

static void put_place(const struct mw_model_place *place)
{
    put_text("where", place ? place->label : "");
    put_text("function", place ? place->function : "");
    put_text("path", place ? place->path : "");
}

static void put_frames(const struct mw_model_place *const *frames, uint32_t depth)
{
    printf(" stack=\"");
    for (uint32_t i = 0; i < depth; i++)
        printf("%s%s@%s", i ? " " : "", frames[i]->function, frames[i]->label);
    putchar('"');
}

static void dump_job(const struct mw_model *model)
{
    printf("job ranks=%zu hosts=%zu worlds=%zu sampled=%d", model->rank_count, model->host_count, model->world_count,
           model->job.sampled);
    put_number("time_ns", model->job.end_ns - model->job.begin_ns);
    put_bytes("seen", "seen_kind", model->peak.seen);
    put_bytes("upper", "upper_kind", model->peak.upper);
    put_bytes("pss", "pss_kind", model->peak.pss);
    put_number("error", model->cost.error_bytes_max);
    put_number("calls", model->cost.calls);
    put_number("measured", model->cost.measured);
    put_change("growth_mpi", model->mpi_growth.sum);
    printf(" share_mean=%.6f share_max=%.6f", model->cost.share_mean, model->cost.share_max);
    put_number("shim_bytes", model->cost.shim_bytes_max);
    put_number("setup_ns", model->cost.setup_max_ns);
    put_text("library", model->job.library);
    put_text("command", model->job.command);
    printf(" number=%u jobs=%zu\n", model->number, model->job_count);
}

static void dump_rank(const struct mw_model *model, const struct mw_model_rank *rank)
{
    printf("rank rank=%d size=%d world=%u", rank->rank, rank->size, rank->world);
    put_bytes("peak", "peak_kind", rank->peak);
    put_text("peak_phase", rank->peak_phase == MW_MODEL_NONE ? "" : rank->phases[rank->peak_phase].path);
    put_text("peak_site", rank->peak_site == MW_MODEL_NONE ? "" : rank->sites[rank->peak_site].label);
    put_text("host", model->hosts[rank->host].name);
    printf(" pid=%d stage=%s abort_code=%d spawned=%d abi=%d gathered=%d", rank->pid, stages[rank->stage], rank->abort_code,
           rank->spawned, rank->abi, rank->gathered);
    put_number("rss", rank->rss);
    put_number("init_rss", rank->init_rss);
    put_change("growth_mpi", rank->grown_mpi);
    put_change("growth_program", rank->grown_program);
    put_bytes("held_mpi", "held_mpi_kind", rank->held_mpi);
    put_number("init_mpi", rank->in_mpi.init);
    put_number("later_mpi", rank->in_mpi.later);
    put_number("fell_mpi", rank->in_mpi.fell);
    put_number("finalize_mpi", rank->in_mpi.finalize);
    put_number("received_mpi", rank->in_mpi.received);
    put_text("threads", threads[rank->threads]);
    put_number("calls", rank->calls);
    put_number("measured", rank->measured);
    put_number("coarse_calls", rank->coarse_calls);
    put_number("error", rank->error_bytes);
    put_number("measure_ns", rank->measure_ns);
    put_number("shim_bytes", rank->shim_bytes);
    put_number("huge", rank->huge_bytes);
    put_number("swap", rank->swap_bytes);
    put_number("unmeasured_ns", rank->unmeasured_ns);
    printf(" unmeasured=%d", rank->unmeasured);
    put_number("lost_sites", rank->lost_sites);
    put_number("lost_phases", rank->lost_phases);
    put_number("unrecorded", rank->unrecorded);
    put_number("flags", rank->cost_flags);
    put_number("ticks", rank->tick_count);
    put_number("tick_ns", rank->tick_ns);
    put_change("numa", rank->numa_node);
    put_text("binding", rank->binding);
    put_text("in_site", rank->in_site == MW_MODEL_NONE ? "" : rank->sites[rank->in_site].label);
    put_text("last_site", rank->last_site == MW_MODEL_NONE ? "" : rank->sites[rank->last_site].label);
    put_text("phase", rank->phase == MW_MODEL_NONE ? "" : rank->phases[rank->phase].path);
    put_text("exe", rank->exe);
    put_text("command", rank->command);
    putchar('\n');
}

static void dump_phase(const struct mw_model *model, const struct mw_model_rank *rank, const struct mw_model_phase *phase)
{
    printf("phase rank=%d world=%u", rank->rank, rank->world);
    put_text("name", phase->name);
    put_text("path", phase->path);
    printf(" kind=%s", phase_kinds[phase->kind]);
    put_number("visits", phase->visits);
    put_number("measured", phase->measured);
    put_bytes("peak", "peak_kind", phase->peak);
    put_number("peak_exact", phase->peak_exact);
    put_number("entry", phase->entry_rss);
    put_number("exit", phase->exit_rss);
    put_change("growth", phase->growth);
    put_change("growth_mpi", phase->growth_mpi);
    put_number("time_ns", phase->time_ns);
    put_time(model, "first_ns", phase->first_ns);
    put_time(model, "last_ns", phase->last_ns);
    printf(" coarse=%d\n", phase->peak.kind == MW_MODEL_AT_MOST);
}

static void dump_site(const struct mw_model *model, const struct mw_model_rank *rank, const struct mw_model_site *site)
{
    printf("site rank=%d world=%u call=%s comm_size=%u", rank->rank, rank->world, site->call, site->comm_size);
    put_place(site->depth ? site->frames[0] : NULL); /* the innermost place, even if it is in a layer */
    put_number("calls", site->calls);
    put_number("measured", site->measured);
    put_number("sent", site->sent);
    put_number("received", site->received);
    put_number("time_ns", site->time_ns);
    put_number("spike", site->spike);
    put_number("spike_visit", site->spike_visit);
    put_number("spike_entry", site->spike_entry_rss);
    put_time(model, "spike_ns", site->spike_ns);
    put_change("growth", site->growth);
    put_number("coarse_spike", site->coarse_spike);
    put_frames(site->frames, site->depth);
    putchar('\n');
}

static void dump_spike(const struct mw_model *model, const struct mw_model_rank *rank, const struct mw_model_spike *spike)
{
    printf("spike rank=%d world=%u call=%s", rank->rank, rank->world, rank->sites[spike->site].call);
    put_place(rank->sites[spike->site].depth ? rank->sites[spike->site].frames[0] : NULL);
    put_number("height", spike->peak_rss > spike->entry_rss ? spike->peak_rss - spike->entry_rss : 0);
    put_number("entry", spike->entry_rss);
    put_number("peak", spike->peak_rss);
    put_number("exit", spike->exit_rss);
    put_number("visit", spike->visit);
    put_time(model, "entry_ns", spike->entry_ns);
    put_time(model, "exit_ns", spike->exit_ns);
    put_text("phase", spike->phase == MW_MODEL_NONE ? "" : rank->phases[spike->phase].path);
    put_frames(spike->frames, spike->depth);
    putchar('\n');
}

static void dump_process(const struct mw_model *model, const struct mw_model_process *process)
{
    printf("process role=%s", roles[process->role]);
    put_text("name", process->name);
    put_text("host", model->hosts[process->host].name);
    printf(" pid=%d ppid=%d image=%u samples=%u", process->pid, process->ppid, process->image, process->samples);
    put_bytes("peak", "peak_kind", process->peak);
    printf(" exact=%d", process->peak.kind == MW_MODEL_EXACT);
    put_rank(model, "rank", process->rank);
    put_text("command", process->command);
    putchar('\n');
}

static void dump_merged_phase(const struct mw_model *model, const struct mw_model_merged_phase *phase)
{
    printf("merged-phase");
    put_text("name", phase->name);
    put_text("path", phase->path);
    printf(" kind=%s depth=%u ranks=%u", phase_kinds[phase->kind], phase->depth, phase->ranks);
    put_number("visits", phase->visits);
    put_number("visits_max", phase->visits_max);
    put_number("peak_min", phase->peak.min);
    put_number("peak_mean", (uint64_t)phase->peak.mean);
    put_number("peak_max", phase->peak.max);
    printf(" peak_kind=%s", number_kinds[phase->peak_kind]);
    put_rank(model, "worst", phase->ranks && phase->peak.max ? phase->peak.worst : MW_MODEL_NONE);
    put_number("entry_max", phase->entry_rss.max);
    put_number("exit_max", phase->exit_rss.max);
    put_number("time_max", phase->time.max);
    put_change("growth_sum", phase->growth.sum);
    put_change("growth_max", phase->growth.max);
    put_change("growth_mpi", phase->growth_mpi);
    put_time(model, "first_ns", phase->first_ns);
    putchar('\n');
}

static void dump_merged_site(const struct mw_model *model, const struct mw_model_merged_site *site)
{
    printf("merged-site call=%s comm_size=%u", site->call, site->comm_size);
    put_place(site->place);
    printf(" ranks=%u", site->ranks);
    put_number("calls", site->calls);
    put_number("sent", site->sent);
    put_number("received", site->received);
    put_number("time_min", site->time.min);
    put_number("time_max", site->time.max);
    put_number("spike", site->spike);
    put_rank(model, "spike_rank", site->spike_rank);
    put_number("spike_visit", site->spike_visit);
    put_time(model, "spike_ns", site->spike_ns);
    put_number("spike_ranks", site->spike_ranks);
    printf(" stack=%d", site->spike_record != MW_MODEL_NONE);
    put_change("growth", site->growth.sum);
    put_number("coarse_spike", site->coarse_spike);
    putchar('\n');
}

static void dump_death(const struct mw_model *model, const struct mw_model_death *death)
{
    static const char *const causes[] = {"unknown", "signal", "oom", "abort", "exit", "status", "host"};

    printf("death cause=%s number=%d exact=%d finalized=%d", causes[death->cause], death->number, death->exact,
           death->finalized);
    if (death->rank != MW_MODEL_NONE)
        put_rank(model, "rank", death->rank);
    else
        printf(" launch_rank=%d", death->launch_rank);
    put_time(model, "ns", death->ns);
    put_time(model, "order", death->order_ns);
    put_number("rss", death->rss.bytes);
    put_text("text", death->text);
    putchar('\n');
}

static void dump_waiting(const struct mw_model_waiting *waiting)
{
    printf("waiting count=%u first_too=%d", waiting->count, waiting->first_too);
    put_text("ranks", waiting->ranks);
    put_text("label", waiting->label);
    putchar('\n');
}

static void dump_host(const struct mw_model *model, const struct mw_model_host *host)
{
    printf("host name=%s launcher=%d sampled=%d peer=%d ranks=%u", host->name, host->is_launcher, host->is_sampled, host->peer,
           host->ranks);
    put_number("clock_error_ns", host->clock_error_ns);
    put_number("seen", host->seen.bytes);
    put_number("upper", host->upper.bytes);
    put_number("limit", host->limit.bytes);
    put_number("kills", host->kills);
    put_number("nodes", host->node_count);
    put_time(model, "last_ns", host->last_ns);
    putchar('\n');
}

static void dump_rank_tables(const struct mw_model *model, const struct mw_model_rank *rank)
{
    for (uint32_t i = 0; i < rank->phase_count; i++)
        if (rank->phases[i].merged != MW_MODEL_NONE)
            dump_phase(model, rank, &rank->phases[i]);
    for (uint32_t i = 0; i < rank->site_count; i++)
        dump_site(model, rank, &rank->sites[i]);
    for (uint32_t i = 0; i < rank->spike_count; i++)
        dump_spike(model, rank, &rank->spikes[i]);
}

static void dump_model(const struct mw_model *model)
{
    dump_job(model);
    for (size_t i = 0; i < model->host_count; i++)
        dump_host(model, &model->hosts[i]);
    if (model->death_count)
        printf("first count=%u\n", model->first_count);
    for (size_t i = 0; i < model->death_count; i++)
        dump_death(model, &model->deaths[i]);
    for (size_t i = 0; i < model->waiting_count; i++)
        dump_waiting(&model->waiting[i]);
    for (size_t i = 0; i < model->rank_count; i++)
        dump_rank(model, &model->ranks[i]);
    for (size_t i = 0; i < model->rank_count; i++)
        dump_rank_tables(model, &model->ranks[i]);
    for (size_t i = 0; i < model->phase_count; i++)
        dump_merged_phase(model, &model->phases[i]);
    for (size_t i = 0; i < model->site_count; i++)
        dump_merged_site(model, &model->sites[i]);
    for (size_t i = 0; i < model->process_count; i++)
        dump_process(model, &model->processes[i]);
    for (size_t i = 0; i < model->note_count; i++) {
        printf("note kind=%s", notes[model->notes[i].kind]);
        put_text("text", model->notes[i].text);
        putchar('\n');
    }
}

/* A run, followed by each of several jobs. */
static void dump(const struct mw_model *model)
{
    dump_model(model);
    for (size_t i = 0; i < model->job_count; i++)
        dump_model(&model->jobs[i]);
}

static struct mw_model *load(const char *path, struct mw_err *err)
{
    struct mw_model *model;
    struct stat st;
    int fd;

    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return mw_record_json_is(path) ? mw_record_json_read(path, err) : mw_merge_gathered(path, err);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        mw_err_set(err, "cannot open %s", path);
        return NULL;
    }
    model = mw_merge_run(fd, NULL, err);
    close(fd);
    return model;
}

int main(int argc, char **argv)
{
    struct mw_err err;
    struct mw_model *model;

    if (argc != 2) {
        fprintf(stderr, "usage: mwdump RUN-DIR | GATHERED-FILE | RECORD\n");
        return 2;
    }
    model = load(argv[1], &err);
    if (!model) {
        fprintf(stderr, "mwdump: %s\n", err.text);
        return 1;
    }
    dump(model);
    mw_model_destroy(model);
    return 0;
}
