/* SPDX-License-Identifier: MIT */
/* `memwatch agent`. */
#ifndef MW_LAUNCHER_HOSTS_AGENT_MAIN_H
#define MW_LAUNCHER_HOSTS_AGENT_MAIN_H

/* argv[0] is "agent". Returns the exit status. */
int mw_agent_main(int argc, char **argv);

#endif
