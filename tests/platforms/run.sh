#!/bin/bash
# SPDX-License-Identifier: MIT
# Produces the results of doc/platforms.md: `make platforms` in the build directory, as root. Each platform of
# tests/platforms/list is created by debootstrap if it is missing, then memwatch is built and tried in it, one step after
# the other; at the end the table of all results is printed. Steps that passed with these sources are not run again.
#   PLATFORMS       names; the default is all       PLATFORMS_ONLY_TABLE=1   prints the results that there are
#   PLATFORMS_DIR   where systems, results and logs are kept: some 2 GiB for each release (/var/tmp/memwatch-platforms)
#   PLATFORMS_MIRROR   Debian's archive
set -u
here=$srcdir/tests/platforms
dir=${PLATFORMS_DIR:-/var/tmp/memwatch-platforms}
# the archive of this machine's packages
mirror=${PLATFORMS_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' | grep -v security | head -n 1)}

native_steps='packages versions build programs unit exports demo user mpich sizes killed'
cross_steps='packages versions build programs unit'
columns='versions build programs unit exports demo user mpich sizes killed'

die() { echo "platforms: $*" >&2; exit 1; }

entry() { awk -v name="$1" '$1 == name' "$here/list"; }
names() { awk '!/^#/ {print $1}' "$here/list"; }
steps_of() { case $1 in native) echo "$native_steps" ;; *) echo "$cross_steps" ;; esac; } # kind

# The sources as they are, with uncommitted changes, in one file; $revision is its checksum. Markdown is left out.
pack() {
    (cd "$srcdir" && git ls-files -z --cached --others --exclude-standard -- ':!*.md' |
        tar --null --no-recursion --files-from=- --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -c) \
        >"$dir/sources.$$" || die "cannot read the sources: a git repository is required"
    revision=$(sha256sum "$dir/sources.$$" | cut -c1-16)
    mv "$dir/sources.$$" "$dir/sources.tar"
}

make_root() { # release, root
    [ ! -e "$2.made" ] || return 0
    rm -rf "$2"
    # a release that this machine's debootstrap does not know yet is created as the newest one
    script=/usr/share/debootstrap/scripts/$1
    [ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
    debootstrap --variant=minbase "$1" "$2" "$mirror" "$script" || return 1
    cp /etc/resolv.conf "$2/etc/resolv.conf"
    # lists of unreleased systems have expired
    echo 'Acquire::Check-Valid-Until "false";' >"$2/etc/apt/apt.conf.d/90valid"
    touch "$2.made"
}

# Sources of this revision, once for each platform: builds of other revisions are removed.
give_sources() { # place
    [ "$(cat "$1/.revision" 2>/dev/null)" != "$revision" ] || return 0
    rm -rf "$1"
    mkdir -p "$1"
    tar -x -f "$dir/sources.tar" -C "$1" && touch "$1/README.md" "$1/NEWS.md" "$1/CONTRIBUTING.md" &&
        echo "$revision" >"$1/.revision"
}

# A result: revision, step, seconds, "pass" or "fail", and the last line of what the step printed.
result() { # name, step, seconds, how, line
    sed -i "/^[0-9a-f]* $2 /d" "$dir/results/$1"
    echo "$revision $2 $3 $4 $5" >>"$dir/results/$1"
    echo "platforms: $1: $2: $4 after $3 s: $5" >&2
}
passed() { grep -q "^$revision $2 [0-9]* pass" "$dir/results/$1"; } # name, step

platform() { # name, release, compiler, kind
    root=$dir/roots/$2
    [ "$4" = native ] || root=$root-$4
    touch "$dir/results/$1"
    make_root "$2" "$root" >"$dir/logs/$1.root" 2>&1 || { result "$1" packages 0 fail "no root directory: $dir/logs/$1.root"; return; }
    give_sources "$root/srv/$1" || return
    for step in $(steps_of "$4"); do
        ! passed "$1" "$step" || continue
        began=$(date +%s) how=pass log=$dir/logs/$1.$step
        "$here/enter.sh" "$root" sh "/srv/$1/tests/platforms/inside.sh" "/srv/$1" "$3" "$step" "$4" >"$log" 2>&1 </dev/null || how=fail
        result "$1" "$step" $(($(date +%s) - began)) $how "$(tail -n 1 "$log")"
        case "$how $step" in 'fail packages' | 'fail build') return ;; esac
    done
}

# The last line of each step, one row per platform. "(before)": from other sources than the current ones.
table() {
    echo "| platform | $(echo $columns | sed 's/ / | /g') |"
    echo "| --- |$(for column in $columns; do printf ' --- |'; done)"
    for name in $(names); do
        [ -s "$dir/results/$name" ] || continue
        printf '| %s |' "$name"
        for column in $columns; do
            printf ' %s |' "$(awk -v step="$column" -v revision="$revision" '$2 == step {
                line = ($4 == "fail" ? "**fails** " : "") ; before = $1 == revision ? "" : " (before)"
                sub(/^[^ ]+ [^ ]+ [^ ]+ [^ ]+ ?/, ""); print line $0 before }' "$dir/results/$name")"
        done
        echo
    done
}

mkdir -p "$dir/roots" "$dir/results" "$dir/logs"
pack
if [ -z "${PLATFORMS_ONLY_TABLE-}" ]; then
    [ "$(id -u)" = 0 ] || die "needs root: systems are made by debootstrap, and entered by chroot"
    command -v debootstrap >/dev/null || die "needs debootstrap"
    for name in ${PLATFORMS:-$(names)}; do
        # shellcheck disable=SC2046
        set -- $(entry "$name")
        [ $# = 4 ] || die "$name is not in tests/platforms/list"
        platform "$@"
    done
fi
table

# Failures with the current sources only.
failed=0
for name in ${PLATFORMS:-$(names)}; do
    [ ! -s "$dir/results/$name" ] || ! grep "^$revision [^ ]* [^ ]* fail" "$dir/results/$name" >&2 || failed=1
done
exit $failed
