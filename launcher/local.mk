# SPDX-License-Identifier: MIT
# The `memwatch` command. All but main() lies in a library, so that unit tests can use it.
bin_PROGRAMS += launcher/memwatch
noinst_LTLIBRARIES += launcher/liblauncher.la

launcher_liblauncher_la_SOURCES = \
    launcher/adopt.c launcher/adopt.h \
    launcher/apart.c launcher/apart.h \
    launcher/cmd_report.c launcher/commands.h \
    launcher/doctor.c \
    launcher/doctor_checks.c launcher/doctor_checks.h \
    launcher/doctor_kernel.c \
    launcher/doctor_mpi.c \
    launcher/doctor_try.c launcher/doctor_try.h \
    launcher/forward.c launcher/forward.h \
    launcher/limits.c launcher/limits.h \
    launcher/options.c launcher/options.h \
    launcher/output.c launcher/output.h \
    launcher/preload.c launcher/preload.h \
    launcher/relay.c launcher/relay.h \
    launcher/run.c \
    launcher/rundir.c launcher/rundir.h \
    launcher/sampler.c launcher/sampler.h \
    launcher/spawn.c launcher/spawn.h \
    launcher/tree.c launcher/tree.h \
    launcher/witness.c launcher/witness.h
launcher_liblauncher_la_CPPFLAGS = $(AM_CPPFLAGS) $(HWLOC_CFLAGS) -DMW_LIBDIR='"$(libdir)"'
launcher_liblauncher_la_LIBADD = collector/libcollector.la $(HWLOC_LIBS)

launcher_memwatch_SOURCES = launcher/main.c
launcher_memwatch_LDADD = launcher/liblauncher.la
