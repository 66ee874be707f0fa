/* SPDX-License-Identifier: MIT */
/* What fuzz targets share. Each target is one LLVMFuzzerTestOneInput(): it never fails on any input; sanitizers and
 * fuzz_expect() speak where something is wrong. */
#ifndef MW_TESTS_FUZZ_FUZZ_H
#define MW_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A violated guarantee of a header is a crash. */
#define fuzz_expect(promise) ((promise) ? (void)0 : (fprintf(stderr, "broken: %s\n", #promise), abort()))

/* The bytes as a string; free() it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

/* The bytes as a file without a name. Its path is written to `path`; close() the descriptor. */
static inline int fuzz_file(const uint8_t *data, size_t size, char path[32])
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);

    fuzz_expect(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    return fd;
}

#endif
