/* SPDX-License-Identifier: MIT */
/* What a sampler reads from /proc to explain why a process is not a rank, from a synthetic /proc. */
#include "collector/journal/procmem.h"
#include "collector/journal/seen.h"
#include "launcher/sample/evidence.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[] = "/tmp/mw-evidence-XXXXXX";
static int procfd;

static void put(const char *name, const void *bytes, size_t size)
{
    int fd = openat(procfd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    close(fd);
}

/* A program file's first bytes, with a loader or without. */
static void put_program(const char *name, bool has_loader, unsigned char class, unsigned short machine)
{
    struct {
        ElfW(Ehdr) head;
        ElfW(Phdr) segments[2];
    } file = {.segments = {{.p_type = PT_LOAD}, {.p_type = has_loader ? PT_INTERP : PT_NULL}}};

    memcpy(file.head.e_ident, ELFMAG, SELFMAG);
    file.head.e_ident[EI_CLASS] = class;
    file.head.e_machine = machine;
    file.head.e_phoff = sizeof(file.head);
    file.head.e_phentsize = sizeof(file.segments[0]);
    file.head.e_phnum = 2;
    put(name, &file, sizeof(file));
}

static int make(void **state)
{
    ElfW(auxv_t) vector[] = {{.a_type = AT_SECURE}, {.a_type = AT_NULL}};

    (void)state;
    assert_non_null(mkdtemp(root));
    procfd = open(root, O_RDONLY | O_DIRECTORY);
    mkdirat(procfd, "self", 0700);
    mkdirat(procfd, "7", 0700);
    put_program("self/exe", true, ELFCLASS64, EM_X86_64);
    put("7/auxv", vector, sizeof(vector));
    return 0;
}

static int clean(void **state)
{
    char command[100];

    (void)state;
    close(procfd);
    snprintf(command, sizeof(command), "rm -rf %s", root);
    return system(command);
}

/* The facts of process 7 with this environment, "" for an empty one. */
#define START(environment) start(environment, sizeof(environment) - 1)
static struct mw_view_process start(const char *text, size_t size)
{
    struct mw_view_process entry = {.pid = 7, .command = "./app", .exe = "/home/user/app"};
    struct mw_environment environment = {(char *)text, size, true};

    mw_evidence_start(&entry, procfd, &environment);
    return entry;
}

static void test_environment(void **state)
{
    struct mw_view_process entry;

    (void)state;
    put_program("7/exe", true, ELFCLASS64, EM_X86_64);
    entry = START("A=1\0LD_PRELOAD=/x/libmemwatch-pmpi.so:/y/libz.so\0MEMWATCH_RUN_DIR=/dev/shm/m\0");
    assert_int_equal(entry.facts, MW_SEEN_ENVIRON | MW_SEEN_PRELOAD | MW_SEEN_RUN | MW_SEEN_ELF | MW_SEEN_AUXV);
    assert_string_equal(entry.preload, "");
    entry = START("LD_PRELOAD=/usr/lib/libtcmalloc.so.4\0MEMWATCH_RUN_DIR=/dev/shm/m\0");
    assert_int_equal(entry.facts, MW_SEEN_ENVIRON | MW_SEEN_RUN | MW_SEEN_ELF | MW_SEEN_AUXV);
    assert_string_equal(entry.preload, "/usr/lib/libtcmalloc.so.4");
    entry = START("PATH=/bin\0");
    assert_int_equal(entry.facts, MW_SEEN_ENVIRON | MW_SEEN_ELF | MW_SEEN_AUXV);
    entry = START("");
    assert_int_equal(entry.facts, MW_SEEN_ENVIRON | MW_SEEN_ELF | MW_SEEN_AUXV);
}

static void test_no_environment(void **state)
{
    struct mw_view_process entry = {
        .pid = 7, .command = "[app]", .exe = "/home/user/app", .facts = MW_SEEN_MAPS | MW_SEEN_LIBRARY};
    struct mw_environment empty = {(char *)"", 0, true}, changed = {(char *)"a title", 7, false};

    (void)state;
    put_program("7/exe", true, ELFCLASS64, EM_X86_64);
    mw_evidence_start(&entry, procfd, &empty); /* during an exec */
    assert_int_equal(entry.facts & MW_SEEN_ENVIRON, 0);
    assert_int_equal(entry.facts & MW_SEEN_LIBRARY, MW_SEEN_LIBRARY);
    strcpy(entry.command, "app");
    mw_evidence_start(&entry, procfd, &changed);
    assert_int_equal(entry.facts & MW_SEEN_ENVIRON, 0);
    mw_evidence_start(&entry, procfd, NULL);
    assert_int_equal(entry.facts & MW_SEEN_ENVIRON, 0);
}

static void test_program(void **state)
{
    struct mw_view_process entry = {.pid = 7, .command = "./ld-linux.so ./app", .exe = "/lib64/ld-linux-x86-64.so.2"};

    (void)state;
    put_program("7/exe", false, ELFCLASS64, EM_X86_64);
    assert_int_equal(START("A=1\0").facts & (MW_SEEN_STATIC | MW_SEEN_FOREIGN), MW_SEEN_STATIC);
    mw_evidence_start(&entry, procfd, NULL); /* a loader itself has none */
    assert_int_equal(entry.facts & (MW_SEEN_ELF | MW_SEEN_STATIC), MW_SEEN_ELF);
    put_program("7/exe", true, ELFCLASS32, EM_386);
    assert_int_equal(START("A=1\0").facts & (MW_SEEN_STATIC | MW_SEEN_FOREIGN), MW_SEEN_FOREIGN);
    put_program("7/exe", true, ELFCLASS64, EM_AARCH64);
    assert_int_equal(START("A=1\0").facts & (MW_SEEN_STATIC | MW_SEEN_FOREIGN), MW_SEEN_FOREIGN);
    put("7/exe", "#!/bin/sh\n", 10);
    assert_int_equal(START("A=1\0").facts & MW_SEEN_ELF, 0);
}

static void test_secure(void **state)
{
    ElfW(auxv_t)
        vector[] = {{.a_type = AT_PAGESZ, .a_un.a_val = 4096}, {.a_type = AT_SECURE, .a_un.a_val = 1}, {.a_type = AT_NULL}};

    (void)state;
    put_program("7/exe", true, ELFCLASS64, EM_X86_64);
    put("7/auxv", vector, sizeof(vector));
    assert_int_equal(START("A=1\0").facts & (MW_SEEN_AUXV | MW_SEEN_SECURE), MW_SEEN_AUXV | MW_SEEN_SECURE);
}

/* The root of the process is another directory than ours: first without the library, later with it. */
static void test_other_files(void **state)
{
    static const char text[] = "LD_PRELOAD=/lib/libmemwatch-pmpi.so\0MEMWATCH_RUN_DIR=/run/m\0";

    (void)state;
    mkdirat(procfd, "self/root", 0700);
    mkdirat(procfd, "7/root", 0700);
    assert_int_equal(start(text, sizeof(text) - 1).facts & (MW_SEEN_ROOT | MW_SEEN_NO_FILE | MW_SEEN_NO_DIR),
                     MW_SEEN_ROOT | MW_SEEN_NO_FILE | MW_SEEN_NO_DIR);
    mkdirat(procfd, "7/root/lib", 0700);
    put("7/root/lib/libmemwatch-pmpi.so", "", 0);
    assert_int_equal(start(text, sizeof(text) - 1).facts & (MW_SEEN_ROOT | MW_SEEN_NO_FILE | MW_SEEN_NO_DIR),
                     MW_SEEN_ROOT | MW_SEEN_NO_DIR);
}

static void test_maps(void **state)
{
    static const struct {
        const char *line, *mpi;
        bool shim;
    } lines[] = {
        {"7f0-7f1 r--p 0 08:01 12   /usr/lib/x86_64-linux-gnu/libmpi.so.40.30.4", "libmpi.so.40.30.4", false},
        {"7f0-7f1 r--p 0 08:01 12   /opt/mpich/lib/libmpich.so.12 (deleted)", "libmpich.so.12", false},
        {"7f0-7f1 r--p 0 08:01 12   /opt/cray/pe/lib64/libmpi_cray.so.12", "libmpi_cray.so.12", false},
        {"7f0-7f1 r--p 0 08:01 12   /opt/cray/pe/lib64/libmpi_nvidia.so.12", "libmpi_nvidia.so.12", false},
        {"7f0-7f1 r--p 0 08:01 12   /usr/lib/libmpi_mpifh.so.40", "", false},
        {"7f0-7f1 r--p 0 08:01 12   /usr/lib/libmpi_usempif08.so.40", "", false},
        {"7f0-7f1 r--p 0 08:01 12   /usr/lib/libmpifort.so.12", "", false},
        {"7f0-7f1 r--p 0 08:01 12   /x/libmemwatch-pmpi.so", "", true},
        {"7f0-7f1 rw-p 0 00:00 0    [heap]", "", false},
        {"7f0-7f1 rw-p 0 00:00 0 ", "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct mw_procmem_maps maps = {0};
        mw_procmem_parse_map(lines[i].line, &maps);
        assert_string_equal(maps.mpi, lines[i].mpi);
        assert_int_equal(maps.shim, lines[i].shim);
    }
}

/* Far more than one read returns, with the searched entry at the end. */
static void test_many_maps(void **state)
{
    struct mw_view_process entry = {.pid = 7};
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    for (int i = 0; i < 3000; i++)
        fprintf(out, "%08x-%08x r--p 00000000 08:01 %d    /usr/lib/some/where/libnumber%d.so\n", i, i + 1, i, i);
    fputs("7f00-7f01 r--p 0 08:01 5 /x/libmemwatch-pmpi.so\n7f00-7f01 r--p 0 08:01 5 /x/libmpi.so.12\n", out);
    fclose(out);
    put("7/maps", text, size);
    free(text);
    mw_evidence_look(&entry, procfd);
    assert_int_equal(entry.facts, MW_SEEN_MAPS | MW_SEEN_LIBRARY);
    assert_string_equal(entry.mpi, "libmpi.so.12");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_environment), cmocka_unit_test(test_no_environment), cmocka_unit_test(test_program),
        cmocka_unit_test(test_secure),      cmocka_unit_test(test_other_files),    cmocka_unit_test(test_maps),
        cmocka_unit_test(test_many_maps),
    };

    return cmocka_run_group_tests(tests, make, clean);
}
