/* SPDX-License-Identifier: MIT */
/* The verdict on a job: a few sentences that every report opens with. Part of collector/model/model.h. Made by
 * collector/verdict from the rest of the model. */
#ifndef MW_COLLECTOR_MODEL_VERDICT_H
#define MW_COLLECTOR_MODEL_VERDICT_H

/* The question that a sentence answers; sentences are in this order. */
enum mw_verdict_part {
    MW_VERDICT_WHAT,  /* how much memory, and how the job ended */
    MW_VERDICT_WHO,   /* which rank, against the others */
    MW_VERDICT_WHERE, /* phase, call and line of its peak */
    MW_VERDICT_WHY,   /* how the memory came there, and what it is */
    MW_VERDICT_FITS,  /* what is left of the limit that applies */
    MW_VERDICT_NEXT,  /* a useful step */
    MW_VERDICT_PARTS
};

enum mw_verdict_weight {
    MW_VERDICT_PLAIN, /* a statement */
    MW_VERDICT_WARN,  /* a finding: worth a change */
    MW_VERDICT_ALARM  /* something died, or a limit was reached */
};

struct mw_model_verdict {
    enum mw_verdict_part part;
    enum mw_verdict_weight weight;
    const char *finding; /* its name in the catalogue (collector/verdict/catalogue.h), "imbalance"; "" a plain statement */
    const char *text;    /* a sentence without a full stop; clean */
};

/* The words of the parts, "what", and of the weights, "plain"; NULL behind the last. */
extern const char *const mw_verdict_parts[], *const mw_verdict_weights[];

#endif
