/* SPDX-License-Identifier: MIT */
/* mwschema: prints the JSON Schema of the record (doc/record.schema.json), generated from the table that writes and reads
 * it. */
#include "collector/base/json_out.h"
#include "collector/record/fields.h"

static void say(const char *name, const char *type, const char *about)
{
    printf("\"%s\":{%s", name, type);
    if (about) {
        fputs(",\"description\":", stdout);
        mw_json_out_string(stdout, about);
    }
    putchar('}');
}

/* Fields that are in the document only for users of samplers: not read back. */
static void describe_words(const struct mw_fields *fields)
{
    if (fields != &mw_fields_process)
        return;
    fputs("\n  ", stdout);
    say("max_rss_kib", "\"type\":\"integer\"", "KiB, highest RSS");
    fputs(",\n  ", stdout);
    say("first_seen", "\"type\":[\"string\",\"null\"]", "RFC 3339");
    fputs(",\n  ", stdout);
    say("last_seen", "\"type\":[\"string\",\"null\"]", "RFC 3339");
    fputs(",\n  ", stdout);
    say("peak_time", "\"type\":[\"string\",\"null\"]", "RFC 3339: of the largest sample");
    putchar(',');
}

static void print_words(const char *const *words)
{
    fputs("\"enum\":[", stdout);
    for (int i = 0; words[i]; i++)
        printf("%s\"%s\"", i ? "," : "", words[i]);
    putchar(']');
}

static void print_type(const struct mw_field *field)
{
    static const char *const types[] = {
        [MW_FIELD_U64] = "\"type\":\"integer\",\"minimum\":0",
        [MW_FIELD_TIME] = "\"type\":\"integer\",\"minimum\":0",
        [MW_FIELD_I64] = "\"type\":\"integer\"",
        [MW_FIELD_U32] = "\"type\":\"integer\",\"minimum\":0,\"maximum\":4294967295",
        [MW_FIELD_I32] = "\"type\":\"integer\"",
        [MW_FIELD_RANK] = "\"type\":[\"integer\",\"null\"],\"minimum\":0",
        [MW_FIELD_BOOL] = "\"type\":\"boolean\"",
        [MW_FIELD_KNOWN] = "\"type\":[\"integer\",\"null\"],\"minimum\":0",
        [MW_FIELD_DOUBLE] = "\"type\":[\"number\",\"null\"]",
        [MW_FIELD_STRING] = "\"type\":\"string\"",
        [MW_FIELD_NAME] = "\"type\":[\"string\",\"null\"]",
        [MW_FIELD_INDEX] = "\"type\":[\"integer\",\"null\"],\"minimum\":0",
        [MW_FIELD_PLACE] = "\"type\":[\"integer\",\"null\"],\"minimum\":0",
        [MW_FIELD_PLACES] = "\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":0}"};

    switch (field->type) {
    case MW_FIELD_ENUM: print_words(field->words); break;
    case MW_FIELD_STRUCT: printf("\"$ref\":\"#/$defs/%s\"", field->of->name); break;
    case MW_FIELD_ROOM:
    case MW_FIELD_LIST: printf("\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/%s\"}", field->of->name); break;
    default: fputs(types[field->type], stdout);
    }
}

static void print_field(const struct mw_field *field, bool named)
{
    if (named)
        printf("\"%s\":", field->name);
    putchar('{');
    print_type(field);
    fputs(",\"description\":", stdout);
    mw_json_out_string(stdout, field->about);
    putchar('}');
}

static void print_fields(const struct mw_fields *fields)
{
    for (const struct mw_field *field = fields->field; field->type != MW_FIELD_END; field++) {
        fputs(field == fields->field ? "\n  " : ",\n  ", stdout);
        print_field(field, !fields->tuple);
    }
}

static void print_required(const struct mw_fields *fields)
{
    fputs(",\"required\":[", stdout);
    for (const struct mw_field *field = fields->field; field->type != MW_FIELD_END; field++)
        printf("%s\"%s\"", field == fields->field ? "" : ",", field->name);
    putchar(']');
}

/* A structure, after those that it contains. */
static void describe(const struct mw_fields *fields)
{
    static const struct mw_fields *known[64];
    static size_t count;

    for (size_t i = 0; i < count; i++)
        if (known[i] == fields)
            return;
    known[count++] = fields;
    for (const struct mw_field *field = fields->field; field->type != MW_FIELD_END; field++)
        if (field->of)
            describe(field->of);
    if (fields == &mw_fields_model)
        return;
    printf("\n\"%s\":{\"type\":\"%s\",\"%s\":%s", fields->name, fields->tuple ? "array" : "object",
           fields->tuple ? "prefixItems" : "properties", fields->tuple ? "[" : "{");
    describe_words(fields);
    print_fields(fields);
    putchar(fields->tuple ? ']' : '}');
    if (!fields->tuple)
        print_required(fields);
    fputs("},", stdout);
}

int main(void)
{
    puts("{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",");
    puts("\"title\":\"memwatch: the record of a run\",");
    puts("\"description\":\"Times in ns are CLOCK_MONOTONIC of the reference host; job.begin_ns is when the job began. "
         "Indices count from 0, null is none. Sizes are bytes unless the name says KiB.\",");
    fputs("\"$defs\":{", stdout);
    describe(&mw_fields_place);
    describe(&mw_fields_model);
    puts("\n\"moment_of_timeline\":{\"type\":\"object\",\"properties\":{\"timestamp\":{\"type\":[\"string\",\"null\"]},"
         "\"elapsed_seconds\":{\"type\":\"number\"},\"total_rss_kib\":{\"type\":\"integer\"},"
         "\"process_count\":{\"type\":\"integer\"}}}},");
    puts("\"type\":\"object\",\"properties\":{");
    puts("  \"schema\":{\"const\":\"" MW_RECORD_SCHEMA "\"},");
    puts("  \"command\":{\"type\":\"string\",\"description\":\"as given, arguments separated by spaces, cut\"},");
    puts("  \"start_time\":{\"type\":[\"string\",\"null\"],\"description\":\"RFC 3339, UTC\"},");
    puts("  \"end_time\":{\"type\":[\"string\",\"null\"],\"description\":\"RFC 3339, UTC: of the command\"},");
    puts("  \"duration_seconds\":{\"type\":\"number\"},\n  \"interval_ms\":{\"type\":\"number\"},\n"
         "  \"interval_mean_ms\":{\"type\":[\"number\",\"null\"]},\n"
         "  \"interval_longest_ms\":{\"type\":[\"number\",\"null\"]},");
    puts("  \"max_total_rss_kib\":{\"type\":\"integer\",\"description\":\"KiB: largest sum of RSS in one sample\"},");
    puts("  \"samples\":{\"type\":\"integer\"},");
    puts("  \"exit_code\":{\"type\":[\"integer\",\"null\"],\"description\":\"of the command; null when nobody saw its end\"},");
    puts("  \"filter\":{\"type\":[\"object\",\"null\"],\"properties\":{\"include\":{\"type\":[\"string\",\"null\"]},"
         "\"exclude\":{\"type\":[\"string\",\"null\"]}},\"description\":\"what --include and --exclude said; the record "
         "itself is whole\"},");
    puts("  \"filtered_process_count\":{\"type\":\"integer\",\"description\":\"processes that the filters leave out\"},");
    puts("  \"filtered_total_rss_kib\":{\"type\":\"integer\",\"description\":\"KiB, their peaks added up: not "
         "simultaneous\"},");
    puts("  \"timeline\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/moment_of_timeline\"}},");
    fputs("  \"places\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/place\"},\"description\":\"in the program; "
          "others point here\"},",
          stdout);
    print_fields(&mw_fields_model);
    putchar('}');
    print_required(&mw_fields_model);
    puts("}");
    return 0;
}
