/* SPDX-License-Identifier: MIT */
/* Writes sound inputs of the binary formats, made by the code that writes them in earnest: seeds DIRECTORY. */
#include "collector/exits_read.h"
#include "collector/merge.h"
#include "collector/report_json.h"
#include "tests/unit/synthetic.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(const char *directory, const char *target, const char *name, const void *bytes, size_t size)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", directory, target);
    mkdir(path, 0755);
    snprintf(path, sizeof(path), "%s/%s/%s", directory, target, name);
    file = fopen(path, "w");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
        abort();
}

static void put_journals(const char *directory)
{
    char *all = NULL;
    size_t total = 0;

    for (int rank = 0; rank < 3; rank++) {
        struct mw_journal journal;
        size_t size;
        char *bytes, name[16];
        synthetic_journal(&journal, rank, 3);
        synthetic_spike(&journal, synthetic_site(&journal, "MPI_Allreduce", 3, 20), 2, 10 * MIB, 64 * MIB, 300);
        synthetic_phase(&journal, MW_PHASE_BETWEEN, "", synthetic_phase(&journal, MW_PHASE_USER, "solve", 0, 100, 500, 50 * MIB),
                        200, 400, 40 * MIB);
        synthetic_finish(&journal, 600, 80 * MIB);
        journal.state->stage = rank == 1 ? MW_STAGE_RUNNING : MW_STAGE_EXITED;
        bytes = synthetic_pack(&journal, &size);
        snprintf(name, sizeof(name), "rank%d", rank);
        put(directory, "journal", name, bytes, size);
        put(directory, "top", name, bytes, size);
        all = realloc(all, total + size);
        memcpy(all + total, bytes, size);
        total += size;
        free(bytes);
        synthetic_free(&journal);
    }
    put(directory, "report", "gathered", all, total);
    put(directory, "gates", "gathered", all, total);
    free(all);
}

static void put_view(const char *directory)
{
    struct synthetic_dir dir;
    struct mw_view view;
    struct stat st;
    char *bytes;
    int fd;

    synthetic_make(&dir);
    synthetic_view(&view, 3);
    synthetic_write_view(&view, &dir);
    mw_view_free(&view);
    fd = openat(dir.fd, MW_VIEW_FILE_PREFIX "test", O_RDONLY);
    if (fd < 0 || fstat(fd, &st))
        abort();
    bytes = malloc((size_t)st.st_size);
    if (read(fd, bytes, (size_t)st.st_size) != st.st_size)
        abort();
    close(fd);
    put(directory, "view", "view", bytes, (size_t)st.st_size);
    put(directory, "top", "view", bytes, (size_t)st.st_size);
    free(bytes);
    synthetic_remove(&dir);
}

static void put_exits(const char *directory)
{
    struct mw_exit records[2] = {{.magic = MW_EXIT_MAGIC, .pid = 7, .peak = 4096, .comm = "a", .exe = "/bin/a"}};

    records[1] = records[0];
    records[1].pid = 8;
    put(directory, "exits", "two", records, sizeof(records));
    put(directory, "exits", "cut", records, sizeof(records) - 9);
}

static void put_record(const char *directory, int ranks, bool sampled)
{
    const struct mw_report_style style = {0};
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;
    char *text = NULL, name[16];
    size_t size;
    FILE *out = open_memstream(&text, &size);

    synthetic_make(&dir);
    synthetic_job(&dir, ranks);
    if (sampled) {
        synthetic_view(&view, ranks);
        synthetic_write_view(&view, &dir);
        mw_view_free(&view);
    }
    model = mw_merge_run(dir.fd, NULL, NULL);
    if (!model || mw_report_json_write(out, model, &style) || fclose(out))
        abort();
    snprintf(name, sizeof(name), "job%d", ranks);
    put(directory, "json", name, text, size);
    free(text);
    mw_model_destroy(model);
    synthetic_remove(&dir);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    put_journals(argv[1]);
    put_view(argv[1]);
    put_exits(argv[1]);
    put_record(argv[1], 0, true);
    put_record(argv[1], 1, true);
    put_record(argv[1], 2, false);
    return 0;
}
