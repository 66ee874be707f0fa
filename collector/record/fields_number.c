/* SPDX-License-Identifier: MIT */
/* Fields of the record: numbers that many structs contain. */
#include "collector/model/certainty.h"
#include "collector/record/field_rows.h"

/* clang-format off */
const char *const mw_fields_kinds[] = {
#define MW_ROW(kind, name, sign, words) [MW_MODEL_##kind] = name,
    MW_CERTAINTY(MW_ROW)
#undef MW_ROW
    NULL};

#define THIS struct mw_model_bytes
static const struct mw_field bytes_fields[] = {
    FIELD(U64, bytes, "bytes", "bytes"),
    ENUM(mw_fields_kinds, kind, "kind",
        "how the number relates to the true value; at_least: sampled, or known only up to some time"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_bytes = {"bytes", bytes_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_ulimit
static const struct mw_field ulimit_fields[] = {
    FIELD(U64, bytes, "limit_bytes", "bytes; 0 if no limit, or unknown"),
    STRUCT(mw_fields_bytes, used, "used", "the most that counted against it"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_ulimit = {"ulimit", ulimit_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_spread
static const struct mw_field spread_fields[] = {
    FIELD(U64, min, "min", "smallest, in the unit of the thing"),
    FIELD(U64, max, "max", "largest"),
    FIELD(DOUBLE, mean, "mean", "mean over the ranks"),
    INDEX(RANK, worst, "worst", "rank index of the maximum"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_spread = {"spread", spread_fields, sizeof(THIS), false};
#undef THIS

#define THIS struct mw_model_spread_change
static const struct mw_field change_fields[] = {
    FIELD(I64, sum, "sum", "bytes, over the ranks"),
    FIELD(I64, min, "min", "bytes, smallest"),
    FIELD(I64, max, "max", "bytes, largest"),
    INDEX(RANK, worst, "worst", "rank index of the maximum"),
    {.type = MW_FIELD_END}};
const struct mw_fields mw_fields_change = {"change", change_fields, sizeof(THIS), false};
#undef THIS
/* clang-format on */
