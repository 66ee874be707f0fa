/* SPDX-License-Identifier: MIT */
/* MPI objects, with an MPI whose handles are numbers. */
#include "pmpi/measure/objects.h"

#include "pmpi/abi/library.h"
#include "pmpi/rank/rank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SITES 20

struct mw_rank mw_rank;
struct mw_library mw_library;

static struct mw_site sites[SITES];
static struct mw_state rank_state;
static struct mw_cost cost;

static int set_up(void **state)
{
    (void)state;
    memset(sites, 0, sizeof(sites));
    memset(&rank_state, 0, sizeof(rank_state));
    memset(&cost, 0, sizeof(cost));
    mw_rank.journal.sites = sites;
    mw_rank.journal.state = &rank_state;
    mw_rank.journal.cost = &cost;
    mw_library = (struct mw_library){.abi = &mw_abi_mpich, .comm_null = 1, .group_null = 2, .group_empty = 3};
    return 0;
}

static void assert_site(uint32_t site, uint64_t created, uint64_t freed, uint64_t most)
{
    assert_int_equal(sites[site].objects.created, created);
    assert_int_equal(sites[site].objects.freed, freed);
    assert_int_equal(sites[site].objects.most, most);
}

static void test_by_site(void **state)
{
    (void)state;
    mw_objects_created(MW_OBJECT_COMM, 100, 0);
    mw_objects_created(MW_OBJECT_COMM, 101, 1);
    mw_objects_created(MW_OBJECT_DATATYPE, 100, 2); /* the same number, another kind */
    mw_objects_freed(MW_OBJECT_COMM, 100);
    assert_site(0, 1, 1, 1);
    assert_site(1, 1, 0, 1);
    assert_site(2, 1, 0, 1);
    assert_int_equal(sites[2].object, MW_OBJECT_DATATYPE);
    assert_int_equal(rank_state.objects[MW_OBJECT_COMM].most, 2);
    assert_int_equal(rank_state.objects[MW_OBJECT_COMM].freed, 1);
    mw_objects_created(MW_OBJECT_COMM, 100, 3); /* the handle is used again */
    mw_objects_freed(MW_OBJECT_COMM, 100);
    assert_site(0, 1, 1, 1);
    assert_site(3, 1, 1, 1);
    mw_objects_freed(MW_OBJECT_COMM, 101);
    mw_objects_freed(MW_OBJECT_DATATYPE, 100);
}

static void test_predefined(void **state)
{
    (void)state;
    mw_objects_created(MW_OBJECT_COMM, 1, 0);
    mw_objects_created(MW_OBJECT_GROUP, 2, 0);
    mw_objects_created(MW_OBJECT_GROUP, 3, 0);
    mw_objects_created(MW_OBJECT_SESSION, 0, 0);
    assert_site(0, 0, 0, 0);
    mw_objects_freed(MW_OBJECT_GROUP, 3); /* allowed */
    mw_objects_freed(MW_OBJECT_COMM, 77); /* of MPI_Comm_get_parent() */
    assert_int_equal(rank_state.objects[MW_OBJECT_COMM].freed, 0);
}

/* Groups of one communicator have one handle. */
static void test_shared_handle(void **state)
{
    (void)state;
    for (uint32_t site = 0; site < 3; site++)
        for (int i = 0; i < 5; i++)
            mw_objects_created(MW_OBJECT_GROUP, 500, site);
    for (int i = 0; i < 15; i++) {
        assert_int_equal(rank_state.objects[MW_OBJECT_GROUP].freed, i);
        mw_objects_freed(MW_OBJECT_GROUP, 500);
    }
    for (uint32_t site = 0; site < 3; site++)
        assert_site(site, 5, 5, 5);
    mw_objects_freed(MW_OBJECT_GROUP, 500);
    assert_int_equal(rank_state.objects[MW_OBJECT_GROUP].freed, 15);
}

static void test_full(void **state)
{
    (void)state;
    for (uintptr_t i = 0; i < MW_OBJECTS + 10; i++)
        mw_objects_created(MW_OBJECT_DATATYPE, 1000 + i, 0);
    assert_int_equal(cost.lost_objects, 10);
    assert_int_equal(rank_state.objects[MW_OBJECT_DATATYPE].most, MW_OBJECTS + 10);
    for (uintptr_t i = 0; i < MW_OBJECTS + 10; i++)
        mw_objects_freed(MW_OBJECT_DATATYPE, 1000 + i);
    assert_int_equal(rank_state.objects[MW_OBJECT_DATATYPE].freed, MW_OBJECTS + 10);
    assert_site(0, MW_OBJECTS + 10, MW_OBJECTS, MW_OBJECTS + 10);
    mw_objects_created(MW_OBJECT_DATATYPE, 5, 1); /* there is room again */
    mw_objects_freed(MW_OBJECT_DATATYPE, 5);
    assert_site(1, 1, 1, 1);
}

/* ---- against a list ---- */

#define LIVE 3000
static struct {
    uintptr_t handle;
    enum mw_object_kind object;
} live[LIVE];
static int live_count;

static void test_random(void **state)
{
    uint64_t created[MW_OBJECT_KINDS] = {0}, freed[MW_OBJECT_KINDS] = {0};

    (void)state;
    srand(7);
    for (int step = 0; step < 300000; step++) {
        bool create = live_count < LIVE && (live_count == 0 || rand() % 1000 < 480 + 40 * (step / 50000 % 2));
        if (create) {
            uintptr_t handle = 1000 + (uintptr_t)rand() % 5000;
            enum mw_object_kind object = (enum mw_object_kind)(1 + rand() % (MW_OBJECT_KINDS - 1));
            mw_objects_created(object, handle, (uint32_t)rand() % SITES);
            live[live_count].handle = handle;
            live[live_count++].object = object;
            created[object]++;
        } else {
            int which = rand() % live_count;
            mw_objects_freed(live[which].object, live[which].handle);
            freed[live[which].object]++;
            live[which] = live[--live_count];
        }
        if (rand() % 1000 == 0)
            mw_objects_repair();
    }
    while (live_count) {
        live_count--;
        mw_objects_freed(live[live_count].object, live[live_count].handle);
        freed[live[live_count].object]++;
    }
    for (int object = 1; object < MW_OBJECT_KINDS; object++) {
        assert_int_equal(rank_state.objects[object].created, created[object]);
        assert_int_equal(rank_state.objects[object].freed, freed[object]);
        assert_int_equal(created[object], freed[object]);
    }
    for (uint32_t site = 0; site < SITES; site++)
        assert_int_equal(sites[site].objects.created, sites[site].objects.freed);
    assert_int_equal(cost.lost_objects, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_by_site, set_up),       cmocka_unit_test_setup(test_predefined, set_up),
        cmocka_unit_test_setup(test_shared_handle, set_up), cmocka_unit_test_setup(test_full, set_up),
        cmocka_unit_test_setup(test_random, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
