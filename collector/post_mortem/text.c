/* SPDX-License-Identifier: MIT */
#include "collector/post_mortem/post_mortem.h"

#include "collector/base/signal_name.h"

#include <string.h>

const char *mw_post_mortem_signal(struct mw_model *model, int signo)
{
    const char *name = mw_signal_name(signo);

    return name ? mw_model_format(model, "%s (%s)", name, strsignal(signo)) : mw_model_format(model, "signal %d", signo);
}

/* The stage of MPI at the end. */
static const char *with_finalize(const struct mw_model_death *death)
{
    return death->rank == MW_MODEL_NONE ? ", before MPI_Init" : death->finalized ? " after MPI_Finalize" : "";
}

static const char *describe(struct mw_model *model, const struct mw_model_death *death)
{
    const char *without = death->rank == MW_MODEL_NONE ? "before MPI_Init" : "without MPI_Finalize";

    switch (death->cause) {
    case MW_MODEL_CAUSE_SIGNAL:
        return mw_model_format(model, "killed by %s%s%s%s", mw_post_mortem_signal(model, death->number), with_finalize(death),
                               death->perhaps_oom ? ", perhaps by the kernel's OOM killer" : "",
                               death->inferred ? ", as the command's own exit status shows" : "");
    case MW_MODEL_CAUSE_OOM: return "killed by SIGKILL: by the kernel's OOM killer";
    case MW_MODEL_CAUSE_ABORT: return mw_model_format(model, "called MPI_Abort(%d)", death->number);
    case MW_MODEL_CAUSE_EXIT:
        return death->number < 0 ? mw_model_format(model, "ended by exit() %s", without)
                                 : mw_model_format(model, "ended with status %d, %s", death->number, without);
    case MW_MODEL_CAUSE_STATUS: return mw_model_format(model, "ended with status %d, after MPI_Finalize", death->number);
    case MW_MODEL_CAUSE_HOST: return "memwatch lost its host: whether and when it ended is not known";
    case MW_MODEL_CAUSE_UNKNOWN: break;
    }
    return mw_model_format(model, "ended %s; how is not known", without);
}

void mw_post_mortem_text(struct mw_model *model)
{
    for (size_t i = 0; i < model->death_count; i++)
        model->deaths[i].text = mw_model_string(model, describe(model, &model->deaths[i]));
}
