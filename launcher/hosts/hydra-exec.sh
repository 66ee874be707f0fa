#!/bin/sh
# SPDX-License-Identifier: MIT
# memwatch run makes MPICH's mpiexec start its proxies on other hosts by this instead of ssh: the same, but the proxy gets
# the environment that MEMWATCH_DAEMON_ENV says ("env LD_PRELOAD=..."), so that how ranks end is known there, too.
for word; do
    shift
    case $word in *hydra_pmi_proxy*) set -- "$@" ${MEMWATCH_DAEMON_ENV:+"$MEMWATCH_DAEMON_ENV"} ;; esac
    set -- "$@" "$word"
done
exec "$(command -v ssh || echo /usr/bin/ssh)" "$@"
