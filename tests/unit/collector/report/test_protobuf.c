/* SPDX-License-Identifier: MIT */
/* The encoder of protocol buffers. */
#include "collector/report/protobuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_protobuf(void **state)
{
    static const unsigned char expected[] = {
        0x08, 0x96, 0x01,                                                             /* the example of the specification */
        0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,             /* -1 */
        0x22, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05,                               /* packed: likewise */
        0x12, 0x07, 't',  'e',  's',  't',  'i',  'n',  'g',  0x2a, 0x00,             /* a text; an empty one */
        0x1a, 0x03, 0x08, 0x96, 0x01, 0x82, 0x01, 0x01, 0x7f, 0xf8, 0xff, 0xff, 0xff, /* a message; */
        0x0f, 0x80, 0x01};                                                            /* fields of two bytes and more */
    const uint64_t packed[] = {3, 270, 86942}, one = 127;
    struct mw_protobuf message = {0}, part = {0};

    (void)state;
    mw_protobuf_number(&message, 1, 150);
    mw_protobuf_number(&message, 9, 0);
    mw_protobuf_number(&message, 2, (uint64_t)-1);
    mw_protobuf_numbers(&message, 4, packed, 3);
    mw_protobuf_text(&message, 2, "testing");
    mw_protobuf_text(&message, 5, "");
    mw_protobuf_number(&part, 1, 150);
    mw_protobuf_message(&message, 3, &part);
    assert_int_equal(part.size, 0);
    mw_protobuf_numbers(&message, 16, &one, 1);
    mw_protobuf_number(&message, (1u << 29) - 1, 128);
    assert_int_equal(message.size, sizeof(expected));
    assert_memory_equal(message.bytes, expected, sizeof(expected));
    mw_protobuf_free(&message);
    mw_protobuf_free(&part);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_protobuf),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
