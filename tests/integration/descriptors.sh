# SPDX-License-Identifier: MIT
# A program opens its files at the numbers of the library's descriptors, or closes these: its files stay intact, also
# in children, and measuring continues.
. "${srcdir:-.}/tests/lib.sh"

# stays MPI HOW [LIMIT]
stays() {
    mpi=$1
    shift
    run_mpi "$mpi" 2 "$(program "$mpi" descriptors)" "$@"
    [ $? = 0 ] && same "$(cat out)" "" || { cat out err; return 1; }
}
measured() { # every call, as --exact asks
    same "$(grep '^rank ' dump | field measured | sort -u)" "$(grep '^rank ' dump | field calls | sort -u)" &&
        same "$(grep '^rank ' dump | field peak_kind | sort -u)" exact
}

for mpi in $(mpis); do
    options=--exact
    case $mpi in
        openmpi) set -- before after closed same ;;
        mpich) set -- after 'after 64' 'closed 128' ;;
    esac
    for how in "$@"; do
        if ! "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" descriptors)" $how >bare 2>&1; then
            skip "$mpi: $how" "not here: $(tail -n 1 bare)"
            continue
        fi
        check "$mpi: $how" stays "$mpi" $how
        case $how in
            *\ *) ;; # there may be none left for the library
            *) check "$mpi: $how: measured to the end" measured ;;
        esac
    done
done
done_testing
