# SPDX-License-Identifier: MIT
# The `memwatch` command. All but main() lies in a library, so that unit tests can use it.
bin_PROGRAMS += launcher/memwatch
noinst_LTLIBRARIES += launcher/liblauncher.la

launcher_liblauncher_la_SOURCES = \
    launcher/adopt.c launcher/adopt.h \
    launcher/agent.c launcher/agent.h \
    launcher/apart.c launcher/apart.h \
    launcher/cgroup_files.c launcher/cgroup_files.h \
    launcher/cgroup_others.c launcher/cgroup_others.h \
    launcher/cgroups.c launcher/cgroups.h \
    launcher/charges.c launcher/charges.h \
    launcher/cmd_agent.c \
    launcher/cmd_compare.c \
    launcher/cmd_completion.c \
    launcher/cmd_report.c \
    launcher/cmd_scale.c \
    launcher/cmd_runs.c \
    launcher/cmd_top.c \
    launcher/commands.c launcher/commands.h \
    launcher/daemons.c launcher/daemons.h \
    launcher/deaths.c launcher/deaths.h \
    launcher/doctor.c \
    launcher/doctor_checks.c launcher/doctor_checks.h \
    launcher/doctor_deaths.c \
    launcher/doctor_kernel.c \
    launcher/doctor_limits.c \
    launcher/doctor_mpi.c \
    launcher/doctor_try.c launcher/doctor_try.h \
    launcher/environment.c launcher/environment.h \
    launcher/evidence.c launcher/evidence.h \
    launcher/forms.c launcher/forms.h \
    launcher/forward.c launcher/forward.h \
    launcher/free.c launcher/free.h \
    launcher/held.c launcher/held.h \
    launcher/host_files.c launcher/host_files.h \
    launcher/hub.c launcher/hub.h \
    launcher/hub_files.c launcher/hub_files.h \
    launcher/hub_peer.c launcher/hub_peer.h \
    launcher/inside.c launcher/inside.h \
    launcher/launch_rank.c launcher/launch_rank.h \
    launcher/leaving.c launcher/leaving.h \
    launcher/limits.c launcher/limits.h \
    launcher/link.c launcher/link.h \
    launcher/link_address.c launcher/link_address.h \
    launcher/listen.c launcher/listen.h \
    launcher/live.c launcher/live.h \
    launcher/mca.c launcher/mca.h \
    launcher/meminfo.c launcher/meminfo.h \
    launcher/mirror.c launcher/mirror.h \
    launcher/options.c launcher/options.h \
    launcher/output.c launcher/output.h \
    launcher/over.c launcher/over.h \
    launcher/post.c launcher/post.h \
    launcher/preload.c launcher/preload.h \
    launcher/prrte.c launcher/prrte.h \
    launcher/pss.c launcher/pss.h \
    launcher/relay.c launcher/relay.h \
    launcher/remake.c launcher/remake.h \
    launcher/repeat.c launcher/repeat.h \
    launcher/run.c \
    launcher/rundir.c launcher/rundir.h \
    launcher/runs.c launcher/runs.h \
    launcher/sampler.c launcher/sampler.h \
    launcher/scale_forms.c launcher/scale_forms.h \
    launcher/scale_options.c launcher/scale_options.h \
    launcher/scale_plan.c launcher/scale_plan.h \
    launcher/scale_read.c launcher/scale_read.h \
    launcher/scale_run.c launcher/scale_run.h \
    launcher/signal_mask.c launcher/signal_mask.h \
    launcher/signal_probe.c launcher/signal_probe.h \
    launcher/source.c launcher/source.h \
    launcher/spawn.c launcher/spawn.h \
    launcher/stages.c launcher/stages.h \
    launcher/supervise.c launcher/supervise.h \
    launcher/top_data.c launcher/top_data.h \
    launcher/top_hosts.c launcher/top_parts.h \
    launcher/top_job.c \
    launcher/top_jobs.c \
    launcher/top_keys.c launcher/top_keys.h \
    launcher/top_lines.c launcher/top_lines.h \
    launcher/top_members.c \
    launcher/top_picture.c launcher/top_picture.h \
    launcher/top_ranks.c \
    launcher/top_screen.c launcher/top_screen.h \
    launcher/tree.c launcher/tree.h \
    launcher/ulimits.c launcher/ulimits.h \
    launcher/verdict.c launcher/verdict.h \
    launcher/wait_child.c launcher/wait_child.h \
    launcher/wire.c launcher/wire.h \
    launcher/wire_message.c launcher/wire_message.h
launcher_liblauncher_la_CPPFLAGS = $(AM_CPPFLAGS) $(HWLOC_CFLAGS) $(NCURSES_CFLAGS) $(SODIUM_CFLAGS) -DMW_LIBDIR='"$(libdir)"' \
    -DMW_LIBEXECDIR='"$(pkglibexecdir)"'
launcher_liblauncher_la_LIBADD = collector/libcollector.la $(HWLOC_LIBS) $(NCURSES_LIBS) $(SODIUM_LIBS)

launcher_memwatch_SOURCES = launcher/main.c
launcher_memwatch_LDADD = launcher/liblauncher.la

# By which MPICH's mpiexec starts its proxies.
pkglibexec_SCRIPTS = launcher/hydra-exec
EXTRA_DIST += launcher/hydra-exec.sh
CLEANFILES += launcher/hydra-exec
launcher/hydra-exec: launcher/hydra-exec.sh
	$(AM_V_GEN)$(MKDIR_P) launcher && cp $(srcdir)/launcher/hydra-exec.sh $@ && chmod +x $@

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
