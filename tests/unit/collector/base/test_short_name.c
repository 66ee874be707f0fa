/* SPDX-License-Identifier: MIT */
/* Shortened names of functions: different names stay different. */
#include "collector/base/short_name.h"

#include "collector/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const shortened[][2] = {
    {"solve", "solve"},
    {"field::Mesh<double>::sum", "field::Mesh::sum"},
    {"a::B<c::D<int>, (e)3>::f<g>", "a::B::f"},
    {"grid::Map<std::function<int (*)(long)>, 4ul>::get", "grid::Map::get"},
    {"t::Chain<decltype (a->b)>::run", "t::Chain::run"},
    {"(anonymous namespace)::exchange", "exchange"},
    {"lb::(anonymous namespace)::Halo::pack", "lb::Halo::pack"},
    {"main::{lambda(int, a::B<c>)#2}::operator()", "main::{lambda#2}::operator()"},
    {"step(int) const::Local::run", "step::Local::run"},
    {"operator<< <char>", "operator<<"},
    {"m::V<int>::operator<", "m::V::operator<"},
    {"m::V<int>::operator->", "m::V::operator->"},
    {"m::operator()", "m::operator()"},
    {"m::Box<int>::operator[]", "m::Box::operator[]"},
    {"m::operators<int>::f", "m::operators::f"},
    {"name[abi:cxx11]", "name"},
    {"<ranks::Sum<f64> as core::ops::Add>::add", "ranks::Sum::add"},
    {"core::slice::<impl [T]>::len", "core::slice::len"},
    {"core::ptr::drop_in_place::<ranks::Sum>", "core::ptr::drop_in_place"},
    {"rt::start::{{closure}}", "rt::start::{{closure}}"},
    {"mesh::sum", "mesh::sum"},
    {"a<b", "a<b"},
    {"f(", "f("},
    {"<", "<"},
    {"<>", "<>"},
    {"()", "()"},
    {"(anonymous namespace)::", "(anonymous namespace)::"},
    {"", ""},
};

static void test_short(void **state)
{
    char out[200];

    (void)state;
    for (size_t i = 0; i < sizeof(shortened) / sizeof(shortened[0]); i++) {
        mw_short_name(out, sizeof(out), shortened[i][0]);
        assert_string_equal(out, shortened[i][1]);
        assert_true(strlen(out) <= strlen(shortened[i][0]));
    }
}

static void test_small_room(void **state)
{
    char out[6];

    (void)state;
    mw_short_name(out, sizeof(out), "abcdefgh<int>::i");
    assert_string_equal(out, "abcde");
    mw_short_name(out, sizeof(out), "<abcdefgh as b>::i");
    assert_string_equal(out, "abcde");
}

/* Thousands of brackets, and a name truncated at each of its bytes. */
static void test_any_text(void **state)
{
    static const char whole[] = "<a::B<(c)> as d>::operator-><(anonymous namespace)::e(f)>[abi:x]::{lambda(g)#1}";
    char name[1024], out[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(whole); i++) {
        snprintf(name, sizeof(name), "%.*s", (int)i, whole);
        mw_short_name(out, sizeof(out), name);
        assert_true(strlen(out) <= strlen(name));
        assert_int_equal(out[0] == '\0', name[0] == '\0');
    }
    memset(name, '<', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    mw_short_name(out, sizeof(out), name);
    assert_string_equal(out, name);
}

#define COMMON(...) common((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static size_t common(const char *const *names, size_t count)
{
    return mw_short_name_common(names, count);
}

static void test_common(void **state)
{
    (void)state;
    assert_int_equal(COMMON("MD_NS::Pair::compute", "MD_NS::Comm::setup", "main"), strlen("MD_NS::"));
    assert_int_equal(COMMON("MD_NS::Comm::setup", "MD_NS::Comm::reverse"), strlen("MD_NS::")); /* the class stays */
    assert_int_equal(COMMON("MD_NS::Comm::setup", "MD_NS::run"), strlen("MD_NS::"));
    assert_int_equal(COMMON("MD::Pair::compute", "MDI::Pair::compute"), 0);
    assert_int_equal(COMMON("a::b::C::f", "a::b::C::g", "a::bc::D::f"), strlen("a::"));
    assert_int_equal(COMMON("MD_NS::Pair::compute", "main"), 0);
    assert_int_equal(COMMON("a::f", "a::g"), 0);
    assert_int_equal(COMMON("f", "g"), 0);
    assert_int_equal(COMMON("::", "::"), 0);
    assert_int_equal(mw_short_name_common(NULL, 0), 0);
    assert_string_equal(mw_short_name_behind("a::b::f", "a::g", 3), "b::f");
    assert_string_equal(mw_short_name_behind("main", "a::g", 3), "main");
}

static void assert_fit(const char *name, int width, const char *expected)
{
    char out[200];

    mw_short_name_fit(out, sizeof(out), name, width);
    assert_string_equal(out, expected);
    assert_true(mw_text_width(out) <= width);
}

static void test_fit(void **state)
{
    (void)state;
    assert_fit("MD_NS::PairLJCut::compute_inner", 31, "MD_NS::PairLJCut::compute_inner");
    assert_fit("MD_NS::PairLJCut::compute_inner", 30, "…::PairLJCut::compute_inner");
    assert_fit("MD_NS::PairLJCut::compute_inner", 26, "…::compute_inner");
    assert_fit("MD_NS::PairLJCut::compute_inner+0x1f", 18, "compute_inner+0x1f");
    assert_fit("MD_NS::PairLJCut::compute_inner+0x1f", 17, "compute_…ner+0x1f");
    assert_fit("compute_forces_of_kind_one", 11, "compu…d_one");
    assert_fit("a::b", 1, "b");
    assert_fit("a::bc", 1, "…");
    assert_fit("a::b", 0, "");
    assert_fit("", 3, "");
}

static void assert_pair(const char *text, int width, const char *expected)
{
    char out[200];

    mw_short_name_fit_pair(out, sizeof(out), text, width);
    assert_string_equal(out, expected);
    assert_true(mw_text_width(out) <= width);
}

static void test_pair(void **state)
{
    static const char text[] = "MD::Verlet::setup+0x9 Barrier → MD::Comm::sum+0x13 Allreduce";

    (void)state;
    assert_pair(text, 100, text);
    assert_pair(text, 50, "…::setup+0x9 Barrier → …::Comm::sum+0x13 Allreduce");
    assert_pair(text, 45, "…::setup+0x9 Barrier → …::sum+0x13 Allreduce");
    assert_pair("fft.c:120 Barrier → MD::Comm::sum+0x13 Allreduce", 42, "fft.c:120 Barrier → …::sum+0x13 Allreduce");
    assert_pair("fft", 9, "fft");
    assert_pair("start → MPI_Init", 9, "star…Init");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short),  cmocka_unit_test(test_small_room), cmocka_unit_test(test_any_text),
        cmocka_unit_test(test_common), cmocka_unit_test(test_fit),        cmocka_unit_test(test_pair),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
