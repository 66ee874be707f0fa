/* SPDX-License-Identifier: MIT */
#include "pmpi/rank/rank.h"

struct mw_rank mw_rank = {.dirfd = -1};
_Thread_local bool mw_rank_main_thread __attribute__((tls_model("initial-exec")));

void mw_rank_journal_name(char name[MW_JOURNAL_NAME_SIZE], const struct mw_ident *ident)
{
    if (mw_rank.dir_pid_ns && ident->pid_ns && ident->pid_ns != mw_rank.dir_pid_ns)
        mw_journal_name_elsewhere(name, ident->world_id, mw_rank.host, ident->pid, ident->pid_ns);
    else
        mw_journal_name(name, ident->world_id, mw_rank.host, ident->pid);
}
