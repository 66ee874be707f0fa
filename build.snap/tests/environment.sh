# SPDX-License-Identifier: MIT
# What configure found, for the shell tests.
OPENMPI_CC='/usr/bin/mpicc.openmpi'
OPENMPI_FC='/usr/bin/mpifort.openmpi'
OPENMPI_RUN='/usr/bin/mpirun.openmpi'
MPICH_CC='/usr/bin/mpicc.mpich'
MPICH_FC='/usr/bin/mpifort.mpich'
MPICH_RUN='/usr/bin/mpirun.mpich'
BUILD_CC='gcc'
SANITIZERS='no'
FUZZ_CFLAGS='     -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=600  -DMW_LIBDIR="/nowhere" -DMW_PAGE_DIR="/work/w7/build/../collector/page"'
FUZZ_LIBS='-lhwloc  -ldw -lelf  -lelf -lcmocka  -lsodium  -ljansson  -lncursesw -ltinfo  -ldl -lm'
top_builddir='/work/w7/build'
top_srcdir='/work/w7/build/..'
