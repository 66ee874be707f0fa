/* SPDX-License-Identifier: MIT */
#include "collector/findings/findings.h"

#include "collector/base/mem.h"
#include "collector/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mw_finding *mw_findings_add(struct mw_findings *findings, const char *check, enum mw_finding_level level,
                                   enum mw_findings_status status, const char *format, ...)
{
    struct mw_finding *finding = MW_MEM_PUSH(findings->items, findings->count);
    va_list args;

    finding->check = check;
    finding->level = level;
    finding->status = status;
    va_start(args, format);
    vsnprintf(finding->text, sizeof(finding->text), format, args);
    va_end(args);
    mw_text_clean(finding->text); /* removes a character that was cut */
    return finding;
}

void mw_findings_name_job(struct mw_findings *findings, size_t first, uint32_t number)
{
    char text[sizeof(findings->items->text)];

    for (size_t i = first; i < findings->count; i++) {
        snprintf(text, sizeof(text), "job %u: %.*s", number, (int)sizeof(text) - 24, findings->items[i].text);
        memcpy(findings->items[i].text, text, sizeof(text));
    }
}

int mw_findings_status(const struct mw_findings *findings)
{
    int status = 0;

    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].level == MW_FINDING_FAILED && (!status || (int)findings->items[i].status < status))
            status = (int)findings->items[i].status;
    return status;
}

void mw_findings_fini(struct mw_findings *findings)
{
    free(findings->items);
    *findings = (struct mw_findings){0};
}
