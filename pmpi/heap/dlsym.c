/* SPDX-License-Identifier: MIT */
/* pmpi/base/compat.h asks for it. This library hides no dlsym(); the shim, which may come before, does. */
#include "pmpi/base/dlsym.h"
#include "pmpi/base/elf_find.h"

mw_dlsym_function *mw_dlsym_real(void)
{
    void *found = mw_elf_find_next_early("dlsym");

    return *(mw_dlsym_function **)&found;
}
