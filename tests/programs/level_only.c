/* SPDX-License-Identifier: MIT */
/* MPI_Pcontrol with and without a name, after a call that left a text, or something similar to one, in the register of the
 * second argument. Phases: "pcontrol 2", "named" and "été", each once; nothing else. */
#include "tests/programs/expect.h"

__attribute__((noinline)) static void leave(const char *text)
{
#if defined __x86_64__
    __asm__ volatile("mov %0, %%rsi" : : "r"(text) : "rsi");
#elif defined __aarch64__
    __asm__ volatile("mov x1, %0" : : "r"(text) : "x1");
#endif
}

__attribute__((noinline)) static void level(int number)
{
    MPI_Pcontrol(number);
    MPI_Barrier(MPI_COMM_WORLD);
}

__attribute__((noinline)) static void named(int number, const char *name)
{
    MPI_Pcontrol(number, name);
    MPI_Barrier(MPI_COMM_WORLD);
}

static const unsigned char no_text[] = {0xc8, 0x2a, 0xb1, 0}, latin[] = {'r', 0xe9, 's', 0}, escape[] = {27, '[', 'm', 0};
static char long_name[80];

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    leave("left in the register");
    MPI_Pcontrol(2);
    MPI_Barrier(MPI_COMM_WORLD);
    leave("left again");
    level(0);
    named(1, "named");
    named(-1, "named");
    named(1, "\xc3\xa9t\xc3\xa9");
    named(0, "\xc3\xa9t\xc3\xa9");
    MPI_Pcontrol(-1, no_text); /* not even if it is passed */
    MPI_Pcontrol(0, latin);
    MPI_Pcontrol(0, escape);
    memset(long_name, 'x', 61);
    memcpy(long_name + 61, "\xe2\x82\xac and more", 13); /* the name is cut inside a character */
    named(1, long_name);
    named(0, long_name);
    MPI_Finalize();
    return 0;
}
