/* SPDX-License-Identifier: MIT */
/* `memwatch doctor`. */
#ifndef MW_LAUNCHER_DOCTOR_DOCTOR_H
#define MW_LAUNCHER_DOCTOR_DOCTOR_H

/* Gets its own argv (argv[0] is "doctor"); returns the exit status. */
int mw_doctor_main(int argc, char **argv);

#endif
