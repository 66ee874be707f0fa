/* SPDX-License-Identifier: MIT */
/* `memwatch doctor`: checks whether a run on this machine would be complete. */
#include "launcher/doctor/doctor.h"

#include "collector/base/message.h"
#include "collector/base/text.h"
#include "launcher/doctor/checks.h"
#include "launcher/options/exit_status.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define NAME_WIDTH 17
#define MARK_WIDTH 6

static const char *const marks[] = {[MW_DOCTOR_INFO] = "-", [MW_DOCTOR_GOOD] = "ok", [MW_DOCTOR_BAD] = "BAD"};

static void help(void)
{
    fputs("Usage: memwatch doctor\n"
          "Checks this machine. Prints a line for each check, with what to do if it fails.\n"
          "\n"
          "  memwatch doctor                       on a login node or your workstation\n"
          "  srun -N 1 memwatch doctor             on a node where jobs run\n"
          "  module load openmpi; memwatch doctor  with the MPI that your job will use\n"
          "\n"
          "  --help  show this help\n"
          "\n"
          "The exit status is 0 if a run would be complete, 1 if not, 125 for a wrong option.\n",
          stdout);
}

/* The name is printed with the first line only. */
static void print(const char *mark, const char *name, const char *text)
{
    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        bool first = line == text;
        char *clean = strndup(line, strcspn(line, "\n"));
        if (!clean)
            return;
        mw_text_clean(clean);
        printf("  %-*s%-*s%s\n", MARK_WIDTH, first ? mark : "", NAME_WIDTH, first ? name : "", clean);
        free(clean);
    }
}

static bool is_good(const struct mw_doctor_check *check)
{
    struct mw_doctor_text found = {.length = 0};
    enum mw_doctor_state state;

    fflush(stdout); /* before a check forks */
    state = check->look(&found);
    print(marks[state], check->name, found.text);
    if (state == MW_DOCTOR_BAD)
        printf("  %-*s%-*s→ %s\n", MARK_WIDTH, "", NAME_WIDTH, "", check->advice);
    return state != MW_DOCTOR_BAD;
}

int mw_doctor_main(int argc, char **argv)
{
    struct utsname kernel = {.sysname = "?"};
    size_t bad = 0;

    if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        help();
        return 0;
    }
    if (argc > 1) {
        mw_message("memwatch: doctor: unexpected argument '%s' (see memwatch doctor --help)\n", argv[1]);
        return MW_EXIT_FAILURE;
    }
    uname(&kernel);
    mw_text_clean(kernel.nodename);
    printf("memwatch doctor   %s, %s %s, %ld CPUs\n", kernel.nodename, kernel.sysname, kernel.release,
           sysconf(_SC_NPROCESSORS_ONLN));
    for (size_t i = 0; i < mw_doctor_check_count; i++)
        bad += !is_good(&mw_doctor_checks[i]);
    if (bad)
        printf("A run here would not be complete: %zu thing%s to fix, marked BAD above.\n", bad, bad == 1 ? "" : "s");
    else
        puts("A run here would be complete.");
    return bad ? 1 : 0;
}
