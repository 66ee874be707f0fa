/* SPDX-License-Identifier: MIT */
#include "collector/report/gzip.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

#define GZIP_FORMAT 16 /* added to the window bits: zlib.h */
#define MEMORY_LEVEL 8
#define PIECE (1u << 30) /* zlib counts in `unsigned` */

/* Compresses what `stream` has as input, and all that it still keeps if it is the end. */
static int pump(z_stream *stream, FILE *out, bool ends)
{
    unsigned char bytes[16384];

    do {
        size_t count;
        stream->next_out = bytes;
        stream->avail_out = sizeof(bytes);
        deflate(stream, ends ? Z_FINISH : Z_NO_FLUSH);
        count = sizeof(bytes) - stream->avail_out;
        if (fwrite(bytes, 1, count, out) != count)
            return -1;
    } while (!stream->avail_out);
    return 0;
}

int mw_gzip_write(FILE *out, const void *bytes, size_t size)
{
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)bytes};
    int failed = 0;

    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP_FORMAT, MEMORY_LEVEL, Z_DEFAULT_STRATEGY)) {
        errno = ENOMEM;
        return -1;
    }
    do {
        stream.avail_in = size < PIECE ? (unsigned)size : PIECE;
        size -= stream.avail_in;
        failed = pump(&stream, out, !size);
    } while (size && !failed);
    deflateEnd(&stream);
    return failed;
}
