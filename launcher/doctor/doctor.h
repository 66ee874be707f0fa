/* SPDX-License-Identifier: MIT */
/* `memwatch doctor`. */
#ifndef MW_LAUNCHER_DOCTOR_DOCTOR_H
#define MW_LAUNCHER_DOCTOR_DOCTOR_H

/* argv[0] is "doctor". Returns the exit status. */
int mw_doctor_main(int argc, char **argv);

#endif
