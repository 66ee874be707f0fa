/* SPDX-License-Identifier: MIT */
#include "collector/report/names.h"

#include "collector/base/map.h"
#include "collector/base/mem.h"
#include "collector/base/short_name.h"
#include "collector/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VIA " (via "
#define VIA_MIN 8 /* columns reserved for the name after it */

struct mw_report_names {
    struct mw_map *labels; /* labels shared by functions of different names */
    char *like;            /* a name that starts with the namespaces that all share; NULL if none */
    size_t length;         /* of these */
};

/* ---- common prefix ---- */

static char *short_copy(const char *name)
{
    char text[MW_REPORT_NAME];

    mw_short_name(text, sizeof(text), name);
    return mw_mem_copy(text);
}

static void find_common(struct mw_report_names *names, char **functions, size_t count)
{
    names->length = mw_short_name_common((const char *const *)functions, count);
    for (size_t i = 0; i < count && names->length && !names->like; i++)
        if (strstr(functions[i], "::"))
            names->like = mw_mem_copy(functions[i]);
}

/* Labels that belong to different functions, for example instances of one template. */
static struct mw_map *find_double(const struct mw_model_place *const *places, size_t count)
{
    struct mw_map *first = mw_map_create(), *labels = mw_map_create();

    for (size_t i = 0; i < count; i++) {
        const struct mw_model_place *place = places[i];
        uint32_t found = place ? mw_map_add(first, place->label, strlen(place->label), (uint32_t)i) : (uint32_t)i;
        if (found != i && strcmp(places[found]->function, place->function) != 0)
            mw_map_add(labels, place->label, strlen(place->label), 1);
    }
    mw_map_destroy(first);
    return labels;
}

struct mw_report_names *mw_report_names_create(const struct mw_model_place *const *places, size_t count)
{
    struct mw_report_names *names = mw_mem_alloc(1, sizeof(*names));
    char **functions = NULL;
    size_t function_count = 0;

    names->labels = find_double(places, count);
    for (size_t i = 0; i < count; i++)
        if (places[i] && places[i]->function[0])
            *MW_MEM_PUSH(functions, function_count) = short_copy(places[i]->function);
    find_common(names, functions, function_count);
    for (size_t i = 0; i < function_count; i++)
        free(functions[i]);
    free(functions);
    return names;
}

void mw_report_names_destroy(struct mw_report_names *names)
{
    mw_map_destroy(names->labels);
    free(names->like);
    free(names);
}

/* ---- one name ---- */

static const char *behind(const struct mw_report_names *names, const char *name)
{
    return names->like ? mw_short_name_behind(name, names->like, names->length) : name;
}

/* "Mesh<double>::sum+0x1f" if "Mesh::sum+0x1f" is ambiguous. */
static void put_full(char out[MW_REPORT_NAME], const struct mw_model_place *place)
{
    const char *offset = strrchr(place->label, '+');

    snprintf(out, MW_REPORT_NAME, "%s%s", place->function, offset ? offset : "");
}

static bool is_double(const struct mw_report_names *names, const struct mw_model_place *place)
{
    return !place->line && place->function[0] && !strstr(place->label, VIA) &&
           mw_map_find(names->labels, place->label, strlen(place->label)) != MW_MAP_NONE;
}

static void fit(char *out, size_t size, const struct mw_model_place *place, const char *name, int width)
{
    if (place->line) /* a file's name */
        mw_text_fit(out, size, name, width, MW_TEXT_CUT_LEFT);
    else
        mw_short_name_fit(out, size, name, width);
}

/* The place outside of a layer first; the layer gets the remaining width. */
static void put_via(const struct mw_report_names *names, char out[MW_REPORT_NAME], const struct mw_model_place *place,
                    const char *via, int width)
{
    char place_text[MW_REPORT_NAME], head[400], tail[400];
    int around = (int)strlen(VIA ")");

    snprintf(place_text, sizeof(place_text), "%.*s", (int)(via - place->label), place->label);
    fit(head, sizeof(head), place, behind(names, place_text), width - around - VIA_MIN);
    snprintf(place_text, sizeof(place_text), "%s", via + strlen(VIA));
    if (place_text[0])
        place_text[strlen(place_text) - 1] = '\0'; /* the bracket */
    mw_short_name_fit(tail, sizeof(tail), behind(names, place_text), width - around - mw_text_width(head));
    snprintf(out, MW_REPORT_NAME, "%s" VIA "%s)", head, tail);
}

void mw_report_names_where(const struct mw_report_names *names, const struct mw_model_place *place, int width,
                           char out[MW_REPORT_NAME])
{
    const char *via = place ? strstr(place->label, VIA) : NULL;
    char whole[MW_REPORT_NAME];

    if (!place) {
        snprintf(out, MW_REPORT_NAME, "?");
    } else if (is_double(names, place)) {
        put_full(whole, place);
        mw_text_fit(out, MW_REPORT_NAME, behind(names, whole), 2 * width, MW_TEXT_CUT_MIDDLE);
    } else if (via)
        put_via(names, out, place, via, width);
    else
        fit(out, MW_REPORT_NAME, place, behind(names, place->label), width);
}

bool mw_report_names_is_start(const struct mw_model_place *place)
{
    return strncmp(place->function, "__libc_start", 12) == 0 || strcmp(place->function, "_start") == 0 ||
           strstr(place->function, "call_once<fn(), ()>") || strstr(place->function, "__rust_begin_short_backtrace");
}

bool mw_report_names_is_in_label(const struct mw_model_place *place)
{
    char name[MW_REPORT_NAME];
    const char *last = name, *at;

    if (place->line || !place->function[0])
        return false;
    mw_short_name(name, sizeof(name), place->function);
    while ((at = strstr(last, "::")))
        last = at + 2;
    return strstr(place->label, last) != NULL;
}

void mw_report_names_in(const struct mw_report_names *names, const struct mw_model_place *place, char out[MW_REPORT_NAME])
{
    const char *slash = place ? strrchr(place->module, '/') : NULL;
    char name[MW_REPORT_NAME];

    out[0] = '\0';
    if (!place || !place->function[0])
        return;
    if (mw_report_names_is_in_label(place)) {
        snprintf(out, MW_REPORT_NAME, "%s", slash ? slash + 1 : place->module);
        return;
    }
    mw_short_name(name, sizeof(name), place->function);
    snprintf(out, MW_REPORT_NAME, "%s", behind(names, name));
}
