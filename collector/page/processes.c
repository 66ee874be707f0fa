/* SPDX-License-Identifier: MIT */
/* The processes that match the filters, sorted by peak. */
#include "collector/base/json_out.h"
#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/page/parts.h"
#include "collector/page/table.h"
#include "collector/report/lines/words.h"

#include <stdlib.h>

#define PROCESSES_MAX 4000

struct listed {
    const struct mw_model_process **items;
    size_t count;
    size_t hidden; /* by a filter */
    uint64_t hidden_largest;
};

static int compare_processes(const void *a, const void *b)
{
    const struct mw_model_process *x = *(const struct mw_model_process *const *)a;
    const struct mw_model_process *y = *(const struct mw_model_process *const *)b;

    if (x->peak.bytes != y->peak.bytes)
        return x->peak.bytes < y->peak.bytes ? 1 : -1;
    return (x > y) - (x < y);
}

static struct listed list_processes(const struct mw_model *model, const struct mw_report_style *style)
{
    struct listed list = {0};

    for (size_t i = 0; i < model->process_count; i++) {
        const struct mw_model_process *process = &model->processes[i];
        if (mw_report_lists(style, process->command)) {
            *MW_MEM_PUSH(list.items, list.count) = process;
            continue;
        }
        list.hidden++;
        if (process->peak.bytes > list.hidden_largest)
            list.hidden_largest = process->peak.bytes;
    }
    if (list.count)
        qsort(list.items, list.count, sizeof(*list.items), compare_processes);
    return list;
}

static void put_process(struct mw_page_table *table, const struct mw_model *model, const struct mw_model_process *process,
                        uint32_t command)
{
    static const char *const roles[] = {"rank", "launcher", "other"};
    bool is_rank = process->role == MW_MODEL_RANK;

    mw_page_table_row(table);
    mw_page_table_text(table, "program", process->name);
    mw_page_table_text(table, "role", roles[process->role]);
    mw_page_table_id(table, "rank", is_rank ? mw_report_rank(model, process->rank).text : "");
    mw_page_table_text(table, "host", model->hosts[process->host].name);
    mw_page_table_index(table, "pid", (uint64_t)process->pid);
    mw_page_table_known(table, "peak", process->peak);
    mw_page_table_time(table, "first_seen", mw_model_elapsed(model, process->first_ns));
    mw_page_table_time(table, "last_seen", mw_model_elapsed(model, process->last_ns));
    mw_page_table_index(table, "command", command);
}

static void put_commands(FILE *out, const char *const *commands, size_t count)
{
    fputs(",\"commands\":[", out);
    for (size_t i = 0; i < count; i++) {
        fputs(i ? "," : "", out);
        mw_json_out_string(out, commands[i] ? commands[i] : "");
    }
    putc(']', out);
}

/* The command lines of ranks are long and equal: each is written once. The model stores equal strings once. */
static void put_listed(FILE *out, const struct mw_model *model, const struct listed *list)
{
    struct mw_page_table table = mw_page_table_begin(out, "processes");
    struct mw_map *keys = mw_map_create();
    const char **commands = NULL;
    size_t known = 0;

    for (size_t i = 0; i < list->count && i < PROCESSES_MAX; i++) {
        const struct mw_model_process *process = list->items[i];
        uint32_t command = mw_map_add(keys, &process->command, sizeof(process->command), (uint32_t)known);
        if (command == known)
            *MW_MEM_PUSH(commands, known) = process->command;
        put_process(&table, model, process, command);
    }
    mw_page_table_end(&table);
    put_commands(out, commands, known);
    free(commands);
    mw_map_destroy(keys);
}

void mw_page_processes(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct listed list = list_processes(model, style);

    put_listed(out, model, &list);
    fprintf(out, ",\"processes_smaller\":%zu,\"processes_hidden\":%zu,\"hidden_largest\":",
            list.count > PROCESSES_MAX ? list.count - PROCESSES_MAX : 0, list.hidden);
    mw_json_out_unsigned(out, list.hidden_largest);
    free(list.items);
}
