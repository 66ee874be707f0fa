/* SPDX-License-Identifier: MIT */
/* Loads Python with dlopen(), runs a line, unloads it, and allocates all the time: while the loader has mapped the library but
 * not relocated it yet, and when its code is gone. The argument is the library; prints "done". */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOADS 60

static void *must(void *found)
{
    if (found)
        return found;
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
}

static void allocate(void)
{
    for (int i = 0; i < 200; i++) {
        char *block = malloc(200000);
        memset(block, 1, 200000);
        __asm__ volatile("" ::"r"(block) : "memory");
        free(block);
    }
}

static void run(void *python)
{
    void (*begin)(int), (*end)(void);
    int (*line)(const char *);

    *(void **)&begin = must(dlsym(python, "Py_InitializeEx"));
    *(void **)&line = must(dlsym(python, "PyRun_SimpleString"));
    *(void **)&end = must(dlsym(python, "Py_Finalize"));
    begin(0);
    line("kept = bytearray(b'x') * (1 << 20)\n");
    allocate();
    end();
}

int main(int argc, char **argv)
{
    for (int i = 0; i < LOADS && argc > 1; i++) {
        void *python = must(dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL));
        if (i == LOADS / 2)
            run(python);
        dlclose(python);
        allocate();
    }
    puts("done");
    return 0;
}
