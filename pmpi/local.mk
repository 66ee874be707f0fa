# SPDX-License-Identifier: MIT
# The preloaded shim. It includes the few collector files it needs, compiled with separate flags: it must not depend on a
# sanitizer's runtime, and exports only MPI's names, the phase API and a few libc functions.
lib_LTLIBRARIES += pmpi/libmemwatch-pmpi.la
include_HEADERS += pmpi/memwatch.h

SHIM_CFLAGS = $(MW_CFLAGS) $(SHIM_SANITIZER_CFLAGS) -fvisibility=hidden -ftls-model=initial-exec

shim_sources = \
    collector/base/err.c collector/base/err.h collector/base/file_names.h \
    collector/base/hostname.c collector/base/hostname.h \
    collector/base/io.c collector/base/io.h \
    collector/journal/journal.c collector/journal/journal.h \
    collector/base/launch_variables.c collector/base/launch_variables.h \
    collector/journal/procmem.c collector/journal/procmem.h \
    collector/journal/seen.h \
    collector/journal/segment.c collector/journal/segment.h \
    collector/base/settings.h \
    collector/base/starters.c collector/base/starters.h \
    collector/base/text.c collector/base/text.h \
    collector/base/token.c collector/base/token.h \
    collector/base/clock.h collector/base/magic.h collector/base/python_path.h collector/journal/record.h \
    pmpi/base/functions.c pmpi/base/functions.h \
    pmpi/base/python.c pmpi/base/python.h pmpi/base/python_lines.c pmpi/base/python_lines.h pmpi/base/python_offsets.h \
    pmpi/abi/abi.h pmpi/abi/openmpi.c pmpi/abi/mpich.c pmpi/abi/standard.c \
    pmpi/abi/find.c pmpi/abi/find.h \
    pmpi/rank/agent.c pmpi/rank/agent.h \
    pmpi/finalize/agree.c pmpi/finalize/agree.h \
    pmpi/finalize/agree_hosts.c pmpi/finalize/agree_hosts.h \
    pmpi/finalize/standalone.c pmpi/finalize/standalone.h \
    pmpi/wrap/argument.c pmpi/wrap/argument.h \
    pmpi/measure/boundary.c pmpi/measure/boundary.h \
    pmpi/abi/bytes.c pmpi/abi/bytes.h \
    pmpi/abi/layout.c pmpi/abi/layout.h \
    pmpi/measure/completion.c pmpi/measure/completion.h \
    pmpi/finalize/clocks.c pmpi/finalize/clocks.h \
    pmpi/base/clear.h pmpi/abi/calls.def pmpi/abi/each_call.h \
    pmpi/base/compat.h pmpi/base/dlsym.h pmpi/base/elf_find.c pmpi/base/elf_find.h \
    pmpi/base/elf_object.c pmpi/base/elf_object.h \
    pmpi/measure/estimate.h pmpi/measure/exchanges.c pmpi/measure/exchanges.h \
    pmpi/life/exit_record.c \
    pmpi/base/exit_table.c pmpi/base/exit_table.h \
    pmpi/finalize/gather.c pmpi/finalize/gather.h \
    pmpi/measure/governor.c pmpi/measure/governor.h \
    pmpi/life/identify.c pmpi/life/identify.h \
    pmpi/abi/library.c pmpi/abi/library.h \
    pmpi/wrap/lifecycle.c \
    pmpi/base/index.h \
    pmpi/base/lock.c pmpi/base/lock.h \
    pmpi/measure/counters.c pmpi/measure/counters.h \
    pmpi/measure/meter.c pmpi/measure/meter.h \
    pmpi/rank/timestamp.h pmpi/heap/link.h collector/journal/heap_record.h \
    pmpi/rank/heap_link.c pmpi/rank/heap_link.h \
    pmpi/measure/modules.c pmpi/measure/modules.h \
    pmpi/finalize/names.c pmpi/finalize/names.h \
    pmpi/abi/real_symbol.c pmpi/abi/real_symbol.h \
    pmpi/measure/observe.c pmpi/measure/observe.h \
    pmpi/abi/ops.c pmpi/abi/ops.h \
    pmpi/base/own_fd.h \
    pmpi/measure/own_memory.c pmpi/measure/own_memory.h \
    pmpi/measure/objects.c pmpi/measure/objects.h \
    pmpi/measure/requests.c pmpi/measure/requests.h \
    pmpi/finalize/peers.c pmpi/finalize/peers.h \
    pmpi/finalize/rank_list.c pmpi/finalize/rank_list.h \
    pmpi/measure/phase_table.c pmpi/measure/phase_table.h \
    pmpi/measure/phases.c pmpi/measure/phases.h \
    pmpi/measure/places.c pmpi/measure/places.h \
    pmpi/life/life.c pmpi/life/life.h \
    pmpi/life/stop.c pmpi/life/stop.h \
    pmpi/rank/rank.c pmpi/rank/rank.h \
    pmpi/life/sandbox.c pmpi/life/sandbox.h \
    pmpi/base/log.c pmpi/base/log.h \
    pmpi/base/soname.c pmpi/base/soname.h \
    pmpi/wrap/sessions.c pmpi/wrap/sessions.h \
    pmpi/rank/settings.c pmpi/rank/settings.h \
    pmpi/base/quota.h \
    pmpi/measure/site_table.c pmpi/measure/site_table.h \
    pmpi/measure/scripts.c pmpi/measure/scripts.h \
    pmpi/measure/sites.c pmpi/measure/sites.h \
    pmpi/base/spawn.c pmpi/base/spawn.h \
    pmpi/measure/spikes.c pmpi/measure/spikes.h \
    pmpi/base/stack.c pmpi/base/stack.h \
    pmpi/rank/stage.c pmpi/rank/stage.h \
    pmpi/base/syscalls.c pmpi/base/syscalls.h \
    pmpi/measure/timeline.c pmpi/measure/timeline.h \
    pmpi/measure/threads.c pmpi/measure/threads.h \
    pmpi/wrap/user_phases.c \
    pmpi/rank/world.c pmpi/rank/world.h \
    pmpi/wrap/wrap.c pmpi/abi/wrapper.h
# In each preloaded library, but not in the archive: its programs use the libc of the system they are linked on.
compat_sources = pmpi/base/compat.c pmpi/base/compat_numbers.c pmpi/base/compat.h
pmpi_libmemwatch_pmpi_la_SOURCES = $(shim_sources) $(compat_sources) pmpi/wrap/dlsym_calls.c pmpi/wrap/sandbox_calls.c
pmpi_libmemwatch_pmpi_la_CPPFLAGS = $(AM_CPPFLAGS) -DMW_BINDIR='"$(bindir)"'
pmpi_libmemwatch_pmpi_la_CFLAGS = $(SHIM_CFLAGS)
pmpi_libmemwatch_pmpi_la_LDFLAGS = -module -avoid-version -shared $(SHIM_LDFLAGS) \
    -export-symbols-regex '^(P?MPIX?_[A-Z].*|memwatch_pmpi_.*|dlsym|prctl|seccomp|syscall)$$'

# The wait calls and kill(), preloaded with the shim: they log how ranks ended, and in which order. Linked in two segments
# instead of four, which starts every process of the job 10 us sooner.
lib_LTLIBRARIES += pmpi/libmemwatch-wait.la
pmpi_libmemwatch_wait_la_SOURCES = \
    collector/base/file_names.h \
    collector/base/hostname.c collector/base/hostname.h \
    collector/base/io.c collector/base/io.h \
    collector/base/launch_variables.c collector/base/launch_variables.h \
    collector/base/starters.c collector/base/starters.h \
    collector/journal/procmem.c collector/journal/procmem.h \
    collector/base/clock.h collector/base/magic.h collector/journal/record.h collector/view/wait_log.h \
    pmpi/base/compat.h pmpi/base/compat_numbers.c pmpi/base/elf_find.h pmpi/wait/calls.c \
    pmpi/wait/directory.c pmpi/wait/directory.h \
    pmpi/wait/log.c pmpi/wait/log.h \
    pmpi/wait/starter.c pmpi/wait/starter.h \
    pmpi/wait/state.c pmpi/wait/state.h
pmpi_libmemwatch_wait_la_CPPFLAGS = $(AM_CPPFLAGS)
pmpi_libmemwatch_wait_la_CFLAGS = $(SHIM_CFLAGS)
pmpi_libmemwatch_wait_la_LDFLAGS = -module -avoid-version -shared -Wl,-z,noseparate-code \
    -export-symbols-regex '^(wait|waitpid|wait3|wait4|waitid|__wait|__waitpid|kill|killpg)$$'

# The heap library: malloc() and its kin. Not part of the archive, since a program that merely contains its malloc() would
# use it.
lib_LTLIBRARIES += pmpi/libmemwatch-heap.la
pmpi_libmemwatch_heap_la_SOURCES = \
    collector/base/clock.h collector/base/magic.h collector/base/settings.h \
    collector/base/launch_variables.c collector/base/launch_variables.h \
    collector/journal/heap_record.h collector/journal/record.h \
    pmpi/base/compat.c pmpi/base/compat.h pmpi/base/compat_numbers.c pmpi/base/dlsym.h pmpi/base/elf_find.c pmpi/base/elf_find.h \
    pmpi/base/elf_object.c pmpi/base/elf_object.h pmpi/base/index.h pmpi/base/lock.c pmpi/base/lock.h \
    collector/base/python_path.h pmpi/base/functions.c pmpi/base/functions.h \
    pmpi/base/python.c pmpi/base/python.h pmpi/base/python_lines.c pmpi/base/python_lines.h pmpi/base/python_offsets.h \
    pmpi/base/stack.c pmpi/base/stack.h pmpi/base/syscalls.c pmpi/base/syscalls.h \
    pmpi/heap/areas.c pmpi/heap/areas.h pmpi/heap/attach.c \
    pmpi/heap/blocks.c pmpi/heap/blocks.h pmpi/heap/dlsym.c pmpi/heap/filter.h pmpi/heap/guards.c pmpi/heap/guards.h \
    pmpi/heap/enter.c pmpi/heap/given.c pmpi/heap/heap.c pmpi/heap/heap.h pmpi/heap/mappings.c pmpi/heap/link.h \
    pmpi/heap/malloc_calls.c pmpi/heap/mapping_calls.c \
    pmpi/heap/memory.c pmpi/heap/memory.h pmpi/heap/modules.c pmpi/heap/modules.h \
    pmpi/heap/next.c pmpi/heap/next.h pmpi/heap/pagemap_scan.h pmpi/heap/peak.c \
    pmpi/heap/ranges.c pmpi/heap/ranges.h pmpi/heap/sampling.c pmpi/heap/sampling.h \
    pmpi/heap/sites.c pmpi/heap/sites.h pmpi/heap/snapshots.c pmpi/heap/snapshots.h \
    pmpi/heap/sparse.c pmpi/heap/sparse.h pmpi/heap/start.c pmpi/heap/state.h pmpi/heap/status.c pmpi/heap/status.h pmpi/heap/timeline.c
pmpi_libmemwatch_heap_la_CPPFLAGS = $(AM_CPPFLAGS)
pmpi_libmemwatch_heap_la_CFLAGS = $(SHIM_CFLAGS) -fno-builtin-malloc -fno-builtin-calloc -fno-builtin-realloc -fno-builtin-free
pmpi_libmemwatch_heap_la_LDFLAGS = -module -avoid-version -shared $(SHIM_LDFLAGS) \
    -export-symbols-regex '^(malloc|calloc|realloc|reallocarray|free|memalign|aligned_alloc|posix_memalign|valloc|pvalloc|mmap|mmap64|munmap|mremap|madvise|sbrk|brk|memwatch_heap_link)$$'

# The shim as an archive to link into a program.
lib_LIBRARIES += pmpi/libmemwatch-pmpi.a
pkgconfigdir = $(libdir)/pkgconfig
nodist_pkgconfig_DATA = pmpi/memwatch-pmpi.pc

pmpi_libmemwatch_pmpi_a_SOURCES = $(shim_sources)
pmpi_libmemwatch_pmpi_a_CPPFLAGS = $(pmpi_libmemwatch_pmpi_la_CPPFLAGS) -DMW_LINKED_IN
pmpi_libmemwatch_pmpi_a_CFLAGS = $(SHIM_CFLAGS) -fPIC
ARFLAGS = cr

# A description of each folder.
EXTRA_DIST += \
    pmpi/abi/README.md pmpi/base/README.md pmpi/finalize/README.md pmpi/heap/README.md pmpi/life/README.md pmpi/measure/README.md \
    pmpi/rank/README.md pmpi/wait/README.md pmpi/wrap/README.md
