/* SPDX-License-Identifier: MIT */
/* Libraries that allocate and are unloaded, or that bind to another malloc() than the program: RTLD_DEEPBIND. */
#define _GNU_SOURCE
#include "held.h"

#include <dlfcn.h>
#include <pthread.h>

struct library {
    void *handle;
    void *(*allocate)(size_t size);
    void (*release)(void *block);
};

static struct library load(const char *name, int flags)
{
    struct library library = {.handle = dlopen(name, RTLD_NOW | RTLD_LOCAL | flags)};

    EXPECT(library.handle);
    *(void **)&library.allocate = dlsym(library.handle, "library_allocate");
    *(void **)&library.release = dlsym(library.handle, "library_free");
    EXPECT(library.allocate && library.release);
    return library;
}

NOINLINE void *allocate_in(const struct library *library, size_t size);
NOINLINE void *allocate_in(const struct library *library, size_t size)
{
    void *block = library->allocate(size);

    EXPECT(block);
    KEEP(block);
    return block;
}

/* Blocks outlive the code that allocated them; the next library has its addresses, and the same stack below. */
static void unloads(void)
{
    for (int i = 0; i < 8; i++) {
        struct library library = load(i % 2 ? "./other.so" : "./one.so", 0);
        for (int k = 0; k < 3; k++)
            allocate_in(&library, (i % 2 ? 4 : 2) * MIB);
        dlclose(library.handle);
        churn(500);
    }
    printf("TRUE module=one.so peak=%zu\n", 4 * 3 * 2 * MIB);
    printf("TRUE module=other.so peak=%zu\n", 4 * 3 * 4 * MIB);
}

/* Hundreds of times, freed by the program when the library is gone. */
static void unloads_often(void)
{
    void *blocks[300];

    for (int i = 0; i < 300; i++) {
        struct library library = load(i % 3 ? "./other.so" : "./one.so", 0);
        blocks[i] = library.allocate(200000);
        for (int k = 0; k < 30; k++)
            library.release(library.allocate(3000));
        dlclose(library.handle);
    }
    for (int i = 0; i < 300; i++)
        free(blocks[i]);
    hold_large(128 * MIB);
    tell("hold_large", 128 * MIB);
}

/* Each thread's libraries come and go while the others walk their stacks. */
static void *load_in_thread(void *argument)
{
    const char *name = argument;

    for (int i = 0; i < 300; i++) {
        struct library library = load(name, 0);
        for (int k = 0; k < 10; k++) {
            library.release(library.allocate(k % 5 ? 4000 : 200000));
            churn(20);
        }
        dlclose(library.handle);
    }
    return NULL;
}

static void unloads_in_threads(void)
{
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        EXPECT(!pthread_create(&threads[i], NULL, load_in_thread, i % 2 ? "./other.so" : "./one.so"));
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    hold_large(128 * MIB);
    tell("hold_large", 128 * MIB);
}

/* Its malloc() and free() are libc's, whatever is in front of them. */
static void binds_deep(void)
{
    struct library library = load("./one.so", RTLD_DEEPBIND);
    void *blocks[50];

    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 50; i++) /* allocated here, freed there: never seen to be freed */
            library.release(hold_large(i % 2 ? 2000 : 300000));
        for (int i = 0; i < 50; i++) /* and the reverse */
            blocks[i] = library.allocate(i % 2 ? 2000 : 300000);
        for (int i = 0; i < 50; i++)
            free(blocks[i]);
        churn(1000);
    }
    for (int i = 0; i < 4; i++)
        allocate_in(&library, 8 * MIB);
}

int main(int argc, char **argv)
{
    static const struct held_case all[] = {
        {"unload", unloads}, {"unload-often", unloads_often}, {"unload-threads", unloads_in_threads}, {"deepbind", binds_deep}};

    return run_case(argc, argv, all, sizeof(all) / sizeof(all[0]));
}
