/* SPDX-License-Identifier: MIT */
#include "collector/base/markup.h"

#include "collector/base/mem.h"
#include "collector/base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct replacement {
    const char *from, *to;
};

/* Replacements at any position. Clean text has no control characters or line ends. */
static const struct replacement xml[] = {{"&", "&amp;"},   {"<", "&lt;"},  {">", "&gt;"},
                                         {"\"", "&quot;"}, {"'", "&#39;"}, {NULL, NULL}};
static const struct replacement markdown[] = {
    {"&", "&amp;"},         {"<", "&lt;"},        {">", "&gt;"}, {"@", "&#64;"}, /* no mentions */
    {"://", ":&#47;&#47;"}, {"www.", "www&#46;"},                                /* no links */
    {"\\", "\\\\"},         {"|", "\\|"},         {"`", "\\`"},  {"*", "\\*"},   {"_", "\\_"}, {"[", "\\["},
    {"]", "\\]"},           {"#", "\\#"},         {"~", "\\~"},  {"!", "\\!"},   {"$", "\\$"}, {NULL, NULL}};
static const struct replacement github[] = {{"%", "%25"}, {"##[", "## ["}, {NULL, NULL}};
static const struct replacement github_property[] = {{"%", "%25"}, {":", "%3A"}, {",", "%2C"}, {"##[", "## ["}, {NULL, NULL}};
static const struct replacement metrics[] = {{"\\", "\\\\"}, {"\"", "\\\""}, {NULL, NULL}};
static const struct replacement gnuplot[] = {{"'", "''"}, {NULL, NULL}};
static const struct replacement csv[] = {{"\"", "\"\""}, {NULL, NULL}};
static const struct replacement json[] = {{"\"", "\\u0022"}, {"\\", "\\u005c"}, {"<", "\\u003c"},
                                          {">", "\\u003e"},  {"&", "\\u0026"},  {NULL, NULL}};

static const struct replacement *const rules[] = {[MW_MARKUP_XML] = xml,         [MW_MARKUP_MARKDOWN] = markdown,
                                                  [MW_MARKUP_GITHUB] = github,   [MW_MARKUP_GITHUB_PROPERTY] = github_property,
                                                  [MW_MARKUP_METRICS] = metrics, [MW_MARKUP_GNUPLOT] = gnuplot,
                                                  [MW_MARKUP_CSV] = csv,         [MW_MARKUP_JSON] = json};

/* Characters that start a formula, including the full-width forms of some spreadsheet locales. */
static bool is_formula(const char *text)
{
    static const char *const starts[] = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};

    text += strspn(text, " ");
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (!strncmp(text, starts[i], strlen(starts[i])))
            return true;
    return false;
}

static void put_clean(FILE *out, enum mw_markup rule, const char *text)
{
    while (*text) {
        const struct replacement *one = rules[rule];
        while (one->from && strncmp(text, one->from, strlen(one->from)) != 0)
            one++;
        if (one->from)
            fputs(one->to, out);
        else
            putc(*text, out);
        text += one->from ? strlen(one->from) : 1;
    }
}

void mw_markup_put(FILE *out, enum mw_markup rule, const char *text)
{
    char *copy = NULL;

    /* (cleaning replaces a leading tab or line end, but not the formula behind it) */
    if (rule == MW_MARKUP_CSV && (is_formula(text) || is_formula(text + strspn(text, " \t\r\n\v\f"))))
        putc('\'', out);
    if (!mw_text_is_clean(text)) {
        copy = mw_mem_copy(text);
        mw_text_clean(copy);
    }
    put_clean(out, rule, copy ? copy : text);
    free(copy);
}
