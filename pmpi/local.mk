# SPDX-License-Identifier: MIT
# The preloaded shim. It brings its own copies of the few collector files it needs, compiled with its own flags: it
# must not depend on a sanitizer's runtime, and exports nothing but MPI's names and the phase API.
lib_LTLIBRARIES += pmpi/libmemwatch-pmpi.la
include_HEADERS += pmpi/memwatch.h

SHIM_CFLAGS = $(MW_CFLAGS) $(SHIM_SANITIZER_CFLAGS) -fvisibility=hidden -ftls-model=initial-exec

shim_sources = \
    collector/err.c collector/err.h \
    collector/hostname.c collector/hostname.h \
    collector/io.c collector/io.h \
    collector/journal.c collector/journal.h \
    collector/launch_variables.c collector/launch_variables.h \
    collector/procmem.c collector/procmem.h \
    collector/seen.h \
    collector/segment.c collector/segment.h \
    collector/starters.c collector/starters.h \
    collector/text.c collector/text.h \
    collector/token.c collector/token.h \
    collector/clock.h collector/magic.h collector/record.h \
    pmpi/abi.h pmpi/abi_openmpi.c pmpi/abi_mpich.c pmpi/abi_standard.c \
    pmpi/abi_find.c pmpi/abi_find.h \
    pmpi/across.c pmpi/across.h \
    pmpi/across_port.c pmpi/across_port.h \
    pmpi/across_root.c pmpi/across_parts.h \
    pmpi/agent.c pmpi/agent.h \
    pmpi/agree.c pmpi/agree.h \
    pmpi/alone.c pmpi/alone.h \
    pmpi/argument.c pmpi/argument.h \
    pmpi/boundary.c pmpi/boundary.h \
    pmpi/bytes.c pmpi/bytes.h \
    pmpi/complete.c pmpi/complete.h \
    pmpi/clear.h pmpi/collectives.def pmpi/each_call.h \
    pmpi/compat.h pmpi/dlsym.h pmpi/elf_find.h pmpi/elf_object.h \
    pmpi/estimate.h \
    pmpi/exit_record.c \
    pmpi/exit_table.c pmpi/exit_table.h \
    pmpi/gather.c pmpi/gather.h \
    pmpi/governor.c pmpi/governor.h \
    pmpi/identify.c pmpi/identify.h \
    pmpi/library.c pmpi/library.h \
    pmpi/lifecycle.c \
    pmpi/lock.c pmpi/lock.h \
    pmpi/meter.c pmpi/meter.h \
    pmpi/moment.h \
    pmpi/modules.c pmpi/modules.h \
    pmpi/names.c pmpi/names.h \
    pmpi/next.c pmpi/next.h \
    pmpi/observe.c pmpi/observe.h \
    pmpi/ops.c pmpi/ops.h \
    pmpi/own_fd.h \
    pmpi/own_memory.c pmpi/own_memory.h \
    pmpi/requests.c pmpi/requests.h \
    pmpi/peers.c pmpi/peers.h \
    pmpi/phase_table.c pmpi/phase_table.h \
    pmpi/phases.c pmpi/phases.h \
    pmpi/places.c pmpi/places.h \
    pmpi/rank.c pmpi/rank.h \
    pmpi/sandbox.c pmpi/sandbox.h \
    pmpi/say.c pmpi/say.h \
    pmpi/soname.c pmpi/soname.h \
    pmpi/sessions.c pmpi/sessions.h \
    pmpi/settings.c pmpi/settings.h \
    pmpi/room.h \
    pmpi/site_table.c pmpi/site_table.h \
    pmpi/sites.c pmpi/sites.h \
    pmpi/spawn.c pmpi/spawn.h \
    pmpi/spikes.c pmpi/spikes.h \
    pmpi/stack.c pmpi/stack.h \
    pmpi/stage.c pmpi/stage.h \
    pmpi/syscalls.c pmpi/syscalls.h \
    pmpi/timeline.c pmpi/timeline.h \
    pmpi/threads.c pmpi/threads.h \
    pmpi/user_phases.c \
    pmpi/tcp.c pmpi/tcp.h \
    pmpi/world.c pmpi/world.h \
    pmpi/wrap.c pmpi/wrap.h
# What each preloaded library has: a program that is linked with the archive uses the libc of the system it is linked on.
compat_sources = pmpi/compat.c pmpi/compat.h pmpi/elf_find.c pmpi/elf_find.h
pmpi_libmemwatch_pmpi_la_SOURCES = $(shim_sources) $(compat_sources) pmpi/dlsym_calls.c pmpi/sandbox_calls.c
pmpi_libmemwatch_pmpi_la_CPPFLAGS = $(AM_CPPFLAGS) -DMW_BINDIR='"$(bindir)"'
pmpi_libmemwatch_pmpi_la_CFLAGS = $(SHIM_CFLAGS)
pmpi_libmemwatch_pmpi_la_LDFLAGS = -module -avoid-version -shared $(SHIM_LDFLAGS) \
    -export-symbols-regex '^(P?MPIX?_[A-Z].*|memwatch_pmpi_.*|dlsym|prctl|seccomp|syscall)$$'

# The wait calls, preloaded beside the shim: how ranks ended, as their parents learn it. In two segments instead of four,
# every process of the job starts 10 us sooner.
lib_LTLIBRARIES += pmpi/libmemwatch-wait.la
pmpi_libmemwatch_wait_la_SOURCES = \
    collector/hostname.c collector/hostname.h \
    collector/io.c collector/io.h \
    collector/clock.h collector/magic.h collector/record.h collector/wait_log.h \
    pmpi/compat.h pmpi/elf_find.h pmpi/wait/calls.c \
    pmpi/wait/directory.c pmpi/wait/directory.h \
    pmpi/wait/log.c pmpi/wait/log.h \
    pmpi/wait/starter.c pmpi/wait/starter.h
pmpi_libmemwatch_wait_la_CPPFLAGS = $(AM_CPPFLAGS)
pmpi_libmemwatch_wait_la_CFLAGS = $(SHIM_CFLAGS)
pmpi_libmemwatch_wait_la_LDFLAGS = -module -avoid-version -shared -Wl,-z,noseparate-code \
    -export-symbols-regex '^(wait|waitpid|wait3|wait4|waitid|__wait|__waitpid)$$'

# The shim to be linked into a program.
lib_LIBRARIES += pmpi/libmemwatch-pmpi.a
pkgconfigdir = $(libdir)/pkgconfig
nodist_pkgconfig_DATA = pmpi/memwatch-pmpi.pc

pmpi_libmemwatch_pmpi_a_SOURCES = $(shim_sources)
pmpi_libmemwatch_pmpi_a_CPPFLAGS = $(pmpi_libmemwatch_pmpi_la_CPPFLAGS) -DMW_LINKED_IN
pmpi_libmemwatch_pmpi_a_CFLAGS = $(SHIM_CFLAGS) -fPIC
ARFLAGS = cr
