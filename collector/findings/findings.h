/* SPDX-License-Identifier: MIT */
/* Results of the checks of a run: exceeded limits, leaks, regressions. launcher/output/results prints them in several
 * forms. */
#ifndef MW_COLLECTOR_FINDINGS_FINDINGS_H
#define MW_COLLECTOR_FINDINGS_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

/* Exit statuses for findings; 0 for a warning. The lowest of several is used. */
enum mw_findings_status {
    MW_FINDINGS_NONE = 0,
    MW_FINDINGS_TOTAL = 10,      /* the job was over its limit */
    MW_FINDINGS_PROCESS = 11,    /* a rank or another process was over its limit */
    MW_FINDINGS_REGRESSION = 12, /* `memwatch compare` */
    MW_FINDINGS_LEAK = 13
};

enum mw_finding_level {
    MW_FINDING_PASSED,  /* the check found nothing */
    MW_FINDING_WARNING, /* possible, not certain */
    MW_FINDING_FAILED   /* certain */
};

struct mw_finding {
    enum mw_finding_level level;
    enum mw_findings_status status; /* exit status if the level is FAILED */
    const char *check;              /* "max-rank-rss": the check; a constant */
    char text[1200];                /* one clean line for people */
    char file[256];                 /* source file from the program's debug information; "" unknown */
    uint32_t line;                  /* 0 unknown */
};

struct mw_findings {
    struct mw_finding *items;
    size_t count;
};

/* Appends a finding with a text; its file is "" and its line 0. The pointer is valid until the next one is added. */
struct mw_finding *mw_findings_add(struct mw_findings *findings, const char *check, enum mw_finding_level level,
                                   enum mw_findings_status status, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Adds "job `number`" to the texts of all findings from `first` on, for runs with several jobs. */
void mw_findings_name_job(struct mw_findings *findings, size_t first, uint32_t number);

/* The exit status for all findings together; 0 if none failed. */
int mw_findings_status(const struct mw_findings *findings);

void mw_findings_fini(struct mw_findings *findings);

#endif
