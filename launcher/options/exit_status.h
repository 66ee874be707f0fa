/* SPDX-License-Identifier: MIT */
/* memwatch's exit statuses; any other is the command's (env(1) and timeout(1) use the same). */
#ifndef MW_LAUNCHER_OPTIONS_EXIT_STATUS_H
#define MW_LAUNCHER_OPTIONS_EXIT_STATUS_H

#define MW_EXIT_FAILURE 125
#define MW_EXIT_NOT_EXECUTABLE 126
#define MW_EXIT_NOT_FOUND 127

#endif
