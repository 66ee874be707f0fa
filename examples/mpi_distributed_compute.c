/* SPDX-License-Identifier: MIT */
/*
 * mpi_distributed_compute: a Fourier transform over a 256-bit prime field, distributed over the ranks of an MPI job.
 *
 * Provers of zero-knowledge proofs spend most of their memory, and much of their time, in such transforms. This one
 * is the "four-step" FFT (Bailey, 1990): the vector of N elements is taken as a matrix of rows x columns, which is
 * divided among the ranks by rows. Every rank transforms whole rows; between those steps the matrix is transposed,
 * with MPI_Alltoallv. No rank ever holds more than its own share, so memory per rank falls as 1 / ranks.
 *
 * The program checks itself, without a second copy of the data: some points of the transform are evaluated directly
 * from the definition, and the inverse transform has to give back what the generator made.
 *
 * For memwatch it is a job whose memory is known: see README.md.
 */
#include <errno.h>
#include <getopt.h>
#include <mpi.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "examples/fft.h"
#include "examples/field.h"
#include "examples/transpose.h"
#include "pmpi/memwatch.h"

#define PROGRAM "mpi_distributed_compute"
#define MIN_SIZE 4 /* the smallest vector that makes a matrix with two rows and two columns */
#define MAX_SIZE ((size_t)1 << FIELD_MAX_LOG2)
#define MAX_HOLD_MS 3600000
#define MAX_SPIKE_MIB 1048576
#define POINTS 4 /* of the transform, that are checked against its definition */
#define EXIT_USAGE 2

/* ---- what a run consists of ---- */

struct options {
    size_t size;
    long hold_ms;
    size_t spike_mib;
    bool help;
};

/* The matrix that the vector represents: element i is in row i / columns, column i % columns. */
struct matrix {
    size_t rows, columns;
};

/* What makes a transform of N elements the forward or the inverse one. */
struct direction {
    struct field root;      /* of order N */
    struct field scale;     /* that every result is multiplied with */
    struct fft_roots roots; /* of the order of the longer side of the matrix */
};

struct job {
    int rank, ranks;
    struct options options;
    struct matrix matrix;        /* of the data; that of its transform has rows and columns exchanged */
    struct direction forward, inverse;
    struct transpose transpose;  /* owns none of its two buffers: they are freed in cleanup() */
    struct field *data;
    MPI_Datatype polynomial_type;
    MPI_Op join_op;
};

struct results {
    int points_agree; /* int, as MPI wants it */
    int inverse_agrees;
    int spike_done;
    struct field checksum;
};

_Noreturn static void die(const char *what)
{
    fprintf(stderr, PROGRAM ": %s\n", what);
    MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
    exit(EXIT_FAILURE);
}

static void *allocate(size_t count, size_t size)
{
    void *p = malloc(count * size);

    if (!p)
        die("out of memory");
    return p;
}

/* ---- phases ---- */

static void phase_begin(const char *name)
{
    memwatch_phase_begin(name);
}

/* Ends the phase, after a pause of the length of --hold, so that the phase can be sampled from outside. */
static void phase_end(const struct job *job)
{
    struct timespec hold = {job->options.hold_ms / 1000, job->options.hold_ms % 1000 * 1000000};

    while (nanosleep(&hold, &hold) != 0 && errno == EINTR)
        ;
    memwatch_phase_end();
}

/* ---- evaluating a distributed polynomial ---- */

/*
 * Part of a polynomial at a point z: the value of its `count` coefficients there, and z^count. Two neighbouring parts
 * join into (value + power * next.value, power * next.power). That is associative but not commutative, which makes
 * it a job for a user-defined MPI_Op: with commute = false, MPI keeps the order of the ranks.
 */
struct polynomial {
    struct field value, power;
};

/* Bytes to allocate the next time join() is called in this process. An MPI_Op has no argument for it. */
static size_t spike_bytes;

/* The temporary memory that --spike asks for: it exists, in full, only within this function. */
static void spike(size_t bytes)
{
    char *buffer = allocate(bytes, 1);

    memset(buffer, 1, bytes);
    __asm__ volatile("" : : "r"(buffer) : "memory"); /* keeps the compiler from removing unread data */
    free(buffer);
}

/* MPI_User_function: next[i] = previous[i] joined with next[i]. */
static void join(void *previous, void *next, int *length, MPI_Datatype *type)
{
    const struct polynomial *left = previous;
    struct polynomial *right = next;

    (void)type;
    if (spike_bytes)
        spike(spike_bytes);
    spike_bytes = 0;
    for (int i = 0; i < *length; i++) {
        right[i].value = field_add(left[i].value, field_multiply(left[i].power, right[i].value));
        right[i].power = field_multiply(left[i].power, right[i].power);
    }
}

/* The elements of a vector, divided like the matrix, that this rank holds. */
static struct share elements_of(const struct job *job, struct matrix matrix, int rank)
{
    struct share rows = share_of(matrix.rows, job->ranks, rank);

    return (struct share){rows.first * matrix.columns, rows.count * matrix.columns};
}

/* What the generator makes for this rank, at z, by Horner's rule. */
static struct polynomial evaluate_generated(const struct job *job, struct field z)
{
    struct share mine = elements_of(job, job->matrix, job->rank);
    struct polynomial part = {field_zero, field_power(z, mine.count)};

    for (size_t i = mine.count; i-- > 0;)
        part.value = field_add(field_multiply(part.value, z), field_from_index(mine.first + i));
    return part;
}

/* The same for this rank's part of the transform. */
static struct polynomial evaluate_transform(const struct job *job, struct field z)
{
    struct matrix transformed = {job->matrix.columns, job->matrix.rows};
    struct share mine = elements_of(job, transformed, job->rank);
    struct polynomial part = {field_zero, field_power(z, mine.count)};

    for (size_t i = mine.count; i-- > 0;)
        part.value = field_add(field_multiply(part.value, z), job->data[i]);
    return part;
}

/* ---- the distributed transform ---- */

static void transpose(struct job *job, struct matrix *matrix)
{
    size_t rows = matrix->rows;

    phase_begin("communication");
    transpose_matrix(&job->transpose, job->data, matrix->rows, matrix->columns);
    phase_end(job);
    matrix->rows = matrix->columns;
    matrix->columns = rows;
}

/* Transforms each of this rank's rows. */
static void transform_rows(struct job *job, const struct direction *direction, struct matrix matrix)
{
    struct share mine = share_of(matrix.rows, job->ranks, job->rank);

    for (size_t row = 0; row < mine.count; row++)
        fft_transform(job->data + row * matrix.columns, matrix.columns, &direction->roots);
}

/* Multiplies the element in each row r and column c with scale * root^(r * c), stepping from power to power. */
static void twiddle(struct job *job, const struct direction *direction, struct matrix matrix)
{
    struct share mine = share_of(matrix.rows, job->ranks, job->rank);
    struct field root_to_row = field_power(direction->root, mine.first);

    for (size_t row = 0; row < mine.count; row++) {
        struct field factor = direction->scale;
        struct field *x = job->data + row * matrix.columns;
        for (size_t column = 0; column < matrix.columns; column++) {
            x[column] = field_multiply(x[column], factor);
            factor = field_multiply(factor, root_to_row);
        }
        root_to_row = field_multiply(root_to_row, direction->root);
    }
}

/*
 * Transforms a vector in natural order into one in natural order. With an index j = j1 * columns + j2 before and
 * k = k2 * rows + k1 after, and w the root,
 *
 *     w^(j * k) = (w^columns)^(j1 * k1)  *  w^(j2 * k1)  *  (w^rows)^(j2 * k2)
 *
 * is a transform along j1, a twiddle factor, and a transform along j2; each transform wants its index along the rows.
 */
static void transform(struct job *job, const struct direction *direction, struct matrix matrix)
{
    transpose(job, &matrix); /* row j2, column j1 */
    phase_begin("computation");
    transform_rows(job, direction, matrix);
    twiddle(job, direction, matrix); /* row j2, column k1 */
    phase_end(job);

    transpose(job, &matrix); /* row k1, column j2 */
    phase_begin("computation");
    transform_rows(job, direction, matrix);
    phase_end(job);

    transpose(job, &matrix); /* row k2, column k1 */
}

/* ---- checks ---- */

/* Element k of the transform, on every rank. */
static struct field transformed_element(struct job *job, size_t k)
{
    struct matrix transformed = {job->matrix.columns, job->matrix.rows};
    struct field element = field_zero;
    int owner = 0;

    while (owner < job->ranks - 1 && k >= elements_of(job, transformed, owner + 1).first)
        owner++;
    if (owner == job->rank)
        element = job->data[k - elements_of(job, transformed, owner).first];
    MPI_Bcast(&element, 1, job->transpose.element, owner, MPI_COMM_WORLD);
    return element;
}

/* Whether some elements of the transform agree with the definition: X[k] is the polynomial of the data at w^k. */
static int check_points(struct job *job)
{
    const size_t n = job->options.size, points[POINTS] = {1, n / 2 - 1, n / 3 * 2, n - 1};
    struct polynomial part[POINTS], whole[POINTS];
    bool agree = true;

    phase_begin("computation");
    for (int i = 0; i < POINTS; i++)
        part[i] = evaluate_generated(job, field_power(job->forward.root, points[i]));
    phase_end(job);

    phase_begin("communication");
    MPI_Allreduce(part, whole, POINTS, job->polynomial_type, job->join_op, MPI_COMM_WORLD);
    for (int i = 0; i < POINTS; i++)
        agree = field_equal(whole[i].value, transformed_element(job, points[i])) && agree;
    phase_end(job);
    return agree;
}

/* One element that depends on all of the transform and on their order: their polynomial at an arbitrary point. */
static struct field checksum(struct job *job)
{
    struct polynomial part, whole;

    phase_begin("computation");
    part = evaluate_transform(job, field_from_integer(20240229));
    phase_end(job);

    phase_begin("communication");
    if (job->rank == job->ranks - 1)
        spike_bytes = job->options.spike_mib << 20;
    MPI_Allreduce(&part, &whole, 1, job->polynomial_type, job->join_op, MPI_COMM_WORLD); /* --spike happens here */
    phase_end(job);
    return whole.value;
}

/* Whether this rank's data is what the generator made at first. */
static int check_data(struct job *job)
{
    struct share mine = elements_of(job, job->matrix, job->rank);
    bool agrees = true;

    phase_begin("computation");
    for (size_t i = 0; i < mine.count && agrees; i++)
        agrees = field_equal(job->data[i], field_from_index(mine.first + i));
    phase_end(job);
    return agrees;
}

/* ---- the phases of the run ---- */

/* The number of elements that a buffer of a rank needs: the data is divided first by rows, then by columns. */
static size_t capacity(const struct job *job, int rank)
{
    struct matrix transformed = {job->matrix.columns, job->matrix.rows};
    size_t before = elements_of(job, job->matrix, rank).count;
    size_t after = elements_of(job, transformed, rank).count;

    return before > after ? before : after;
}

/* The matrix for a vector of n elements, a power of two: square, or twice as wide as high. */
static struct matrix matrix_for(size_t n)
{
    size_t rows = 1;

    while (rows * 2 * rows * 2 <= n)
        rows *= 2;
    return (struct matrix){rows, n / rows};
}

static void direction_create(struct direction *direction, struct matrix matrix, struct field root, struct field scale)
{
    direction->root = root;
    direction->scale = scale;
    if (!fft_roots_create(&direction->roots, matrix.columns, field_power(root, matrix.rows)))
        die("out of memory");
}

static void initialize(struct job *job)
{
    struct field n = field_from_integer(job->options.size), root;
    unsigned log2 = 0;

    phase_begin("initialization");
    while ((size_t)1 << log2 < job->options.size)
        log2++;
    root = field_root_of_unity(log2);
    direction_create(&job->forward, job->matrix, root, field_one);
    direction_create(&job->inverse, job->matrix, field_inverse(root), field_inverse(n));
    if (!transpose_create(&job->transpose, MPI_COMM_WORLD))
        die("out of memory");
    MPI_Type_contiguous((int)sizeof(struct polynomial), MPI_BYTE, &job->polynomial_type);
    MPI_Type_commit(&job->polynomial_type);
    MPI_Op_create(join, false, &job->join_op);
    phase_end(job);
}

static void distribute_data(struct job *job)
{
    struct share mine = elements_of(job, job->matrix, job->rank);

    phase_begin("data distribution");
    job->data = allocate(capacity(job, job->rank), sizeof *job->data);
    for (size_t i = 0; i < mine.count; i++)
        job->data[i] = field_from_index(mine.first + i);
    phase_end(job);
}

/* A buffer as large as the data, with all its pages in memory. */
static struct field *working_buffer(const struct job *job)
{
    size_t count = capacity(job, job->rank);
    struct field *buffer = allocate(count, sizeof *buffer);

    memset(buffer, 0xff, count * sizeof *buffer); /* 0 would become a calloc, which touches nothing */
    return buffer;
}

static void prepare_buffers(struct job *job)
{
    phase_begin("working buffers");
    job->transpose.send = working_buffer(job);
    job->transpose.receive = working_buffer(job);
    phase_end(job);
}

static struct results compute(struct job *job)
{
    struct matrix transformed = {job->matrix.columns, job->matrix.rows};
    struct results results;

    transform(job, &job->forward, job->matrix);
    results.points_agree = check_points(job);
    results.checksum = checksum(job);
    results.spike_done = spike_bytes == 0;
    transform(job, &job->inverse, transformed);
    results.inverse_agrees = check_data(job);

    phase_begin("communication");
    MPI_Allreduce(MPI_IN_PLACE, &results.inverse_agrees, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
    MPI_Allreduce(MPI_IN_PLACE, &results.spike_done, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
    phase_end(job);
    return results;
}

static void cleanup(struct job *job)
{
    phase_begin("cleanup");
    free(job->transpose.receive);
    free(job->transpose.send);
    free(job->data);
    MPI_Op_free(&job->join_op);
    MPI_Type_free(&job->polynomial_type);
    transpose_destroy(&job->transpose);
    fft_roots_destroy(&job->inverse.roots);
    fft_roots_destroy(&job->forward.roots);
    phase_end(job);
}

/* ---- what the user sees ---- */

static void print_results(const struct job *job, const struct results *results)
{
    size_t least = capacity(job, 0) * sizeof(struct field);
    size_t most = capacity(job, job->ranks - 1) * sizeof(struct field);
    char checksum_text[65];

    field_format(checksum_text, results->checksum);
    printf("FFT over the scalar field of BN254\n");
    printf("  ranks           %d\n", job->ranks);
    printf("  elements        %zu (%zu x %zu) of %zu bytes\n", job->options.size, job->matrix.rows, job->matrix.columns,
           sizeof(struct field));
    printf("  data per rank   %zu to %zu bytes\n", least, most);
    printf("  with 2 buffers  %zu to %zu bytes\n", 3 * least, 3 * most);
    if (job->options.spike_mib > 0)
        printf("  spike           %zu MiB on rank %d, %s\n", job->options.spike_mib, job->ranks - 1,
               results->spike_done ? "once, inside an MPI_Allreduce" : "NOT MADE: the MPI reduced elsewhere");
    printf("  transform       %s\n", results->points_agree ? "agrees with its definition" : "WRONG");
    printf("  inverse         %s\n", results->inverse_agrees ? "gives back the data" : "WRONG");
    printf("  checksum        %s\n", checksum_text);
    printf("verification %s\n", results->points_agree && results->inverse_agrees ? "OK" : "FAILED");
}

static void print_usage(void)
{
    printf("Usage: mpirun -n RANKS " PROGRAM " [OPTION]...\n"
           "Transforms a vector over the scalar field of BN254 forth and back, distributed, and checks the result.\n"
           "\n"
           "  --size N     elements of 32 bytes in all, a power of two from %d to %zu (default 8192)\n"
           "  --hold MS    stay so many milliseconds in each visit of each phase (default 0)\n"
           "  --spike MIB  have the last rank need so much temporary memory inside one MPI_Allreduce (default 0)\n"
           "  --help       print this and exit\n"
           "\n"
           "A vector of N elements can be divided among up to sqrt(N) ranks (N = 2^k: 2^(k/2), rounded down).\n"
           "Exit status: 0 verified, 1 failed, 2 bad usage.\n",
           MIN_SIZE, MAX_SIZE);
}

__attribute__((format(printf, 1, 2))) static int usage_error(const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, PROGRAM ": ");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    return -1;
}

/* Reads a decimal number from min to max, and nothing besides; returns -1, with a message, for any other text. */
static int parse_number(const char *option, const char *text, size_t min, size_t max, size_t *number)
{
    size_t value = 0;
    const char *c = text;

    for (; *c >= '0' && *c <= '9' && value <= max; c++)
        value = value * 10 + (size_t)(*c - '0');
    if (*c != '\0' || c == text || value < min || value > max)
        return usage_error("--%s %s: not a number from %zu to %zu", option, text, min, max);
    *number = value;
    return 0;
}

static int parse_option(struct options *options, int option, const char *value, const char *given)
{
    size_t hold_ms = 0;

    switch (option) {
    case 's':
        return parse_number("size", value, MIN_SIZE, MAX_SIZE, &options->size);
    case 'm':
        return parse_number("spike", value, 0, MAX_SPIKE_MIB, &options->spike_mib);
    case 'w':
        if (parse_number("hold", value, 0, MAX_HOLD_MS, &hold_ms) < 0)
            return -1;
        options->hold_ms = (long)hold_ms;
        return 0;
    case 'h':
        options->help = true;
        return 0;
    case ':':
        return usage_error("%s: needs a value", given);
    default:
        return usage_error("%s: no such option; --help lists them", given);
    }
}

/* Whether the options make sense together, and with that many ranks. */
static int check_options(const struct options *options, int ranks)
{
    size_t most = matrix_for(options->size).rows;

    if (options->help)
        return 0;
    if ((options->size & (options->size - 1)) != 0)
        return usage_error("--size %zu: not a power of two", options->size);
    if ((size_t)ranks > most)
        return usage_error("--size %zu: too small for %d ranks, at most %zu", options->size, ranks, most);
    if (options->spike_mib > 0 && ranks < 2)
        return usage_error("--spike %zu: needs at least 2 ranks, one alone reduces nothing", options->spike_mib);
    return 0;
}

static int parse_options(struct options *options, int ranks, int argc, char **argv)
{
    static const struct option known[] = {{"size", required_argument, NULL, 's'},
                                          {"hold", required_argument, NULL, 'w'},
                                          {"spike", required_argument, NULL, 'm'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int option;

    *options = (struct options){.size = 8192};
    opterr = 0;
    while ((option = getopt_long(argc, argv, "+:", known, NULL)) != -1) {
        if (parse_option(options, option, optarg, argv[optind - 1]) < 0)
            return -1;
    }
    if (optind < argc)
        return usage_error("%s: not an option; --help lists them", argv[optind]);
    return check_options(options, ranks);
}

/* Has rank 0 read the options, and tells the others: there is one error message, and all ranks end alike. */
static int agree_on_options(struct job *job, int argc, char **argv)
{
    int result = 0;

    if (job->rank == 0)
        result = parse_options(&job->options, job->ranks, argc, argv);
    MPI_Bcast(&result, 1, MPI_INT, 0, MPI_COMM_WORLD);
    MPI_Bcast(&job->options, (int)sizeof job->options, MPI_BYTE, 0, MPI_COMM_WORLD);
    return result;
}

static int run(struct job *job)
{
    struct results results;

    job->matrix = matrix_for(job->options.size);
    initialize(job);
    distribute_data(job);
    prepare_buffers(job);
    results = compute(job);
    cleanup(job);
    if (job->rank == 0)
        print_results(job, &results);
    return results.points_agree && results.inverse_agrees && results.spike_done ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static struct job job;
    int status = EXIT_SUCCESS;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &job.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &job.ranks);

    if (agree_on_options(&job, argc, argv) < 0)
        status = EXIT_USAGE;
    else if (!job.options.help)
        status = run(&job);
    else if (job.rank == 0)
        print_usage();

    MPI_Finalize();
    return status;
}
