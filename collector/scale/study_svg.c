/* SPDX-License-Identifier: MIT */
/* The fullest rank by number of ranks, drawn by gnuplot: measurements, the model, its band, the limit. */
#include "collector/scale/study_report.h"

#include "collector/base/markup.h"
#include "collector/base/message.h"

#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define MIB 1048576.0

static void put_quoted(FILE *script, const char *text)
{
    fputc('\'', script);
    mw_markup_put(script, MW_MARKUP_GNUPLOT, text);
    fputc('\'', script);
}

/* Named data: the points, and a curve with its band; each for one value of the parameter. */
static void put_data(FILE *script, const struct mw_study *study, const struct mw_study_series *series, double s, int index,
                     double to)
{
    struct mw_scale_point curve[MW_SCALE_CURVE];
    size_t count = study->lapack ? mw_scale_curve(study, series, s, to, curve) : 0;

    fprintf(script, "$points%d << END\n", index);
    for (size_t i = 0; i < study->run_count; i++)
        if (study->runs[i].s == s && !isnan(series->bytes[i]))
            fprintf(script, "%g %.6f\n", study->runs[i].n, series->bytes[i] / MIB);
    fprintf(script, "END\n$curve%d << END\n", index);
    for (size_t i = 0; i < count; i++)
        fprintf(script, "%g %.6f %.6f %.6f\n", curve[i].n, curve[i].band.bytes / MIB, fmax(curve[i].band.low / MIB, 0.01),
                curve[i].band.high / MIB);
    fprintf(script, "END\n");
}

static bool has_points(const struct mw_study *study, double s)
{
    for (size_t i = 0; i < study->run_count; i++)
        if (study->runs[i].s == s)
            return true;
    return false;
}

/* The title belongs to the points, or to the curve if there are none. */
static void put_plot(FILE *script, const struct mw_study *study, int index, double s, bool has_curve)
{
    static const char *const colors[] = {"#2563eb", "#b45309", "#0f766e", "#a21caf",
                                         "#4d7c0f", "#be123c", "#475569", "#7c3aed"};
    const char *color = colors[(size_t)index % (sizeof(colors) / sizeof(colors[0]))];
    char title[128], value[32];
    bool points = has_points(study, s);

    snprintf(title, sizeof(title), "%.64s%s%s", study->param ? study->param : "measured", study->param ? " " : "",
             study->param ? mw_scale_number(value, sizeof(value), s) : "");
    if (has_curve)
        fprintf(script,
                ", $curve%d using 1:3:4 with filledcurves fc rgb '%s' fs transparent solid 0.12 notitle"
                ", $curve%d using 1:2 with lines lc rgb '%s' lw 1.5 title ",
                index, color, index, color);
    if (has_curve)
        put_quoted(script, points ? "" : title);
    if (!points)
        return;
    fprintf(script, ", $points%d using 1:2 with points pt 7 ps 0.7 lc rgb '%s' title ", index, color);
    put_quoted(script, title);
}

static void put_script(FILE *script, const struct mw_study *study, const struct mw_forecast *forecast)
{
    const struct mw_study_series *series = mw_study_find(study, MW_STUDY_RANK, "fullest rank");
    double to = mw_scale_curve_end(study, forecast), values[66];
    int count = 0;

    for (size_t i = 0; i < study->run_count && count < 64; i++)
        if (!count || values[count - 1] != study->runs[i].s)
            values[count++] = study->runs[i].s;
    for (int i = 0, known = 0; forecast && i < count; i++) {
        known |= values[i] == forecast->s;
        if (i == count - 1 && !known) {
            values[count++] = forecast->s;
            break;
        }
    }
    fputs("set terminal svg size 860,520 font 'sans-serif,13' background '#ffffff' noenhanced\nset title ", script);
    put_quoted(script, study->command);
    fputs(
        "\nset xlabel 'ranks'\nset ylabel 'fullest rank, MiB'\nset logscale x 2\nset logscale y 2\nset grid lc rgb '#e3e6ea'\n"
        "set border 3 lc rgb '#8a929c'\nset tics nomirror\nset key outside right top\n",
        script);
    for (int i = 0; i < count; i++)
        put_data(script, study, series, values[i], i, to);
    if (forecast && forecast->node_bytes > 0) {
        double limit = forecast->node_bytes / fmin(forecast->ranks_per_node, forecast->n) / MIB;
        fprintf(script,
                "set arrow from graph 0, first %.6f to graph 1, first %.6f nohead lc rgb '#b42318' dt 2\n"
                "set label 'a rank may have %.0f MiB' at graph 0.01, first %.6f offset 0,-0.7 tc rgb '#b42318'\n",
                limit, limit, limit, limit);
        fprintf(script, "set yrange [*<%.6f:%.6f<*]\n", limit / 4, limit * 1.3);
        fprintf(script, "set arrow from %g, graph 0 to %g, graph 1 nohead lc rgb '#8a929c' dt 3\n", forecast->n, forecast->n);
    }
    fputs("plot NaN notitle", script);
    for (int i = 0; i < count; i++) {
        struct mw_scale_point curve[MW_SCALE_CURVE];
        put_plot(script, study, i, values[i], study->lapack && mw_scale_curve(study, series, values[i], to, curve));
    }
    fputc('\n', script);
}

/* Runs gnuplot on the script and writes its output to `out`. */
static int draw(FILE *out, FILE *script)
{
    char *argv[] = {(char[]){"gnuplot"}, (char[]){"-"}, NULL};
    posix_spawn_file_actions_t actions;
    int status = 0, error;
    pid_t pid;

    fflush(out);
    rewind(script);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(script), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(out), STDOUT_FILENO);
    error = posix_spawnp(&pid, "gnuplot", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error == ENOENT)
        mw_message("memwatch: --svg needs gnuplot: install it (gnuplot-nox on Debian), or use --html\n");
    if (error) {
        errno = error;
        return -1;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    errno = EIO;
    return status ? -1 : fseek(out, 0, SEEK_END);
}

int mw_scale_svg_write(FILE *out, const struct mw_study *study, const struct mw_forecast *forecast,
                       const struct mw_report_style *style)
{
    FILE *script = tmpfile();
    int failed;

    (void)style;
    if (!script)
        return -1;
    put_script(script, study, forecast);
    failed = fflush(script) || draw(out, script) < 0;
    fclose(script);
    return failed ? -1 : 0;
}
