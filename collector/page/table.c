/* SPDX-License-Identifier: MIT */
#include "collector/page/table.h"

#include "collector/base/json_out.h"
#include "collector/model/certainty.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

struct mw_page_table mw_page_table_begin(FILE *out, const char *key)
{
    fprintf(out, ",\n\"%s\":{\"rows\":[", key);
    return (struct mw_page_table){.out = out};
}

static void end_row(const struct mw_page_table *table)
{
    if (table->rows)
        putc(']', table->out);
}

void mw_page_table_row(struct mw_page_table *table)
{
    end_row(table);
    fputs(table->rows ? ",\n[" : "\n[", table->out);
    table->rows++;
    table->column = 0;
}

void mw_page_table_end(struct mw_page_table *table)
{
    end_row(table);
    fputs("],\"columns\":[", table->out);
    for (size_t i = 0; i < MW_PAGE_COLUMNS && table->columns[i].name; i++)
        fprintf(table->out, "%s{\"name\":\"%s\",\"type\":\"%s\"}", i ? "," : "", table->columns[i].name,
                table->columns[i].type);
    fputs("]}", table->out);
}

FILE *mw_page_table_cell(struct mw_page_table *table, const char *name, const char *type)
{
    size_t i = table->column++;

    assert(i < MW_PAGE_COLUMNS);
    if (table->rows == 1) {
        table->columns[i].name = name;
        table->columns[i].type = type;
    }
    assert(table->columns[i].name && !strcmp(table->columns[i].name, name));
    if (i)
        putc(',', table->out);
    return table->out;
}

void mw_page_table_text(struct mw_page_table *table, const char *name, const char *text)
{
    mw_json_out_string(mw_page_table_cell(table, name, "text"), text ? text : "");
}

void mw_page_table_id(struct mw_page_table *table, const char *name, const char *text)
{
    mw_json_out_string(mw_page_table_cell(table, name, "id"), text);
}

void mw_page_table_index(struct mw_page_table *table, const char *name, uint64_t value)
{
    mw_json_out_unsigned(mw_page_table_cell(table, name, "id"), value);
}

void mw_page_table_count(struct mw_page_table *table, const char *name, uint64_t value)
{
    mw_json_out_unsigned(mw_page_table_cell(table, name, "count"), value);
}

void mw_page_table_bytes(struct mw_page_table *table, const char *name, uint64_t value)
{
    mw_json_out_unsigned(mw_page_table_cell(table, name, "bytes"), value);
}

void mw_page_table_change(struct mw_page_table *table, const char *name, int64_t value)
{
    fprintf(mw_page_table_cell(table, name, "change"), "%" PRId64, value);
}

void mw_page_table_known(struct mw_page_table *table, const char *name, struct mw_model_bytes value)
{
    mw_page_table_put_known(mw_page_table_cell(table, name, "known"), value);
}

void mw_page_table_time(struct mw_page_table *table, const char *name, uint64_t ns)
{
    mw_json_out_unsigned(mw_page_table_cell(table, name, "time"), ns);
}

void mw_page_table_share(struct mw_page_table *table, const char *name, double value)
{
    mw_json_out_double(mw_page_table_cell(table, name, "share"), value);
}

void mw_page_table_flag(struct mw_page_table *table, const char *name, bool value)
{
    fputs(value ? "true" : "false", mw_page_table_cell(table, name, "flag"));
}

void mw_page_table_put_known(FILE *out, struct mw_model_bytes value)
{
    if (value.kind == MW_MODEL_UNKNOWN) {
        fputs("null", out);
        return;
    }
    fputs("{\"bytes\":", out);
    mw_json_out_unsigned(out, value.bytes);
    fprintf(out, ",\"kind\":\"%s\"}", mw_certainty[value.kind].name);
}
