/* SPDX-License-Identifier: MIT */
/* `memwatch shim`: where the libraries are, for runs without the launcher. */
#ifndef MW_LAUNCHER_CLI_SHIM_H
#define MW_LAUNCHER_CLI_SHIM_H

#include <argp.h>

int mw_shim_main(int argc, char **argv);

/* For completion. */
const struct argp *mw_shim_argp(void);

#endif
