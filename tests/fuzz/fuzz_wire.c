/* SPDX-License-Identifier: MIT */
/* libFuzzer: the parser of messages between hosts. What it takes it must be able to write again, to the same bytes. */
#include "launcher/hosts/wire_message.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char again[MW_WIRE_MESSAGE_MAX];
    struct mw_wire_message message;

    if (mw_wire_message_parse(&message, data, size) < 0)
        return 0;
    if (mw_wire_message_write(&message, again, sizeof(again)) != size || memcmp(again, data, size) != 0)
        abort();
    return 0;
}
