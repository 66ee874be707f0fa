/* SPDX-License-Identifier: MIT */
/* Writes sound inputs of the binary formats, made by the code that writes them in earnest: seeds DIRECTORY. */
#include "collector/base/file_names.h"
#include "collector/journal/exits_read.h"
#include "collector/merge/merge.h"
#include "collector/report/json.h"
#include "collector/view/wait_log.h"
#include "launcher/hosts/wire.h"
#include "tests/unit/synthetic.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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
        synthetic_phase(&journal, MW_PHASE_BETWEEN, "",
                        synthetic_phase(&journal, MW_PHASE_USER, "solve", 0, 100, 500, 50 * MIB), 200, 400, 40 * MIB);
        synthetic_finish(&journal, 600, 80 * MIB);
        if (rank)
            synthetic_fill_heap(&journal, rank, 80 * MIB);
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
    fd = openat(dir.fd, MW_FILE_VIEW "test", O_RDONLY);
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
    static char bytes[MW_EXIT_FILE_BYTES];
    struct mw_exit_index index = {.magic = MW_EXIT_MAGIC, .lane_count = 1, .lanes = {{1, 5, 4096}}};
    const struct mw_exit_text text = {.comm = "a", .exe = "/bin/a"};

    index.entries[1] = (struct mw_exit_entry){.program = 9, .count = 1, .peak = 4096, .peak_sum = 4096, .pid = 7};
    index.entries[2] = (struct mw_exit_entry){.program = 9, .count = 3, .peak = 4096, .peak_sum = 9000, .pid = 8};
    memcpy(bytes, &index, sizeof(index));
    memcpy(bytes + sizeof(index) + sizeof(text), &text, sizeof(text));
    put(directory, "exits", "two", bytes, sizeof(bytes));
    put(directory, "exits", "cut", bytes, sizeof(bytes) - 9);
}

/* Three runs of it, one with its parameter only in the command line. */
static void put_study(const char *directory, const char *name, const char *record)
{
    static const char form[] = "%%./app\n%%{size}\n=n=2,size=8.json\n%s\n=n=4,size=16.json\n%s\n=third.json\n%s";
    size_t room = sizeof(form) + 3 * strlen(record);
    char *text = malloc(room);
    int length = snprintf(text, room, form, record, record, record);

    put(directory, "scale", name, text, (size_t)length);
    free(text);
}

/* What error texts and addresses are made of. */
static void put_texts(const char *directory)
{
    static const char *const errors[] = {"\4{\"schema\": \"\033[2J\"", "\4[1, \"a", "\6 12XiB", "\7[a-", "\7(*)\\", "\5MEMW"};
    static const char *const addresses[] = {"192.0.2.7:40123 [2001:db8::7]:40124", "[fe80::1%eth0]:1", "127.0.0.1:0",
                                            "1.2.3.4"};
    char name[16];

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        snprintf(name, sizeof(name), "text%zu", i);
        put(directory, "errors", name, errors[i], strlen(errors[i]));
    }
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        snprintf(name, sizeof(name), "text%zu", i);
        put(directory, "link_address", name, addresses[i], strlen(addresses[i]));
    }
}

static void put_waits(const char *directory)
{
    struct mw_wait_record records[] = {
        {.magic = MW_WAIT_LOG_MAGIC, .ns = 50, .pid = 1, .wait_status = 11, .waiter = 7, .pid_ns = 0x4d574e53},
        {.magic = MW_WAIT_LOG_RUNNING, .ns = 35, .pid = 1, .wait_status = 9, .waiter = 7, .pid_ns = 0x4d574e53},
        {.magic = MW_WAIT_LOG_MAGIC, .ns = 25, .pid = 1, .wait_status = 3 << 8, .waiter = 7, .pid_ns = 0x4d574e53},
    };

    put(directory, "waits", "three", records, sizeof(records));
    put(directory, "waits", "cut", records, sizeof(records) - 5);
}

/* ---- between hosts ---- */

/* Messages of an agent from kind `first` on, each with its length before it. */
static size_t write_messages(unsigned char *bytes, enum mw_wire_kind first, const char *host)
{
    struct mw_wire_message messages[] = {
        {.kind = MW_WIRE_HELLO, .wire_version = MW_WIRE_VERSION, .record_version = MW_RECORD_VERSION, .pid = 7},
        {.kind = MW_WIRE_FILE, .name = MW_FILE_VIEW "far", .data = (const unsigned char *)"content", .length = 7},
        {.kind = MW_WIRE_FILE,
         .name = MW_FILE_GATHERED "0123456789abcdef",
         .data = (const unsigned char *)"content",
         .length = 7},
        {.kind = MW_WIRE_FILE,
         .name = MW_FILE_JOURNAL "0123456789abcdef-far-77.4026531836",
         .offset = 4096,
         .data = (const unsigned char *)"content",
         .length = 7},
        {.kind = MW_WIRE_SIZE, .name = MW_FILE_EXITS "far", .offset = 1 << 20},
        {.kind = MW_WIRE_PING, .mono_ns = 1000},
        {.kind = MW_WIRE_DONE},
        {.kind = MW_WIRE_BYE, .why = "all is sent"},
    };
    size_t used = 0;

    snprintf(messages[0].host, sizeof(messages[0].host), "%s", host);
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        size_t length = messages[i].kind < first ? 0 : mw_wire_message_write(&messages[i], bytes + used + 2, 1024);
        if (!length)
            continue;
        bytes[used] = (unsigned char)length;
        bytes[used + 1] = (unsigned char)(length >> 8);
        used += 2 + length;
    }
    return used;
}

static void put_messages(const char *directory)
{
    unsigned char bytes[8192];
    char name[32];

    put(directory, "hub_peer", "agent", bytes, write_messages(bytes, MW_WIRE_HELLO, "far"));
    put(directory, "hub_peer", "launchers-host", bytes, write_messages(bytes, MW_WIRE_HELLO, "near"));
    put(directory, "hub_peer", "no-hello", bytes, write_messages(bytes, MW_WIRE_FILE, "far"));
    for (unsigned what = 0; what < 6; what++) {
        bytes[0] = (unsigned char)(what << 2);
        snprintf(name, sizeof(name), "way%u", what);
        put(directory, "hub_files", name, bytes, 1 + write_messages(bytes + 1, MW_WIRE_FILE, "far"));
    }
}

/* All that `fd` has. */
static size_t drain(int fd, unsigned char *bytes, size_t size)
{
    ssize_t n = recv(fd, bytes, size, MSG_DONTWAIT);

    return n > 0 ? (size_t)n : 0;
}

/* One side of a sound connection up to its proof, as it may have been recorded. It does not open another connection. */
static void put_recorded(const char *directory, enum mw_wire_side side, const char *name)
{
    static const unsigned char secret[MW_WIRE_SECRET] = "nobody who connects knows this..";
    enum mw_wire_side other = side == MW_WIRE_SERVER ? MW_WIRE_CLIENT : MW_WIRE_SERVER;
    unsigned char plain[MW_WIRE_MESSAGE_MAX], bytes[1 + 4096] = {other == MW_WIRE_CLIENT}, reply[4096];
    struct mw_wire wires[2];
    int ends[2][2];
    size_t used = 1, length;

    for (int i = 0; i < 2; i++)
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends[i]) ||
            mw_wire_init(&wires[i], ends[i][0], i ? other : side, secret, 4096, NULL))
            abort();
    for (int turn = 0; turn < 4; turn++) {
        for (int i = 0; i < 2; i++)
            if (mw_wire_flush(&wires[i], NULL))
                abort();
        length = drain(ends[0][1], bytes + used, sizeof(bytes) - used);
        send(ends[1][1], bytes + used, length, MSG_NOSIGNAL);
        used += length;
        send(ends[0][1], reply, drain(ends[1][1], reply, sizeof(reply)), MSG_NOSIGNAL);
        for (int i = 0; i < 2; i++)
            if (mw_wire_read(&wires[i], NULL) < 0 || mw_wire_next(&wires[i], plain, &length, NULL) < 0)
                abort();
    }
    if (!mw_wire_is_open(&wires[0]) || !mw_wire_is_open(&wires[1]))
        abort();
    put(directory, "handshake", name, bytes, used);
    for (int i = 0; i < 2; i++) {
        mw_wire_fini(&wires[i]);
        close(ends[i][1]);
    }
}

static void put_rank_lists(const char *directory)
{
    static const char *const lists[] = {"0:1:32", "0:2:16+33:2:16", "7:1:1", "0:100:40+1:1:99"};
    char bytes[64], name[16];

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        snprintf(name, sizeof(name), "list%zu", i);
        snprintf(bytes, sizeof(bytes), "\xff\x0f%s", lists[i]);
        put(directory, "rank_list", name, bytes, strlen(bytes));
    }
}

/* The later world is a job by itself. */
static void leave_second_world(const struct synthetic_dir *dir)
{
    struct mw_journal journal;

    synthetic_journal(&journal, 0, 1);
    journal.ident->world_id = 0x5678;
    journal.ident->pid = 7000;
    journal.ident->ppid = 1;
    journal.ident->mono_ns += 100 * MS;
    synthetic_spike(&journal, synthetic_site(&journal, "MPI_Bcast", 1, 30), 1, 10 * MIB, 32 * MIB, 300);
    synthetic_finish(&journal, 700, 50 * MIB);
    synthetic_write(&journal, dir);
    synthetic_free(&journal);
}

static void put_record(const char *directory, int ranks, bool sampled, bool several, bool heap)
{
    const struct mw_report_style style = {0};
    struct synthetic_dir dir;
    struct mw_view view;
    struct mw_model *model;
    char *text = NULL, name[32];
    size_t size;
    FILE *out = open_memstream(&text, &size);

    synthetic_make(&dir);
    (heap ? synthetic_heap_job : synthetic_job)(&dir, ranks);
    if (several)
        leave_second_world(&dir);
    if (sampled) {
        synthetic_view(&view, ranks);
        synthetic_write_view(&view, &dir);
        mw_view_free(&view);
    }
    model = mw_merge_run(dir.fd, NULL, NULL);
    if (!model || mw_report_json_write(out, model, &style) || fclose(out))
        abort();
    snprintf(name, sizeof(name), "%s%s%d", heap ? "heap-" : "", several ? "jobs" : "job", ranks);
    put(directory, "json", name, text, size);
    put(directory, "forms", name, text, size);
    put_study(directory, name, text);
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
    put_texts(argv[1]);
    put_waits(argv[1]);
    put_messages(argv[1]);
    put_recorded(argv[1], MW_WIRE_CLIENT, "client");
    put_recorded(argv[1], MW_WIRE_SERVER, "server");
    put_rank_lists(argv[1]);
    put_record(argv[1], 0, true, false, false);
    put_record(argv[1], 1, true, false, false);
    put_record(argv[1], 2, false, false, false);
    put_record(argv[1], 1, true, true, false);
    put_record(argv[1], 3, true, false, true);
    put_record(argv[1], 1, true, true, true);
    return 0;
}
