/* SPDX-License-Identifier: MIT */
/* Preloaded before the heap library, in place of the shim: gives it tables at the start, and at the end of the process writes
 * what is in them, as lines of key=value words, to the file $HEAP_PROBE.
 *
 *   state why=1 mark=... adopted=... sampled=... lost_full=... ...
 *   site function=NAME module=FILE peak=BYTES sd=BYTES now=BYTES blocks=N samples=N flags=N stack=FILE+OFFSET(NAME),...
 *
 * `function` and `module` are those of the innermost frame that is in the program, or in a library from its directory. */
#include "pmpi/heap/link.h"
#include "tests/unit/pmpi/heap/made_tables.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct mw_heap_link *heap;
static pid_t process;
static char directory[4096]; /* of the program, with a slash */

__attribute__((constructor)) static void begin(void)
{
    const struct mw_heap_tables tables = made_tables_all();
    const struct mw_heap_host host = {0};
    char *end;

    process = getpid();
    if (readlink("/proc/self/exe", directory, sizeof(directory) - 1) > 0 && (end = strrchr(directory, '/')))
        end[1] = '\0';
    heap = dlsym(RTLD_DEFAULT, MW_HEAP_LINK_NAME);
    if (heap && heap->version == MW_HEAP_LINK_VERSION && heap->bytes == sizeof(*heap))
        heap->attach(&tables, &host);
    else
        heap = NULL;
}

static uint64_t at_peak(const struct mw_heap_amount *amount)
{
    const struct mw_heap_snapshot *peak = &made.state.snapshots[made.state.best];

    return !peak->live && amount->epoch[made.state.best] == peak->epoch ? amount->at[made.state.best] : amount->held;
}

/* By Newton's method: libm would be one more library in the process. */
static double square_root(double x)
{
    double root = x > 1 ? x : 1;

    for (int i = 0; i < 100; i++)
        root = (root + x / root) / 2;
    return root;
}

/* Of the value at the peak, which is an estimate for small blocks. */
static double deviation(const struct mw_heap_site *site)
{
    double variance = site->allocated ? (double)site->variance_kib * (1 << 20) / (double)site->allocated : 0;

    return square_root(variance * (double)at_peak(&site->amount));
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

struct place {
    const char *module, *function;
    uint64_t offset;
    bool is_program;
};

/* "./" may be in the name of a library. */
static bool is_beside_program(const char *path)
{
    size_t length = strlen(directory);

    if (strncmp(path, directory, length))
        return false;
    path += length;
    return !strchr(path + (strncmp(path, "./", 2) ? 0 : 2), '/');
}

/* The name of a function only while its library is still there. */
static struct place place_of(uint64_t frame)
{
    uint64_t module = frame >> MW_HEAP_FRAME_OFFSET;
    struct place place = {.module = "?", .function = "?", .offset = frame & ((1ULL << MW_HEAP_FRAME_OFFSET) - 1)};
    Dl_info info;
    const void *code;

    if (!module)
        return place;
    place.module = base_name(made.modules[module - 1].path);
    place.is_program = is_beside_program(made.modules[module - 1].path);
    code = (const void *)(uintptr_t)(made.modules[module - 1].base + place.offset - 1);
    if (dladdr(code, &info) && info.dli_sname && !strcmp(base_name(info.dli_fname), place.module))
        place.function = info.dli_sname;
    return place;
}

static void write_site(FILE *file, const struct mw_heap_site *site)
{
    struct place own = {.module = "?", .function = "?"};

    for (int i = site->depth - 1; i >= 0; i--) {
        struct place place = place_of(site->frames[i]);
        if (place.is_program)
            own = place;
    }
    fprintf(file, "site function=%s module=%s peak=%llu sd=%.0f now=%llu blocks=%d samples=%u flags=%u stack=", own.function,
            own.module, (unsigned long long)at_peak(&site->amount), deviation(site), (unsigned long long)site->amount.held,
            (int)site->held_blocks, site->samples, site->flags);
    for (int i = 0; i < site->depth; i++) {
        struct place place = place_of(site->frames[i]);
        fprintf(file, "%s%s+%llx(%s)", i ? "," : "", place.module, (unsigned long long)place.offset, place.function);
    }
    fputc('\n', file);
}

#define WORD(member) fprintf(file, " " #member "=%llu", (unsigned long long)made.state.member)

static void write_state(FILE *file)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < made.sites_used; i++)
        sum += made.sites[i].amount.held;
    fprintf(file, "state");
    WORD(why);
    WORD(mark);
    WORD(adopted);
    WORD(sampled);
    WORD(lost_full);
    WORD(lost_lock);
    WORD(lost_nested);
    WORD(lost_sites);
    WORD(thinned);
    WORD(interval);
    WORD(unmapped);
    WORD(changing);
    WORD(cost_ns);
    fprintf(file, " sites=%u modules=%u sum=%llu table=%llu\n", made.sites_used, made.modules_used, (unsigned long long)sum,
            (unsigned long long)made.state.sums[MW_HEAP_SUM_TABLE].held);
}

__attribute__((destructor)) static void end(void)
{
    static char buffer[1 << 16];
    const char *path = getenv("HEAP_PROBE");
    FILE *file;

    if (!heap || getpid() != process || !path)
        return;
    heap->finish();
    heap = NULL;
    file = fopen(path, "w");
    if (!file)
        return;
    setvbuf(file, buffer, _IOFBF, sizeof(buffer)); /* nothing is allocated while it is written */
    write_state(file);
    for (uint32_t i = 0; i < made.sites_used; i++)
        write_site(file, &made.sites[i]);
    fclose(file);
}
