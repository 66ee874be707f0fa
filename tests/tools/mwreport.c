/* SPDX-License-Identifier: MIT */
/* mwreport [-w RANKS] [-a] RUN-DIR | GATHERED-FILE
 *
 * Prints the report of `memwatch report`, but keeps all details of at most RANKS ranks: covers the code for many ranks with
 * few. -a: as with --all. */
#include "collector/merge/merge.h"
#include "collector/report/text/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct mw_report_style style = {0};
    struct mw_model *model;
    struct mw_err err = {""};
    int option, fd, status;

    while ((option = getopt(argc, argv, "w:a")) != -1)
        switch (option) {
        case 'w': mw_merge_set_detailed_ranks(strtoul(optarg, NULL, 10)); break;
        case 'a': style.all = true; break;
        default: return 2;
        }
    if (optind + 1 != argc) {
        fputs("usage: mwreport [-w RANKS] [-a] RUN-DIR | GATHERED-FILE\n", stderr);
        return 2;
    }
    fd = open(argv[optind], O_RDONLY | O_DIRECTORY);
    model = fd < 0 ? mw_merge_gathered(argv[optind], &err) : mw_merge_run(fd, NULL, &err);
    if (!model) {
        fprintf(stderr, "mwreport: %s\n", err.text);
        return 1;
    }
    status = mw_report_text_write(stdout, model, &style) ? 1 : 0;
    mw_model_destroy(model);
    return status;
}
