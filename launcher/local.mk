# SPDX-License-Identifier: MIT
# The `memwatch` command. All but main() lies in a library, so that unit tests can use it.
bin_PROGRAMS += launcher/memwatch
noinst_LTLIBRARIES += launcher/liblauncher.la

launcher_liblauncher_la_SOURCES = \
    launcher/cli/command.h \
    launcher/cli/commands.c launcher/cli/commands.h \
    launcher/cli/completion.c launcher/cli/completion.h \
    launcher/doctor/checks.c launcher/doctor/checks.h \
    launcher/doctor/deaths.c \
    launcher/doctor/doctor.c launcher/doctor/doctor.h \
    launcher/doctor/kernel.c \
    launcher/doctor/limits.c \
    launcher/doctor/mpi.c \
    launcher/doctor/try.c launcher/doctor/try.h \
    launcher/hosts/agent.c launcher/hosts/agent.h \
    launcher/hosts/agent_main.c launcher/hosts/agent_main.h \
    launcher/hosts/host_files.c launcher/hosts/host_files.h \
    launcher/hosts/hub.c launcher/hosts/hub.h \
    launcher/hosts/hub_files.c launcher/hosts/hub_files.h \
    launcher/hosts/hub_peer.c launcher/hosts/hub_peer.h \
    launcher/hosts/link.c launcher/hosts/link.h \
    launcher/hosts/link_address.c launcher/hosts/link_address.h \
    launcher/hosts/listen.c launcher/hosts/listen.h \
    launcher/hosts/mirror.c launcher/hosts/mirror.h \
    launcher/hosts/wire.c launcher/hosts/wire.h \
    launcher/hosts/wire_message.c launcher/hosts/wire_message.h \
    launcher/options/exit_status.h \
    launcher/options/mistakes.c launcher/options/mistakes.h \
    launcher/options/near.c launcher/options/near.h \
    launcher/options/parse.c launcher/options/parse.h \
    launcher/cli/shim.c launcher/cli/shim.h \
    launcher/output/checks.c launcher/output/checks.h \
    launcher/output/display.c launcher/output/display.h \
    launcher/output/forms.c launcher/output/forms.h \
    launcher/output/forms_options.c launcher/output/forms_options.h \
    launcher/output/output.c launcher/output/output.h \
    launcher/output/scale_forms.c launcher/output/scale_forms.h \
    launcher/output/results.c launcher/output/results.h \
    launcher/process/environment.c launcher/process/environment.h \
    launcher/process/post_run.c launcher/process/post_run.h \
    launcher/process/program.c launcher/process/program.h \
    launcher/process/relay.c launcher/process/relay.h \
    launcher/process/report_child.c launcher/process/report_child.h \
    launcher/process/signal_mask.c launcher/process/signal_mask.h \
    launcher/process/signal_probe.c launcher/process/signal_probe.h \
    launcher/process/spawn.c launcher/process/spawn.h \
    launcher/process/supervise.c launcher/process/supervise.h \
    launcher/process/wait_child.c launcher/process/wait_child.h \
    launcher/report/compare.c launcher/report/compare.h \
    launcher/report/compare_options.c launcher/report/compare_options.h \
    launcher/report/report.c launcher/report/report.h \
    launcher/report/report_options.c launcher/report/report_options.h \
    launcher/report/runs.c launcher/report/runs.h \
    launcher/report/runs_saved.c launcher/report/runs_saved.h \
    launcher/report/runs_options.c launcher/report/runs_options.h \
    launcher/saved/folder.c launcher/saved/folder.h \
    launcher/saved/saved.c launcher/saved/saved.h \
    launcher/run/job.h \
    launcher/run/kill_over.c launcher/run/kill_over.h \
    launcher/run/live.c launcher/run/live.h \
    launcher/run/options.c launcher/run/options.h \
    launcher/run/remake.c launcher/run/remake.h \
    launcher/run/repeat.c launcher/run/repeat.h \
    launcher/run/report.c launcher/run/report.h \
    launcher/run/resources.c launcher/run/resources.h \
    launcher/run/run.c launcher/run/run.h \
    launcher/run/watch.c launcher/run/watch.h \
    launcher/rundir/rundir.c launcher/rundir/rundir.h \
    launcher/rundir/runs.c launcher/rundir/runs.h \
    launcher/rundir/source.c launcher/rundir/source.h \
    launcher/sample/adopt.c launcher/sample/adopt.h \
    launcher/sample/cgroup_files.c launcher/sample/cgroup_files.h \
    launcher/sample/cgroup_others.c launcher/sample/cgroup_others.h \
    launcher/sample/cgroups.c launcher/sample/cgroups.h \
    launcher/sample/charges.c launcher/sample/charges.h \
    launcher/sample/deaths.c launcher/sample/deaths.h \
    launcher/sample/ends.c launcher/sample/ends.h \
    launcher/sample/evidence.c launcher/sample/evidence.h \
    launcher/sample/free.c launcher/sample/free.h \
    launcher/sample/held.c launcher/sample/held.h \
    launcher/sample/images.c launcher/sample/images.h \
    launcher/sample/launch_rank.c launcher/sample/launch_rank.h \
    launcher/sample/leaving.c launcher/sample/leaving.h \
    launcher/sample/limits.c launcher/sample/limits.h \
    launcher/sample/meminfo.c launcher/sample/meminfo.h \
    launcher/sample/pss.c launcher/sample/pss.h \
    launcher/sample/readings.c launcher/sample/readings.h \
    launcher/sample/sampled.c launcher/sample/sampled.h \
    launcher/sample/sampler.c launcher/sample/sampler.h \
    launcher/sample/slices.c launcher/sample/slices.h \
    launcher/sample/state.h \
    launcher/sample/stages.c launcher/sample/stages.h \
    launcher/sample/tree.c launcher/sample/tree.h \
    launcher/sample/ulimits.c launcher/sample/ulimits.h \
    launcher/scale/options.c launcher/scale/options.h \
    launcher/scale/plan.c launcher/scale/plan.h \
    launcher/scale/read.c launcher/scale/read.h \
    launcher/scale/run.c launcher/scale/run.h \
    launcher/scale/scale.c launcher/scale/scale.h \
    launcher/start/daemons.c launcher/start/daemons.h \
    launcher/start/forward.c launcher/start/forward.h \
    launcher/start/inside.c launcher/start/inside.h \
    launcher/start/mca.c launcher/start/mca.h \
    launcher/start/preload.c launcher/start/preload.h \
    launcher/start/prrte.c launcher/start/prrte.h \
    launcher/top/canvas.h \
    launcher/top/choose.c launcher/top/choose.h \
    launcher/top/data.c launcher/top/data.h \
    launcher/top/hosts.c \
    launcher/top/job.c \
    launcher/top/jobs.c \
    launcher/top/keys.c launcher/top/keys.h \
    launcher/top/lines.c launcher/top/lines.h \
    launcher/top/members.c \
    launcher/top/options.c launcher/top/options.h \
    launcher/top/parts.h \
    launcher/top/picture.c launcher/top/picture.h \
    launcher/top/ranks.c \
    launcher/top/screen.c launcher/top/screen.h \
    launcher/top/state.h \
    launcher/top/top.c launcher/top/top.h
launcher_liblauncher_la_CPPFLAGS = $(AM_CPPFLAGS) $(HWLOC_CFLAGS) $(NCURSES_CFLAGS) $(SODIUM_CFLAGS) -DMW_LIBDIR='"$(libdir)"' \
    -DMW_LIBEXECDIR='"$(pkglibexecdir)"'
launcher_liblauncher_la_LIBADD = collector/libcollector.la $(HWLOC_LIBS) $(NCURSES_LIBS) $(SODIUM_LIBS)

launcher_memwatch_SOURCES = launcher/cli/main.c
launcher_memwatch_LDADD = launcher/liblauncher.la

# By which MPICH's mpiexec starts its proxies.
pkglibexec_SCRIPTS = launcher/hydra-exec
EXTRA_DIST += launcher/hosts/hydra-exec.sh
CLEANFILES += launcher/hydra-exec
launcher/hydra-exec: launcher/hosts/hydra-exec.sh
	$(AM_V_GEN)$(MKDIR_P) launcher && cp $(srcdir)/launcher/hosts/hydra-exec.sh $@ && chmod +x $@

# Completion, where each shell looks for it. memwatch writes it itself; where it cannot be executed, in a cross build, it is
# left out (memwatch completion SHELL).
if !CROSS_COMPILING
bash_completiondir = $(datadir)/bash-completion/completions
zsh_completiondir = $(datadir)/zsh/site-functions
fish_completiondir = $(datadir)/fish/vendor_completions.d
nodist_bash_completion_DATA = launcher/completion/memwatch
nodist_zsh_completion_DATA = launcher/completion/_memwatch
nodist_fish_completion_DATA = launcher/completion/memwatch.fish
CLEANFILES += $(nodist_bash_completion_DATA) $(nodist_zsh_completion_DATA) $(nodist_fish_completion_DATA)
write_completion = $(AM_V_GEN)$(MKDIR_P) launcher/completion && launcher/memwatch$(EXEEXT) completion
launcher/completion/memwatch: launcher/memwatch$(EXEEXT)
	$(write_completion) bash >$@
launcher/completion/_memwatch: launcher/memwatch$(EXEEXT)
	$(write_completion) zsh >$@
launcher/completion/memwatch.fish: launcher/memwatch$(EXEEXT)
	$(write_completion) fish >$@
endif

# Each folder says what is in it.
EXTRA_DIST += \
    launcher/cli/README.md launcher/doctor/README.md launcher/hosts/README.md launcher/options/README.md \
    launcher/output/README.md launcher/process/README.md launcher/report/README.md launcher/run/README.md \
    launcher/rundir/README.md launcher/sample/README.md launcher/saved/README.md launcher/scale/README.md \
    launcher/start/README.md launcher/top/README.md
