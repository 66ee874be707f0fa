/* SPDX-License-Identifier: MIT */
/* Tests of functions that qemu-user does not provide (the program's limits and /proc/PID/exe, process_vm_readv(), memory
 * shared with a child of vfork(), a stack far from all other mappings) begin with a skip. tests/platforms/inside.sh sets the
 * variable for an emulator. To be included after cmocka.h. */
#ifndef MW_TESTS_EMULATED_H
#define MW_TESTS_EMULATED_H

#include <stdlib.h>

static inline void skip_if_emulated(void)
{
    if (getenv("MW_TEST_EMULATOR"))
        skip();
}

#endif
