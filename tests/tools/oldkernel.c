/* SPDX-License-Identifier: MIT */
/* oldkernel 5.3|4.18 COMMAND...: runs a command as on an older kernel, by a seccomp filter:
 *   5.3   as on Linux 5.3 to 6.6: PIDFD_GET_INFO and PAGEMAP_SCAN fail with ENOTTY
 *   4.18  as on RHEL 8: every system call numbered 335 or more, pidfd_open among them, fails with ENOSYS
 * Exits with 77 where that cannot be done. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CANNOT 77
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(op, value, yes, no) BPF_JUMP(BPF_JMP | (op) | BPF_K, value, yes, no)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct sock_filter no_info[] = {
    LOAD(nr),
    IF(BPF_JEQ, SYS_ioctl, 0, 4),
    LOAD(args[1]),
    IF(BPF_JEQ, 0xC040FF0B, 1, 0), /* PIDFD_GET_INFO */
    IF(BPF_JEQ, 0xC0606610, 0, 1), /* PAGEMAP_SCAN */
    RETURN(SECCOMP_RET_ERRNO | ENOTTY),
    RETURN(SECCOMP_RET_ALLOW),
};

static const struct sock_filter no_new_calls[] = {
    LOAD(arch),
    IF(BPF_JEQ, AUDIT_ARCH_X86_64, 0, 3),
    LOAD(nr),
    IF(BPF_JGE, 335, 0, 1),
    RETURN(SECCOMP_RET_ERRNO | ENOSYS),
    RETURN(SECCOMP_RET_ALLOW),
};

int main(int argc, char **argv)
{
    struct sock_fprog filter = {COUNT(no_info), (struct sock_filter *)no_info};
    int is_oldest = argc > 1 && !strcmp(argv[1], "4.18");

    if (argc < 3 || (!is_oldest && strcmp(argv[1], "5.3"))) {
        fputs("usage: oldkernel 5.3|4.18 COMMAND...\n", stderr);
        return 2;
    }
    if (is_oldest)
        filter = (struct sock_fprog){COUNT(no_new_calls), (struct sock_filter *)no_new_calls};
#ifndef __x86_64__
    if (is_oldest) /* different system call numbers */
        return CANNOT;
#endif
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
        return CANNOT;
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
