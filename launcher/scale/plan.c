/* SPDX-License-Identifier: MIT */
#include "launcher/scale/plan.h"

#include "collector/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t mw_scale_plan_count(const struct mw_scale_options *options)
{
    size_t count = options->n.count * (size_t)options->repeat;

    for (size_t i = 0; i < options->param_count; i++)
        count *= options->params[i].count;
    return count;
}

const char *mw_scale_plan_number(char *text, size_t size, double number)
{
    snprintf(text, size, number == floor(number) && number < 1e15 ? "%.0f" : "%.12g", number);
    return text;
}

static void add_name(struct mw_scale_step *step, const char *name, double number)
{
    size_t length = strlen(step->name);
    char text[32];

    snprintf(step->name + length, sizeof(step->name) - length, "%s%s=%s", length ? "," : "", name,
             mw_scale_plan_number(text, sizeof(text), number));
}

void mw_scale_plan_step(const struct mw_scale_options *options, size_t index, struct mw_scale_step *step)
{
    *step = (struct mw_scale_step){.n = options->n.values[index % options->n.count].number};
    index /= options->n.count;
    add_name(step, "n", step->n);
    for (size_t i = 0; i < options->param_count; i++) {
        const struct mw_scale_param *param = &options->params[i];
        const struct mw_scale_value *value = &param->values[index % param->count];
        index /= param->count;
        step->values[i] = value->number * (value->per_rank ? step->n : 1);
        add_name(step, param->name, step->values[i]);
    }
    step->repeat = (int)index + 1;
    add_name(step, "run", step->repeat);
}

/* ---- the command ---- */

/* The length of a known "{NAME}" at `text`, with its number; 0 if there is none. */
static size_t placeholder(const struct mw_scale_options *options, const struct mw_scale_step *step, const char *text,
                          double *number)
{
    if (!strncmp(text, "{n}", 3)) {
        *number = step->n;
        return 3;
    }
    for (size_t i = 0; i < options->param_count; i++) {
        size_t length = strlen(options->params[i].name);
        if (*text == '{' && !strncmp(text + 1, options->params[i].name, length) && text[1 + length] == '}') {
            *number = step->values[i];
            return length + 2;
        }
    }
    return 0;
}

static char *expand(const struct mw_scale_options *options, const struct mw_scale_step *step, const char *text)
{
    size_t size = 64 * strlen(text) / 3 + 64, length = 0; /* a number has fewer than 32 characters */
    char *expanded = mw_mem_alloc(1, size), word[32];
    double number;

    while (*text) {
        size_t skip = placeholder(options, step, text, &number);
        if (skip)
            length += (size_t)snprintf(expanded + length, size - length, "%s",
                                       mw_scale_plan_number(word, sizeof(word), number));
        else
            expanded[length++] = *text;
        text += skip ? skip : 1;
    }
    return expanded;
}

static bool uses(char **command, const char *name)
{
    char wanted[80];

    snprintf(wanted, sizeof(wanted), "{%s}", name);
    for (; *command; command++)
        if (strstr(*command, wanted))
            return true;
    return false;
}

char **mw_scale_plan_command(const struct mw_scale_options *options, const struct mw_scale_step *step, struct mw_err *err)
{
    size_t count = 0;
    char **command;

    if (!uses(options->command, "n")) {
        mw_err_set(err, "the command does not contain {n}, the number of ranks: mpirun -n {n} ./app");
        return NULL;
    }
    for (size_t i = 0; i < options->param_count; i++)
        if (!uses(options->command, options->params[i].name)) {
            mw_err_set(err, "the command does not use the parameter: insert {%s} for its value", options->params[i].name);
            return NULL;
        }
    while (options->command[count])
        count++;
    command = mw_mem_alloc(count + 1, sizeof(*command));
    for (size_t i = 0; i < count; i++)
        command[i] = expand(options, step, options->command[i]);
    return command;
}

void mw_scale_plan_free(char **command)
{
    for (char **word = command; command && *word; word++)
        free(*word);
    free(command);
}
