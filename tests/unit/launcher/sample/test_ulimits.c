/* SPDX-License-Identifier: MIT */
/* The limits of a process, in the kernel's format. */
#include "launcher/sample/ulimits.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/emulated.h"

#define LINE(name, soft) name soft "unlimited            bytes     \n"

static const char head[] = "Limit                     Soft Limit           Hard Limit           Units     \n"
                           "Max file size             unlimited            unlimited            bytes     \n";

static void parse(void **state)
{
    char text[1024];
    struct mw_ulimits ulimits;

    (void)state;
    snprintf(text, sizeof(text), "%s%s%s", head, LINE("Max data size             ", "268435456            "),
             LINE("Max address space         ", "1024000000           "));
    assert_int_equal(mw_ulimits_parse(text, &ulimits), 0);
    assert_int_equal(ulimits.address, 1024000000);
    assert_int_equal(ulimits.data, 268435456);
    snprintf(text, sizeof(text), "%s%s%s", head, LINE("Max data size             ", "unlimited            "),
             LINE("Max address space         ", "unlimited            "));
    assert_int_equal(mw_ulimits_parse(text, &ulimits), 0);
    assert_int_equal(ulimits.address + ulimits.data, 0);
}

static void refuses(void **state)
{
    static const char *const bad[] = {"", "Max data size  5 5 bytes\n", "Max data size  five\nMax address space 7 7 bytes\n",
                                      "xMax data size 5 5\nxMax address space 6 6\n"};
    struct mw_ulimits ulimits = {1, 1};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        errno = 0;
        assert_int_equal(mw_ulimits_parse(bad[i], &ulimits), -1);
        assert_int_equal(errno, EPROTO);
        assert_int_equal(ulimits.address + ulimits.data, 0);
    }
}

/* The limits of a child that has set them itself. */
static void the_kernels_own(void **state)
{
    const struct rlimit address = {3ULL << 40, RLIM_INFINITY}, data = {2ULL << 40, RLIM_INFINITY};
    int procfd = open("/proc", O_RDONLY | O_DIRECTORY), ready[2];
    struct mw_ulimits ulimits;
    char byte = 0;
    pid_t child;

    (void)state;
    skip_if_emulated();
    assert_int_equal(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_AS, &address);
        setrlimit(RLIMIT_DATA, &data);
        _exit(write(ready[1], &byte, 1) == 1 && pause() ? 0 : 1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(mw_ulimits_read(procfd, child, &ulimits), 0);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(ulimits.address, 3ULL << 40);
    assert_int_equal(ulimits.data, 2ULL << 40);
    assert_int_equal(mw_ulimits_read(procfd, child, &ulimits), -1);
    close(procfd);
    close(ready[0]);
    close(ready[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse),
        cmocka_unit_test(refuses),
        cmocka_unit_test(the_kernels_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
