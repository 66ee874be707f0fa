/* SPDX-License-Identifier: MIT */
#include "launcher/output/checks.h"

#include "launcher/options/parse.h"

enum key { KEY_MAX_TOTAL = MW_PARSE_KEYS_CHECKS, KEY_MAX_RANK, KEY_MAX_PROCESS, KEY_LEAK_CHECK, KEY_JUNIT, KEY_GITHUB };

static const struct argp_option table[] = {
    {"max-total-rss", KEY_MAX_TOTAL, "SIZE", 0, "Exit 10 if the job's processes together certainly used more (512M, 8GiB)",
     MW_PARSE_LIMITS},
    {"max-rank-rss", KEY_MAX_RANK, "SIZE", 0, "Exit 11 if a rank certainly used more", MW_PARSE_LIMITS},
    {"max-per-proc-rss", KEY_MAX_PROCESS, "SIZE", 0, "Exit 11 if any process, including ranks, certainly used more",
     MW_PARSE_LIMITS},
    {"leak-check", KEY_LEAK_CHECK, NULL, 0, "Exit 13 if a repeated phase leaves more memory behind at every visit",
     MW_PARSE_LIMITS},
    MW_CHECKS_JUNIT(KEY_JUNIT, "the results of these checks", MW_PARSE_LIMITS),
    MW_CHECKS_GITHUB(KEY_GITHUB, MW_PARSE_LIMITS),
    MW_PARSE_HEADING("Limits, for CI:", MW_PARSE_LIMITS),
    {0}};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct mw_checks *checks = state->input;

    switch (key) {
    case KEY_MAX_TOTAL: checks->gates.total = mw_parse_size(argument, "--max-total-rss"); return 0;
    case KEY_MAX_RANK: checks->gates.rank = mw_parse_size(argument, "--max-rank-rss"); return 0;
    case KEY_MAX_PROCESS: checks->gates.process = mw_parse_size(argument, "--max-per-proc-rss"); return 0;
    case KEY_LEAK_CHECK: checks->gates.leaks = true; return 0;
    case KEY_JUNIT: checks->results.junit = argument; return 0;
    case KEY_GITHUB: checks->results.github = true; return 0;
    case ARGP_KEY_END:
        if ((checks->results.junit || checks->results.github) && !mw_gates_any(&checks->gates))
            mw_parse_fail("--junit and --github need a check: --max-total-rss SIZE, another limit, or --leak-check");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

const struct argp mw_checks_argp = {.options = table, .parser = parse};
