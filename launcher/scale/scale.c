/* SPDX-License-Identifier: MIT */
/* `memwatch scale`: how memory depends on the number of ranks, and predictions for more ranks. */
#include "launcher/scale/scale.h"

#include "collector/base/message.h"
#include "launcher/options/exit_status.h"
#include "launcher/scale/options.h"
#include "launcher/scale/read.h"
#include "launcher/scale/run.h"

#include <hwloc.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Cores and memory of this machine, the default for the node of a prediction. */
static void describe_node(struct mw_forecast *forecast)
{
    hwloc_topology_t topology;

    if (hwloc_topology_init(&topology))
        return;
    if (!hwloc_topology_load(topology)) {
        int cores = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE);
        if (forecast->ranks_per_node == 0 && cores > 0)
            forecast->ranks_per_node = cores;
        if (forecast->node_bytes == 0)
            forecast->node_bytes = (double)hwloc_get_root_obj(topology)->total_memory;
    }
    hwloc_topology_destroy(topology);
    if (forecast->ranks_per_node == 0)
        forecast->ranks_per_node = 1;
}

/* Sets the parameter of the prediction if only one value was measured, or none was given. Returns 0, or -1 with a line
 * in err. */
static int choose_place(struct mw_forecast *forecast, const struct mw_scale_options *options, const struct mw_study *study,
                        struct mw_err *err)
{
    const struct mw_study_run *first = &study->runs[0], *last = &study->runs[study->run_count - 1];

    forecast->n = options->at_n;
    forecast->s = options->at_s;
    if (options->at_name[0] && (!study->param || strcmp(options->at_name, study->param) != 0))
        return mw_err_set(err, "--predict: these runs have no parameter '%s'", options->at_name);
    if (!options->at_name[0] && first->s != last->s)
        return mw_err_set(err, "--predict: also give a value of %s: n=%g,%s=%g", study->param, options->at_n, study->param,
                          last->s);
    if (!options->at_name[0])
        forecast->s = first->s;
    return 0;
}

static int write_forms(const struct mw_scale_options *options, struct mw_study *study)
{
    struct mw_report_style style = mw_display_style(&options->display, STDOUT_FILENO);
    struct mw_forecast forecast = {.ranks_per_node = (double)options->ranks_per_node,
                                   .node_bytes = (double)options->node_bytes};
    struct mw_err err;

    if (options->predicts) {
        if (choose_place(&forecast, options, study, &err) < 0) {
            mw_message("memwatch: %s\n", err.text);
            return MW_EXIT_FAILURE;
        }
        describe_node(&forecast);
        mw_forecast_make(&forecast, study);
    }
    return mw_scale_forms_write(options->forms, options->force, study, options->predicts ? &forecast : NULL, &style);
}

/* Reads the records and writes the forms. */
static int report(const struct mw_scale_options *options)
{
    struct mw_study *study = mw_study_create();
    struct mw_err err;
    int left_out = mw_scale_read_all(study, options, &err), status = 1;

    if (left_out < 0)
        mw_message("memwatch: %s\n", err.text);
    else if (!study->run_count)
        mw_message("memwatch: no usable runs%s%s\n", options->from ? " in " : "", options->from ? options->from : "");
    else {
        mw_study_judge(study);
        status = write_forms(options, study);
        if (!status && left_out)
            status = 1;
    }
    mw_study_destroy(study);
    return status;
}

int mw_scale_main(int argc, char **argv)
{
    struct mw_scale_options options;
    bool interrupted = false;
    struct mw_err err;
    int failed = 0, status;

    mw_scale_options_parse(&options, argc, argv);
    if (mw_scale_forms_check(options.forms, options.force, &err) < 0) {
        mw_message("memwatch: %s\n", err.text);
        return MW_EXIT_FAILURE;
    }
    if (!options.from)
        failed = mw_scale_run_all(&options, &interrupted, &err);
    if (failed < 0) {
        mw_message("memwatch: %s\n", err.text);
        return MW_EXIT_FAILURE;
    }
    if (interrupted) {
        mw_message("memwatch: interrupted; run the same command again to resume\n");
        return 130;
    }
    status = report(&options);
    return status ? status : failed > 0;
}
