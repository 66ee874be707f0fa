/* SPDX-License-Identifier: MIT */
#include "launcher/cli/shim.h"

#include "collector/base/file_names.h"
#include "collector/base/message.h"
#include "launcher/options/exit_status.h"
#include "launcher/options/parse.h"
#include "launcher/start/preload.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

enum key { KEY_PRELOAD = MW_PARSE_KEYS };

static const struct argp_option table[] = {
    {"preload", KEY_PRELOAD, NULL, 0, "Print both libraries, with a colon between them: the value of LD_PRELOAD", 1},
    MW_PARSE_HELP,
    {0}};

static const char doc[] = "Prints the path of the library that records MPI ranks.\n"
                          "\n"
                          "  memwatch shim\n"
                          "  LD_PRELOAD=$(memwatch shim) mpirun -n 8 ./app\n"
                          "  LD_PRELOAD=$(memwatch shim --preload) mpirun -n 8 ./app   (with the lines that allocate)";

static error_t parse(int key, char *argument, struct argp_state *state)
{
    bool *preload = state->input;

    switch (key) {
    case KEY_PRELOAD: *preload = true; return 0;
    case ARGP_KEY_ARG: mw_parse_fail("shim: unexpected argument '%s' (see memwatch shim --help)", argument);
    default: return mw_parse_common(key, state, "memwatch shim");
    }
}

const struct argp *mw_shim_argp(void)
{
    static const struct argp argp = {.options = table, .parser = parse, .doc = doc};

    return &argp;
}

int mw_shim_main(int argc, char **argv)
{
    char shim[PATH_MAX], heap[PATH_MAX];
    bool preload = false;
    struct mw_err err;

    mw_parse(mw_shim_argp(), argc, argv, &preload);
    if (mw_preload_find(shim, sizeof(shim), &err) < 0) {
        mw_message("memwatch: %s\n", err.text);
        return MW_EXIT_FAILURE;
    }
    if (preload && mw_preload_find_beside(heap, sizeof(heap), shim, MW_FILE_HEAP) == 0)
        printf("%s:%s\n", shim, heap);
    else
        puts(shim);
    return 0;
}
