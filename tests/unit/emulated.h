/* SPDX-License-Identifier: MIT */
/* Tests of what qemu-user does not give to a program (its own limits and /proc/PID/exe, process_vm_readv(), memory that a
 * child of vfork() borrows, a stack away from everything else) begin with a skip. tests/platforms/inside.sh says that there
 * is an emulator. To be included behind cmocka.h. */
#ifndef MW_TESTS_EMULATED_H
#define MW_TESTS_EMULATED_H

#include <stdlib.h>

static inline void skip_if_emulated(void)
{
    if (getenv("MW_TEST_EMULATOR"))
        skip();
}

#endif
