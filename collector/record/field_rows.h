/* SPDX-License-Identifier: MIT */
/* Macros for the rows of the field tables (collector/record/fields.h). Private to this folder.
 *
 *     FIELD(type, member, "name in the record", "meaning, with unit")
 *     FIELD(type, member, "name in the record", "meaning, with unit", FROM(member of the journal))
 *
 * A table defines THIS, the struct that it describes, and, if it has rows with FROM(), ENTRY, the struct of a journal that
 * these are taken from. A row whose type is not that of the member does not compile.
 */
#ifndef MW_COLLECTOR_RECORD_FIELD_ROWS_H
#define MW_COLLECTOR_RECORD_FIELD_ROWS_H

#include "collector/record/fields.h"

/* clang-format off */
#define C_TYPE_U64 uint64_t
#define C_TYPE_TIME uint64_t
#define C_TYPE_I64 int64_t
#define C_TYPE_U32 uint32_t
#define C_TYPE_INDEX uint32_t
#define C_TYPE_I32 int32_t
#define C_TYPE_RANK int32_t
#define C_TYPE_BOOL bool
#define C_TYPE_DOUBLE double
#define C_TYPE_KNOWN struct mw_model_bytes
#define C_TYPE_STRING const char *
#define C_TYPE_NAME const char *
#define C_TYPE_PLACE const struct mw_model_place *
#define C_TYPE_PLACES const struct mw_model_place **

/* The members of a row. What follows `about_` are further members: FROM(). */
#define AT(member) .offset = offsetof(THIS, member)
#define TYPED(type_, member) \
    .type = MW_FIELD_##type_, .offset = _Generic(((THIS *)0)->member, C_TYPE_##type_: offsetof(THIS, member))
#define FROM(member) .from = offsetof(ENTRY, member), .from_size = sizeof(((ENTRY *)0)->member)
#define COUNT(member) .count_offset = offsetof(THIS, member), .count_size = sizeof(((THIS *)0)->member)

#define FIELD(type_, member, name_, ...) {.name = name_, TYPED(type_, member), .about = __VA_ARGS__}
#define ENUM(words_, member, name_, ...) \
    {.name = name_, .type = MW_FIELD_ENUM, AT(member), .words = words_, .about = __VA_ARGS__}
#define INDEX(bound_, member, name_, ...) \
    {.name = name_, TYPED(INDEX, member), .bound = MW_BOUND_##bound_, .about = __VA_ARGS__}
#define STRUCT(of_, member, name_, about_) \
    {.name = name_, .type = MW_FIELD_STRUCT, AT(member), .of = &of_, .about = about_}
#define PLACES(count, member, name_, about_) {.name = name_, TYPED(PLACES, member), COUNT(count), .about = about_}
#define LIST(of_, count, member, name_, about_) \
    {.name = name_, .type = MW_FIELD_LIST, AT(member), COUNT(count), .of = &of_, .about = about_}
#define ROOM(of_, count, room_, member, name_, about_) \
    {.name = name_, .type = MW_FIELD_ROOM, AT(member), COUNT(count), .of = &of_, .room = room_, .about = about_}
/* clang-format on */

/* Words of enum mw_model_kind. */
extern const char *const mw_fields_kinds[];

/* Structs that several tables contain. */
extern const struct mw_fields mw_fields_bytes, mw_fields_ulimit, mw_fields_spread, mw_fields_change;
extern const struct mw_fields mw_fields_heap, mw_fields_heaps;
extern const struct mw_fields mw_fields_headroom, mw_fields_merged_phase;
extern const struct mw_fields mw_fields_death, mw_fields_waiting, mw_fields_unrecorded, mw_fields_note, mw_fields_verdict;

#endif
