/* SPDX-License-Identifier: MIT */
/* Declares every row of pmpi/abi/calls.def against the mpi.h included before: a wrong parameter in a row is a
 * conflicting declaration, and the file that includes this does not compile. */
#define CBUF const void *
#define BUF void *
#define DT MPI_Datatype
#define DTS const MPI_Datatype *
#define OP MPI_Op
#define ROOT int
#define COMM MPI_Comm
#define ADSPS const MPI_Aint *
#define LCNT MPI_Count
#define PARTS int
#define PEER int
#if defined(MPICH_NUMVERSION) && MPICH_NUMVERSION < 40100000
#define READY int * /* without const, unlike the standard */
#else
#define READY const int *
#endif
#define TAG int
#define MSG MPI_Message *
#define WIN MPI_Win
#define DISP MPI_Aint
#define FH MPI_File
#define OFF MPI_Offset
#define INFO MPI_Info
#define STATUS MPI_Status *
#define REQUEST MPI_Request *
#define MW_CALL(Name, n, comm, ...) int MPI_##Name(__VA_ARGS__);
#define MW_LOCAL(Name, n, step, comm, ...) int MPI_##Name(__VA_ARGS__);
#define MW_CREATES(Name, n, step, comm, object, handle, ...) int MPI_##Name(__VA_ARGS__);
#define MW_FREES(Name, step, object, ...) int MPI_##Name(__VA_ARGS__);
#define MW_GUARD(Name, n, ...) int MPI_##Name(__VA_ARGS__);
#define MW_DATA(Name, n, kind, step, rule, comm, ...) int MPI_##Name(__VA_ARGS__);
#define MW_DATA_ONLY MW_DATA
#define MW_COMPLETION(Name, n, ...) int MPI_##Name(__VA_ARGS__);

#if MPI_VERSION >= 4
#define MW_CALL_C(Name, n, comm, ...) int MPI_##Name(__VA_ARGS__);
#define MW_LOCAL_C(Name, n, step, comm, ...) int MPI_##Name(__VA_ARGS__);
#define MW_CREATES_C(Name, n, step, comm, object, handle, ...) int MPI_##Name(__VA_ARGS__);
#define MW_GUARD_C(Name, n, ...) int MPI_##Name(__VA_ARGS__);
#define MW_PERSISTENT(Name, ...) int MPI_##Name##_init(__VA_ARGS__, MPI_Info, MPI_Request *);
#else
#define MW_CALL_C(Name, n, comm, ...)
#define MW_LOCAL_C(Name, n, step, comm, ...)
#define MW_CREATES_C(Name, n, step, comm, object, handle, ...)
#define MW_GUARD_C(Name, n, ...)
#define MW_PERSISTENT(Name, ...)
#endif

#define CNT int
#define CNTS const int *
#define DSPS const int *
#define MW_COLLECTIVE(Name, name, n, rule, ...)  \
    int MPI_##Name(__VA_ARGS__);                 \
    int MPI_I##name(__VA_ARGS__, MPI_Request *); \
    MW_PERSISTENT(Name, __VA_ARGS__)
#define MW_COUNTLESS MW_COLLECTIVE
#include "pmpi/abi/calls.def"
#undef MW_COLLECTIVE
#undef MW_COUNTLESS
#undef CNT
#undef CNTS
#undef DSPS

#if MPI_VERSION >= 4
#undef MW_CALL
#undef MW_CALL_C
#undef MW_CREATES
#undef MW_CREATES_C
#undef MW_FREES
#undef MW_GUARD
#undef MW_GUARD_C
#undef MW_LOCAL
#undef MW_LOCAL_C
#undef MW_DATA
#undef MW_DATA_ONLY
#undef MW_COMPLETION
#define MW_COMPLETION(Name, n, ...)
#define MW_COUNTLESS(Name, name, n, rule, ...)
#define MW_CALL(Name, n, comm, ...)
#define MW_CALL_C(Name, n, comm, ...)
#define MW_CREATES(Name, n, step, comm, object, handle, ...)
#define MW_CREATES_C(Name, n, step, comm, object, handle, ...)
#define MW_FREES(Name, step, object, ...)
#define MW_GUARD(Name, n, ...)
#define MW_GUARD_C(Name, n, ...)
#define MW_LOCAL(Name, n, step, comm, ...)
#define MW_LOCAL_C(Name, n, step, comm, ...)
#define MW_DATA(Name, n, kind, step, rule, comm, ...) int MPI_##Name##_c(__VA_ARGS__);
#define MW_DATA_ONLY(Name, n, kind, step, rule, comm, ...)
#define CNT MPI_Count
#define CNTS const MPI_Count *
#define DSPS const MPI_Aint *
#define MW_COLLECTIVE(Name, name, n, rule, ...)      \
    int MPI_##Name##_c(__VA_ARGS__);                 \
    int MPI_I##name##_c(__VA_ARGS__, MPI_Request *); \
    int MPI_##Name##_init_c(__VA_ARGS__, MPI_Info, MPI_Request *);
#include "pmpi/abi/calls.def"
#endif
