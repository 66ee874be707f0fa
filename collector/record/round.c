/* SPDX-License-Identifier: MIT */
#include "collector/record/round.h"

#include "collector/base/json_out.h"
#include "collector/record/fields.h"

static void round_items(const struct mw_fields *fields, void *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (const struct mw_field *field = fields->field; field->type != MW_FIELD_END; field++) {
            void *at = (char *)items + i * fields->size + field->offset;
            if (field->type == MW_FIELD_DOUBLE)
                *(double *)at = mw_json_out_rounded(*(double *)at);
            else if (field->type == MW_FIELD_STRUCT)
                round_items(field->of, at, 1);
            else if (field->type == MW_FIELD_LIST)
                round_items(field->of, *(void **)at, mw_field_count(field, (char *)items + i * fields->size));
        }
}

void mw_record_round(struct mw_model *model)
{
    round_items(&mw_fields_model, model, 1);
}
