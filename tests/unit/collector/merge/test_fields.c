/* SPDX-License-Identifier: MIT */
/* The tables of the record walked: each field of a journal reaches its member of the model and no other, and none of a
 * journal's fields is forgotten. */
#include "collector/merge/parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SHIFT 1000000 /* ns, of the host's clock */
#define END        \
    {              \
        NULL, 0, 0 \
    }
#define PART(member)                                                   \
    {                                                                  \
#member, offsetof(ENTRY, member), sizeof(((ENTRY *)0)->member) \
    }

/* A field of a journal that has no row: merge/take.c, another file, or nothing uses it. */
struct part {
    const char *name;
    size_t offset, size;
};

#define ENTRY struct mw_journal_read
static const struct part rank_rest[] = {
    PART(ident.world_id),       PART(ident.wall_ns),       PART(ident.host),
    PART(ident.reach),          PART(ident.pid_ns),                          /* ranks.c, worlds.c */
    PART(ident.affinity),       PART(ident.page_bytes),    PART(state.peak), /* with its kind */
    PART(state.decision),       PART(state.grown_shared),  PART(state.peak_shared),
    PART(state.tick_ns),        PART(state.address_limit), PART(state.address_peak),
    PART(state.data_limit),     PART(state.data_max),      PART(state.clock_shift_ns),
    PART(state.clock_error_ns), PART(state.clock_known),   PART(state.gathered_host),
    PART(state.objects),                                /* those that it has */
    PART(cost.measure_ns),      PART(cost.counting_ns), /* added */
    PART(cost.floor_bytes),     PART(cost.budget_ppm),     END};
#undef ENTRY
#define ENTRY struct mw_site
static const struct part site_rest[] = {PART(call), PART(depth), PART(start_site), PART(flags), PART(frames), END};
#undef ENTRY
#define ENTRY struct mw_phase
static const struct part phase_rest[] = {PART(name), PART(coarse_peak), PART(visit_stride), PART(visit_count), PART(kept), END};
#undef ENTRY
#define ENTRY struct mw_spike
static const struct part spike_rest[] = {PART(seq), PART(depth), PART(frames), END};
#undef ENTRY

static const struct table {
    const struct mw_fields *fields;
    const struct part *rest;
    size_t entry_size;
} tables[] = {{&mw_fields_rank, rank_rest, offsetof(struct mw_journal_read, modules)},
              {&mw_fields_site, site_rest, sizeof(struct mw_site)},
              {&mw_fields_phase, phase_rest, sizeof(struct mw_phase)},
              {&mw_fields_spike, spike_rest, sizeof(struct mw_spike)}};

#define TABLE_COUNT (sizeof(tables) / sizeof(tables[0]))

static struct mw_model *make_model(void)
{
    struct mw_model *model = mw_model_create();

    model->hosts = calloc(1, sizeof(*model->hosts));
    model->host_count = 1;
    model->hosts[0].shift_ns = SHIFT;
    return model;
}

/* The bytes of one entry that are its parts. */
static void mark(unsigned char *used, size_t entry_size, const char *name, size_t offset, size_t size)
{
    if (offset + size > entry_size)
        fail_msg("%s is outside of the entry", name);
    memset(used + offset, 1, size);
}

static void test_every_field_of_a_journal_has_a_row_or_is_named_here(void **state)
{
    static unsigned char used[sizeof(struct mw_journal_read)];

    (void)state;
    for (size_t t = 0; t < TABLE_COUNT; t++) {
        memset(used, 0, sizeof(used));
        for (const struct mw_field *field = tables[t].fields->field; field->type != MW_FIELD_END; field++)
            mark(used, tables[t].entry_size, field->name, field->from, field->from_size);
        for (const struct part *part = tables[t].rest; part->name; part++) {
            if (memchr(used + part->offset, 1, part->size))
                fail_msg("%s has a row", part->name);
            mark(used, tables[t].entry_size, part->name, part->offset, part->size);
        }
        for (size_t i = 0; i < tables[t].entry_size; i++)
            if (!used[i])
                fail_msg("%s: byte %zu of the journal's entry has no row in the record, and is not in the list of this test",
                         tables[t].fields->name, i);
    }
}

static void assert_width(const struct mw_field *field)
{
    switch (field->type) {
    case MW_FIELD_U64:
    case MW_FIELD_I64:
    case MW_FIELD_TIME: assert_int_equal(field->from_size, 8); break;
    case MW_FIELD_U32:
    case MW_FIELD_I32:
    case MW_FIELD_RANK:
    case MW_FIELD_INDEX: assert_int_equal(field->from_size, 4); break;
    case MW_FIELD_BOOL:
    case MW_FIELD_ENUM: assert_true(field->from_size == 4 || field->from_size == 8); break;
    case MW_FIELD_STRING: assert_true(field->from_size > 8); break;
    default: fail_msg("%s: a field of this type is not taken from a journal", field->name);
    }
}

static void test_widths_are_those_of_the_types(void **state)
{
    (void)state;
    for (size_t t = 0; t < TABLE_COUNT; t++)
        for (const struct mw_field *field = tables[t].fields->field; field->type != MW_FIELD_END; field++)
            if (field->from_size)
                assert_width(field);
}

/* Bytes of a member in the model. */
static size_t width(const struct mw_field *field)
{
    return field->type == MW_FIELD_STRING ? sizeof(char *)
           : field->type == MW_FIELD_ENUM ? sizeof(int)
           : field->type == MW_FIELD_BOOL ? sizeof(bool)
                                          : field->from_size;
}

static void assert_taken(const struct mw_field *field, const void *at, uint64_t given)
{
    switch (field->type) {
    case MW_FIELD_TIME: assert_int_equal(*(const uint64_t *)at, given + SHIFT); break;
    case MW_FIELD_BOOL: assert_true(*(const bool *)at); break;
    case MW_FIELD_ENUM: assert_int_equal(*(const int *)at, given); break;
    case MW_FIELD_INDEX: assert_int_equal(*(const uint32_t *)at, given - 1); break;
    case MW_FIELD_STRING: assert_string_equal(*(const char *const *)at, "text"); break;
    default: assert_memory_equal(at, &given, field->from_size);
    }
}

/* 1 is valid in every field: a word, an index, a number. */
static void take_one(struct mw_model *model, const struct table *table, const struct mw_field *field)
{
    char *entry = calloc(1, table->entry_size), *before = calloc(1, table->fields->size),
         *after = calloc(1, table->fields->size);
    const uint64_t given = 1;

    mw_merge_fields_take(model, 0, table->fields, before, entry);
    if (field->type == MW_FIELD_STRING)
        strcpy(entry + field->from, "text");
    else
        memcpy(entry + field->from, &given, field->from_size);
    mw_merge_fields_take(model, 0, table->fields, after, entry);
    assert_taken(field, after + field->offset, given);
    /* Nothing else has changed, apart from members that are made of the same field. */
    for (const struct mw_field *other = table->fields->field; other->type != MW_FIELD_END; other++)
        if (other->from_size && other->from == field->from)
            memcpy(after + other->offset, before + other->offset, width(other));
    assert_memory_equal(after, before, table->fields->size);
    free(entry);
    free(before);
    free(after);
}

static void test_each_field_reaches_its_member_only(void **state)
{
    struct mw_model *model = make_model();

    (void)state;
    for (size_t t = 0; t < TABLE_COUNT; t++)
        for (const struct mw_field *field = tables[t].fields->field; field->type != MW_FIELD_END; field++)
            if (field->from_size)
                take_one(model, &tables[t], field);
    mw_model_destroy(model);
}

/* What is none: times and indices that are 0, and numbers without a word. */
static void test_conversions(void **state)
{
    struct mw_model *model = make_model();
    struct mw_journal_read journal = {.ident = {.rank = -1, .abi = 77}, .state = {.threads = 1ull << 40, .grown_mpi = -5}};
    struct mw_model_rank rank = {.host = 0};

    (void)state;
    mw_merge_fields_take(model, 0, &mw_fields_rank, &rank, &journal);
    assert_int_equal(rank.rank, -1);
    assert_int_equal(rank.abi, MW_ABI_UNKNOWN);
    assert_int_equal(rank.threads, MW_THREADS_UNKNOWN);
    assert_int_equal(rank.grown_mpi, -5);
    assert_int_equal(rank.exited_ns, 0);
    assert_false(rank.exited);
    assert_int_equal(rank.in_site, MW_MODEL_NONE);
    assert_string_equal(rank.exe, "");
    mw_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field_of_a_journal_has_a_row_or_is_named_here),
        cmocka_unit_test(test_widths_are_those_of_the_types),
        cmocka_unit_test(test_each_field_reaches_its_member_only),
        cmocka_unit_test(test_conversions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
