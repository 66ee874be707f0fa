/* SPDX-License-Identifier: MIT */
/* mwdump RUN-DIR | mwdump GATHERED-FILE | mwdump RECORD
 *
 * Prints the model of a run as lines `kind key=value ...`, for shell tests: the record as text, by the same tables. Keys are
 * the names in the record, without "_bytes"; those of a structure in it follow its name: in_mpi_later, peak_kind. Values:
 *
 *     numbers    bytes and nanoseconds; times are since the start of the job; true is 1; none, or unknown, is -1
 *     strings    in double quotes, with " and \ escaped
 *     words      as in the record
 *     indices    what is there: a host's name, the number of a rank in its world, the label of a call site, the path of a phase
 *     lists      their length; the items follow as lines, but for those that are arrays in the record
 *
 * The line of a rank, and of what belongs to it, begins with rank= and world=. */
#include "collector/merge/merge.h"
#include "collector/record/fields.h"
#include "collector/record/json.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What an item belongs to. */
struct dump {
    const struct mw_model *model;
    const struct mw_model_rank *rank; /* or NULL */
    const struct mw_model_host *host; /* or NULL */
};

static void put_quoted(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('"');
}

static void put_text(const char *key, const char *text)
{
    printf(" %s=", key);
    put_quoted(text);
}

static const char *label_of(const struct mw_model_place *place)
{
    return place ? place->label : "";
}

/* An index into nothing may be MW_MODEL_NONE; that of the maximum of no values is 0. */
static void put_index(const struct dump *dump, const struct mw_field *field, uint32_t index)
{
    const struct mw_model *model = dump->model;
    const struct mw_model_rank *rank = dump->rank;

    switch (field->bound) {
    case MW_BOUND_HOST: put_quoted(index < model->host_count ? model->hosts[index].name : ""); break;
    case MW_BOUND_RANK: printf("%d", index < model->rank_count ? model->ranks[index].rank : -1); break;
    case MW_BOUND_RANK_SITE: put_quoted(index < rank->site_count ? rank->sites[index].label : ""); break;
    case MW_BOUND_RANK_PHASE: put_quoted(index < rank->phase_count ? rank->phases[index].path : ""); break;
    default: printf("%" PRId64, index == MW_MODEL_NONE ? -1 : (int64_t)index);
    }
}

static void put_frames(const struct mw_model_place *const *frames, size_t count)
{
    putchar('"');
    for (size_t i = 0; i < count; i++)
        printf("%s%s@%s", i ? " " : "", frames[i]->function, frames[i]->label);
    putchar('"');
}

static void put_known(struct mw_model_bytes bytes)
{
    if (bytes.kind == MW_MODEL_UNKNOWN)
        fputs("-1", stdout);
    else
        printf("%" PRIu64, bytes.bytes);
}

static void put_value(const struct dump *dump, const struct mw_field *field, const void *item)
{
    const void *at = (const char *)item + field->offset;

    switch (field->type) {
    case MW_FIELD_U64: printf("%" PRIu64, *(const uint64_t *)at); break;
    case MW_FIELD_TIME: printf("%" PRIu64, mw_model_elapsed(dump->model, *(const uint64_t *)at)); break;
    case MW_FIELD_I64: printf("%" PRId64, *(const int64_t *)at); break;
    case MW_FIELD_U32: printf("%" PRIu32, *(const uint32_t *)at); break;
    case MW_FIELD_I32:
    case MW_FIELD_RANK: printf("%" PRId32, *(const int32_t *)at); break;
    case MW_FIELD_BOOL: printf("%d", *(const bool *)at); break;
    case MW_FIELD_DOUBLE: printf("%.6f", *(const double *)at); break;
    case MW_FIELD_KNOWN: put_known(*(const struct mw_model_bytes *)at); break;
    case MW_FIELD_STRING: put_quoted(*(const char *const *)at); break;
    case MW_FIELD_NAME: put_quoted(*(const char *const *)at ? *(const char *const *)at : ""); break;
    case MW_FIELD_ENUM: fputs(field->words[*(const int *)at], stdout); break;
    case MW_FIELD_INDEX: put_index(dump, field, *(const uint32_t *)at); break;
    case MW_FIELD_PLACE: put_quoted(label_of(*(const struct mw_model_place *const *)at)); break;
    case MW_FIELD_PLACES: put_frames(*(const struct mw_model_place **const *)at, mw_field_count(field, item)); break;
    case MW_FIELD_LIST:
    case MW_FIELD_ROOM: printf("%zu", mw_field_count(field, item)); break;
    case MW_FIELD_STRUCT:
    case MW_FIELD_END: break;
    }
}

/* A field's key, after the `prefix` of the structures that it is in. */
static void make_key(char *key, size_t size, const char *prefix, const char *name)
{
    static const char unit[] = "_bytes";
    size_t length = (size_t)snprintf(key, size, "%s%s", prefix, name);

    if (length < size && length > strlen(unit) && !strcmp(key + length - strlen(unit), unit))
        key[length - strlen(unit)] = '\0';
}

/* put_context() has printed it. */
static bool is_first(const struct mw_fields *fields, const struct mw_field *field)
{
    return fields == &mw_fields_rank &&
           (field->offset == offsetof(struct mw_model_rank, rank) || field->offset == offsetof(struct mw_model_rank, world));
}

static void put_fields(const struct dump *dump, const struct mw_fields *fields, const void *item, const char *prefix)
{
    char key[64], inner[66];

    for (const struct mw_field *field = fields->field; field->type != MW_FIELD_END; field++) {
        if (is_first(fields, field))
            continue;
        make_key(key, sizeof(key), prefix, field->name);
        if (field->type == MW_FIELD_STRUCT) {
            snprintf(inner, sizeof(inner), "%s_", key);
            put_fields(dump, field->of, (const char *)item + field->offset, inner);
        } else {
            printf(" %s=", key);
            put_value(dump, field, item);
        }
    }
}

/* The innermost place of a stack, even if it is in a communication layer and reports show another one. */
static void put_place(const struct mw_model_place *place)
{
    put_text("where", label_of(place));
    put_text("function", place ? place->function : "");
    put_text("path", place ? place->path : "");
}

static void put_place_of_site(const struct mw_model_site *site)
{
    put_place(site->depth ? site->frames[0] : NULL);
}

/* What the line begins with: to whom the item belongs, and where it is in the program. */
static void put_context(const struct dump *dump, const struct mw_fields *fields, const void *item)
{
    if (dump->rank)
        printf(" rank=%d world=%u", dump->rank->rank, dump->rank->world);
    if (dump->host)
        put_text("host", dump->host->name);
    if (fields == &mw_fields_site)
        put_place_of_site(item);
    else if (fields == &mw_fields_spike)
        put_place_of_site(&dump->rank->sites[((const struct mw_model_spike *)item)->site]);
    else if (fields == &mw_fields_merged_site)
        put_place(((const struct mw_model_merged_site *)item)->place);
}

static void dump_item(struct dump dump, const struct mw_fields *fields, const void *item);

static void dump_lists(struct dump dump, const struct mw_fields *fields, const void *item)
{
    for (const struct mw_field *field = fields->field; field->type != MW_FIELD_END; field++) {
        const char *at = (const char *)item + field->offset;
        const void *list;

        if (field->type == MW_FIELD_STRUCT)
            dump_lists(dump, field->of, at);
        if ((field->type != MW_FIELD_LIST && field->type != MW_FIELD_ROOM) || field->of->tuple)
            continue;
        if (field->type == MW_FIELD_LIST) {
            memcpy(&list, at, sizeof(list));
            at = list;
        }
        for (size_t i = 0; i < mw_field_count(field, item); i++)
            dump_item(dump, field->of, at + i * field->of->size);
    }
}

/* A phase of a damaged journal only keeps its index. */
static bool is_hidden(const struct mw_fields *fields, const void *item)
{
    return fields == &mw_fields_phase && ((const struct mw_model_phase *)item)->merged == MW_MODEL_NONE;
}

/* The item as a line, then those of its lists. */
static void dump_item(struct dump dump, const struct mw_fields *fields, const void *item)
{
    if (is_hidden(fields, item))
        return;
    if (fields == &mw_fields_job || fields == &mw_fields_model)
        dump.model = item;
    if (fields == &mw_fields_rank)
        dump.rank = item;
    printf("%s", fields == &mw_fields_job || fields == &mw_fields_model ? "job" : fields->name);
    put_context(&dump, fields, item);
    put_fields(&dump, fields, item, "");
    putchar('\n');
    if (fields == &mw_fields_host)
        dump.host = item;
    dump_lists(dump, fields, item);
}

static struct mw_model *load(const char *path, struct mw_err *err)
{
    struct mw_model *model;
    struct stat st;
    int fd;

    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return mw_record_json_is(path) ? mw_record_json_read(path, err) : mw_merge_gathered(path, err);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        mw_err_set(err, "cannot open %s", path);
        return NULL;
    }
    model = mw_merge_run(fd, NULL, err);
    close(fd);
    return model;
}

int main(int argc, char **argv)
{
    struct mw_err err;
    struct mw_model *model;

    if (argc != 2) {
        fprintf(stderr, "usage: mwdump RUN-DIR | GATHERED-FILE | RECORD\n");
        return 2;
    }
    model = load(argv[1], &err);
    if (!model) {
        fprintf(stderr, "mwdump: %s\n", err.text);
        return 1;
    }
    dump_item((struct dump){.model = model}, &mw_fields_model, model);
    mw_model_destroy(model);
    return 0;
}
