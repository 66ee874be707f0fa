/* SPDX-License-Identifier: MIT */
/* A communication layer: all MPI calls of the program except the first and the last. */
double comm_sum(double value);
void comm_wait(void);
