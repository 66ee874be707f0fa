/* SPDX-License-Identifier: MIT */
#include "tests/unit/collector/journal/made_segments.h"

#include "collector/base/hostname.h"
#include "collector/journal/journal.h"
#include "collector/journal/segments.h"
#include "tests/unit/synthetic.h"

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include <cmocka.h>

int made_segment_id(int dirfd, const char *name)
{
    struct mw_segment_locator locator;
    int fd = openat(dirfd, name, O_RDONLY);

    assert_true(fd >= 0);
    assert_int_equal(mw_segment_read_locator(&locator, fd), 0);
    close(fd);
    return locator.id;
}

bool made_segment_exists(int id)
{
    struct shmid_ds ds;

    return !shmctl(id, IPC_STAT, &ds);
}

struct made_run *made_run(void)
{
    struct made_run *run = calloc(1, sizeof(*run));
    char host[MW_HOSTNAME_SIZE];

    synthetic_make(&run->dir);
    mw_hostname_local(host);
    for (int i = 0; i < MADE_RANKS; i++) {
        struct mw_ident *ident;
        mw_journal_name(run->names[i], 0x77, host, (long)getpid() + i);
        assert_int_equal(mw_journal_create_segment(&run->journals[i], run->dir.fd, run->dir.path, run->names[i], NULL), 0);
        run->ids[i] = made_segment_id(run->dir.fd, run->names[i]);
        ident = run->journals[i].ident;
        ident->rank = i;
        ident->size = MADE_RANKS;
        ident->pid = getpid() + i;
        ident->start_ticks = 5;
        snprintf(ident->host, sizeof(ident->host), "%s", host);
    }
    return run;
}

void made_leave(struct made_run *run, int rank)
{
    mw_journal_unmap(&run->journals[rank]);
}

void made_run_end(struct made_run *run)
{
    for (int i = 0; i < MADE_RANKS; i++) {
        if (run->journals[i].head)
            made_leave(run, i);
        shmctl(run->ids[i], IPC_RMID, NULL);
    }
    synthetic_remove(&run->dir);
    free(run);
}

void made_overwrite(const struct made_run *run, const char *name, const void *bytes, size_t size)
{
    unlinkat(run->dir.fd, name, 0);
    synthetic_put(&run->dir, name, bytes, size);
}

bool made_segments_possible(void)
{
    int id;

    /* a memwatch that searches for its segments attaches briefly to each: test this among other segments only if necessary */
    if (unshare(CLONE_NEWIPC))
        print_message("# in the machine's own IPC namespace\n");
    id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    if (id < 0)
        return false;
    shmctl(id, IPC_RMID, NULL);
    return true;
}
