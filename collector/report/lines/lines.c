/* SPDX-License-Identifier: MIT */
#include "collector/report/lines/lines.h"

#include "collector/base/mem.h"
#include "collector/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void mw_lines_add(struct mw_lines *lines, int level, enum mw_line_kind kind, const char *format, ...)
{
    char text[1100];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    mw_text_clean_line(text);
    *MW_MEM_PUSH(lines->items,
                 lines->count) = (struct mw_line){.level = level, .kind = kind, .label = "", .text = mw_mem_copy(text)};
}

void mw_lines_value(struct mw_lines *lines, struct mw_model_bytes value)
{
    lines->items[lines->count - 1].has_value = true;
    lines->items[lines->count - 1].value = value;
}

void mw_lines_label(struct mw_lines *lines, const char *label)
{
    lines->items[lines->count - 1].label = label;
}

void mw_lines_free(struct mw_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->items[i].text);
    free(lines->items);
    lines->items = NULL;
    lines->count = 0;
}
