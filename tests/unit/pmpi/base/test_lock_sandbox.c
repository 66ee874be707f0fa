/* SPDX-License-Identifier: MIT */
/* A lock in a sandbox that kills for system calls. */
#include "pmpi/base/lock.h"
#include "pmpi/base/syscalls.h"
#include "tests/unit/pmpi/base/made_sections.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define KILLS(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

static bool enter_sandbox(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        KILLS(SYS_gettid),
        KILLS(SYS_tgkill),
        KILLS(SYS_sched_yield),
        KILLS(SYS_nanosleep),
        KILLS(SYS_clock_nanosleep),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

    mw_syscalls_stop();
    return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void *lock_once(void *result)
{
    *(enum mw_lock_result *)result = made_section(NULL);
    return NULL;
}

static void lock_in_another_thread(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, lock_once, &made_locked_again);
    pthread_join(thread, NULL);
}

/* Neither of the two threads has ever queried its id. */
static void *meet_in_sandbox(void *met)
{
    *(bool *)met = made_section(lock_in_another_thread) == MW_LOCK_TAKEN && made_locked_again == MW_LOCK_BUSY &&
                   made_unrecorded == 1;
    lock_in_another_thread();
    *(bool *)met &= made_locked_again == MW_LOCK_TAKEN;
    return NULL;
}

static void without_system_calls(void **state)
{
    pid_t child;
    int status;

    (void)state;
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ /* these make such calls */
    skip();
#endif
    child = fork();
    if (!child) {
        pthread_t thread;
        bool met = false;
        if (!enter_sandbox())
            _exit(77);
        pthread_create(&thread, NULL, meet_in_sandbox, &met);
        pthread_join(thread, NULL);
        _exit(!met);
    }
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_system_calls, made_set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
