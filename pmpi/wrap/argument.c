/* SPDX-License-Identifier: MIT */
#include "pmpi/wrap/argument.h"

#include "pmpi/base/stack.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include <unwind.h>

#define BEFORE 256 /* bytes of code examined before a call */
#define LEAF 64    /* maximum bytes of code of a function before its tail call */
#define LEVELS 4   /* callers that are examined */

/* The effect of a piece of code on the argument's register. */
enum effect { SETS, CLOBBERS, KEEPS };

#if defined __x86_64__ || defined __aarch64__

/* Reads memory that may not be mapped. Returns the number of bytes read, 0: none. */
static size_t read_code(uintptr_t address, void *to, size_t size)
{
    struct iovec into = {to, size};
    struct iovec from = {(void *)address, size};
    ssize_t n = process_vm_readv(getpid(), &into, 1, &from, 1, 0);

    return n > 0 ? (size_t)n : 0;
}

/* Reads the code of the calling function before a return address, at most BEFORE bytes, into the end of `code`.
 * Returns the number of bytes. *from_start: the code begins at the function's start. */
static size_t read_before(uintptr_t end, void *code, bool *from_start)
{
    uintptr_t start = (uintptr_t)_Unwind_FindEnclosingFunction((void *)end);
    size_t size = start && end - start < BEFORE ? end - start : BEFORE;

    *from_start = start && size == end - start;
    return read_code(end - size, (char *)code + BEFORE - size, size) == size ? size : 0;
}

static bool is_one_of(uintptr_t function, const void *const functions[2])
{
    return function == (uintptr_t)functions[0] || function == (uintptr_t)functions[1];
}
#endif

#if defined __x86_64__
static int32_t read_offset(const uint8_t *code)
{
    int32_t offset;

    memcpy(&offset, code, sizeof(offset));
    return offset;
}

/* Returns the length of the instruction at `code` if it sets rsi (if to a constant: to `argument`), else 0. */
static size_t sets_argument(const uint8_t *code, uintptr_t argument)
{
    bool wide = (code[0] & 0xf8) == 0x48; /* a REX prefix with W */
    bool to_low = !(code[0] & 1), reg_low = !(code[0] & 4);

    if (code[0] == 0xbe && (uint32_t)read_offset(code + 1) == argument) /* mov esi, constant */
        return 5;
    if (wide && to_low && code[1] == 0xbe && !memcmp(code + 2, &argument, 8)) /* movabs rsi, constant */
        return 10;
    if (wide && to_low && code[1] == 0xc7 && code[2] == 0xc6 && (uintptr_t)read_offset(code + 3) == argument)
        return 7;
    if (wide && to_low && code[1] == 0x89 && (code[2] & 0xc7) == 0xc6) /* mov rsi, register */
        return 3;
    if (wide && reg_low && (code[1] == 0x8b || code[1] == 0x8d) && (code[2] & 0x38) == 0x30) /* mov, lea rsi, memory */
        return 3;
    if (wide && reg_low && code[1] == 0x0f && (code[2] & 0xf0) == 0x40 && (code[3] & 0x38) == 0x30) /* cmov */
        return 4;
    return 0;
}

/* Returns the length of the instruction at `code` if it is a call, else 0: a direct call over at most 64 MiB, or one
 * through a register or a table. */
static size_t calls(const uint8_t *code)
{
    if (code[0] == 0xe8 && (code[4] <= 3 || code[4] >= 0xfc))
        return 5;
    if (code[0] == 0xff && code[1] == 0x15)
        return 6;
    return code[0] == 0xff && (code[1] & 0xf8) == 0xd0 ? 2 : 0;
}

/* `code` must have 16 readable bytes after its end. */
static enum effect effect_of(const uint8_t *code, size_t size, uintptr_t argument)
{
    enum effect effect = KEEPS;

    for (size_t i = 0; i < size;) {
        size_t setter = sets_argument(code + i, argument), call = calls(code + i);
        if (setter && i + setter <= size) {
            effect = SETS;
            i += setter;
        } else if (call && i + call <= size) {
            effect = CLOBBERS;
            i += call;
        } else {
            i++;
        }
    }
    return effect;
}

/* The destination of a call or jump to `target`: if that is a PLT entry, the function that it jumps to. */
static uintptr_t follow(uintptr_t target)
{
    uint8_t code[16];
    uintptr_t slot, found;
    size_t at = 0;

    if (read_code(target, code, sizeof(code)) < sizeof(code))
        return target;
    if (!memcmp(code, "\xf3\x0f\x1e\xfa", 4)) /* endbr64 */
        at = 4;
    at += code[at] == 0xf2; /* bnd */
    if (code[at] != 0xff || code[at + 1] != 0x25)
        return target;
    slot = target + at + 6 + (uintptr_t)(intptr_t)read_offset(code + at + 2);
    return read_code(slot, &found, sizeof(found)) == sizeof(found) ? found : target;
}

/* Finds the target of the call before a return address; 0: unknown. Returns the length of the call instruction. */
static size_t call_target(const uint8_t *end, uintptr_t return_address, uintptr_t *target)
{
    uintptr_t slot;

    *target = 0;
    if (end[-5] == 0xe8) {
        *target = follow(return_address + (uintptr_t)(intptr_t)read_offset(end - 4));
        return 5;
    }
    if (end[-6] == 0xff && end[-5] == 0x15) {
        slot = return_address + (uintptr_t)(intptr_t)read_offset(end - 4);
        if (read_code(slot, target, sizeof(*target)) < sizeof(*target))
            *target = 0;
        return 6;
    }
    return end[-3] == 0x41 ? 3 : 2;
}

/* Whether a function sets rsi before its tail call. */
static bool tail_caller_sets(uintptr_t function, uintptr_t argument)
{
    uint8_t code[LEAF + 16] = {0};
    size_t size = 0;

    read_code(function, code, LEAF);
    while (size < LEAF && code[size] != 0xe9 && !(code[size] == 0xff && code[size + 1] == 0x25))
        size++;
    return size < LEAF && effect_of(code, size, argument) == SETS;
}

/* The effect of a function up to its call that returns to `end`. *target: what it called, 0 unknown. */
static enum effect caller_effect(uintptr_t end, uintptr_t argument, uintptr_t *target)
{
    uint8_t code[BEFORE + 16] = {0};
    enum effect effect;
    bool from_start;
    size_t size = read_before(end, code, &from_start), call;

    *target = 0;
    if (size < 6)
        return CLOBBERS;
    call = call_target(code + BEFORE, end, target);
    effect = effect_of(code + BEFORE - size, size - call, argument);
    return effect == KEEPS && !from_start ? CLOBBERS : effect;
}
#elif defined __aarch64__
/* Whether the instruction sets x1. Covers what compilers generate for an argument: adr, adrp, additions, moves,
 * loads, csel. */
static bool sets_argument(uint32_t code)
{
    static const struct {
        uint32_t mask, value;
    } kinds[] = {
        {0x1f000000, 0x10000000}, /* adr, adrp */
        {0x1f000000, 0x11000000}, /* add, sub, with a constant */
        {0x1f000000, 0x0a000000}, /* mov from a register (orr) */
        {0x1f000000, 0x0b000000}, /* add, sub of registers */
        {0x1f800000, 0x12800000}, /* mov of a constant */
        {0x1fe00000, 0x1a800000}, /* csel */
        {0xff000000, 0x58000000}, /* ldr (literal) */
        {0xffc00000, 0xf9400000}, /* ldr */
        {0xffe00000, 0xf8400000}, /* ldur, ldr (pre- and post-indexed) */
        {0xffe00c00, 0xf8600800}, /* ldr (register offset) */
    };

    if ((code & 0x1f) != 1)
        return (code & 0x7fc00000) == 0x29400000 && (code >> 10 & 0x1f) == 1; /* ldp */
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if ((code & kinds[i].mask) == kinds[i].value)
            return true;
    return (code & 0x7fc00000) == 0x29400000;
}

static bool is_call(uint32_t code)
{
    return (code & 0xfc000000) == 0x94000000 || (code & 0xfffffc1f) == 0xd63f0000; /* bl, blr */
}

static enum effect effect_of(const uint32_t *code, size_t count)
{
    enum effect effect = KEEPS;

    for (size_t i = 0; i < count; i++)
        effect = is_call(code[i]) ? CLOBBERS : sets_argument(code[i]) ? SETS : effect;
    return effect;
}

/* The destination of a branch. */
static uintptr_t branch_target(uint32_t code, uintptr_t at)
{
    return at + (uintptr_t)((int64_t)((uint64_t)code << 38) >> 36);
}

static uintptr_t follow(uintptr_t target)
{
    uint32_t code[4];
    uintptr_t page, slot, found;

    if (read_code(target, code, sizeof(code)) < sizeof(code) || (code[0] & 0x9f00001f) != 0x90000010 ||
        (code[1] & 0xffc003ff) != 0xf9400211)
        return target;
    page = (target & ~(uintptr_t)0xfff) +
           ((uintptr_t)((int64_t)((uint64_t)(code[0] >> 5 & 0x7ffff) << 45) >> 43 | (code[0] >> 29 & 3)) << 12);
    slot = page + (code[1] >> 10 & 0xfff) * 8;
    return read_code(slot, &found, sizeof(found)) == sizeof(found) ? found : target;
}

/* Whether a function sets x1 before its tail call. */
static bool tail_caller_sets(uintptr_t function, uintptr_t argument)
{
    uint32_t code[LEAF / 4] = {0};
    size_t count = 0, size = read_code(function, code, sizeof(code)) / 4;

    (void)argument;
    while (count < size && (code[count] & 0xfc000000) != 0x14000000 && (code[count] & 0xfffffc1f) != 0xd61f0000)
        count++;
    return count < size && effect_of(code, count) == SETS;
}

/* The effect of a function up to its call that returns to `end`. *target: what it called, 0 unknown. */
static enum effect caller_effect(uintptr_t end, uintptr_t argument, uintptr_t *target)
{
    uint32_t code[BEFORE / 4];
    enum effect effect;
    bool from_start;
    size_t count = read_before(end, code, &from_start) / 4;
    const size_t call = BEFORE / 4 - 1;

    (void)argument;
    *target = 0;
    if (!count)
        return CLOBBERS;
    if ((code[call] & 0xfc000000) == 0x94000000)
        *target = follow(branch_target(code[call], end - 4));
    effect = effect_of(code + BEFORE / 4 - count, count - 1);
    return effect == KEEPS && !from_start ? CLOBBERS : effect;
}
#endif

#if defined __x86_64__ || defined __aarch64__
bool mw_argument_is_passed(const void *return_address, const void *argument, const void *const functions[2])
{
    struct mw_stack stack;

    mw_stack_capture(&stack, LEVELS, (void *)(uintptr_t)return_address);
    for (int i = 0; i < stack.depth; i++) {
        uintptr_t target;
        enum effect effect = caller_effect((uintptr_t)stack.frames[i], (uintptr_t)argument, &target);
        if (effect == SETS)
            return true;
        if (i == 0 && target && !is_one_of(target, functions) && tail_caller_sets(target, (uintptr_t)argument))
            return true;
        if (effect == CLOBBERS)
            return false;
    }
    return false;
}
#else
bool mw_argument_is_passed(const void *return_address, const void *argument, const void *const functions[2])
{
    (void)return_address;
    (void)argument;
    (void)functions;
    return false;
}
#endif
