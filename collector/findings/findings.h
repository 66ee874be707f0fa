/* SPDX-License-Identifier: MIT */
/* What checks of a run have found: limits that were exceeded, leaks, regressions. Told in several forms
 * (launcher/output/verdict). */
#ifndef MW_COLLECTOR_FINDINGS_FINDINGS_H
#define MW_COLLECTOR_FINDINGS_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

/* Exit statuses that tell of findings; 0 for what is only a warning. The lowest of several is taken. */
enum mw_findings_status {
    MW_FINDINGS_NONE = 0,
    MW_FINDINGS_TOTAL = 10,      /* the job was over its limit */
    MW_FINDINGS_PROCESS = 11,    /* a rank or another process was over its limit */
    MW_FINDINGS_REGRESSION = 12, /* `memwatch compare` */
    MW_FINDINGS_LEAK = 13
};

enum mw_finding_level {
    MW_FINDING_PASSED,  /* the check was made and found nothing */
    MW_FINDING_WARNING, /* it may be so */
    MW_FINDING_FAILED   /* it is so */
};

struct mw_finding {
    enum mw_finding_level level;
    enum mw_findings_status status; /* when it failed */
    const char *check;              /* "max-rank-rss": what was checked; a constant */
    char text[600];                 /* one clean line for people */
    char file[256];                 /* where in the program, as its debug information names it; "" unknown */
    uint32_t line;                  /* 0 unknown */
};

struct mw_findings {
    struct mw_finding *items;
    size_t count;
};

/* Appends one with a text; its file is "" and its line 0. It stays there until the next one is added. */
struct mw_finding *mw_findings_add(struct mw_findings *findings, const char *check, enum mw_finding_level level,
                                   enum mw_findings_status status, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Those from `first` on are of job `number` of a run with several: their texts say so. */
void mw_findings_name_job(struct mw_findings *findings, size_t first, uint32_t number);

/* The exit status that all of them together ask for; 0 when none failed. */
int mw_findings_status(const struct mw_findings *findings);

void mw_findings_fini(struct mw_findings *findings);

#endif
