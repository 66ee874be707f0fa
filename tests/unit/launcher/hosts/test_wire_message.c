/* SPDX-License-Identifier: MIT */
/* Messages between hosts: what is written can be read, and nothing else. */
#include "launcher/hosts/wire_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/in_range.h"

static const struct mw_wire_message samples[] = {
    {.kind = MW_WIRE_HELLO,
     .wire_version = 1,
     .record_version = 2,
     .pid = 0xfffffffe,
     .wall_ns = 0x0102030405060708,
     .mono_ns = UINT64_MAX,
     .host = "node-01.example_x"},
    {.kind = MW_WIRE_FILE,
     .name = "journal-0123456789abcdef-node-12",
     .offset = 1ULL << 40,
     .data = (const unsigned char *)"bytes\0and more",
     .length = 14},
    {.kind = MW_WIRE_SIZE, .name = "exits-node", .offset = 512},
    {.kind = MW_WIRE_PING, .mono_ns = 1},
    {.kind = MW_WIRE_PONG, .mono_ns = 1, .hub_ns = 2},
    {.kind = MW_WIRE_END},
    {.kind = MW_WIRE_DONE},
    {.kind = MW_WIRE_ACK, .complete = true},
    {.kind = MW_WIRE_ACK, .complete = false},
    {.kind = MW_WIRE_BYE, .why = "it's over"},
    {.kind = MW_WIRE_BYE},
};
#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

/* In memory of exactly this length, so that a sanitizer detects a read beyond it. */
static int parse(struct mw_wire_message *message, const unsigned char *bytes, size_t length)
{
    unsigned char *exact = malloc(length ? length : 1);
    int parsed;

    memcpy(exact, bytes, length);
    parsed = mw_wire_message_parse(message, exact, length);
    free(exact);
    return parsed;
}

static void test_round_trip(void **state)
{
    unsigned char bytes[512];
    struct mw_wire_message back;

    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        struct mw_wire_message sent = samples[i];
        size_t length = mw_wire_message_write(&sent, bytes, sizeof(bytes));
        assert_true(length > 0);
        assert_int_equal(mw_wire_message_parse(&back, bytes, length), 0);
        assert_int_equal(back.length, sent.length);
        if (sent.length)
            assert_memory_equal(back.data, sent.data, sent.length);
        back.data = sent.data;
        assert_int_equal(back.kind, sent.kind);
        assert_int_equal(back.wire_version, sent.wire_version);
        assert_int_equal(back.record_version, sent.record_version);
        assert_int_equal(back.pid, sent.pid);
        assert_true(back.wall_ns == sent.wall_ns && back.mono_ns == sent.mono_ns && back.hub_ns == sent.hub_ns);
        assert_true(back.offset == sent.offset && back.complete == sent.complete);
        assert_string_equal(back.host, sent.host);
        assert_string_equal(back.name, sent.name);
        assert_string_equal(back.why, sent.why);
    }
}

static void test_byte_order(void **state)
{
    static const unsigned char ping[] = {MW_WIRE_PING, 8, 7, 6, 5, 4, 3, 2, 1};
    struct mw_wire_message message;

    (void)state;
    assert_int_equal(mw_wire_message_parse(&message, ping, sizeof(ping)), 0);
    assert_true(message.mono_ns == 0x0102030405060708);
}

/* Truncated anywhere, or with an extra byte. (A FILE that loses data is a shorter FILE.) */
static void test_no_other_length(void **state)
{
    unsigned char bytes[512] = {0};
    struct mw_wire_message message;

    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        size_t length = mw_wire_message_write(&samples[i], bytes, sizeof(bytes));
        for (size_t cut = 0; cut < length - samples[i].length; cut++)
            assert_int_equal(parse(&message, bytes, cut), -1);
        if (samples[i].kind != MW_WIRE_FILE)
            assert_int_equal(parse(&message, bytes, length + 1), -1);
        for (size_t small = 0; small < length; small++)
            assert_int_equal(mw_wire_message_write(&samples[i], bytes, small), 0);
    }
}

static void test_no_other_characters(void **state)
{
    unsigned char bytes[512];
    struct mw_wire_message message;
    size_t length;

    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c && strchr("._-", (int)c));
        length = mw_wire_message_write(&samples[2], bytes, sizeof(bytes));
        bytes[3] = (unsigned char)c;
        assert_int_equal(parse(&message, bytes, length), good ? 0 : -1);
        length = mw_wire_message_write(&samples[9], bytes, sizeof(bytes));
        bytes[2] = (unsigned char)c;
        assert_int_equal(parse(&message, bytes, length), c >= ' ' && c <= '~' ? 0 : -1);
    }
}

static void test_limits(void **state)
{
    static unsigned char bytes[MW_WIRE_MESSAGE_MAX + 8], data[MW_WIRE_DATA + 1];
    struct mw_wire_message file = samples[1], message;
    size_t length;

    (void)state;
    file.data = data;
    file.length = MW_WIRE_DATA;
    memset(file.name, 'n', sizeof(file.name) - 1);
    length = mw_wire_message_write(&file, bytes, sizeof(bytes));
    assert_uint_in_range(length, MW_WIRE_DATA, MW_WIRE_MESSAGE_MAX);
    assert_int_equal(parse(&message, bytes, length), 0);
    file.length++;
    length = mw_wire_message_write(&file, bytes, sizeof(bytes));
    assert_int_equal(parse(&message, bytes, length), -1); /* more than MW_WIRE_DATA */
    length = mw_wire_message_write(&samples[2], bytes, sizeof(bytes));
    bytes[1] = 0; /* an empty name */
    memmove(bytes + 2, bytes + length - 8, 8);
    assert_int_equal(parse(&message, bytes, 10), -1);
    bytes[0] = 200; /* an unknown kind */
    assert_int_equal(parse(&message, bytes, 1), -1);
    bytes[0] = MW_WIRE_ACK;
    bytes[1] = 2;
    assert_int_equal(parse(&message, bytes, 2), -1);
}

/* Everything that can be read can be written again, with the same bytes. */
static void test_noise(void **state)
{
    unsigned char bytes[64], again[64];
    struct mw_wire_message message;
    unsigned random = 12345;
    int good = 0;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        size_t length = (random = random * 1103515245 + 12345) >> 16 & 31;
        for (size_t k = 0; k < length; k++)
            bytes[k] = (unsigned char)((random = random * 1103515245 + 12345) >> 16);
        if (length)
            bytes[0] %= 12;
        if (parse(&message, bytes, length))
            continue;
        good++;
        if (message.kind == MW_WIRE_FILE)
            message.data = bytes + length - message.length;
        assert_int_equal(mw_wire_message_write(&message, again, sizeof(again)), length);
        assert_memory_equal(again, bytes, length);
    }
    assert_true(good > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),          cmocka_unit_test(test_byte_order), cmocka_unit_test(test_no_other_length),
        cmocka_unit_test(test_no_other_characters), cmocka_unit_test(test_limits),     cmocka_unit_test(test_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
