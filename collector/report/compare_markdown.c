/* SPDX-License-Identifier: MIT */
/* A comparison as Markdown, for a pull request. */
#include "collector/report/compare.h"

#include "collector/base/markup.h"

#define ROWS_SHOWN 30

static void put(FILE *out, const char *text)
{
    mw_markup_put(out, MW_MARKUP_MARKDOWN, text);
}

static void put_row(FILE *out, const struct mw_compare_row *row)
{
    const char *where = row->sides[MW_COMPARE_CANDIDATE].where;

    fputs("| ", out);
    put(out, row->name);
    if (row->followers)
        fprintf(out, ", and %zu more", row->followers);
    fprintf(out, " | %s | %s | %s | %s%s%s | %s%s%s | ", row->what, mw_report_compare_value(row, MW_COMPARE_BASE).text,
            mw_report_compare_value(row, MW_COMPARE_CANDIDATE).text, mw_report_compare_change(row).text,
            row->explains ? " | " : "", row->explains ? mw_report_compare_error(row).text : "",
            row->verdict == MW_COMPARE_GREW ? "**" : "", mw_report_compare_word(row->verdict),
            row->verdict == MW_COMPARE_GREW ? "**" : "");
    put(out, where ? where : "");
    fputs(" |\n", out);
}

static void write_lines(FILE *out, const struct mw_compare *compare, bool all)
{
    const char *why = mw_report_compare_no_lines(compare);
    size_t shown = 0;

    for (size_t i = 0; i < compare->row_count; i++) {
        if (!mw_report_compare_shows_line(compare, &compare->rows[i], all) || (!all && shown >= ROWS_SHOWN))
            continue;
        if (!shown++)
            fputs("\n| line that allocated | held | base | candidate | change | error | verdict | largest in |\n"
                  "| --- | --- | ---: | ---: | ---: | ---: | --- | --- |\n",
                  out);
        put_row(out, &compare->rows[i]);
    }
    if (shown)
        fputc('\n', out);
    if (why)
        fprintf(out, "%c%s.\n\n", why[0] - 'a' + 'A', why + 1);
}

int mw_report_compare_markdown_write(FILE *out, const struct mw_compare *compare, const struct mw_report_style *style)
{
    size_t grew = mw_compare_count(compare, MW_COMPARE_GREW), shown = 0, left_out = 0;

    fprintf(out, "### memwatch: %zu grew, %zu shrank\n\n", grew, mw_compare_count(compare, MW_COMPARE_SHRANK));
    fprintf(out, "%zu run%s before, %zu after: ", compare->runs[MW_COMPARE_BASE],
            compare->runs[MW_COMPARE_BASE] == 1 ? "" : "s", compare->runs[MW_COMPARE_CANDIDATE]);
    put(out, compare->commands[MW_COMPARE_CANDIDATE]);
    if (!mw_compare_is_sound(compare))
        fputs("\n\n***Not conclusive: runs that failed were compared, or runs with ranks and without.**", out);
    fputs("\n\n| | what | base | candidate | change | verdict | largest in |\n"
          "| --- | --- | ---: | ---: | ---: | --- | --- |\n",
          out);
    for (size_t i = 0; i < compare->row_count && !compare->rows[i].explains; i++)
        if (style->all || (mw_report_compare_is_notable(&compare->rows[i]) && shown < ROWS_SHOWN)) {
            put_row(out, &compare->rows[i]);
            shown++;
        } else {
            left_out++;
        }
    write_lines(out, compare, style->all);
    fputc('\n', out);
    if (left_out)
        fprintf(out, "%zu more rows are not listed. ", left_out);
    fprintf(out, "A change counts if it is beyond %g %%, the spread of the runs and the error of the readings.\n",
            compare->threshold * 100);
    return ferror(out) ? -1 : 0;
}
