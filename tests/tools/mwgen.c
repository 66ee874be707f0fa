/* SPDX-License-Identifier: MIT */
/* mwgen [-n RANKS] [-H HOSTS] [-s SEED] [-j | -w | -l] DIR
 *
 * Writes the run directory of a job of RANKS ranks (default 1000) on HOSTS hosts (default 10): packed records, consecutive
 * in one gathered file; with -j a separate journal for each rank; with -w the same, with journals of full size, in which
 * unused parts take no space; with -l like -w, but for a job that is still running, and with the samples of each host. Every
 * rank has about 20 call sites with 4 to 8 frames, 30 phases, a few spikes with 24 frames and 200 to 299 slices; its numbers
 * come from a generator with the seed SEED (default 1). Three ranks have no record and one is dead: it has a journal in
 * every form; and a heap with 24 lines. The expected results are printed as `key=value` lines. */
#include "collector/base/file_names.h"
#include "tests/tools/mwgen.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAST_RANKS 8
#define MISSING 3

void must(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "mwgen: %s: %s\n", what, strerror(errno));
    exit(1);
}

uint64_t number(const struct generator *g, uint64_t a, uint64_t b, uint64_t below)
{
    uint64_t x = g->seed * 0x9e3779b97f4a7c15u ^ a * 0xbf58476d1ce4e5b9u ^ b * 0x94d049bb133111ebu;

    for (int i = 0; i < 2; i++) {
        x += 0x9e3779b97f4a7c15u;
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
        x = (x ^ x >> 27) * 0x94d049bb133111ebu;
        x ^= x >> 31;
    }
    return x % below;
}

uint64_t mine(const struct generator *g, uint64_t what, uint64_t below)
{
    return number(g, (uint64_t)g->rank + 1, what, below);
}

int host_of(const struct generator *g, int rank)
{
    return (int)((int64_t)rank * g->hosts / g->ranks);
}

uint64_t boot_ns(int host)
{
    return (uint64_t)(host + 1) * 1000 * 1000 * MS;
}

static void put(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t written = write(fd, bytes, length);
        must(written > 0, "write");
        bytes += written;
        length -= (size_t)written;
    }
}

/* Writes only blocks with data: the others remain holes. */
static void put_whole(struct generator *g, int fd)
{
    static const char nothing[4096];
    const char *bytes = (const char *)g->journal.head;
    size_t length = mw_journal_length();

    for (size_t at = 0; at < length; at += sizeof(nothing)) {
        size_t size = length - at < sizeof(nothing) ? length - at : sizeof(nothing);
        if (memcmp(bytes + at, nothing, size) != 0) {
            must(pwrite(fd, bytes + at, size, (off_t)at) == (ssize_t)size, "pwrite");
            g->written += (off_t)size;
        }
    }
    must(ftruncate(fd, (off_t)length) == 0, "ftruncate");
}

static void write_record(struct generator *g)
{
    size_t length = mw_journal_pack(&g->journal, g->packed, mw_journal_length());
    const struct mw_ident *ident = g->journal.ident;
    char name[160];
    int fd;

    must(length > 0, "pack");
    g->written += g->whole ? 0 : (off_t)length;
    if (!g->journals && g->rank != g->dead) {
        put(g->gathered, g->packed, length);
        return;
    }
    snprintf(name, sizeof(name), MW_FILE_JOURNAL "%016" PRIx64 "-%s-%d", ident->world_id, ident->host, ident->pid);
    fd = openat(g->dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    must(fd >= 0, name);
    if (g->whole)
        put_whole(g, fd);
    else
        put(fd, g->packed, length);
    close(fd);
}

static bool is_missing(const struct generator *g, int rank)
{
    return rank >= g->first_missing && rank < g->first_missing + MISSING;
}

/* Ranks with a normal record, a different one for each purpose. */
static int choose(const struct generator *g, uint64_t what)
{
    for (uint64_t i = 0;; i++) {
        int rank = (int)number(g, what, i, (uint64_t)g->ranks);
        if (!is_missing(g, rank) && rank != g->dead && rank != g->largest && rank != g->spiking)
            return rank;
    }
}

static void plan(struct generator *g)
{
    g->dead = g->largest = g->spiking = -1;
    g->first_missing = g->ranks / 3;
    g->dead = choose(g, 1);
    g->largest = choose(g, 2);
    g->spiking = choose(g, 3);
    g->peak_largest = 2048 * MIB + number(g, 4, 0, 1000) * 4 * KIB;
    g->spike = 300 * MIB + number(g, 5, 0, 1000) * 4 * KIB;
}

static void prepare(struct generator *g, const char *path)
{
    char name[80];

    must(mkdir(path, 0700) == 0 || errno == EEXIST, path);
    g->dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(g->dirfd >= 0, path);
    g->packed = malloc(mw_journal_length());
    g->journal.head = calloc(1, mw_journal_length());
    must(g->packed && g->journal.head, "memory");
    mw_journal_place(&g->journal, g->journal.head);
    if (g->journals)
        return;
    snprintf(name, sizeof(name), MW_FILE_GATHERED "%016" PRIx64, (uint64_t)WORLD + g->seed);
    g->gathered = openat(g->dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    must(g->gathered >= 0, name);
}

static void print_answers(const struct generator *g)
{
    printf("ranks=%d\nhosts=%d\nrecords=%d\nbytes=%lld\n", g->ranks, g->hosts, g->ranks - MISSING, (long long)g->written);
    printf("missing=%d-%d\ndead=%d\n", g->first_missing, g->first_missing + MISSING - 1, g->dead);
    printf("largest_rank=%d\nlargest_bytes=%" PRIu64 "\npeak_sum=%" PRIu64 "\n", g->largest, g->peak_largest, g->peak_sum);
    printf("heap_bytes=%" PRIu64 "\n", g->peak_largest / 4 * 3);
    printf("spike_rank=%d\nspike_bytes=%" PRIu64 "\nspike_call=%s\n", g->spiking, g->spike, SPIKING_CALL);
}

static int usage(void)
{
    fputs("usage: mwgen [-n RANKS] [-H HOSTS] [-s SEED] [-j | -w | -l] DIR\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    static struct generator g = {.ranks = 1000, .hosts = 10, .seed = 1};
    int option;

    while ((option = getopt(argc, argv, "n:H:s:jwl")) != -1)
        switch (option) {
        case 'n': g.ranks = atoi(optarg); break;
        case 'H': g.hosts = atoi(optarg); break;
        case 's': g.seed = strtoull(optarg, NULL, 10); break;
        case 'l': g.live = true;  /* fall through */
        case 'w': g.whole = true; /* fall through */
        case 'j': g.journals = true; break;
        default: return usage();
        }
    if (optind + 1 != argc || g.ranks < LEAST_RANKS || g.hosts < 1 || g.hosts > g.ranks)
        return usage();
    mwgen_find_modules(&g);
    plan(&g);
    prepare(&g, argv[optind]);
    for (int rank = 0; rank < g.ranks; rank++)
        if (!is_missing(&g, rank)) {
            mwgen_make_record(&g, rank);
            write_record(&g);
        }
    for (int host = 0; g.live && host < g.hosts; host++)
        mwgen_write_view(&g, host);
    print_answers(&g);
    return 0;
}
