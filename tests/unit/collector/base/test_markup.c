/* SPDX-License-Identifier: MIT */
/* Hostile text in every output format of memwatch: the result of each rule, and that a parser of that format reads the
 * (clean) text back. */
#include "collector/base/markup.h"
#include "collector/base/message.h"
#include "collector/base/text.h"
#include "collector/report/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void expect(enum mw_markup rule, const char *text, const char *expected)
{
    char *got = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&got, &size);

    mw_markup_put(out, rule, text);
    fclose(out);
    assert_string_equal(got, expected);
    free(got);
}

static void test_rules(void **state)
{
    (void)state;
    expect(MW_MARKUP_XML, "<a href=\"x\" id='y'>&amp;]]>", "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;]]&gt;");
    expect(MW_MARKUP_XML, "\x01\x0b\xef\xbf\xbf\xef\xbf\xbe", "????"); /* characters that XML 1.0 cannot represent */
    expect(MW_MARKUP_MARKDOWN, "a|b`c`<b>&@me*_[x](http://y)!#~$",
           "a\\|b\\`c\\`&lt;b&gt;&amp;&#64;me\\*\\_\\[x\\](http:&#47;&#47;y)\\!\\#\\~\\$");
    expect(MW_MARKUP_MARKDOWN, "www.example.org\n# heading", "www&#46;example.org?\\# heading");
    expect(MW_MARKUP_GITHUB, "50%\r\n::error::x##[group]", "50%25??::error::x## [group]");
    expect(MW_MARKUP_GITHUB_PROPERTY, "a,line=1::b%", "a%2Cline=1%3A%3Ab%25");
    expect(MW_MARKUP_METRICS, "a\"} 1\nb\\", "a\\\"} 1?b\\\\");
    expect(MW_MARKUP_GNUPLOT, "it's\n'; system('x')", "it''s?''; system(''x'')");
    expect(MW_MARKUP_JSON, "</script><!--\"\\&\x1f", "\\u003c/script\\u003e\\u003c!--\\u0022\\u005c\\u0026?");
    expect(MW_MARKUP_CSV, "say \"x\"", "say \"\"x\"\"");
}

static void test_formulas(void **state)
{
    static const char *const formulas[] = {"=1+1", "+1",   "-1",    "@SUM(A1)", "  =x", "\t=x",
                                           "\r=x", "\n=x", " \t+x", "＝1",      "＠x"};

    (void)state;
    for (size_t i = 0; i < sizeof(formulas) / sizeof(formulas[0]); i++) {
        char expected[64];
        snprintf(expected, sizeof(expected), "'%s", formulas[i]);
        mw_text_clean(expected + 1);
        expect(MW_MARKUP_CSV, formulas[i], expected);
    }
    expect(MW_MARKUP_CSV, "a=1", "a=1");
    expect(MW_MARKUP_CSV, "", "");
}

static void test_csv(void **state)
{
    char *got = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&got, &size);
    struct mw_csv csv = {out, false};

    (void)state;
    mw_csv_text(&csv, "=cmd|' /C calc'!A0, \"x\"\n");
    mw_csv_real(&csv, -12.5);
    mw_csv_change(&csv, -3);
    mw_csv_text(&csv, "a;b");
    mw_csv_end(&csv);
    fclose(out);
    assert_string_equal(got, "\"'=cmd|' /C calc'!A0, \"\"x\"\"?\",-12.5,-3,\"a;b\"\n");
    free(got);
}

static void expect_clean(const char *text, const char *expected)
{
    char copy[100];

    snprintf(copy, sizeof(copy), "%s", text);
    assert_int_equal(mw_text_is_clean(text), strcmp(text, expected) == 0);
    mw_text_clean(copy);
    assert_string_equal(copy, expected);
    assert_true(mw_text_is_clean(copy));
}

static void test_clean(void **state)
{
    char line[] = "  ::error::x";

    (void)state;
    expect_clean("\033]0;t\007\x7f\t", "?]0;t???");
    expect_clean("\xc2\x9b"
                 "31m\x9b",
                 "?31m?");                                                    /* C1, in UTF-8 and alone */
    expect_clean("\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f\xe2\x80\xa8", "????"); /* directions, a line separator */
    expect_clean("\xc0\x9b\xed\xa0\x80\xf5\x80\x80\x80\xe2\x80", "??"
                                                                 "???"
                                                                 "????"
                                                                 "??");
    expect_clean("grün → 東京", "grün → 東京");
    mw_text_clean_line(line);
    assert_string_equal(line, "  ?:error::x");
}

static void expect_quoted(const char *text, const char *expected)
{
    char out[40];

    mw_text_quote(out, sizeof(out), text);
    assert_string_equal(out, expected);
}

static void test_quote(void **state)
{
    char small[12];

    (void)state;
    expect_quoted("/dev/shm/memwatch-0-1f", "/dev/shm/memwatch-0-1f");
    expect_quoted("a b", "'a b'");
    expect_quoted("$(x)`y`", "'$(x)`y`'");
    expect_quoted("it's", "'it'\\''s'");
    expect_quoted("", "''");
    expect_quoted("=ls", "'=ls'");
    expect_quoted("~root", "'~root'");
    mw_text_quote(small, sizeof(small), "'''''''''''''''''''''");
    assert_int_equal(small[strlen(small) - 1], '\'');
    assert_true(strlen(small) < sizeof(small));
    mw_text_quote(small, sizeof(small), "a very long text");
    assert_int_equal(small[strlen(small) - 1], '\'');
}

static void test_message(void **state)
{
    int ends[2], before = dup(STDERR_FILENO);
    char got[6000] = "", longest[5000];
    ssize_t length;

    (void)state;
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    mw_message("memwatch: %s\n", "a\033[2J\nb");
    mw_message("part %s ", "\n");
    mw_message("%s\n", "");
    mw_message("%s\n", longest);
    dup2(before, STDERR_FILENO);
    close(ends[1]);
    length = read(ends[0], got, sizeof(got) - 1);
    assert_int_equal(length, strlen("memwatch: a?[2J?b\npart ? \n") + 4095);
    assert_memory_equal(got, "memwatch: a?[2J?b\npart ? \nxxx", 29);
    assert_int_equal(got[length - 1], '\n');
    close(ends[0]);
    close(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules), cmocka_unit_test(test_formulas), cmocka_unit_test(test_csv),
        cmocka_unit_test(test_clean), cmocka_unit_test(test_quote),    cmocka_unit_test(test_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
