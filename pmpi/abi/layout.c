/* SPDX-License-Identifier: MIT */
#include "pmpi/abi/layout.h"

#include <stddef.h>

enum parameter {
    NONE,
    CBUF,
    BUF,
    CNT,
    LCNT,
    CNTS,
    PARTS,
    DSPS,
    ADSPS,
    DT,
    DTS,
    OP,
    ROOT,
    PEER,
    COMM,
    TAG,
    MSG,
    WIN,
    DISP,
    FH,
    OFF,
    INFO,
    STATUS,
    REQUEST
};

/* The parameters of each call with a rule, from its row. */
static const struct {
    uint8_t rule;
    uint8_t parameters[13];
} rows[] = {
#define MW_COLLECTIVE(Name, name, n, rule, ...) {MW_RULE_##rule, {__VA_ARGS__}},
#define MW_COUNTLESS MW_COLLECTIVE
#define MW_DATA(Name, n, kind, step, rule, comm, ...) {MW_RULE_##rule, {__VA_ARGS__}},
#define MW_DATA_ONLY MW_DATA
#define MW_LOCAL(Name, n, step, comm, ...)
#define MW_LOCAL_C(Name, n, step, comm, ...)
#define MW_CALL(Name, n, comm, ...)
#define MW_CALL_C(Name, n, comm, ...)
#define MW_CREATES(Name, n, step, comm, object, handle, ...)
#define MW_CREATES_C(Name, n, step, comm, object, handle, ...)
#define MW_FREES(Name, step, object, ...)
#define MW_GUARD(Name, n, ...)
#define MW_GUARD_C(Name, n, ...)
#define MW_COMPLETION(Name, n, ...)
#include "pmpi/abi/calls.def"
#undef MW_COLLECTIVE
#undef MW_COUNTLESS
#undef MW_DATA
#undef MW_DATA_ONLY
#undef MW_LOCAL
#undef MW_LOCAL_C
#undef MW_CALL
#undef MW_CALL_C
#undef MW_CREATES
#undef MW_CREATES_C
#undef MW_FREES
#undef MW_GUARD
#undef MW_GUARD_C
#undef MW_COMPLETION
};

struct mw_layout mw_layouts[MW_RULE_COUNT];

static void set_position(uint8_t positions[2], unsigned *seen, uint8_t position)
{
    if (*seen < 2)
        positions[*seen] = position;
    if (!*seen)
        positions[1] = position;
    ++*seen;
}

static void fill_layout(struct mw_layout *layout, const uint8_t *parameters, size_t max_count)
{
    unsigned buffers = 0, counts = 0, types = 0, peers = 0;

    for (uint8_t i = 0; i < max_count && parameters[i]; i++)
        switch ((enum parameter)parameters[i]) {
        case CBUF:
        case BUF: set_position(layout->buffer, &buffers, i); break;
        case LCNT: layout->is_long = true; /* fall through */
        case CNT:
        case CNTS:
            layout->is_array[1] = parameters[i] == CNTS;
            layout->is_array[0] = counts ? layout->is_array[0] : layout->is_array[1];
            set_position(layout->count, &counts, i);
            break;
        case DT:
        case DTS: set_position(layout->type, &types, i); break;
        case ROOT: layout->root = i; break;
        case OP: layout->op = i; break;
        case PARTS: layout->partitions = i; break;
        case PEER:
            layout->has_peer = true;
            set_position(layout->peer, &peers, i);
            break;
        default: break; /* says nothing of bytes */
        }
}

void mw_layout_start(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        fill_layout(&mw_layouts[rows[i].rule], rows[i].parameters, sizeof(rows[i].parameters));
}
