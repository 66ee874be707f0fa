/* SPDX-License-Identifier: MIT */
/* What a test program expects, printed on stdout: one line for each call site, printed by rank 0 for
 * all ranks (mpirun cuts the streams of several ranks at arbitrary bytes, so only one rank may write).
 *
 *   EXPECT rank=R call=MPI_Allreduce comm_size=4 line=123 calls=1 sent=64 received=64 file=rows_all.h
 *
 * Sites that differ only in their code address (two calls of one name in one line) are one line here.
 * Everything is in static memory; the calls made here are point-to-point only.
 */
#ifndef MW_TESTS_EXPECT_H
#define MW_TESTS_EXPECT_H

#include <mpi.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPECT_ROWS 1024
#define EXPECT_TEXT (1 << 18)
#define EXPECT_TAG 4711
#define EXPECT_UNUSED __attribute__((unused))

struct expect_row {
    const char *call;
    const char *file;
    int line;
    int comm_size; /* -1: neither it nor bytes are printed */
    long long calls, sent, received;
};

static EXPECT_UNUSED struct expect_row expect_rows[EXPECT_ROWS];
static int expect_used;
static char expect_text[EXPECT_TEXT];
static size_t expect_length;
static int expect_failures;

static EXPECT_UNUSED const char *expect_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static EXPECT_UNUSED int expect_rank(void)
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

static EXPECT_UNUSED int expect_size(MPI_Comm comm)
{
    int size;
    MPI_Comm_size(comm, &size);
    return size;
}

/* Add one call to what is expected of its site. */
static EXPECT_UNUSED void expect_add(const char *call, int comm_size, const char *file, int line, long long sent, long long received)
{
    struct expect_row *row = expect_rows;
    for (; row < expect_rows + expect_used; row++)
        if (row->line == line && row->comm_size == comm_size && !strcmp(row->call, call) && !strcmp(row->file, file))
            break;
    if (row == expect_rows + EXPECT_ROWS) {
        fprintf(stderr, "expect.h: table full\n");
        exit(2);
    }
    if (row == expect_rows + expect_used) {
        *row = (struct expect_row){.call = call, .file = file, .line = line, .comm_size = comm_size};
        expect_used++;
    }
    row->calls++;
    row->sent += sent;
    row->received += received;
}

static EXPECT_UNUSED void expect(const char *call, MPI_Comm comm, const char *file, int line, long long sent,
                                 long long received)
{
    expect_add(call, expect_size(comm), file, line, sent, received);
}

/* One call of a constructor and the like: only the call is printed. */
static EXPECT_UNUSED void expect_call(const char *call, const char *file, int line)
{
    expect_add(call, -1, file, line, 0, 0);
}

/* Say one more line (without its newline). */
static EXPECT_UNUSED __attribute__((format(printf, 1, 2))) void expect_say(const char *format, ...)
{
    size_t room = sizeof expect_text - expect_length;
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(expect_text + expect_length, room, format, ap);
    va_end(ap);
    if (n < 0 || (size_t)n + 2 > room) {
        fprintf(stderr, "expect.h: text full\n");
        exit(2);
    }
    expect_length += (size_t)n;
    expect_text[expect_length++] = '\n';
}

/* A check of the program's results. */
static EXPECT_UNUSED void expect_true(int ok, const char *file, int line, const char *what)
{
    if (ok)
        return;
    expect_failures++;
    expect_say("FAIL rank=%d line=%d file=%s %s", expect_rank(), line, expect_base(file), what);
}

#define CHECK(cond) expect_true(!!(cond), __FILE__, __LINE__, #cond)

static EXPECT_UNUSED void expect_write(const char *text, size_t length)
{
    while (length > 0) {
        const char *end = memchr(text, '\n', length);
        size_t n = end ? (size_t)(end - text) + 1 : length;
        ssize_t done = write(STDOUT_FILENO, text, n);
        if (done <= 0)
            return;
        text += done;
        length -= (size_t)done;
    }
}

static EXPECT_UNUSED void expect_format(int rank)
{
    for (const struct expect_row *row = expect_rows; row < expect_rows + expect_used; row++)
        if (row->comm_size < 0)
            expect_say("EXPECT rank=%d call=%s line=%d calls=%lld file=%s", rank, row->call, row->line, row->calls,
                       expect_base(row->file));
        else
            expect_say("EXPECT rank=%d call=%s comm_size=%d line=%d calls=%lld sent=%lld received=%lld file=%s", rank,
                       row->call, row->comm_size, row->line, row->calls, row->sent, row->received,
                       expect_base(row->file));
    expect_used = 0;
}

/* Each rank writes its lines immediately. For programs that do not reach their end; a few lines only. */
static EXPECT_UNUSED void expect_flush_alone(void)
{
    expect_format(expect_rank());
    expect_write(expect_text, expect_length);
    expect_length = 0;
}

/* Rank 0 writes all lines. Before MPI_Finalize, by all ranks; returns the program's exit status. */
static EXPECT_UNUSED int expect_flush(void)
{
    int rank = expect_rank(), size = expect_size(MPI_COMM_WORLD);
    expect_format(rank);
    if (rank > 0) {
        MPI_Send(expect_text, (int)expect_length, MPI_CHAR, 0, EXPECT_TAG, MPI_COMM_WORLD);
        return expect_failures ? 1 : 0;
    }
    expect_write(expect_text, expect_length);
    for (int i = 1; i < size; i++) {
        MPI_Status status;
        int length;
        MPI_Recv(expect_text, EXPECT_TEXT, MPI_CHAR, i, EXPECT_TAG, MPI_COMM_WORLD, &status);
        MPI_Get_count(&status, MPI_CHAR, &length);
        expect_write(expect_text, (size_t)length);
    }
    expect_length = 0;
    return expect_failures ? 1 : 0;
}

#endif
