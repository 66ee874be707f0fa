#!/bin/sh
# SPDX-License-Identifier: MIT
# inside.sh SOURCES COMPILER STEP KIND: one step of tests/platforms/run.sh, inside the platform's system. The last line
# of its output is shown in the table.
set -u
compiler=$2 step=$3 kind=$4
cd "$1" || exit 1
export DEBIAN_FRONTEND=noninteractive CI=1 MAKEFLAGS="-j$(nproc)"
# only changed sources are compiled again
[ ! -d /usr/lib/ccache ] || export PATH=/usr/lib/ccache:$PATH CCACHE_BASEDIR="$1" CCACHE_NOHASHDIR=1
host='' debian='' qemu=''
case $kind in
    aarch64) debian=arm64 qemu=aarch64 ;;
    powerpc64le) debian=ppc64el qemu=ppc64le ;;
esac
if [ "$kind" != native ]; then
    host=$kind-linux-gnu
    export CONFIGURE_ARGS="--host=$host PKG_CONFIG=$host-pkg-config"
elif [ "$compiler" != gcc ]; then
    export CONFIGURE_ARGS="CC=$compiler"
fi

libraries='libhwloc-dev libdw-dev libjansson-dev zlib1g-dev libsodium-dev libncurses-dev libcmocka-dev liblapacke-dev'
tools='autoconf automake libtool make pkg-config gcc libc6-dev binutils procps ccache'

packages() {
    if [ "$kind" != native ]; then
        dpkg --add-architecture "$debian"
        # shellcheck disable=SC2046,SC2086
        set -- "gcc-$host" "libc6-dev-$debian-cross" qemu-user "pkgconf:$debian" $(printf "%s:$debian " $libraries)
    else
        # shellcheck disable=SC2086
        set -- $libraries libopenmpi-dev openmpi-bin libmpich-dev mpich gfortran
        [ "$compiler" = gcc ] || set -- "$@" "$compiler"
    fi
    # shellcheck disable=SC2086
    apt-get update -qq && apt-get install -y -qq --no-install-recommends $tools "$@" >/dev/null && echo "$# packages"
}

# "gcc 14.2.0, glibc 2.41, Open MPI 5.0.7, MPICH 4.2.1"
versions() {
    version=$("${host:+$host-}$compiler" --version | head -n 1 | grep -o '[0-9][0-9]*\.[0-9]*\.[0-9]*' | tail -n 1)
    line="${compiler%%-*} $version, glibc $(ldd --version | sed -n '1s/.* //p')"
    if [ "$kind" = native ]; then
        line="$line, Open MPI $(mpirun.openmpi --version | sed -n '1s/.* //p')"
        line="$line, MPICH $(mpichversion | sed -n '1s/.*[[:space:]]//p')"
    else
        line="$line, $(qemu-$qemu --version | sed -n '1s/ (.*//p')"
    fi
    echo "$line"
}

# With each warning an error.
build() {
    if [ "$kind" != native ]; then
        # shellcheck disable=SC2086
        autoreconf -fi && mkdir -p build && (cd build && ../configure --enable-werror $CONFIGURE_ARGS && make all) || return 1
    else
        ./bootstrap || return 1
    fi
    echo yes
}

# Test programs, by the compilers of each MPI, without -Werror: their warnings are counted.
programs() {
    make -C build -k check TESTS= >programs.log 2>&1 || { grep -E 'error|undefined|\*\*\*' programs.log; return 1; }
    found=$(grep -c 'warning:' programs.log)
    grep 'warning:' programs.log
    echo "$found warnings"
    [ "$found" = 0 ]
}

# run_tests TARGET-AND-VARIABLES...: "99 checks"
run_tests() {
    find build -name '*.trs' -exec rm -f {} +
    make -s -C build "$@"
    tests_status=$?
    results=$(find build -name '*.trs' -exec cat {} +)
    bad=$(echo "$results" | grep -c -E '^:test-result: (FAIL|ERROR|XPASS)')
    cat build/test-suite.log
    echo "$(echo "$results" | grep -c '^:test-result: PASS') checks$([ "$bad" = 0 ] || echo ", $bad failed")"
    [ $tests_status = 0 ]
}

has_report() { # a job's report has its ranks and the call with the largest spike
    cat "$1"
    for line in 'ended with status 0' '4 ranks on 1 host' 'MPI_Allreduce  *mpi_distributed_compute.c:[0-9]'; do
        grep -q "$line" "$1" || { echo "not in the report: $line"; return 1; }
    done
    grep 'in rank [0-9]' "$1" | grep -o 'peak = [0-9.]* MiB in rank 3' || { echo "the peak is not that of rank 3"; return 1; }
}

demo() { ./bootstrap demo >demo.out 2>demo.err && has_report demo.err; }

# The same by an ordinary user with a separate copy of the sources, with the packages that root has installed.
user() {
    id tester >/dev/null 2>&1 || useradd -m tester
    rm -rf /home/tester/sources
    mkdir /home/tester/sources
    tar -c --exclude=./build . | tar -x -C /home/tester/sources
    chown -R tester: /home/tester/sources
    su tester -c "cd ~/sources && CI=1 CONFIGURE_ARGS='${CONFIGURE_ARGS-}' ./bootstrap demo" >user.out 2>user.err || { cat user.err; return 1; }
    has_report user.err
}

# The example is built with the first MPI that was found: here with the other one.
mpich() {
    mkdir -p build/mpich
    mpicc.mpich -std=gnu11 -g -O3 -I. examples/field.c examples/fft.c examples/transpose.c examples/mpi_distributed_compute.c \
        -o build/mpich/mpi_distributed_compute -ldl || return 1
    build/launcher/memwatch run -- mpirun.mpich -n 4 build/mpich/mpi_distributed_compute --size 1048576 --spike 64 2>mpich.err >mpich.out &&
        has_report mpich.err
}

# One rank of four ends in two ways, at two times, with both MPIs.
killed() {
    export KILL_HOWS='segv exit' KILL_WHENS='computing inside' KILL_VICTIMS=1
    make -s -C build kill-matrix >killed.log 2>&1
    killed_status=$?
    cat killed.log
    sed -n 's/^\([0-9]* cells\), .*judged: \([0-9.]* %\) right.*/\2 of \1/p' killed.log
    return $killed_status
}

unit() {
    if [ "$kind" != native ]; then
        MW_TEST_EMULATOR=qemu-user run_tests check-unit LOG_COMPILER="sh $PWD/tests/unit_tap.sh qemu-$qemu -L /"
    else
        run_tests check-unit
    fi
}

case $step in
    packages | versions | build | programs | unit | demo | user | mpich | killed) $step ;;
    exports) run_tests check TESTS=tests/integration/exports.sh ;;
    sizes) run_tests check TESTS=tests/integration/known_sizes.sh ;;
    *) echo "no such step: $step"; exit 2 ;;
esac
