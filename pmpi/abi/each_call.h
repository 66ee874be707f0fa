/* SPDX-License-Identifier: MIT */
/* Expands pmpi/abi/calls.def into one line per wrapped symbol. No include guard: first define
 *
 *     MW_EACH(prefix, name, arguments, kind, wide, step, rule, communicator argument, object, handle argument)
 *
 * where prefix##name is the public symbol ("MPI_" "Allreduce_init"), kind is one of enum mw_kind without MW_KIND_, step one of
 * enum mw_step without MW_STEP_, and wide is 1 for the large-count forms. MW_EACH is undefined at the end. */
#define MW_COUNTLESS(Name, name, n, rule, ...)                                                        \
    MW_EACH(MPI_, Name, MW_PLUS_0(n), PLAIN, 0, COLLECTIVE, rule, MW_MINUS_1(n), NONE, 0)             \
    MW_EACH(MPI_, I##name, MW_PLUS_1(n), NONBLOCKING, 0, COLLECTIVE, rule, MW_MINUS_1(n), NONE, 0)    \
    MW_EACH(MPI_, Name##_init, MW_PLUS_2(n), PERSISTENT, 0, COLLECTIVE, rule, MW_MINUS_1(n), NONE, 0) \
    MW_EACH(MPIX_, Name##_init, MW_PLUS_2(n), PERSISTENT, 0, COLLECTIVE, rule, MW_MINUS_1(n), NONE, 0)
#define MW_COLLECTIVE(Name, name, n, rule, ...)                                                        \
    MW_COUNTLESS(Name, name, n, rule, __VA_ARGS__)                                                     \
    MW_EACH(MPI_, Name##_c, MW_PLUS_0(n), PLAIN, 1, COLLECTIVE, rule, MW_MINUS_1(n), NONE, 0)          \
    MW_EACH(MPI_, I##name##_c, MW_PLUS_1(n), NONBLOCKING, 1, COLLECTIVE, rule, MW_MINUS_1(n), NONE, 0) \
    MW_EACH(MPI_, Name##_init_c, MW_PLUS_2(n), PERSISTENT, 1, COLLECTIVE, rule, MW_MINUS_1(n), NONE, 0)
#define MW_DATA_ONLY(Name, n, kind, step, rule, comm, ...) MW_EACH(MPI_, Name, n, kind, 0, step, rule, comm, NONE, 0)
#define MW_DATA(Name, n, kind, step, rule, comm, ...)          \
    MW_EACH(MPI_, Name, n, kind, 0, step, rule, comm, NONE, 0) \
    MW_EACH(MPI_, Name##_c, n, kind, 1, step, rule, comm, NONE, 0)
#define MW_CALL(Name, n, comm, ...) MW_EACH(MPI_, Name, n, PLAIN, 0, COLLECTIVE, NOTHING, comm, NONE, 0)
#define MW_CALL_C(Name, n, comm, ...) MW_EACH(MPI_, Name, n, PLAIN, 1, COLLECTIVE, NOTHING, comm, NONE, 0)
#define MW_LOCAL(Name, n, step, comm, ...) MW_EACH(MPI_, Name, n, PLAIN, 0, step, NOTHING, comm, NONE, 0)
#define MW_LOCAL_C(Name, n, step, comm, ...) MW_EACH(MPI_, Name, n, PLAIN, 1, step, NOTHING, comm, NONE, 0)
#define MW_CREATES(Name, n, step, comm, object, handle, ...) \
    MW_EACH(MPI_, Name, n, CREATES, 0, step, NOTHING, comm, object, handle)
#define MW_CREATES_C(Name, n, step, comm, object, handle, ...) \
    MW_EACH(MPI_, Name, n, CREATES, 1, step, NOTHING, comm, object, handle)
#define MW_FREES(Name, step, object, ...) MW_EACH(MPI_, Name, 1, FREES, 0, step, NOTHING, NOCOMM, object, 0)
#define MW_GUARD(Name, n, ...) MW_EACH(MPI_, Name, n, GUARD, 0, OTHER, NOTHING, NOCOMM, NONE, 0)
#define MW_GUARD_C(Name, n, ...) MW_EACH(MPI_, Name, n, GUARD, 1, OTHER, NOTHING, NOCOMM, NONE, 0)
#define MW_COMPLETION(Name, n, ...) MW_EACH(MPI_, Name, n, COMPLETION, 0, END, NOTHING, NOCOMM, NONE, 0)

#include "pmpi/abi/calls.def"

#undef MW_COLLECTIVE
#undef MW_COUNTLESS
#undef MW_DATA
#undef MW_DATA_ONLY
#undef MW_CALL
#undef MW_CALL_C
#undef MW_LOCAL
#undef MW_LOCAL_C
#undef MW_CREATES
#undef MW_CREATES_C
#undef MW_FREES
#undef MW_GUARD
#undef MW_GUARD_C
#undef MW_COMPLETION
#undef MW_EACH
