/* SPDX-License-Identifier: MIT */
#include "tests/unit/pmpi/measure/made_meter.h"

#include "pmpi/measure/meter.h"

struct made_meter made_meter;

void made_meter_start(uint64_t rss)
{
    made_meter = (struct made_meter){.rss = rss, .mark = rss, .answers = true, .resets = true};
}

void made_meter_set(uint64_t rss)
{
    made_meter.rss = rss;
    made_meter_peak(rss);
}

void made_meter_peak(uint64_t peak)
{
    if (made_meter.mark < peak)
        made_meter.mark = peak;
}

bool mw_meter_read(struct mw_meter_reading *reading)
{
    made_meter.reads++;
    if (made_meter.answers)
        *reading = (struct mw_meter_reading){made_meter.rss, made_meter.mark};
    return made_meter.answers;
}

bool mw_meter_read_mark(uint64_t *peak)
{
    made_meter.mark_reads++;
    if (made_meter.answers)
        *peak = made_meter.mark;
    return made_meter.answers;
}

bool mw_meter_read_rss(uint64_t mark, struct mw_meter_reading *reading)
{
    made_meter.rss_reads++;
    if (made_meter.answers)
        *reading = (struct mw_meter_reading){made_meter.rss, mark};
    return made_meter.answers;
}

bool mw_meter_reset(void)
{
    made_meter.resets_asked++;
    if (made_meter.resets)
        made_meter.mark = made_meter.rss;
    return made_meter.resets;
}

bool mw_meter_read_space(struct mw_meter_space *space)
{
    *space = (struct mw_meter_space){made_meter.address_limit, made_meter.data_limit, made_meter.address_peak, made_meter.data};
    return made_meter.address_limit || made_meter.data_limit;
}

void mw_meter_find_space(void)
{
    made_meter.finds++;
}
