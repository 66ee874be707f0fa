/* SPDX-License-Identifier: MIT */
/* Guards and locks, requested again from handlers, after jumps, by other threads and after the end of their owners. */
#include "pmpi/base/lock.h"

#include "collector/base/clock.h"
#include "pmpi/base/syscalls.h"

#include <alloca.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

static _Thread_local struct mw_guard guard;
static struct mw_lock lock;
static uint64_t unrecorded;

static int set_up(void **state)
{
    (void)state;
    guard = (struct mw_guard){0};
    memset(&lock, 0, sizeof(lock));
    unrecorded = 0;
    mw_lock_unrecorded = &unrecorded;
    return 0;
}

/* What a wrapper does: raises the guard in a function that it calls, then calls MPI, then lowers it. */
__attribute__((noinline)) static bool raise_guard(void *return_address)
{
    return mw_guard_raise(&guard, (uintptr_t)__builtin_frame_address(0), return_address);
}

__attribute__((noinline)) static bool wrapper(void (*call)(void))
{
    bool raised = raise_guard(__builtin_return_address(0));

    if (call)
        call();
    if (raised)
        mw_guard_lower(&guard);
    return raised;
}

__attribute__((noinline)) static enum mw_lock_result section(void (*inside)(void))
{
    enum mw_lock_result result = mw_lock_lock(&lock, true);

    if (inside)
        inside();
    if (result != MW_LOCK_BUSY)
        mw_lock_unlock(&lock);
    __asm__ volatile("" ::: "memory");
    return result;
}

static bool again;
static enum mw_lock_result locked_again;
static void (*in_handler)(void);

static void try_again(void)
{
    again = wrapper(NULL);
}

static void try_lock(void)
{
    locked_again = section(NULL);
}

static void handle(int signal)
{
    (void)signal;
    in_handler();
}

static void interrupt(void)
{
    raise(SIGUSR1);
}

static void handle_on(void *stack, size_t size)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = stack ? SA_ONSTACK : 0};
    stack_t alternate = {.ss_sp = stack, .ss_size = size, .ss_flags = stack ? 0 : SS_DISABLE};

    sigaltstack(&alternate, NULL);
    sigaction(SIGUSR1, &action, NULL);
}

#define STACK (256u << 10)

/* The guard and the lock are refused on this stack, counted, and free afterwards. */
static void refused_in_a_handler_on(void *stack)
{
    handle_on(stack, STACK);
    unrecorded = 0;
    in_handler = try_again;
    again = true;
    assert_true(wrapper(interrupt));
    assert_false(again);
    assert_int_equal(unrecorded, 1);
    in_handler = try_lock;
    assert_int_equal(section(interrupt), MW_LOCK_TAKEN);
    assert_int_equal(locked_again, MW_LOCK_BUSY);
    assert_int_equal(unrecorded, 2);
    assert_true(wrapper(NULL));
    assert_int_equal(section(NULL), MW_LOCK_TAKEN);
    handle_on(NULL, 0);
}

/* Between two calls it is an ordinary call. */
static void accepted_in_a_handler_on(void *stack)
{
    handle_on(stack, STACK);
    in_handler = try_again;
    raise(SIGUSR1);
    assert_true(again);
    in_handler = try_lock;
    raise(SIGUSR1);
    assert_int_equal(locked_again, MW_LOCK_TAKEN);
    handle_on(NULL, 0);
}

static void in_handlers_on_any_stack(void **state)
{
    void *low = malloc(STACK), *own = alloca(STACK);
    static char lower[STACK];
    void *const stacks[] = {NULL, low, own, lower};

    (void)state;
    for (size_t i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
        refused_in_a_handler_on(stacks[i]);
        accepted_in_a_handler_on(stacks[i]);
    }
    free(low);
}

static void *handlers_of_a_thread(void *state)
{
    in_handlers_on_any_stack(state);
    return NULL;
}

/* A thread's stack is below memory that was mapped before it, and above what is mapped later. */
static void in_handlers_of_threads(void **state)
{
    char *high = malloc(4 * STACK); /* mapped */
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, handlers_of_a_thread, state), 0);
    pthread_join(thread, NULL);
    handle_on(high, STACK);
    free(high);
    handle_on(NULL, 0);
}

/* ---- jumps ---- */

static jmp_buf back;
static sigjmp_buf signal_back;

static void jump(void)
{
    longjmp(back, 1);
}

__attribute__((noinline)) static void deeper(int depth, void (*call)(void))
{
    volatile char use[200];

    use[0] = (char)depth;
    if (depth)
        deeper(depth - 1, call);
    else
        call();
    use[1] = use[0];
}

static void jumping_call(void)
{
    wrapper(jump);
    __asm__ volatile("" ::: "memory"); /* no tail call */
}

static void jumping_section(void)
{
    section(jump);
    __asm__ volatile("" ::: "memory");
}

/* Jumps from every depth, and locks again at every other: the jump is detected immediately, nothing is lost. */
static void left_by_a_jump(void **state)
{
    (void)state;
    for (volatile int from = 0; from < 100; from += 9)
        for (volatile int to = 0; to < 100; to += 11) {
            if (!setjmp(back))
                deeper(from, jumping_call);
            again = false;
            deeper(to, try_again);
            assert_true(again);
            if (!setjmp(back))
                deeper(from, jumping_section);
            deeper(to, try_lock);
            assert_int_equal(locked_again, MW_LOCK_TAKEN_OVER);
        }
    assert_int_equal(unrecorded, 0);
}

static void jump_out_of_handler(void)
{
    siglongjmp(signal_back, 1);
}

static void left_by_a_handlers_jump(void **state)
{
    char *stack = malloc(STACK);
    void *const stacks[] = {NULL, stack};

    (void)state;
    in_handler = jump_out_of_handler;
    for (volatile int i = 0; i < 2; i++) {
        handle_on(stacks[i], STACK);
        if (!sigsetjmp(signal_back, 1))
            wrapper(interrupt);
        assert_true(wrapper(NULL));
        if (!sigsetjmp(signal_back, 1))
            section(interrupt);
        assert_int_equal(section(NULL), MW_LOCK_TAKEN_OVER);
        assert_int_equal(section(NULL), MW_LOCK_TAKEN);
    }
    handle_on(NULL, 0);
    free(stack);
}

static volatile long jumps;

static void jump_at_random(int signal)
{
    (void)signal;
    jumps++;
    siglongjmp(signal_back, 1);
}

/* Jumps out of every instruction: later requests are never refused. */
static void a_storm_of_jumps(void **state)
{
    struct sigaction action = {.sa_handler = jump_at_random};
    struct itimerval timer = {{0, 211}, {0, 211}}, off = {{0, 0}, {0, 0}};
    volatile uint64_t refused = 0, calls = 0;

    (void)state;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
    sigsetjmp(signal_back, 1);
    while (jumps < 1500) {
        bool raised = wrapper(try_lock);
        calls++;
        refused += !raised || locked_again == MW_LOCK_BUSY;
    }
    setitimer(ITIMER_REAL, &off, NULL);
    signal(SIGALRM, SIG_IGN);
    assert_true(calls > 1000);
    assert_true(refused <= 3 * MW_GUARD_DOUBTS); /* jumps from between two stores */
    guard = (struct mw_guard){0};
}

/* ---- coroutines ---- */

static ucontext_t main_context, coroutine;

static void suspend(void)
{
    swapcontext(&coroutine, &main_context);
}

static void run_coroutine(void)
{
    wrapper(suspend);
    section(suspend);
}

/* The owner may come back: for a while all others are refused, then they are accepted. The owner notices, and does nothing. */
static void a_coroutine_is_suspended_inside(void **state)
{
    void *stack = malloc(STACK);

    (void)state;
    getcontext(&coroutine);
    coroutine.uc_stack.ss_sp = stack;
    coroutine.uc_stack.ss_size = STACK;
    coroutine.uc_link = &main_context;
    makecontext(&coroutine, run_coroutine, 0);
    swapcontext(&main_context, &coroutine);
    for (int i = 0; i < MW_GUARD_DOUBTS; i++)
        assert_false(wrapper(NULL));
    assert_int_equal(unrecorded, MW_GUARD_DOUBTS);
    assert_true(wrapper(NULL));
    swapcontext(&main_context, &coroutine);
    for (int i = 0; i < MW_GUARD_DOUBTS; i++)
        assert_int_equal(section(NULL), MW_LOCK_BUSY);
    assert_int_equal(section(NULL), MW_LOCK_TAKEN_OVER);
    swapcontext(&main_context, &coroutine);
    assert_int_equal(section(NULL), MW_LOCK_TAKEN);
    assert_true(wrapper(NULL));
    free(stack);
}

/* ---- threads ---- */

static volatile long sum, owners;

static void add(void)
{
    long before = sum;

    assert_int_equal(__atomic_add_fetch(&owners, 1, __ATOMIC_RELAXED), 1);
    sum = before + 1;
    __atomic_sub_fetch(&owners, 1, __ATOMIC_RELAXED);
}

#define ROUNDS 20000

static void *add_often(void *unused)
{
    for (int i = 0; i < ROUNDS; i++)
        assert_int_equal(section(add), MW_LOCK_TAKEN);
    return unused;
}

static void nobody_is_refused_among_threads(void **state)
{
    pthread_t threads[4];

    (void)state;
    sum = 0;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_often, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(sum, 4 * ROUNDS);
    assert_int_equal(unrecorded, 0);
}

static int ready[2];

static void say_ready_and_wait(void)
{
    char byte = 0;

    assert_int_equal(write(ready[1], &byte, 1), 1);
    for (;;)
        pause();
}

static void *hold(void *inside)
{
    (void)inside;
    section(say_ready_and_wait);
    return NULL;
}

static pthread_t start_holder(void)
{
    pthread_t thread;
    char byte;

    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pthread_create(&thread, NULL, hold, NULL), 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    return thread;
}

static void end_holder(pthread_t thread)
{
    pthread_cancel(thread);
    pthread_join(thread, NULL);
    close(ready[0]);
    close(ready[1]);
}

/* A thread that ends inside a function leaves its stack poisoned, and AddressSanitizer ends the process for it. */
#ifdef __SANITIZE_ADDRESS__
#define NEEDS_CANCELLATION() skip()
#else
#define NEEDS_CANCELLATION() ((void)0)
#endif

/* The kernel may still know a thread shortly after it was joined, so it may be reported as alive. */
static enum mw_lock_result section_when_forgotten(void)
{
    enum mw_lock_result result;

    while ((result = section(NULL)) == MW_LOCK_BUSY)
        usleep(1000);
    return result;
}

/* The first one waits until its timeout, those after it do not wait, and after the end the lock works again. */
static void an_owner_that_does_not_come_back(void **state)
{
    pthread_t thread = start_holder();
    uint64_t begin = mw_clock_now();

    (void)state;
    NEEDS_CANCELLATION();
    assert_int_equal(section(NULL), MW_LOCK_BUSY);
    assert_true(mw_clock_now() - begin >= MW_LOCK_TIMEOUT_NS);
    begin = mw_clock_now();
    for (int i = 0; i < 100; i++)
        assert_int_equal(section(NULL), MW_LOCK_BUSY);
    assert_true(mw_clock_now() - begin < MW_LOCK_TIMEOUT_NS);
    assert_int_equal(unrecorded, 101);
    end_holder(thread);
    assert_int_equal(section_when_forgotten(), MW_LOCK_TAKEN_OVER);
    assert_int_equal(section(NULL), MW_LOCK_TAKEN);
}

static void an_owner_that_was_cancelled(void **state)
{
    (void)state;
    NEEDS_CANCELLATION();
    end_holder(start_holder());
    assert_int_equal(section(NULL), MW_LOCK_TAKEN_OVER);
    assert_int_equal(unrecorded, 0);
}

static void *call_for_ever(void *unused)
{
    int type;

    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    for (;;)
        section(NULL);
    return unused;
}

/* At any instruction. */
static void hundreds_of_asynchronous_cancellations(void **state)
{
    (void)state;
    NEEDS_CANCELLATION();
    for (int i = 0; i < 400; i++) {
        pthread_t thread;
        void *result;
        assert_int_equal(pthread_create(&thread, NULL, call_for_ever, NULL), 0);
        for (int j = 0; j < i % 90; j++)
            section(NULL);
        pthread_cancel(thread);
        pthread_join(thread, &result);
        assert_ptr_equal(result, PTHREAD_CANCELED);
        assert_int_not_equal(section(NULL), MW_LOCK_BUSY);
    }
    assert_int_equal(unrecorded, 0);
}

static void *hold_for_ever(void *unused)
{
    int type;

    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    for (;;) {
        mw_lock_disable_cancel();
        mw_lock_restore_cancel();
    }
    return unused;
}

/* A thread that is cancelled while cancellation is disabled has the result of a cancelled thread. */
static void cancelled_when_held(void **state)
{
    (void)state;
    NEEDS_CANCELLATION();
    for (int i = 0; i < 200; i++) {
        pthread_t thread;
        void *result;
        assert_int_equal(pthread_create(&thread, NULL, hold_for_ever, NULL), 0);
        usleep(i % 20 * 5);
        pthread_cancel(thread);
        pthread_join(thread, &result);
        assert_ptr_equal(result, PTHREAD_CANCELED);
    }
}

/* ---- fork ---- */

static int child_status;

static void fork_and_try(void)
{
    pid_t child = fork();

    if (!child) {
        try_again();
        _exit(again);
    }
    waitpid(child, &child_status, 0);
}

/* Also in the child, whose stack is the parent's. */
static void a_fork_in_a_handler(void **state)
{
    (void)state;
    handle_on(NULL, 0);
    in_handler = fork_and_try;
    assert_true(wrapper(interrupt));
    assert_true(WIFEXITED(child_status));
    assert_int_equal(WEXITSTATUS(child_status), 0);
    assert_true(wrapper(NULL));
}

/* ---- a sandbox that kills for system calls ---- */

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
    *(enum mw_lock_result *)result = section(NULL);
    return NULL;
}

static void lock_in_another_thread(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, lock_once, &locked_again);
    pthread_join(thread, NULL);
}

/* Neither of the two threads has ever queried its id. */
static void *meet_in_sandbox(void *met)
{
    *(bool *)met = section(lock_in_another_thread) == MW_LOCK_TAKEN && locked_again == MW_LOCK_BUSY && unrecorded == 1;
    lock_in_another_thread();
    *(bool *)met &= locked_again == MW_LOCK_TAKEN;
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
        cmocka_unit_test_setup(in_handlers_on_any_stack, set_up),
        cmocka_unit_test_setup(in_handlers_of_threads, set_up),
        cmocka_unit_test_setup(left_by_a_jump, set_up),
        cmocka_unit_test_setup(left_by_a_handlers_jump, set_up),
        cmocka_unit_test_setup(a_storm_of_jumps, set_up),
        cmocka_unit_test_setup(a_coroutine_is_suspended_inside, set_up),
        cmocka_unit_test_setup(nobody_is_refused_among_threads, set_up),
        cmocka_unit_test_setup(an_owner_that_does_not_come_back, set_up),
        cmocka_unit_test_setup(an_owner_that_was_cancelled, set_up),
        cmocka_unit_test_setup(hundreds_of_asynchronous_cancellations, set_up),
        cmocka_unit_test_setup(cancelled_when_held, set_up),
        cmocka_unit_test_setup(a_fork_in_a_handler, set_up),
        cmocka_unit_test_setup(without_system_calls, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
