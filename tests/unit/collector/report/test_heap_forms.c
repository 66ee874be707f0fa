/* SPDX-License-Identifier: MIT */
/* Whose memory it is, for other tools: the profile for pprof, collapsed stacks and the table are read again. */
#include "collector/record/json.h"
#include "collector/report/folded.h"
#include "collector/report/json.h"
#include "collector/report/lines/lines.h"
#include "collector/report/pprof.h"
#include "collector/report/tables.h"
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/pprof_read.h"
#include "tests/unit/synthetic.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define RANKS 4

static char *render(mw_report_write *write, const struct mw_model *model, size_t *size)
{
    const struct mw_report_style style = {0};
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, size);

    assert_int_equal(write(out, model, &style), 0);
    fclose(out);
    return bytes;
}

static char *render_text(mw_report_write *write, const struct mw_model *model)
{
    size_t size;

    return render(write, model, &size);
}

static void read_profile(struct pprof *profile, const struct mw_model *model)
{
    size_t size;
    char *bytes = render(mw_report_pprof_write, model, &size);

    pprof_read(profile, bytes, size);
    free(bytes);
}

/* ---- the profile ---- */

static int64_t number_of(const struct pprof *profile, const struct pprof_sample *sample, const char *key)
{
    const struct pprof_label *label = pprof_label_of(profile, sample, key);

    assert_non_null(label);
    assert_string_equal(profile->strings[label->unit], key); /* pprof drops a 0 without a unit */
    return label->number;
}

static const char *text_of(const struct pprof *profile, const struct pprof_sample *sample, const char *key)
{
    const struct pprof_label *label = pprof_label_of(profile, sample, key);

    return label ? profile->strings[label->text] : "";
}

/* The sample of a rank whose innermost function is this one. */
static const struct pprof_sample *find(const struct pprof *profile, int64_t rank, const char *name)
{
    const struct pprof_sample *found = NULL;

    for (size_t i = 0; i < profile->sample_count; i++)
        if (number_of(profile, &profile->samples[i], "rank") == rank &&
            !strcmp(pprof_name(profile, &profile->samples[i], 0, 0), name)) {
            assert_null(found);
            found = &profile->samples[i];
        }
    return found;
}

static bool has_comment(const struct pprof *profile, const char *part)
{
    for (size_t i = 0; i < profile->comment_count; i++)
        if (strstr(profile->strings[profile->comments[i]], part))
            return true;
    return false;
}

static int64_t total(const struct pprof *profile, int64_t rank)
{
    int64_t sum = 0;

    for (size_t i = 0; i < profile->sample_count; i++)
        if (rank < 0 || number_of(profile, &profile->samples[i], "rank") == rank)
            sum += profile->samples[i].values[0];
    return sum;
}

/* The phase, or else the call. */
static const char *peak_of(const struct mw_model_rank *rank)
{
    return rank->peak_phase != MW_MODEL_NONE ? rank->phases[rank->peak_phase].path : rank->sites[rank->peak_site].label;
}

static void test_profile(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, RANKS, true);
    struct pprof profile;

    (void)state;
    read_profile(&profile, model);
    assert_string_equal(profile.strings[profile.types[0][0]], "space");
    assert_string_equal(profile.strings[profile.types[0][1]], "bytes");
    assert_string_equal(profile.strings[profile.types[1][0]], "blocks");
    assert_string_equal(profile.strings[profile.types[1][1]], "count");
    assert_string_equal(profile.strings[profile.default_type], "space");
    assert_string_equal(profile.strings[profile.period_type[0]], "space");
    assert_int_equal(profile.period, 512 << 10);
    assert_int_equal(profile.time_ns, model->job.begin_wall_ns);
    assert_int_equal(profile.duration_ns, mw_model_duration(model));
    for (uint32_t r = 0; r < RANKS; r++) {
        const struct mw_model_heap *heap = &model->ranks[r].heap;
        const struct pprof_sample *kept = find(&profile, r, "[free, kept by malloc]");
        assert_true(heap->mark > 0);
        assert_int_equal(total(&profile, r), heap->mark); /* the samples add up to the peak */
        assert_int_equal(kept->values[0], heap->rows[MW_HEAP_ROW_KEPT]);
        assert_int_equal(kept->values[1], 0);
        assert_string_equal(text_of(&profile, kept, "owner"), "malloc");
        assert_string_equal(text_of(&profile, kept, "host"), "node01");
        assert_string_equal(text_of(&profile, kept, "phase"), peak_of(&model->ranks[r]));
    }
    assert_true(has_comment(&profile, model->job.command));
    assert_true(has_comment(&profile, "sums over 4 ranks"));
    assert_true(has_comment(&profile, mw_units_bytes(model->ranks[0].heap.error).text));
    pprof_free(&profile);
    mw_model_destroy(model);
}

/* Each site is one sample, with its whole stack. */
static void test_sites(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, RANKS, true);
    const struct mw_model_heap *heap = &model->ranks[2].heap;
    struct pprof profile;
    size_t next = 0, mpi = 0;

    (void)state;
    read_profile(&profile, model);
    for (; number_of(&profile, &profile.samples[next], "rank") != 2; next++)
        ;
    for (uint32_t i = 0; i < heap->site_count; i++) {
        const struct mw_model_heap_site *site = &heap->sites[i];
        const struct pprof_sample *sample = &profile.samples[next];
        if (!site->at_peak)
            continue;
        next++;
        assert_int_equal(sample->values[0], site->at_peak);
        assert_int_equal(sample->values[1], site->blocks_at_peak);
        assert_int_equal(sample->depth, site->depth ? site->depth + site->cut : 1);
        for (uint32_t k = 0; k < site->depth; k++) {
            const struct pprof_location *location = &profile.locations[sample->locations[k] - 1];
            const struct pprof_mapping *mapping = &profile.mappings[location->mapping - 1];
            assert_string_equal(pprof_name(&profile, sample, k, 0), site->frames[k]->label); /* no names in this job */
            assert_string_equal(profile.strings[mapping->file], site->frames[k]->module);
            assert_int_equal(location->address - mapping->start, site->frames[k]->offset - 1); /* in the call */
        }
        if (site->cut)
            assert_string_equal(pprof_name(&profile, sample, sample->depth - 1, 0), "[more frames]");
        assert_string_equal(text_of(&profile, sample, "owner"), site->owner == MW_HEAP_MPI ? "mpi" : "program");
        assert_string_equal(text_of(&profile, sample, "library"), site->library);
        mpi += site->owner == MW_HEAP_MPI && text_of(&profile, sample, "mpi_call")[0];
    }
    assert_int_equal(mpi, 2); /* libucp and hwloc */
    assert_non_null(find(&profile, 2, "(other lines)"));
    pprof_free(&profile);
    mw_model_destroy(model);
}

static void test_modules(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, RANKS, true);
    struct pprof profile;
    size_t apps = 0;

    (void)state;
    read_profile(&profile, model);
    assert_true(profile.mapping_count >= 4);
    for (size_t i = 0; i < profile.mapping_count; i++) {
        const char *file = profile.strings[profile.mappings[i].file];
        const char *build_id = profile.strings[profile.mappings[i].build_id];
        assert_int_equal(strlen(build_id), strcmp(file, "/nonexistent/app") ? 0 : 40);
        apps += strlen(build_id) == 40;
        for (int k = 0; k < 4; k++)
            assert_int_equal(profile.mappings[i].has[k], 1);
    }
    assert_int_equal(apps, 1);
    pprof_free(&profile);
    mw_model_destroy(model);
}

/* A place with a line, possibly inlined into another one. */
static struct mw_model_place place(const char *function, uint32_t line, const struct mw_model_place *outer)
{
    return (struct mw_model_place){.line = line,
                                   .offset = outer ? outer->offset : 0x1000 + line,
                                   .label = "fft;.c:9",
                                   .function = function,
                                   .file = "fft;.c",
                                   .path = "/src/fft;.c",
                                   .module = "/nonexistent/app",
                                   .outer = outer};
}

/* Gives the first site of a rank three frames, of which the innermost is inlined, and one that starts every program. */
static const struct mw_model_place **set_stack(struct mw_model *model, uint32_t rank)
{
    static struct mw_model_place start, outer, middle, inner;
    static const struct mw_model_place *frames[4];
    struct mw_model_heap_site *site = &model->ranks[rank].heap.sites[0];

    start = place("_start", 0, NULL);
    outer = place("main", 40, NULL);
    middle = place("compute<a;b>", 30, NULL);
    inner = place("sum", 20, &middle);
    frames[0] = &inner;
    frames[1] = &middle;
    frames[2] = &outer;
    frames[3] = &start;
    site->frames = frames;
    site->depth = 4;
    site->cut = false;
    site->label = inner.label;
    return frames;
}

static void test_inlined(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, RANKS, true);
    const struct pprof_sample *sample;
    const struct pprof_location *location;
    struct pprof profile;

    (void)state;
    set_stack(model, 1);
    read_profile(&profile, model);
    sample = find(&profile, 1, "sum");
    assert_non_null(sample);
    assert_int_equal(sample->depth, 2); /* without _start */
    location = &profile.locations[sample->locations[0] - 1];
    assert_int_equal(location->line_count, 2); /* one call, whose function was inlined */
    assert_int_equal(location->lines[0].line, 20);
    assert_int_equal(location->lines[1].line, 30);
    assert_string_equal(pprof_name(&profile, sample, 0, 1), "compute<a;b>");
    assert_string_equal(pprof_name(&profile, sample, 1, 0), "main");
    assert_string_equal(profile.strings[profile.functions[location->lines[0].function - 1].file], "/src/fft;.c");
    pprof_free(&profile);
    mw_model_destroy(model);
}

static void test_not_explained(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, RANKS, true);
    struct mw_model_heap *heap = &model->ranks[0].heap;
    struct pprof profile;
    char *text;

    (void)state;
    heap->rows[MW_HEAP_ROW_KEPT] += heap->rows[MW_HEAP_ROW_OTHER] + 5000; /* the kernel counts less than we do */
    heap->rows[MW_HEAP_ROW_OTHER] = -5000;
    read_profile(&profile, model);
    assert_int_equal(find(&profile, 0, "[not explained]")->values[0], -5000);
    assert_int_equal(total(&profile, 0), heap->mark);
    pprof_free(&profile);
    text = render_text(mw_report_folded_write, model);
    assert_null(strstr(text, "rank 0;[not explained]"));
    assert_null(strstr(text, "-5000"));
    free(text);
    mw_model_destroy(model);
}

/* ---- collapsed stacks ---- */

static void test_folded(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, RANKS, true);
    uint64_t sums[RANKS] = {0};
    char *text, *line, *rest, *last = NULL, expected[200];

    (void)state;
    set_stack(model, 3);
    text = render_text(mw_report_folded_write, model);
    snprintf(expected, sizeof(expected), "rank 3;main;compute<a:b>;sum;fft:.c:9 %" PRIu64 "\n",
             model->ranks[3].heap.sites[0].at_peak);
    assert_non_null(strstr(text, expected));
    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *blank = strrchr(line, ' '), *end;
        unsigned long rank = strtoul(line + strlen("rank "), &end, 10);
        assert_true(!strncmp(line, "rank ", 5) && *end == ';' && rank < RANKS);
        assert_int_equal(blank[1 + strspn(blank + 1, "0123456789")], '\0');
        sums[rank] += strtoull(blank + 1, NULL, 10);
        *blank = '\0';
        assert_true(!last || strcmp(last, line) < 0); /* sorted, no stack twice */
        last = line;
    }
    for (uint32_t r = 0; r < RANKS; r++) {
        int64_t other = model->ranks[r].heap.rows[MW_HEAP_ROW_OTHER];
        assert_int_equal(sums[r], (int64_t)model->ranks[r].heap.mark - (other < 0 ? other : 0));
    }
    free(text);
    mw_model_destroy(model);
}

/* ---- the table ---- */

static size_t rows_of(const char *text)
{
    size_t rows = 0;

    for (; (text = strchr(text, '\n')); text++)
        rows++;
    return rows;
}

static void test_table(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, RANKS, true);
    const struct mw_model_heap *heap = &model->ranks[2].heap;
    char *text = render_text(mw_report_heap_write, model), row[400];
    size_t rows = 1;

    (void)state;
    for (uint32_t r = 0; r < RANKS; r++) {
        rows += model->ranks[r].heap.site_count;
        for (int i = 0; i < MW_HEAP_ROWS; i++)
            rows += i > MW_HEAP_ROW_MEMWATCH && model->ranks[r].heap.rows[i];
        rows++; /* memwatch's own memory is of no site here; lines of the program and of MPI are in the list */
    }
    assert_int_equal(rows_of(text), rows);
    snprintf(row, sizeof(row), "malloc,,\"free, kept by malloc\",,,,,%" PRId64 ",,,,,,,,,1\n", heap->rows[MW_HEAP_ROW_KEPT]);
    assert_non_null(strstr(text, row));
    snprintf(row, sizeof(row), ",%" PRIu64 ",0,1,0,%" PRIu64 ",0,yes,", heap->sites[0].at_peak, heap->sites[0].allocated);
    assert_non_null(strstr(text, row)); /* 40 MiB, freed inside the call */
    free(text);
    mw_model_destroy(model);
}

/* ---- all of them ---- */

static mw_report_write *const forms[] = {mw_report_pprof_write, mw_report_folded_write, mw_report_heap_write};

static void test_no_heap(void **state)
{
    struct mw_model *model = merged_job(synthetic_job, RANKS, true);
    struct pprof profile;
    char *text;

    (void)state;
    assert_non_null(strstr(mw_lines_heap_missing(model), "not loaded"));
    read_profile(&profile, model);
    assert_int_equal(profile.sample_count, 0);
    assert_true(has_comment(&profile, "no allocations were recorded"));
    pprof_free(&profile);
    text = render_text(mw_report_folded_write, model);
    assert_string_equal(text, "");
    free(text);
    text = render_text(mw_report_heap_write, model);
    assert_int_equal(rows_of(text), 1);
    free(text);
    mw_model_destroy(model);
    model = merged_job(synthetic_heap_job, RANKS, true);
    assert_null(mw_lines_heap_missing(model));
    mw_model_destroy(model);
}

static struct mw_model *read_again(const struct mw_model *model)
{
    size_t size;
    char *record = render(mw_report_json_write, model, &size), name[] = "/tmp/memwatch-heap-forms-XXXXXX";
    int fd = mkstemp(name);
    struct mw_model *again;
    struct mw_err err;

    assert_true(fd >= 0 && write(fd, record, size) == (ssize_t)size);
    close(fd);
    again = mw_record_json_read(name, &err);
    unlink(name);
    free(record);
    assert_non_null(again);
    return again;
}

static void test_from_record(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, RANKS, true), *again = read_again(model);

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        size_t size, other_size;
        char *bytes = render(forms[i], model, &size), *other = render(forms[i], again, &other_size);
        assert_int_equal(size, other_size);
        assert_memory_equal(bytes, other, size);
        free(bytes);
        free(other);
    }
    mw_model_destroy(model);
    mw_model_destroy(again);
}

static void test_several_jobs(void **state)
{
    struct mw_model *model = merged_job(synthetic_heap_job, RANKS, true), run = *model, jobs[2] = {*model, *model};
    struct pprof one, both;
    char *text;

    (void)state;
    jobs[0].number = 1;
    jobs[1].number = 2;
    run.jobs = jobs;
    run.job_count = 2;
    read_profile(&one, model);
    read_profile(&both, &run);
    assert_null(pprof_label_of(&one, &one.samples[0], "job"));
    assert_int_equal(both.sample_count, 2 * one.sample_count);
    assert_int_equal(total(&both, -1), 2 * total(&one, -1));
    assert_int_equal(both.location_count, one.location_count);
    assert_int_equal(number_of(&both, &both.samples[0], "job"), 1);
    assert_int_equal(number_of(&both, &both.samples[both.sample_count - 1], "job"), 2);
    assert_true(has_comment(&both, "sums over 8 ranks"));
    pprof_free(&one);
    pprof_free(&both);
    text = render_text(mw_report_folded_write, &run);
    assert_non_null(strstr(text, "job 2;rank 3;"));
    assert_memory_equal(text, "job 1;rank 0;", 13);
    free(text);
    text = render_text(mw_report_heap_write, &run);
    assert_non_null(strstr(text, ",2\n"));
    free(text);
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile),      cmocka_unit_test(test_sites),         cmocka_unit_test(test_modules),
        cmocka_unit_test(test_inlined),      cmocka_unit_test(test_not_explained), cmocka_unit_test(test_folded),
        cmocka_unit_test(test_table),        cmocka_unit_test(test_no_heap),       cmocka_unit_test(test_from_record),
        cmocka_unit_test(test_several_jobs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
