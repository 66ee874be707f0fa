/* SPDX-License-Identifier: MIT */
/* A file of the program through which all calls go (a layer), and the callers that are shown instead. */
#include "tests/unit/collector/merge/merged.h"
#include "tests/unit/synthetic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* A call at the first line of a function of this program, from the first lines of others. */
static void put_call(struct mw_journal *journal, const char *call, const struct mw_module *self, const void *const *stack)
{
    struct mw_site *site = &journal->sites[synthetic_site(journal, call, 2, 0) - 1];

    journal->modules[0] = *self;
    for (site->depth = 0; stack[site->depth]; site->depth++)
        site->frames[site->depth] = (struct mw_frame){.offset = (uintptr_t)stack[site->depth] + 1 - self->base, .module = 1};
}

static size_t count_sites(const struct mw_model *model, const char *call, bool via)
{
    size_t count = 0;

    for (size_t i = 0; i < model->site_count; i++)
        count += !strcmp(model->sites[i].call, call) && (strstr(model->sites[i].label, " (via synthetic.c:") != NULL) == via;
    return count;
}

#define STACK(...)        \
    (const void *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }
#define CODE(function) ((const void *)(uintptr_t)(function))

static void test_no_layer(void **state);

/* synthetic.c is the layer, and this file calls it. */
static void test_layer(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;
    struct mw_module self;
    const struct mw_model_phase *between;

    (void)state;
    synthetic_self(&self);
    synthetic_make(&dir);
    for (int rank = 0; rank < 2; rank++) {
        synthetic_journal(&journal, rank, 2);
        put_call(&journal, "MPI_Init", &self, STACK(CODE(count_sites)));
        put_call(&journal, "MPI_Bcast", &self, STACK(CODE(synthetic_site), CODE(count_sites), CODE(put_call)));
        put_call(&journal, "MPI_Bcast", &self, STACK(CODE(synthetic_site), CODE(synthetic_job), CODE(test_no_layer)));
        put_call(&journal, "MPI_Bcast", &self, STACK(CODE(synthetic_site), CODE(count_sites), CODE(test_layer)));
        put_call(&journal, "MPI_Barrier", &self, STACK(CODE(synthetic_free), CODE(put_call)));
        put_call(&journal, "MPI_Gather", &self, STACK(CODE(synthetic_free)));
        synthetic_phase(&journal, MW_PHASE_BETWEEN, "", 0, 150, 300, MIB);
        journal.phases[0].from_site = 1;
        journal.phases[0].to_site = 3;
        synthetic_write(&journal, &dir);
        synthetic_free(&journal);
    }
    model = merged_run(&dir, NULL);
    assert_int_equal(count_sites(model, "MPI_Bcast", true), 2); /* count_sites is one line, test_no_layer another */
    assert_int_equal(count_sites(model, "MPI_Bcast", false), 0);
    assert_int_equal(count_sites(model, "MPI_Barrier", true), 1);
    assert_int_equal(count_sites(model, "MPI_Gather", false), 1); /* no caller outside is known */
    assert_int_equal(count_sites(model, "MPI_Init", false), 1);
    assert_string_equal(merged_site(model, "MPI_Bcast")->place->file, "test_layers.c");
    assert_int_equal(merged_site(model, "MPI_Bcast")->calls, 4);
    between = &model->ranks[0].phases[0];
    assert_true(strstr(between->name, "→ MPI_Bcast test_layers.c:") != NULL);
    assert_ptr_equal(between->name, between->path);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

/* One line is reached from two places, but most lines from one: an ordinary file. */
static void test_no_layer(void **state)
{
    struct synthetic_dir dir;
    struct mw_journal journal;
    struct mw_model *model;
    struct mw_module self;

    (void)state;
    synthetic_self(&self);
    synthetic_make(&dir);
    synthetic_journal(&journal, 0, 1);
    put_call(&journal, "MPI_Bcast", &self, STACK(CODE(synthetic_site), CODE(count_sites)));
    put_call(&journal, "MPI_Bcast", &self, STACK(CODE(synthetic_site), CODE(test_no_layer)));
    put_call(&journal, "MPI_Gather", &self, STACK(CODE(synthetic_free), CODE(count_sites)));
    put_call(&journal, "MPI_Gather", &self, STACK(CODE(synthetic_write), CODE(count_sites)));
    synthetic_write(&journal, &dir);
    synthetic_free(&journal);
    model = merged_run(&dir, NULL);
    assert_int_equal(count_sites(model, "MPI_Bcast", false), 1);
    assert_int_equal(merged_site(model, "MPI_Bcast")->calls, 2);
    assert_int_equal(count_sites(model, "MPI_Gather", false), 2);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layer),
        cmocka_unit_test(test_no_layer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
