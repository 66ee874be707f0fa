/* SPDX-License-Identifier: MIT */
#include "launcher/options/mistakes.h"

#include "launcher/options/near.h"

#include <stdio.h>
#include <string.h>

/* A long option is what the word is the beginning of, as for getopt; a letter is given as `key`. */
static const struct argp_option *find(const struct argp *argp, const char *name, size_t length, int key)
{
    const struct argp_option *found = NULL;

    for (const struct argp_option *option = argp->options; option && option->name; option++) {
        if (key ? option->key == key : strlen(option->name) == length && !strncmp(option->name, name, length))
            return option;
        if (!key && !strncmp(option->name, name, length))
            found = option;
    }
    for (const struct argp_child *child = argp->children; child && child->argp; child++) {
        const struct argp_option *option = find(child->argp, name, length, key);
        if (option && (key || strlen(option->name) == length))
            return option;
        if (option)
            found = option;
    }
    return found;
}

/* The option whose argument, if it takes one, is the next word; NULL: none. */
static const struct argp_option *option_of(const struct argp *argp, const char *word)
{
    if (word[0] != '-' || !word[1])
        return NULL;
    if (word[1] == '-')
        return strchr(word, '=') ? NULL : find(argp, word + 2, strlen(word + 2), 0);
    for (const char *letter = word + 1; *letter; letter++) {
        const struct argp_option *option = find(argp, "", 0, (unsigned char)*letter);
        if (option && option->arg)
            return letter[1] ? NULL : option;
    }
    return NULL;
}

static bool has_end(int argc, char **argv, int from)
{
    for (int i = from; i < argc; i++)
        if (!strcmp(argv[i], "--"))
            return true;
    return false;
}

bool mw_mistakes_find(char *text, size_t size, const struct argp *argp, int argc, char **argv)
{
    for (int i = 1; i + 1 < argc && argv[i][0] == '-' && strcmp(argv[i], "--"); i++) {
        const struct argp_option *option = option_of(argp, argv[i]);
        const char *next = argv[i + 1];
        if (!option || !option->arg)
            continue;
        if (option->flags & OPTION_ARG_OPTIONAL) {
            if (next[0] == '-' || !has_end(argc, argv, i + 2))
                continue;
            snprintf(text, size, "--%s takes its %s only after '=': --%s=%s", option->name, option->arg, option->name, next);
            return true;
        }
        if (!strcmp(next, "--")) {
            snprintf(text, size, "--%s needs its %s: --%s=%s", option->name, option->arg, option->name, option->arg);
            return true;
        }
        i++;
    }
    return false;
}

static void consider_all(struct mw_near *near, const struct argp *argp)
{
    for (const struct argp_option *option = argp->options; option && option->name; option++)
        if (!(option->flags & OPTION_HIDDEN))
            mw_near_consider(near, option->name);
    for (const struct argp_child *child = argp->children; child && child->argp; child++)
        consider_all(near, child->argp);
}

void mw_mistakes_suggest(char *text, size_t size, const struct argp *argp, const char *message)
{
    const char *begin = strstr(message, "'--");
    struct mw_near near = {0};
    char word[80];

    text[0] = '\0';
    if (!begin)
        return;
    snprintf(word, sizeof(word), "%s", begin + 3);
    word[strcspn(word, "'=")] = '\0';
    near.word = word;
    if (find(argp, word, strlen(word), 0))
        return; /* getopt's message is about its argument */
    consider_all(&near, argp);
    if (near.best)
        snprintf(text, size, " (did you mean --%s?)", near.best);
}
