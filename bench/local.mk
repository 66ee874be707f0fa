# SPDX-License-Identifier: MIT
# What memwatch costs: bench/README.md.
bench_tools = bench/tools/heap_known bench/tools/heap_pairs bench/tools/idle bench/tools/starts bench/tools/tree
check_PROGRAMS += $(bench_tools)
bench_tools_heap_known_SOURCES = bench/tools/heap_known.c bench/tools/heap_tables.h bench/programs/footprint.h
bench_tools_heap_known_LDADD = -lm -ldl
bench_tools_heap_known_CFLAGS = $(AM_CFLAGS) -pthread
bench_tools_heap_pairs_SOURCES = bench/tools/heap_pairs.c bench/tools/heap_tables.h
bench_tools_heap_pairs_LDADD = -ldl
bench_tools_heap_pairs_CFLAGS = $(AM_CFLAGS) -pthread
bench_tools_idle_SOURCES = bench/tools/idle.c bench/programs/footprint.h
bench_tools_idle_LDADD =
bench_tools_starts_SOURCES = bench/tools/starts.c
bench_tools_starts_LDADD =
bench_tools_tree_SOURCES = bench/tools/tree.c
bench_tools_tree_LDADD =

bench_programs = bench/programs/calls.c bench/programs/counted.c bench/programs/footprint.c bench/programs/footprint.h \
    bench/programs/known_spikes.c bench/programs/lifetime.c
check_DATA += bench/programs.stamp
CLEANFILES += bench/programs.stamp
bench/programs.stamp: bench/build_programs.sh tests/environment.sh $(bench_programs) $(examples_sources) pmpi/memwatch.h
	@$(MKDIR_P) bench
	$(AM_V_GEN)$(SHELL) $(srcdir)/bench/build_programs.sh && touch $@

bench-programs: all $(bench_tools) tests/tools/usage bench/programs.stamp
bench: bench-programs
	$(srcdir)/bench/run
	$(srcdir)/bench/heap
.PHONY: bench bench-programs

EXTRA_DIST += $(bench_programs) bench/README.md bench/accuracy bench/build_programs.sh bench/heap bench/instructions \
    bench/measure.py bench/plot bench/poller.py bench/run bench/sections.py bench/table.py \
    bench/workloads/arrays.py bench/workloads/maps.cpp bench/workloads/melt.lmp bench/workloads/temporaries.py \
    doc/bench-accuracy.svg doc/bench-cost.svg
