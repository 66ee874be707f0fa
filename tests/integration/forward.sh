# SPDX-License-Identifier: MIT
# Which variable lists for mpirun what it forwards to other hosts: that of Open MPI 4, or of PRRTE (5 and later). The
# mpiruns are substitutes: programs that need the libraries by which they are distinguished, and print their environment.
. "${srcdir:-.}/tests/lib.sh"

cc=$BUILD_CC
command -v "${cc%% *}" >/dev/null || skip_all "no compiler"
list=OMPI_MCA_mca_base_env_list beside_x=OMPI_MCA_mca_base_env_list_internal
unset $list $beside_x

mkdir orte prrte wrapped other
echo 'int nothing;' >empty.c
echo 'extern char **environ; int puts(const char *); int main(void) { for (char **e = environ; *e; e++) puts(*e); return 0; }' >print.c
for soname in libpmix.so.2 libopen-rte.so.40; do
    $cc -shared -fPIC -Wl,-soname,$soname -o $soname empty.c || skip_all "cannot build libraries"
done
link() { $cc -Wl,--no-as-needed -o "$1/mpirun" print.c $2 -Wl,-rpath,"$work"; }
link prrte ./libpmix.so.2 && link orte './libopen-rte.so.40 ./libpmix.so.2' && link other '' || skip_all "cannot build programs"
printf '#!/bin/sh\nexec %s/orte/mpirun "$@"\n' "$work" >wrapped/mpirun
chmod 755 wrapped/mpirun

# passed_by VARIABLE command...: the variable has the library's name, and the other one has nothing of memwatch.
passed_by() {
    wanted=$1
    shift
    "$memwatch" run --quiet -- "$@" >out 2>err || return 1
    case $wanted in "$list") unwanted=$beside_x ;; *) unwanted=$list ;; esac
    grep -q "^$wanted=.*LD_PRELOAD;.*MEMWATCH_RUN_DIR" out && ! grep -q "^$unwanted=.*MEMWATCH" out
}

check "Open MPI 4" passed_by $beside_x orte/mpirun -n 2 ./app
check "PRRTE" passed_by $list prrte/mpirun -n 2 -x PATH ./app
check "a wrapper: as Open MPI 4" passed_by $beside_x wrapped/mpirun -n 2 ./app
check "another program: as Open MPI 4" passed_by $beside_x other/mpirun -n 2 ./app
for kind in orte prrte; do
    case $kind in orte) variable=$beside_x ;; prrte) variable=$list ;; esac
    PATH=$work/$kind:$PATH
    check "$kind: on PATH" passed_by $variable mpirun -n 2 ./app
    check "$kind: below env" passed_by $variable env A=1 mpirun -n 2 ./app
    check "$kind: in a shell's text" passed_by $variable sh -c 'cd / && mpirun -n 2 ./app'
    printf '#!/bin/sh\nmpirun -x A -n 2 ./app\n' >job
    chmod 755 job
    check "$kind: in a script" passed_by $variable ./job
    env $list=MINE "$memwatch" run --quiet -- mpirun >out 2>err
    check "$kind: memwatch's variables are added to a list of the user" grep -q "^$list=MINE;LD_PRELOAD;" out
    check "$kind: a list of the user in the script: it is not changed" sh -c 'sed "s/-x A/--mca mca_base_env_list A/" job >listed &&
        chmod 755 listed && "$1" run --quiet -- ./listed >out 2>err; ! grep -q "env_list.*MEMWATCH" out' sh "$memwatch"
    printf '#!/bin/sh\n: module load mpi\nmpirun -x A -n 2 ./app\n' >job
    check "$kind: a script that may choose another one: the variable that works with both" passed_by $beside_x ./job
    PATH=${PATH#*:}
done
done_testing
