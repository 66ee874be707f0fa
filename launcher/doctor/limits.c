/* SPDX-License-Identifier: MIT */
/* Memory limits here: the node, control groups, Slurm, ulimits. */
#include "launcher/doctor/checks.h"

#include "collector/base/units.h"
#include "launcher/sample/cgroups.h"
#include "launcher/sample/charges.h"
#include "launcher/sample/meminfo.h"

#include <sys/resource.h>
#include <unistd.h>

static void print_charge(struct mw_doctor_text *found, const struct mw_view_charge *charge)
{
    static const char *const words[MW_LIMIT_KINDS] = {
        [MW_LIMIT_CGROUP] = "limit", [MW_LIMIT_HIGH] = "memory.high", [MW_LIMIT_MEMSW] = "limit of memory and swap"};

    if (words[charge->kind])
        mw_doctor_print(found, "%s %s in %s%s, %s in use\n", words[charge->kind], mw_units_bytes(charge->bytes).text,
                        charge->flags & MW_VIEW_CHARGE_ABOVE ? "an invisible parent group of " : "", charge->directory,
                        mw_units_bytes(charge->used).text);
}

enum mw_doctor_state mw_doctor_cgroup(struct mw_doctor_text *found)
{
    struct mw_view view = {0};

    mw_charges_begin(&view);
    mw_cgroups_begin(&view, "");
    mw_charges_look(&view, "", 0);
    for (uint32_t i = 0; i < view.charge_count; i++)
        print_charge(found, &view.charges[i]);
    mw_doctor_print(found, "%sversion %s%s", found->length ? "" : "no memory limit; ",
                    access("/sys/fs/cgroup/cgroup.controllers", F_OK) ? "1" : "2",
                    access("/sys/fs/cgroup/memory", F_OK) || access("/sys/fs/cgroup/unified", F_OK) ? "" : " (hybrid)");
    return MW_DOCTOR_INFO;
}

static void print_ulimit(struct mw_doctor_text *found, int resource, const char *option, const char *what)
{
    struct rlimit limit;

    if (!getrlimit(resource, &limit) && limit.rlim_cur != RLIM_INFINITY)
        mw_doctor_print(found, "\n%s limits each process to %s of %s, touched or not", option,
                        mw_units_bytes(limit.rlim_cur).text, what);
}

enum mw_doctor_state mw_doctor_memory(struct mw_doctor_text *found)
{
    struct mw_view view = {0};
    struct mw_meminfo info;

    mw_meminfo_read(&info, "");
    mw_charges_begin(&view);
    if (info.total)
        mw_doctor_print(found, "%s on this node, %s of it %s", mw_units_bytes(info.total).text,
                        mw_units_bytes(info.available).text,
                        info.is_free_only ? "free by sysinfo(2), page cache not counted" : "available");
    else
        mw_doctor_print(found, "memory of this node unknown");
    for (uint32_t i = 0; i < view.charge_count; i++)
        if (view.charges[i].kind == MW_LIMIT_SLURM)
            mw_doctor_print(found, "\n%s of it granted by Slurm", mw_units_bytes(view.charges[i].bytes).text);
    print_ulimit(found, RLIMIT_AS, "ulimit -v", "address space");
    print_ulimit(found, RLIMIT_DATA, "ulimit -d", "private writable memory");
    return MW_DOCTOR_INFO;
}
