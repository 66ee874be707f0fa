#!/bin/sh
# SPDX-License-Identifier: MIT
# memwatch run makes MPICH's mpiexec start its proxies on other hosts with this script instead of ssh. It calls ssh, with
# MEMWATCH_DAEMON_ENV ("env LD_PRELOAD=...") in front of the proxy, so that exit statuses of ranks are recorded there, too.
for word; do
    shift
    case $word in *hydra_pmi_proxy*) set -- "$@" ${MEMWATCH_DAEMON_ENV:+"$MEMWATCH_DAEMON_ENV"} ;; esac
    set -- "$@" "$word"
done
exec "$(command -v ssh || echo /usr/bin/ssh)" "$@"
