# SPDX-License-Identifier: MIT
# The table of wrapped calls against what the MPI libraries export: each function is wrapped, or has a reason not to be.
. "${srcdir:-.}/tests/lib.sh"

# What is not wrapped, and why: REASON, then regular expressions of names.
cat >reasons <<'END'
of_one_session   Session_(attach|detach)_buffer(_c)? Session_i?flush_buffer
completed_later  (Comm_|Buffer_)iflush(_buffer)?
no_arguments     Buffer_flush
local            (Comm|Win|Type|File|Session|Group|Request|Status|Info|Op|Errhandler|Message)_(to|from)int .*_(c2f|f2c|f2f08|f082f|c2f08|f082c)
local            Comm_(get_(attr|errhandler|name|parent)|test_inter) Win_(get_(attr|errhandler|name)|shared_query(_c)?) Type_get_[a-z_]+(_c|_x)?
local            File_get_(amode|byte_offset|errhandler|position) Session_get_(errhandler|nth_pset|num_psets) Status_get_[a-z_]+ Test_cancelled
local            (Comm|Win|Type)_(set|delete)_(attr|name) (Comm|Win|Type)_(create|free)_keyval (Comm|Win|File|Session)_set_errhandler Session_set_info
local            (Comm|Win|File|Session)_(create|call)_errhandler Errhandler_.* (Add|Remove)_error_(class|code|string) Error_(class|string)
local            Comm_(rank|size|compare|remote_size) Group_(rank|size|compare|translate_ranks) Info_(get|set|delete)[a-z_]* Op_commutative
local            Type_(commit|size|extent|lb|ub|struct|hvector|hindexed|match_size|create_f90_[a-z]+|dup_fn)(_c|_x)? Status_set_.* Grequest_.*
local            Address Attr_(put|get|delete) Keyval_(create|free) Get_(address|count|elements|elements_x|hw_resource_info|library_version|processor_name|version)(_c)? Aint_(add|diff) Request_get_status(_all|_any|_some)
local            Pack(_external)?(_size)?(_c)? Unpack(_external)?(_c)? Reduce_local(_c)? Register_datarep(_c)?
local            Cancel Topo_test Dims_create Cart(dim)?_(get|rank|coords|shift|map) Cartdim_get Graph(dims)?_(get|neighbors|neighbors_count|map) Dist_graph_neighbors(_count)?
local            Initialized Finalized Query_thread Is_thread_main Wtime Wtick Abi_.*
name_service     (Open|Close)_port (Publish|Unpublish|Lookup)_name
tool_interface   T_.*
extension        X_.*
not_a_function   UNWEIGHTED WEIGHTS_EMPTY F(08)?_STATUS(ES)?_IGNORE (COMM_|TYPE_|WIN_)?(DUP|NULL_COPY|NULL_DELETE)_FN CONVERSION_FN_NULL(_C)? [A-Z_]+_F90
END
# one pattern in a line
awk '{ for (i = 2; i <= NF; i++) print $i }' reasons >patterns

names_of() { nm -D --defined-only "$1" | sed -n 's/^[^ ]* [A-Z] \([^@]*\).*/\1/p' | grep -E '^MPIX?_' | sort -u; }
names_of "$shim" >wrapped

# Each as the patterns have it: without MPI_, and MPIX_ as X_.
unknown() { comm -23 - wrapped | sed 's/^MPIX_/X_/; s/^MPI_//' | grep -v -i -x -E -f patterns; }
none() { [ -z "$1" ] || { echo "$1"; return 1; }; }

# No pattern matches a wrapped function: a pattern is no wider than necessary.
check "no reason for a wrapped function" none \
    "$(sed '/^MPIX_/d; s/^MPI_//' wrapped | grep -i -x -E -f patterns)"

libraries() {
    for mpi in $(mpis); do
        ldd "$(program "$mpi" busy)" | sed -n 's/.*=> \([^ ]*libmpi\(ch\)\?\.so[^ ]*\) .*/\1/p'
    done
    ls /usr/lib/*/libmpi_abi.so.1 /usr/lib/libmpi_abi.so.1 2>/dev/null
}
for library in $(libraries) ${MW_MPI_LIBRARIES-}; do
    names_of "$library" >exported
    check "$library: $(wc -l <exported) names" test -s exported
    check "$library: each is wrapped, or is named here with a reason" none "$(unknown <exported)"
done
done_testing
