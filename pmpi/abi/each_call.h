/* SPDX-License-Identifier: MIT */
/* Expands pmpi/abi/collectives.def into one line per wrapped symbol. No include guard: first define
 *
 *     MW_EACH(prefix, name, arguments, kind, wide, rule, communicator argument)
 *
 * where prefix##name is the public symbol ("MPI_" "Allreduce_init"), kind is one of enum mw_kind, and wide is 1 for
 * the large-count forms. MW_EACH is undefined at the end. */
#define MW_COUNTLESS(Name, name, n, rule, ...)                                           \
    MW_EACH(MPI_, Name, MW_PLUS_0(n), MW_KIND_BLOCKING, 0, rule, MW_MINUS_1(n))          \
    MW_EACH(MPI_, I##name, MW_PLUS_1(n), MW_KIND_NONBLOCKING, 0, rule, MW_MINUS_1(n))    \
    MW_EACH(MPI_, Name##_init, MW_PLUS_2(n), MW_KIND_PERSISTENT, 0, rule, MW_MINUS_1(n)) \
    MW_EACH(MPIX_, Name##_init, MW_PLUS_2(n), MW_KIND_PERSISTENT, 0, rule, MW_MINUS_1(n))
#define MW_COLLECTIVE(Name, name, n, rule, ...)                                           \
    MW_COUNTLESS(Name, name, n, rule, __VA_ARGS__)                                        \
    MW_EACH(MPI_, Name##_c, MW_PLUS_0(n), MW_KIND_BLOCKING, 1, rule, MW_MINUS_1(n))       \
    MW_EACH(MPI_, I##name##_c, MW_PLUS_1(n), MW_KIND_NONBLOCKING, 1, rule, MW_MINUS_1(n)) \
    MW_EACH(MPI_, Name##_init_c, MW_PLUS_2(n), MW_KIND_PERSISTENT, 1, rule, MW_MINUS_1(n))
#define MW_CALL(Name, n, comm, ...) MW_EACH(MPI_, Name, n, MW_KIND_BLOCKING, 0, NOTHING, comm)
#define MW_CALL_C(Name, n, comm, ...) MW_EACH(MPI_, Name, n, MW_KIND_BLOCKING, 1, NOTHING, comm)
#define MW_GUARD(Name, n, ...) MW_EACH(MPI_, Name, n, MW_KIND_GUARD, 0, NOTHING, NOCOMM)
#define MW_GUARD_C(Name, n, ...) MW_EACH(MPI_, Name, n, MW_KIND_GUARD, 1, NOTHING, NOCOMM)
#define MW_COMPLETION(Name, n, ...) MW_EACH(MPI_, Name, n, MW_KIND_COMPLETION, 0, NOTHING, NOCOMM)

#include "pmpi/abi/collectives.def"

#undef MW_COLLECTIVE
#undef MW_COUNTLESS
#undef MW_CALL
#undef MW_CALL_C
#undef MW_GUARD
#undef MW_GUARD_C
#undef MW_COMPLETION
#undef MW_EACH
