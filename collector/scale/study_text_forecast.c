/* SPDX-License-Identifier: MIT */
/* The prediction, and the run that would help most. */
#include "collector/scale/study_text_parts.h"

#include "collector/base/text_table.h"
#include "collector/base/units.h"

#include <math.h>
#include <stdlib.h>

static struct mw_units bytes(double value)
{
    return mw_units_bytes_mean(value);
}

static void write_band(FILE *out, const char *what, struct mw_fit_band band)
{
    fprintf(out, "  %-22s %12s   %s to %s\n", what, bytes(band.bytes).text, bytes(band.low).text, bytes(band.high).text);
}

static void write_series_at(FILE *out, const char *what, const struct mw_study_series *series)
{
    fprintf(out, "  %-22s %s %s", what, mw_scale_group_word(series->group), series->name);
}

/* Of all lines, that with the most memory in some rank. */
static void write_line(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast)
{
    size_t count;
    struct mw_study_line_at *lines = mw_study_lines_at(study, true, forecast->n, forecast->s, &count);

    if (count && lines[0].reach == MW_FIT_REACHED)
        fprintf(out, "  %-22s %s (%s%s)\n", "largest line", lines[0].series->name, bytes(lines[0].band.bytes).text,
                lines[0].band.low > forecast->rank.bytes ? ": more than the model of the fullest rank, which is too low" : "");
    free(lines);
}

/* ", from 128 ranks on; by the upper end of the band from 96 on" */
static void write_first(FILE *out, const struct mw_forecast *forecast)
{
    const struct mw_forecast_limit *n = &forecast->first_n;
    char text[32];

    write_series_at(out, "first not to fit", forecast->first);
    if (n->by_value > 0)
        fprintf(out, ", from %s ranks on", mw_scale_number(text, sizeof(text), n->by_value));
    if (n->by_value > 0 && n->by_band > 0 && n->by_band < n->by_value)
        fprintf(out, "; by the upper end of the band from %s on", mw_scale_number(text, sizeof(text), n->by_band));
    else if (!(n->by_value > 0))
        fprintf(out, ", by the upper end of the band from %s ranks on", mw_scale_number(text, sizeof(text), n->by_band));
    fputc('\n', out);
}

static void write_fits_from(FILE *out, const struct mw_forecast *forecast)
{
    const struct mw_forecast_limit *n = &forecast->fits_from;
    char text[32];

    if (!forecast->fits && n->by_value > 0)
        fprintf(out, "  %-22s %s ranks on\n", "it fits from", mw_scale_number(text, sizeof(text), n->by_value));
    if (n->by_band > 0)
        fprintf(out, "  %-22s %s ranks on\n", forecast->fits ? "it surely fits from" : "  even at the upper end",
                mw_scale_number(text, sizeof(text), n->by_band));
    else if (!forecast->fits && !(n->by_value > 0))
        fprintf(out, "  %-22s on fewer ranks for each node, or on nodes with more memory\n", "it fits");
}

static void write_limits(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast)
{
    char text[200];

    if (forecast->fullest) {
        write_series_at(out, "fullest in", forecast->fullest);
        fprintf(out, " (%s)\n", bytes(forecast->fullest_band.bytes).text);
    }
    write_line(out, study, forecast);
    if (forecast->first)
        write_first(out, forecast);
    else if (forecast->fits)
        fprintf(out, "  %-22s nothing, up to %s ranks, %g on each node; predictions end there\n", "first not to fit",
                mw_scale_number(text, sizeof(text), forecast->searched), forecast->ranks_per_node);
    if (!forecast->surely)
        write_fits_from(out, forecast);
    if (forecast->s_largest.by_value > 0)
        fprintf(out, "  largest %-14s %12s\n", study->param, mw_scale_largest(text, sizeof(text), &forecast->s_largest));
}

static void write_possible(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                           const struct mw_report_style *style)
{
    enum mw_text_style color = forecast->surely ? MW_TEXT_GOOD : forecast->fits ? MW_TEXT_WARN : MW_TEXT_ALARM;
    char text[200];

    fprintf(out, "  %-22s %12s   band: 95 %% of such runs\n", "", "peak");
    write_band(out, "fullest rank", forecast->rank);
    if (forecast->has_roles) {
        write_band(out, "rank 0", forecast->rank_0);
        write_band(out, "other ranks, each", forecast->others);
    }
    write_band(out, "node with rank 0", forecast->node);
    fprintf(out, "  %-22s %s%12s%s   %s\n", "headroom of the node", mw_text_style_start(color, style->color),
            forecast->headroom < 0 ? "none" : bytes(forecast->headroom).text, mw_text_style_end(color, style->color),
            forecast->surely ? "it fits, even at the upper end of the band"
            : forecast->fits ? "it may fit: the upper end of the band does not"
                             : "it does not fit");
    write_limits(out, study, forecast);
    fprintf(out, "  Slurm                  sbatch %s\n", mw_scale_slurm(text, sizeof(text), forecast, false));
    fprintf(out, "    or                   sbatch %s\n", mw_scale_slurm(text, sizeof(text), forecast, true));
}

static void write_impossible(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast)
{
    const struct mw_study_series *rank = mw_study_find(study, MW_STUDY_RANK, "fullest rank");
    char text[300];

    fprintf(out, "  none: %s\n", mw_study_why_not(text, sizeof(text), study, rank, forecast->reach, forecast->n, forecast->s));
}

static void write_advice(FILE *out, const struct mw_study *study, const struct mw_advice *advice)
{
    char text[128];

    if (!advice->found)
        return;
    fprintf(out, "  a run that would help  %s", mw_scale_place(text, sizeof(text), study, advice->n, advice->s));
    if (advice->has_band)
        fprintf(out, "   the models say %s to %s there", bytes(advice->band.low).text, bytes(advice->band.high).text);
    fputc('\n', out);
}

static void write_title(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                        const struct mw_report_style *style)
{
    char title[300], place[128];

    snprintf(title, sizeof(title), "%s, %g on each node of %s",
             mw_scale_place(place, sizeof(place), study, forecast->n, forecast->s), fmin(forecast->ranks_per_node, forecast->n),
             bytes(forecast->node_bytes).text);
    mw_scale_text_heading(out, "Prediction", title, style);
}

void mw_scale_text_forecast(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                            const struct mw_report_style *style)
{
    struct mw_advice advice = mw_scale_advice(study, forecast);

    if (forecast)
        write_title(out, study, forecast, style);
    if (forecast && mw_scale_is_possible(study, forecast))
        write_possible(out, study, forecast, style);
    else if (forecast)
        write_impossible(out, study, forecast);
    write_advice(out, study, &advice);
}
