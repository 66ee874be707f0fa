/* SPDX-License-Identifier: MIT */
#include "collector/report_html.h"

#include "collector/page.h"
#include "collector/page_data.h"
#include "collector/report_text.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct page {
    FILE *out;
    const struct mw_model *model;
    const struct mw_report_style *style;
};

static void write_escaped(FILE *out, const char *text)
{
    while (*text) {
        size_t plain = strcspn(text, "<>&\"'");
        fwrite(text, 1, plain, out);
        text += plain;
        if (*text)
            fprintf(out, "&#%d;", *text++);
    }
}

/* What may run on the page, and nothing else: the hash of a <style> or <script>, made of `parts`. */
static void write_hash(FILE *out, const char *const *parts)
{
    crypto_hash_sha256_state state;
    unsigned char hash[crypto_hash_sha256_BYTES];
    char text[sodium_base64_ENCODED_LEN(sizeof(hash), sodium_base64_VARIANT_ORIGINAL)];

    crypto_hash_sha256_init(&state);
    for (; *parts; parts++)
        crypto_hash_sha256_update(&state, (const unsigned char *)*parts, strlen(*parts));
    crypto_hash_sha256_final(&state, hash);
    fprintf(out, "'sha256-%s'", sodium_bin2base64(text, sizeof(text), hash, sizeof(hash), sodium_base64_VARIANT_ORIGINAL));
}

static void write_parts(FILE *out, const char *const *parts)
{
    for (; *parts; parts++)
        fputs(*parts, out);
}

static const char *const styles[] = {mw_page_uplot_css, mw_page_base_css, NULL};
static const char *const scripts[] = {mw_page_uplot_js,    mw_page_base_js,       mw_page_run_data_js,
                                      mw_page_run_heat_js, mw_page_run_curves_js, mw_page_run_js, NULL};

static void write_policy(const struct page *page)
{
    fputs("default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src ", page->out);
    write_hash(page->out, styles);
    fputs("; script-src ", page->out);
    write_hash(page->out, scripts);
}

static void write_title(const struct page *page)
{
    const char *command = page->model->job.command;

    write_escaped(page->out, command[0] ? command : "a run");
}

static void write_styles(const struct page *page)
{
    write_parts(page->out, styles);
}

static void write_scripts(const struct page *page)
{
    write_parts(page->out, scripts);
}

static void write_data(const struct page *page)
{
    mw_page_data_write(page->out, page->model, page->style);
}

/* The text report, for who reads without scripts. */
static void write_text(const struct page *page)
{
    struct mw_report_style style = *page->style;
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);

    if (!memory)
        return;
    style.color = false;
    style.width = 110;
    mw_report_text_write(memory, page->model, &style);
    fclose(memory);
    write_escaped(page->out, text);
    free(text);
}

static const struct {
    const char *name;
    void (*write)(const struct page *page);
} markers[] = {{"@policy@", write_policy}, {"@title@", write_title}, {"@styles@", write_styles},
               {"@text@", write_text},     {"@data@", write_data},   {"@scripts@", write_scripts}};

int mw_report_html_write(FILE *out, const struct mw_model *model, const struct mw_report_style *style)
{
    struct page page = {out, model, style};
    const char *rest = mw_page_run_html;

    while (*rest) {
        size_t plain = strcspn(rest, "@"), i = 0, count = sizeof(markers) / sizeof(markers[0]);
        fwrite(rest, 1, plain, out);
        rest += plain;
        while (i < count && strncmp(rest, markers[i].name, strlen(markers[i].name)))
            i++;
        if (i < count) {
            markers[i].write(&page);
            rest += strlen(markers[i].name);
        } else if (*rest)
            putc(*rest++, out);
    }
    return ferror(out) ? -1 : 0;
}
