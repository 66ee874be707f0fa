#!/bin/bash
# SPDX-License-Identifier: MIT
# enter.sh ROOT COMMAND...: runs a command in another system's root directory, in separate mount, PID and IPC namespaces:
# its mounts and processes end with it.
set -eu
# shellcheck disable=SC2016
exec unshare --mount --pid --ipc --fork --kill-child bash -c '
set -eu
root=$1
shift
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
echo "127.0.0.1 localhost $(uname -n)" >"$root/etc/hosts"
mkdir -p "$root/.old"
cd "$root"
pivot_root . .old
cd /
umount -l /.old
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LANG=C.UTF-8 "$@"
' enter "$@"
