/* SPDX-License-Identifier: MIT */
/*
 * rank_table: a program that does not fit on many ranks, though nothing shows on few.
 *
 * Each rank has a part of a mesh, which always takes as much, and a table with an entry for every rank of the job: what
 * the others' parts look like, say. On 8 ranks the table is small beside the mesh; on 512 it dominates. Such tables
 * are common (lists of neighbours, displacements, owners of cells), and found late.
 *
 * For memwatch it is a job whose memory is known: see README.md.
 */
#include <getopt.h>
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pmpi/memwatch.h"

#define WORD sizeof(uint64_t)

static long entry_bytes = 256 * 1024, mesh_mib = 32;

/* The value of a word of a rank's entry: each rank can compute those of all others. */
static uint64_t expected(int rank, size_t word)
{
    return (uint64_t)(rank + 1) * 0x9e3779b97f4a7c15 + word;
}

/* The ranks' part of the mesh, touched as a solver would. */
static uint64_t *make_mesh(void)
{
    size_t words = (size_t)mesh_mib << 20;
    uint64_t *mesh;

    memwatch_phase_begin("mesh");
    words /= WORD;
    mesh = malloc(words * WORD + 1);
    for (size_t i = 0; mesh && i < words; i++)
        mesh[i] = i;
    memwatch_phase_end();
    return mesh;
}

/* Returns how many words were wrong. */
static size_t exchange(int rank, int size)
{
    size_t words = (size_t)entry_bytes / WORD, wrong = 0;
    uint64_t *own, *table;

    memwatch_phase_begin("table of ranks");
    own = malloc(words * WORD);
    table = malloc(words * WORD * (size_t)size);
    if (!own || !table)
        MPI_Abort(MPI_COMM_WORLD, 1);
    for (size_t i = 0; i < words; i++)
        own[i] = expected(rank, i);
    MPI_Allgather(own, (int)words, MPI_UINT64_T, table, (int)words, MPI_UINT64_T, MPI_COMM_WORLD);
    for (int r = 0; r < size; r++)
        for (size_t i = 0; i < words; i++)
            wrong += table[(size_t)r * words + i] != expected(r, i);
    free(table);
    free(own);
    memwatch_phase_end();
    return wrong;
}

static int usage(FILE *out)
{
    fprintf(out, "Usage: mpirun -n N rank_table [--entry BYTES] [--mesh MIB]\n"
                 "Keeps a table with an entry for every rank of the job on each of them.\n\n"
                 "  --entry BYTES  size of an entry, 8 to 1073741824 (default 262144)\n"
                 "  --mesh MIB     what a rank has beside it, 0 to 65536 (default 32)\n");
    return out == stdout ? 0 : 2;
}

/* Returns -1 to go on, or an exit status. */
static int parse(int argc, char **argv, int rank)
{
    static const struct option options[] = {
        {"entry", required_argument, NULL, 'e'}, {"mesh", required_argument, NULL, 'm'}, {"help", no_argument, NULL, 'h'}, {0}};
    int option;

    opterr = rank == 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        switch (option) {
        case 'e': entry_bytes = atol(optarg); break;
        case 'm': mesh_mib = atol(optarg); break;
        case 'h': return rank ? 0 : usage(stdout);
        default: return rank ? 2 : usage(stderr);
        }
    if (optind < argc || entry_bytes < (long)WORD || entry_bytes > 1 << 30 || mesh_mib < 0 || mesh_mib > 65536)
        return rank ? 2 : usage(stderr);
    return -1;
}

int main(int argc, char **argv)
{
    int rank, size, status;
    unsigned long wrong;
    uint64_t *mesh;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    status = parse(argc, argv, rank);
    if (status < 0) {
        mesh = make_mesh();
        wrong = mesh ? exchange(rank, size) : 1;
        free(mesh);
        MPI_Allreduce(MPI_IN_PLACE, &wrong, 1, MPI_UNSIGNED_LONG, MPI_SUM, MPI_COMM_WORLD);
        if (rank == 0)
            printf("table of %d entries of %ld bytes: %s\n", size, entry_bytes, wrong ? "WRONG" : "verified");
        status = wrong != 0;
    }
    MPI_Finalize();
    return status;
}
