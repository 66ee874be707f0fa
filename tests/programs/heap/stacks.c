/* SPDX-License-Identifier: MIT */
/* Stacks of all kinds below malloc(): tiny ones, of threads that end, of coroutines, interrupted ones, and ones that are left by
 * a jump. Where a handler allocates, malloc() must be one that may be interrupted (interruptible_malloc.c). */
#define _GNU_SOURCE
#include "held.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

/* ---- threads ---- */

NOINLINE void *allocate_on_tiny_stack(void *argument);
NOINLINE void *allocate_on_tiny_stack(void *argument)
{
    char *block;

    for (int i = 0; i < 300; i++) {
        block = malloc(i % 10 ? 2000 : 200000);
        EXPECT(block);
        block[0] = 1;
        KEEP(block);
        free(block);
    }
    (void)argument;
    block = malloc(MIB);
    memset(block, 1, MIB);
    return block;
}

static void tiny_stacks(void)
{
    enum { THREADS = 40 };
    pthread_attr_t attributes;
    pthread_t threads[THREADS];
    void *block;

    pthread_attr_init(&attributes);
    EXPECT(!pthread_attr_setstacksize(&attributes, 16384));
    for (int i = 0; i < THREADS; i++)
        EXPECT(!pthread_create(&threads[i], &attributes, allocate_on_tiny_stack, NULL));
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &block);
        EXPECT(block);
    }
    tell("allocate_on_tiny_stack", THREADS * MIB);
}

NOINLINE void *allocate_and_end(void *argument);
NOINLINE void *allocate_and_end(void *argument)
{
    (void)argument;
    return hold_small(1000, 50);
}

static void ending_threads(void)
{
    static struct link *lists[1000];

    for (int i = 0; i < 1000; i++) {
        pthread_t thread;
        void *list;
        EXPECT(!pthread_create(&thread, NULL, allocate_and_end, NULL));
        pthread_join(thread, &list);
        lists[i] = list;
    }
    tell_small("hold_small", 50000000, 1000);
    for (int i = 0; i < 1000; i++) /* blocks of threads that do not exist any more */
        release(lists[i]);
}

/* ---- coroutines ---- */

static ucontext_t main_context, coroutine;
static struct link *of_coroutines;

NOINLINE void run_coroutine(void);
NOINLINE void run_coroutine(void)
{
    for (int i = 0; i < 3; i++) {
        struct link *more = hold_small(500, 100), *last = more;
        while (last->next)
            last = last->next;
        last->next = of_coroutines;
        of_coroutines = more;
        churn(50);
        swapcontext(&coroutine, &main_context);
    }
}

/* Each has a stack that was an earlier one's, in memory that is given back: what is remembered of a stack must not be read. */
static void run_on(char *stack, size_t size)
{
    EXPECT(!getcontext(&coroutine));
    coroutine.uc_stack.ss_sp = stack;
    coroutine.uc_stack.ss_size = size;
    coroutine.uc_link = &main_context;
    makecontext(&coroutine, run_coroutine, 0);
    for (int k = 0; k < 3; k++)
        EXPECT(!swapcontext(&main_context, &coroutine));
}

static void coroutines(void)
{
    const size_t size = 65536;

    for (int i = 0; i < 150; i++) {
        char *stack = malloc(size);
        EXPECT(stack);
        run_on(stack, size);
        free(stack);
        stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        EXPECT(stack != MAP_FAILED);
        run_on(stack, size);
        munmap(stack, size);
    }
    tell_small("hold_small", (size_t)300 * 3 * 100 * 500, 500);
}

/* ---- signals ---- */

static volatile unsigned handled;

static void start_timer(void (*handler)(int))
{
    const struct itimerval interval = {{0, 1000}, {0, 1000}};
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};

    EXPECT(!sigaction(SIGPROF, &action, NULL) && !setitimer(ITIMER_PROF, &interval, NULL));
}

static void stop_timer(void)
{
    const struct itimerval interval = {{0, 0}, {0, 0}};

    setitimer(ITIMER_PROF, &interval, NULL);
}

static void allocate_in_handler(int signal)
{
    int saved = errno;
    char *block;

    (void)signal;
    for (int i = 0; i < 20; i++) {
        block = malloc(i % 5 ? 5000 : 200000);
        block[0] = 1;
        KEEP(block);
        free(block);
    }
    handled++;
    errno = saved;
}

/* churn() between signals, until there were enough of them. The malloc() for that reuses no memory, so it ends sooner where
 * signals come seldom. */
#define MOST_ROUNDS 1500000

static bool awaits_signals(unsigned number, unsigned rounds)
{
    static unsigned all;

    return handled < number && __atomic_add_fetch(&all, rounds, __ATOMIC_RELAXED) < MOST_ROUNDS;
}

static void handlers(void)
{
    char *block = hold_large(64 * MIB);

    start_timer(allocate_in_handler);
    while (awaits_signals(200, 100)) {
        errno = 1234;
        churn(100);
        EXPECT(errno == 1234);
    }
    stop_timer();
    EXPECT(handled);
    KEEP(block);
    tell("hold_large", 64 * MIB);
}

/* mmap() and its kin may be called whatever was interrupted. */
static void map_in_handler(int signal)
{
    int saved = errno;
    char *memory = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)signal;
    if (memory != MAP_FAILED) {
        memory[0] = 1;
        madvise(memory, MIB, MADV_DONTNEED);
        munmap(memory, MIB);
    }
    handled++;
    errno = saved;
}

static void mapping_handlers(void)
{
    char *block = hold_large(64 * MIB);

    start_timer(map_in_handler);
    while (handled < 200)
        churn(100);
    stop_timer();
    KEEP(block);
    tell("hold_large", 64 * MIB);
}

static sigjmp_buf back;
static volatile sig_atomic_t may_jump;

static void jump_out(int signal)
{
    (void)signal;
    handled++;
    if (may_jump)
        siglongjmp(back, 1);
}

/* Whatever was going on is left: half an allocation, and half an event in the library. What comes afterwards is recorded. */
static void jumps(void)
{
    volatile unsigned jumped = 0;
    char *block;

    start_timer(jump_out);
    while (awaits_signals(300, 20000)) {
        if (sigsetjmp(back, 1))
            jumped++;
        else {
            may_jump = 1;
            churn(20000);
        }
        may_jump = 0;
    }
    stop_timer();
    EXPECT(jumped > 0);
    block = hold_large(256 * MIB);
    KEEP(block);
    tell("hold_large", 256 * MIB);
}

/* The same in several threads at once: what one has left, another one waits for. */
static __thread sigjmp_buf back_in_thread;
static __thread volatile sig_atomic_t may_jump_in_thread;

static void jump_in_thread(int signal)
{
    (void)signal;
    __atomic_add_fetch(&handled, 1, __ATOMIC_RELAXED);
    if (may_jump_in_thread)
        siglongjmp(back_in_thread, 1);
}

static void *churn_and_jump(void *argument)
{
    while (awaits_signals(300, 20000)) {
        if (!sigsetjmp(back_in_thread, 1)) {
            may_jump_in_thread = 1;
            churn(20000);
        }
        may_jump_in_thread = 0;
    }
    return argument;
}

static void jumps_in_threads(void)
{
    pthread_t threads[3];
    char *block;

    start_timer(jump_in_thread);
    for (int i = 0; i < 3; i++)
        EXPECT(!pthread_create(&threads[i], NULL, churn_and_jump, NULL));
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    stop_timer();
    block = hold_large(256 * MIB);
    KEEP(block);
    tell("hold_large", 256 * MIB);
}

/* A handler on a separate stack, of the size that programs usually choose. */
#define ALTERNATE 8192

static void handle_on(char *memory)
{
    const stack_t stack = {.ss_sp = memory, .ss_size = ALTERNATE};
    struct sigaction action = {.sa_handler = allocate_in_handler, .sa_flags = SA_RESTART | SA_ONSTACK};
    char *block = hold_large(64 * MIB);

    EXPECT(!sigaltstack(&stack, NULL));
    start_timer(allocate_in_handler);
    EXPECT(!sigaction(SIGPROF, &action, NULL));
    while (awaits_signals(200, 100))
        churn(100);
    stop_timer();
    EXPECT(handled);
    KEEP(block);
    tell("hold_large", 64 * MIB);
}

/* With a guard page below. */
static void handlers_elsewhere(void)
{
    char *pages = mmap(NULL, 4096 + ALTERNATE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    EXPECT(pages != MAP_FAILED && !mprotect(pages, 4096, PROT_NONE));
    handle_on(pages + 4096);
}

/* In the thread's own stack: what is below must stay as it is. */
static void handlers_inside(void)
{
    char own[2 * ALTERNATE], *below = own;

    memset(below, 0x5a, ALTERNATE);
    KEEP(below);
    handle_on(below + ALTERNATE);
    KEEP(below);
    for (size_t i = 0; i < ALTERNATE; i++)
        EXPECT(below[i] == 0x5a);
}

/* Many threads that hold small blocks. */
NOINLINE void *hold_in_thread(void *argument);
NOINLINE void *hold_in_thread(void *argument)
{
    (void)argument;
    return hold_small(48, 150000);
}

static void many_threads(void)
{
    enum { THREADS = 16 };
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        EXPECT(!pthread_create(&threads[i], NULL, hold_in_thread, NULL));
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    tell_small("hold_small", (size_t)THREADS * 150000 * 48, 48);
}

int main(int argc, char **argv)
{
    static const struct held_case all[] = {
        {"tiny", tiny_stacks},
        {"end", ending_threads},
        {"coroutines", coroutines},
        {"handlers", handlers},
        {"handlers-map", mapping_handlers},
        {"jumps", jumps},
        {"jumps-threads", jumps_in_threads},
        {"handlers-altstack", handlers_elsewhere},
        {"handlers-altstack-inside", handlers_inside},
        {"many", many_threads},
    };

    return run_case(argc, argv, all, sizeof(all) / sizeof(all[0]));
}
