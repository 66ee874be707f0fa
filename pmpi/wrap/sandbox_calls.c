/* SPDX-License-Identifier: MIT */
/* Interposes the functions that install a seccomp filter, to detect it before it takes effect: prctl(), seccomp()
 * and syscall() of libc, which libseccomp calls as well. Each jumps to the real function: arguments, errno and stack
 * are unchanged, and no frame of the shim is left when the filter takes effect. Inlined system calls are not
 * detected.
 *
 * Part of preloaded libraries only. */
#include "pmpi/base/elf_find.h"
#include "pmpi/life/sandbox.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

enum call { PRCTL, SECCOMP, SYSCALL, CALLS };

static const char *const names[CALLS] = {"prctl", "seccomp", "syscall"};

/* For the assembly code below: the real functions, and the function to call when the real one is not known yet, or
 * the call may install a filter. It returns the address to jump to. */
void *mw_sandbox_real[CALLS];
void *mw_sandbox_check(unsigned call, long a, long b, long c, long d);

/* Replaces seccomp(), which few C libraries have. */
static int seccomp_by_number(unsigned operation, unsigned flags, void *filter)
{
    long (*real)(long, ...);

    *(void **)&real = mw_sandbox_check(SYSCALL, -1, 0, 0, 0);
    return (int)real(SYS_seccomp, operation, flags, filter);
}

/* Not by dlsym(), which may allocate: the caller of syscall() may be an allocator that is being
 * initialized. */
static void *find(enum call call)
{
    void *found = mw_elf_find_next_early(names[call]);

    if (!found && call == SECCOMP)
        found = (void *)seccomp_by_number;
    __atomic_store_n(&mw_sandbox_real[call], found, __ATOMIC_RELAXED);
    return found;
}

/* Resolved before main(), so that no signal handler has to search. */
__attribute__((constructor)) static void find_all(void)
{
    for (enum call call = 0; call < CALLS; call++)
        find(call);
}

/* Not for calls that the kernel rejects as malformed: libraries probe for seccomp support with them. */
static bool enters_by_prctl(long option, long mode, long filter)
{
    return (int)option == PR_SET_SECCOMP && (mode == SECCOMP_MODE_STRICT || filter);
}

static bool enters_by_seccomp(long operation, long flags, long filter)
{
    return (unsigned)operation == SECCOMP_SET_MODE_STRICT ? !(unsigned)flags && !filter
                                                          : (unsigned)operation == SECCOMP_SET_MODE_FILTER && filter;
}

static bool enters(enum call call, long a, long b, long c, long d)
{
    switch (call) {
    case PRCTL: return enters_by_prctl(a, b, c);
    case SECCOMP: return enters_by_seccomp(a, b, c);
    default: return (a == SYS_prctl && enters_by_prctl(b, c, d)) || (a == SYS_seccomp && enters_by_seccomp(b, c, d));
    }
}

void *mw_sandbox_check(unsigned call, long a, long b, long c, long d)
{
    void *real = __atomic_load_n(&mw_sandbox_real[call], __ATOMIC_RELAXED);

    if (enters((enum call)call, a, b, c, d))
        mw_sandbox_enter();
    return real ? real : find((enum call)call);
}

/* ---- the interposed functions ----
 *
 * In assembly, since C code would copy a possible seventh argument on the caller's stack, which may be a variable that
 * another thread is changing. FUNCTION(name, number in enum call, test that jumps to 1 if mw_sandbox_check() is needed): */

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define PR_SET_SECCOMP_TEXT TEXT(PR_SET_SECCOMP)
#define NUMBERS "\n.set number_prctl, " TEXT(__NR_prctl) "\n.set number_seccomp, " TEXT(__NR_seccomp) "\n"
__asm__(NUMBERS);

/* clang-format off */
#define BEGIN(name) \
    ".text\n.globl " #name "\n.type " #name ", %function\n.balign 16\n" #name ":\n.cfi_startproc\n"
#define END(name) "\n.cfi_endproc\n.size " #name ", .-" #name "\n"

#if defined __x86_64__

#define PRCTL_TEST "cmpl $" PR_SET_SECCOMP_TEXT ", %edi\nje 1f\n"
#define SECCOMP_TEST "jmp 1f\n"
#define SYSCALL_TEST "cmpq $number_prctl, %rdi\nje 1f\ncmpq $number_seccomp, %rdi\nje 1f\n"
#define PUSH(register) "pushq %" #register "\n.cfi_adjust_cfa_offset 8\n"
#define POP(register) "popq %" #register "\n.cfi_adjust_cfa_offset -8\n"
#define FUNCTION(name, call, test)                                                                          \
    __asm__(BEGIN(name) "endbr64\n" test                                                                    \
            "movq mw_sandbox_real+8*" #call "(%rip), %r11\ntestq %r11, %r11\nje 1f\njmp *%r11\n1:\n"        \
            PUSH(rdi) PUSH(rsi) PUSH(rdx) PUSH(rcx) PUSH(r8) PUSH(r9) PUSH(rax)                             \
            "movq %rcx, %r8\nmovq %rdx, %rcx\nmovq %rsi, %rdx\nmovq %rdi, %rsi\nmovl $" #call ", %edi\n"    \
            "call mw_sandbox_check\nmovq %rax, %r11\n"                                                       \
            POP(rax) POP(r9) POP(r8) POP(rcx) POP(rdx) POP(rsi) POP(rdi) "jmp *%r11" END(name))

#elif defined __aarch64__

#define PRCTL_TEST "cmp w0, #" PR_SET_SECCOMP_TEXT "\nb.eq 1f\n"
#define SECCOMP_TEST "b 1f\n"
#define SYSCALL_TEST "cmp x0, #number_prctl\nb.eq 1f\ncmp x0, #number_seccomp\nb.eq 1f\n"
#define FUNCTION(name, call, test)                                                                          \
    __asm__(BEGIN(name) "hint #34\n" test                                                                   \
            "adrp x16, mw_sandbox_real+8*" #call "\nldr x16, [x16, #:lo12:mw_sandbox_real+8*" #call "]\n"   \
            "cbz x16, 1f\nbr x16\n1:\n"                                                                     \
            "stp x29, x30, [sp, #-80]!\n.cfi_def_cfa_offset 80\n.cfi_offset 29, -80\n.cfi_offset 30, -72\n" \
            "mov x29, sp\nstp x0, x1, [sp, #16]\nstp x2, x3, [sp, #32]\nstp x4, x5, [sp, #48]\n"            \
            "stp x6, x7, [sp, #64]\nmov x4, x3\nmov x3, x2\nmov x2, x1\nmov x1, x0\nmov w0, #" #call "\n"   \
            "bl mw_sandbox_check\nmov x16, x0\n"                                                             \
            "ldp x0, x1, [sp, #16]\nldp x2, x3, [sp, #32]\nldp x4, x5, [sp, #48]\nldp x6, x7, [sp, #64]\n"  \
            "ldp x29, x30, [sp], #80\n.cfi_restore 30\n.cfi_restore 29\n.cfi_def_cfa_offset 0\n"            \
            "br x16" END(name))

#elif defined __riscv

#define PRCTL_TEST "sext.w t1, a0\nli t0, " PR_SET_SECCOMP_TEXT "\nbeq t1, t0, 1f\n"
#define SECCOMP_TEST "j 1f\n"
#define SYSCALL_TEST "li t0, number_prctl\nbeq a0, t0, 1f\nli t0, number_seccomp\nbeq a0, t0, 1f\n"
#define EACH_WORD(load_or_store)                                                                            \
    load_or_store " a0, 0(sp)\n" load_or_store " a1, 8(sp)\n" load_or_store " a2, 16(sp)\n"                 \
    load_or_store " a3, 24(sp)\n" load_or_store " a4, 32(sp)\n" load_or_store " a5, 40(sp)\n"               \
    load_or_store " a6, 48(sp)\n" load_or_store " a7, 56(sp)\n" load_or_store " ra, 64(sp)\n"
#define FUNCTION(name, call, test)                                                                          \
    __asm__(BEGIN(name) test "lla t2, mw_sandbox_real\nld t2, 8*" #call "(t2)\nbeqz t2, 1f\njr t2\n1:\n"    \
            "addi sp, sp, -80\n.cfi_def_cfa_offset 80\n" EACH_WORD("sd") ".cfi_offset 1, -16\n"             \
            "mv a4, a3\nmv a3, a2\nmv a2, a1\nmv a1, a0\nli a0, " #call "\ncall mw_sandbox_check\n"          \
            "mv t2, a0\n" EACH_WORD("ld") ".cfi_restore 1\naddi sp, sp, 80\n.cfi_def_cfa_offset 0\n"        \
            "jr t2" END(name))

#elif defined __powerpc64__

#define PRCTL_TEST "cmpwi 3, " PR_SET_SECCOMP_TEXT "\nbeq 1f\n"
#define SECCOMP_TEST "b 1f\n"
#define SYSCALL_TEST "cmpdi 3, number_prctl\nbeq 1f\ncmpdi 3, number_seccomp\nbeq 1f\n"
#define EACH_WORD(load_or_store)                                                                            \
    load_or_store " 3, 32(1)\n" load_or_store " 4, 40(1)\n" load_or_store " 5, 48(1)\n"                     \
    load_or_store " 6, 56(1)\n" load_or_store " 7, 64(1)\n" load_or_store " 8, 72(1)\n"                     \
    load_or_store " 9, 80(1)\n" load_or_store " 10, 88(1)\n"
#define FUNCTION(name, call, test)                                                                          \
    __asm__(BEGIN(name) "0: addis 2, 12, .TOC.-0b@ha\naddi 2, 2, .TOC.-0b@l\n.localentry " #name ", .-" #name "\n" \
            test "addis 12, 2, mw_sandbox_real+8*" #call "@toc@ha\nld 12, mw_sandbox_real+8*" #call         \
            "@toc@l(12)\ncmpdi 12, 0\nbeq 1f\nmtctr 12\nbctr\n1:\n"                                         \
            "mflr 0\nstd 0, 16(1)\nstdu 1, -112(1)\n.cfi_def_cfa_offset 112\n.cfi_offset 65, 16\n"          \
            EACH_WORD("std") "mr 7, 6\nmr 6, 5\nmr 5, 4\nmr 4, 3\nli 3, " #call "\nbl mw_sandbox_check\nnop\n" \
            "mr 12, 3\n" EACH_WORD("ld") "addi 1, 1, 112\n.cfi_def_cfa_offset 0\nld 0, 16(1)\nmtlr 0\n"     \
            ".cfi_restore 65\nmtctr 12\nbctr" END(name))

#endif

#ifdef FUNCTION
FUNCTION(prctl, 0, PRCTL_TEST);
FUNCTION(seccomp, 1, SECCOMP_TEST);
FUNCTION(syscall, 2, SYSCALL_TEST);
#endif
/* clang-format on */
