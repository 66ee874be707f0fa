#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/check_long.sh [STEP...]: the tests that take too long for make check, one after another, with one line of result for each.
# Called in the build directory (make check-long CHECK_LONG="fuzz tree"); `list` prints the steps. The output of each is
# in check-long/STEP.log. If a step fails, the others still run, and the status is 1.
set -u
make=${MAKE:-make}
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES # they must not see CHECK_LONG
all='tree page predictions fuzz kill-matrix soak platforms'

about() { # step
    case $1 in
        tree) echo "a complete build in the source tree, make clean, make distclean (tests/integration/tree_clean.sh); minutes" ;;
        page) echo "web pages in a real browser (tests/integration/page.sh); minutes" ;;
        predictions) echo "predictions of memwatch scale against larger runs (tests/integration/predictions.sh); minutes" ;;
        fuzz) echo "every parser of external input, FUZZ_SECONDS each, here 300; an hour and a half" ;;
        kill-matrix) echo "whether the post-mortem names who died first, in 486 jobs; half an hour" ;;
        soak) echo "three launchers at once under load, SOAK_SECONDS, here 3600; an hour" ;;
        platforms) echo "build and tests in other systems, by debootstrap; root and network, hours, resumes where it was stopped" ;;
        *) return 1 ;;
    esac
}

of_check() { $make check TESTS="tests/integration/$1.sh"; } # a test of make check
step() {
    case $1 in
        tree) MW_TREE_BUILD=all of_check tree_clean ;;
        page) of_check page ;;
        predictions) of_check predictions ;;
        fuzz) $make fuzz FUZZ_SECONDS="${FUZZ_SECONDS:-300}" ;;
        kill-matrix) $make kill-matrix ;;
        soak) $make soak SOAK_SECONDS="${SOAK_SECONDS:-3600}" ;;
        platforms) $make platforms ;;
    esac
}

# Why a step cannot run here, or has run only in part.
cannot() { # step
    case $1 in
        platforms)
            [ "$(id -u)" = 0 ] || echo "needs root"
            command -v debootstrap >/dev/null || echo "needs debootstrap" ;;
    esac
}
skipped() { # step, its log
    sed -n -E 's/^(ok|SKIP:) .*# SKIP *//p; s/^SKIP: [^ ]* - //p; s/^needs: /needs /p' "$2" | sort -u | head -n 1
}

[ $# -gt 0 ] || set -- $all
if [ "$*" = list ]; then
    for name in $all; do printf '%-12s %s\n' "$name" "$(about "$name")"; done
    exit 0
fi
for name in "$@"; do
    about "$name" >/dev/null || { echo "check-long: unknown step '$name'; there are: $all" >&2; exit 2; }
done

mkdir -p check-long || exit 2
status=0
for name in "$@"; do
    why=$(cannot "$name" | head -n 1)
    [ -z "$why" ] || { printf '%-12s skipped: %s\n' "$name" "$why"; continue; }
    begun=$(date +%s)
    step "$name" >"check-long/$name.log" 2>&1 </dev/null
    result=$?
    why=$(skipped "$name" "check-long/$name.log")
    if [ $result != 0 ] && ! grep -q '^needs: ' "check-long/$name.log"; then
        status=1
        verdict="FAILED, see check-long/$name.log"
    elif [ -n "$why" ]; then
        verdict="skipped, or a part of it: $why"
    else
        verdict=ok
    fi
    printf '%-12s %s (%d s)\n' "$name" "$verdict" $(($(date +%s) - begun))
done
exit $status
