/* SPDX-License-Identifier: MIT */
/* From an instruction to its line: tables made by hand, by the installed Python, and of bytes at random. */
#include "pmpi/base/python_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static void expect(enum mw_python_table kind, const char *table, size_t length, int32_t at, uint32_t line)
{
    assert_int_equal(mw_python_line(kind, (const uint8_t *)table, length, 100, at), line);
}

#define EXPECT(kind, table, at, line) expect(MW_PYTHON_##kind, table, sizeof(table) - 1, at, line)

static void test_lnotab(void **state)
{
    static const char table[] = "\x00\x01\x04\x02\x06\xff\x08\x7f\x00\x05";

    (void)state;
    EXPECT(LNOTAB, "", 6, 100);
    EXPECT(LNOTAB, table, -1, 100);
    EXPECT(LNOTAB, table, 0, 101);
    EXPECT(LNOTAB, table, 3, 101);
    EXPECT(LNOTAB, table, 4, 103);
    EXPECT(LNOTAB, table, 10, 102);
    EXPECT(LNOTAB, table, 17, 102);
    EXPECT(LNOTAB, table, 18, 234); /* two pairs: 127 + 5 */
    EXPECT(LNOTAB, table, 1000, 234);
    EXPECT(LNOTAB, "\x00", 0, 100); /* half a pair */
}

static void test_ranges(void **state)
{
    static const char table[] = "\x04\x01\x06\x80\x00\x7f\x02\x03\x08\xfe";

    (void)state;
    EXPECT(RANGES, "", 6, 100);
    EXPECT(RANGES, table, 0, 101);
    EXPECT(RANGES, table, 2, 101);
    EXPECT(RANGES, table, 4, 101); /* without a line: that of the one before */
    EXPECT(RANGES, table, 10, 231);
    EXPECT(RANGES, table, 12, 229);
}

static void test_locations(void **state)
{
    /* short, 1 unit; one line further, 2 units; two lines, 1; no columns: minus 3, 8; none, 1; long: plus 100, 1 */
    static const char table[] = "\x80\x00\xd9\x01\x02\xe0\x01\x02\xef\x07\xf8\xf0\x48\x03\x00\x01\x02\x80\x00";

    (void)state;
    EXPECT(LOCATIONS, "", 6, 100);
    EXPECT(LOCATIONS, table, 0, 100);
    EXPECT(LOCATIONS, table, 1, 100);
    EXPECT(LOCATIONS, table, 2, 101);
    EXPECT(LOCATIONS, table, 5, 101);
    EXPECT(LOCATIONS, table, 6, 103);
    EXPECT(LOCATIONS, table, 8, 100);
    EXPECT(LOCATIONS, table, 23, 100);
    EXPECT(LOCATIONS, table, 24, 100); /* without a line */
    EXPECT(LOCATIONS, table, 26, 200);
    EXPECT(LOCATIONS, table, 28, 200);
    EXPECT(LOCATIONS, table, 4000, 200);
}

/* Nothing is read behind the end: there is no page. */
static void test_random(void **state)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), most = 64;
    uint8_t *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)state;
    assert_true(memory != MAP_FAILED);
    assert_int_equal(munmap(memory + page, page), 0);
    srand(7);
    for (int i = 0; i < 30000; i++) {
        size_t length = (size_t)rand() % most;
        uint8_t *table = memory + page - length;
        for (size_t b = 0; b < length; b++)
            table[b] = (uint8_t)rand();
        for (int kind = MW_PYTHON_LNOTAB; kind <= MW_PYTHON_LOCATIONS; kind++)
            assert_true(mw_python_line((enum mw_python_table)kind, table, length, 1, rand() % 300 - 20) > 0);
    }
    munmap(memory, page);
}

/* Prints, for each code object of some modules: kind, first line, table; then each instruction's offset and line. */
#define SCRIPT                                                                                             \
    "import sys, dis, types, importlib.util as u\n"                                                        \
    "def show(c):\n"                                                                                       \
    "    v = sys.version_info\n"                                                                           \
    "    t = c.co_linetable if v >= (3, 10) else c.co_lnotab\n"                                            \
    "    print('code', 0 if v < (3, 10) else 1 if v < (3, 11) else 2, c.co_firstlineno, t.hex() or '-')\n" \
    "    if v >= (3, 10):\n"                                                                               \
    "        lines = {a: l for s, e, l in c.co_lines() for a in range(s, e, 2) if l}\n"                    \
    "    else:\n"                                                                                          \
    "        starts, lines, l = dict(dis.findlinestarts(c)), {}, c.co_firstlineno\n"                       \
    "        for a in range(0, len(c.co_code), 2):\n"                                                      \
    "            l = lines[a] = starts.get(a, l)\n"                                                        \
    "    for a in lines: print('at', a, lines[a])\n"                                                       \
    "    for k in c.co_consts:\n"                                                                          \
    "        if isinstance(k, types.CodeType): show(k)\n"                                                  \
    "for m in sys.argv[2:]:\n"                                                                             \
    "    f = u.find_spec(m).origin\n"                                                                      \
    "    show(compile(open(f).read(), f, 'exec'))\n"

static size_t read_hex(const char *text, uint8_t *table, size_t room)
{
    size_t length = 0;
    unsigned byte;

    for (; length < room && sscanf(text + 2 * length, "%2x", &byte) == 1; length++)
        table[length] = (uint8_t)byte;
    return length;
}

static unsigned compare(FILE *output, unsigned *codes)
{
    static char line[1 << 20];
    static uint8_t table[1 << 19];
    unsigned kind = 0, first = 0, expected, checked = 0;
    size_t length = 0;
    int at, end = 0;

    while (fgets(line, sizeof(line), output)) {
        if (sscanf(line, "code %u %u %n", &kind, &first, &end) == 2) {
            length = read_hex(line + end, table, sizeof(table));
            (*codes)++;
        } else if (sscanf(line, "at %d %u", &at, &expected) == 2) {
            assert_int_equal(mw_python_line((enum mw_python_table)kind, table, length, first, at), expected);
            checked++;
        }
    }
    return checked;
}

static void test_installed(void **state)
{
    const char *python = getenv("PYTHON") ? getenv("PYTHON") : "python3";
    unsigned codes = 0, checked;
    char command[4096];
    FILE *output;

    (void)state;
    snprintf(command, sizeof(command),
             "command -v %s >/dev/null && exec %s - x argparse dataclasses re typing decimal <<'END'\n" SCRIPT "END\n", python,
             python);
    output = popen(command, "r");
    assert_non_null(output);
    checked = compare(output, &codes);
    pclose(output);
    if (!codes)
        skip();
    assert_true(codes > 100);
    assert_true(checked > 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lnotab), cmocka_unit_test(test_ranges),    cmocka_unit_test(test_locations),
        cmocka_unit_test(test_random), cmocka_unit_test(test_installed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
