# SPDX-License-Identifier: MIT
# One harness: cmocka programs and shell tests, both through TAP.
TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
    top_builddir_path='$(abs_top_builddir)'; export top_builddir_path; \
    srcdir='$(abs_top_srcdir)'; export srcdir;

unit_tests =
shell_tests = \
    tests/integration/arrows.sh \
    tests/integration/exports.sh \
    tests/integration/launcher.sh \
    tests/integration/terminal.sh \
    tests/integration/doctor.sh \
    tests/integration/bad_input.sh \
    tests/integration/shared.sh \
    tests/integration/identity.sh \
    tests/integration/rows.sh \
    tests/integration/fortran.sh \
    tests/integration/cxx.sh \
    tests/integration/layer.sh \
    tests/integration/python.sh \
    tests/integration/rust.sh \
    tests/integration/known_sizes.sh \
    tests/integration/spikes.sh \
    tests/integration/main_job.sh \
    tests/integration/alone.sh \
    tests/integration/gather.sh \
    tests/integration/hosts_gather.sh \
    tests/integration/threads.sh \
    tests/integration/tricks.sh \
    tests/integration/pairs.sh \
    tests/integration/live.sh \
    tests/integration/inert.sh \
    tests/integration/unnoticed.sh \
    tests/integration/limits.sh \
    tests/integration/odd_jobs.sh \
    tests/integration/mpmd.sh \
    tests/integration/slurm.sh \
    tests/integration/static.sh \
    tests/integration/tools.sh

if HAVE_CMOCKA
unit_tests += \
    tests/unit/test_journal \
    tests/unit/test_journal_read \
    tests/unit/test_limits \
    tests/unit/test_merge \
    tests/unit/test_procmem \
    tests/unit/test_report_text \
    tests/unit/test_symbols \
    tests/unit/test_timeline \
    tests/unit/test_tree
endif

check_PROGRAMS += $(unit_tests) tests/tools/mwdump tests/tools/mwhost

# With sanitizers the jobs' own side is run once, by the plain build.
if SANITIZERS
TESTS += $(unit_tests) tests/integration/launcher.sh tests/integration/main_job.sh
else
TESTS += $(unit_tests) $(shell_tests)
endif

synthetic = tests/unit/synthetic.c tests/unit/synthetic.h
collector_test_libs = collector/libcollector.la $(CMOCKA_LIBS)
launcher_test_libs = launcher/liblauncher.la $(CMOCKA_LIBS)

tests_unit_test_journal_SOURCES = tests/unit/test_journal.c
tests_unit_test_journal_LDADD = $(collector_test_libs)
tests_unit_test_journal_read_SOURCES = tests/unit/test_journal_read.c $(synthetic)
tests_unit_test_journal_read_LDADD = $(collector_test_libs)
tests_unit_test_limits_SOURCES = tests/unit/test_limits.c
tests_unit_test_limits_LDADD = $(launcher_test_libs)
tests_unit_test_merge_SOURCES = tests/unit/test_merge.c $(synthetic)
tests_unit_test_merge_LDADD = $(collector_test_libs)
tests_unit_test_procmem_SOURCES = tests/unit/test_procmem.c
tests_unit_test_procmem_LDADD = $(collector_test_libs)
tests_unit_test_report_text_SOURCES = tests/unit/test_report_text.c $(synthetic)
tests_unit_test_report_text_LDADD = $(collector_test_libs)
tests_unit_test_symbols_SOURCES = tests/unit/test_symbols.c $(synthetic)
tests_unit_test_symbols_LDADD = $(collector_test_libs)
tests_unit_test_symbols_CFLAGS = $(AM_CFLAGS) -g
tests_unit_test_timeline_SOURCES = tests/unit/test_timeline.c pmpi/timeline.c
tests_unit_test_timeline_LDADD = $(collector_test_libs)
tests_unit_test_tree_SOURCES = tests/unit/test_tree.c
tests_unit_test_tree_LDADD = $(launcher_test_libs)

tests_tools_mwdump_SOURCES = tests/tools/mwdump.c
tests_tools_mwdump_LDADD = collector/libcollector.la
tests_tools_mwhost_SOURCES = tests/tools/mwhost.c

# The shim once more, with gather rounds so small that a few ranks need many of them.
check_LTLIBRARIES += tests/libsmallrounds.la
tests_libsmallrounds_la_SOURCES = $(shim_sources)
tests_libsmallrounds_la_CPPFLAGS = $(pmpi_libmemwatch_pmpi_la_CPPFLAGS) -DMW_GATHER_BYTES=3000 -DMW_GATHER_RANKS=3
tests_libsmallrounds_la_CFLAGS = $(SHIM_CFLAGS)
tests_libsmallrounds_la_LIBADD = $(pmpi_libmemwatch_pmpi_la_LIBADD)
tests_libsmallrounds_la_LDFLAGS = $(pmpi_libmemwatch_pmpi_la_LDFLAGS) -rpath /nowhere

# MPI programs that know their own calls and memory, built for each MPI that was found.
check_DATA += tests/programs.stamp
CLEANFILES += tests/programs.stamp
tests/programs.stamp: tests/build_programs.sh tests/environment.sh FORCE
	$(AM_V_GEN)$(SHELL) $(srcdir)/tests/build_programs.sh && touch $@
FORCE:
.PHONY: FORCE

EXTRA_DIST += tests/build_programs.sh tests/check.sh tests/golden tests/hosts.sh tests/integration tests/lib.sh \
    tests/programs

clean-local:
	-rm -rf tests/programs
