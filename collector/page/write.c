/* SPDX-License-Identifier: MIT */
#include "collector/page/write.h"

#include "collector/base/markup.h"
#include "collector/page/files.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PARTS_MAX 16

static const char *const styles[] = {mw_page_uplot_css, mw_page_base_css, NULL};

/* Writes the hash of a <style> or <script>, made of `parts`: the page may run only what has such a hash. */
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

/* The scripts of every page, then those of this page. */
static void collect_scripts(const struct mw_page *page, const char *parts[PARTS_MAX])
{
    size_t count = 0;

    parts[count++] = mw_page_uplot_js;
    parts[count++] = mw_page_base_js;
    for (const char *const *script = page->scripts; *script && count < PARTS_MAX - 1; script++)
        parts[count++] = *script;
    parts[count] = NULL;
}

static void write_policy(FILE *out, const struct mw_page *page)
{
    const char *scripts[PARTS_MAX];

    collect_scripts(page, scripts);
    fputs("default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src ", out);
    write_hash(out, styles);
    fputs("; script-src ", out);
    write_hash(out, scripts);
}

static void write_title(FILE *out, const struct mw_page *page)
{
    mw_markup_put(out, MW_MARKUP_XML, page->title);
}

static void write_styles(FILE *out, const struct mw_page *page)
{
    (void)page;
    write_parts(out, styles);
}

static void write_scripts(FILE *out, const struct mw_page *page)
{
    const char *scripts[PARTS_MAX];

    collect_scripts(page, scripts);
    write_parts(out, scripts);
}

static void write_data(FILE *out, const struct mw_page *page)
{
    page->data(out, page->context);
}

static void write_text(FILE *out, const struct mw_page *page)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);

    if (!memory)
        return;
    page->text(memory, page->context);
    fclose(memory);
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));) { /* each line is cleaned */
        mw_markup_put(out, MW_MARKUP_XML, line);
        if (rest)
            putc('\n', out);
    }
    free(text);
}

static const struct {
    const char *name;
    void (*write)(FILE *out, const struct mw_page *page);
} markers[] = {{"@policy@", write_policy}, {"@title@", write_title}, {"@styles@", write_styles},
               {"@text@", write_text},     {"@data@", write_data},   {"@scripts@", write_scripts}};

int mw_page_write(FILE *out, const struct mw_page *page)
{
    const char *rest = mw_page_html;

    while (*rest) {
        size_t plain = strcspn(rest, "@"), i = 0, count = sizeof(markers) / sizeof(markers[0]);
        fwrite(rest, 1, plain, out);
        rest += plain;
        while (i < count && strncmp(rest, markers[i].name, strlen(markers[i].name)))
            i++;
        if (i < count) {
            markers[i].write(out, page);
            rest += strlen(markers[i].name);
        } else if (*rest)
            putc(*rest++, out);
    }
    return ferror(out) ? -1 : 0;
}
