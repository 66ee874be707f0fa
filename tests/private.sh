# SPDX-License-Identifier: MIT
# A test that checks what is left in directories of all users, such as /dev/shm, sets $private to them before it sources
# tests/lib.sh, which sources this file. The test is then started again in a separate mount and IPC namespace, where they are
# empty, and does not see the files of others. $private_cannot is the reason why that is not possible here, otherwise empty.
# $private_shell runs the test (sh).
private_script='places=$1 && shift && for place in $places; do
        [ ! -d "$place" ] || mount -t tmpfs -o mode=1777 tmpfs "$place" || exit 1
    done && mkdir -p "${TMPDIR:-/tmp}" && exec "$@"'
if [ "$(id -u)" = 0 ]; then
    enter_private() { exec unshare --mount --ipc sh -c "$private_script" sh "$private" "$@"; }
else # root in a user namespace, which may mount, then the user again
    enter_private() {
        exec unshare --user --map-root-user --mount --ipc sh -c "$private_script" sh "$private" \
            unshare --user --map-user="$(id -u)" --map-group="$(id -g)" "$@"
    }
fi
private_cannot=
if [ -n "${private-}" ] && [ "${MW_PRIVATE-}" != "$0" ]; then
    for place in $private; do
        case $top_srcdir/ in "$place"/*) private_cannot="the sources are in $place, which all users share" ;; esac
        case $top_builddir/ in "$place"/*) private_cannot="the build directory is in $place, which all users share" ;; esac
    done
    [ -n "$private_cannot" ] || (enter_private true) 2>/dev/null ||
        private_cannot="no namespaces here to make $private private in"
    if [ -z "$private_cannot" ]; then
        export MW_PRIVATE="$0"
        enter_private "${private_shell:-sh}" "$0" "$@"
    fi
fi
unset MW_PRIVATE
