/* SPDX-License-Identifier: MIT */
#include "pmpi/base/python_lines.h"

/* Pairs of bytes: addresses by which the next line starts later, and by how much its number is higher. */
static int64_t find_lnotab(const uint8_t *table, uint64_t length, int64_t line, int32_t at)
{
    int64_t start = 0;

    for (uint64_t i = 0; i + 1 < length; i += 2) {
        start += table[i];
        if (start > at)
            break;
        line += (int8_t)table[i + 1];
    }
    return line;
}

/* Pairs of bytes: the length of a range, and by how much its line is higher than the last one; -128: it has no line. */
static int64_t find_range(const uint8_t *table, uint64_t length, int64_t line, int32_t at)
{
    int64_t end = 0;

    for (uint64_t i = 0; i + 1 < length && end <= at; i += 2) {
        end += table[i];
        if ((int8_t)table[i + 1] != -128)
            line += (int8_t)table[i + 1];
    }
    return line;
}

/* Six bits a byte, the lowest first; bit 6: another one follows. The sign is the lowest bit. */
static int64_t read_signed(const uint8_t *table, uint64_t length, uint64_t at)
{
    uint64_t value = 0;

    for (unsigned shift = 0; at < length && shift < 36; at++, shift += 6) {
        value |= (uint64_t)(table[at] & 63) << shift;
        if (!(table[at] & 64))
            break;
    }
    return value & 1 ? -(int64_t)(value >> 1) : (int64_t)(value >> 1);
}

/* Entries: a byte with bit 7, in it a form and the number of code units (two bytes each) less one; then bytes without bit 7. */
static int64_t find_location(const uint8_t *table, uint64_t length, int64_t line, int32_t at)
{
    int64_t end = 0;

    for (uint64_t i = 0; i < length && end <= at;) {
        unsigned form = table[i] >> 3 & 15;
        end += 2 * ((table[i] & 7) + 1);
        if (form == 13 || form == 14)
            line += read_signed(table, length, i + 1);
        else if (form >= 10 && form <= 12)
            line += form - 10;
        for (i++; i < length && !(table[i] & 128);)
            i++;
    }
    return line;
}

uint32_t mw_python_line(enum mw_python_table kind, const uint8_t *table, uint64_t length, uint32_t first, int32_t at)
{
    int64_t line = first;

    if (at < 0)
        return first;
    switch (kind) {
    case MW_PYTHON_LNOTAB: line = find_lnotab(table, length, line, at); break;
    case MW_PYTHON_RANGES: line = find_range(table, length, line, at); break;
    case MW_PYTHON_LOCATIONS: line = find_location(table, length, line, at); break;
    }
    return line > 0 && line < UINT32_MAX ? (uint32_t)line : first;
}
