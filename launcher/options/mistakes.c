/* SPDX-License-Identifier: MIT */
#include "launcher/options/mistakes.h"

#include "launcher/options/near.h"

#include <stdio.h>
#include <string.h>

/* A long option by its name or the beginning of one, as for getopt; a letter is given as `key`. */
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

/* An option as a word, and what it does with the next word. */
struct word {
    const struct argp_option *option; /* NULL: none that is known */
    bool takes_next;                  /* its argument is the next word */
    bool may_take;                    /* it has an optional argument, which it was not given */
};

static struct word long_option(const struct argp *argp, const char *name)
{
    size_t length = strcspn(name, "=");
    const struct argp_option *option = length ? find(argp, name, length, 0) : NULL;
    bool bare = option && option->arg && !name[length], optional = bare && option->flags & OPTION_ARG_OPTIONAL;

    return (struct word){option, bare && !optional, optional};
}

/* Letters up to the first that takes an argument. */
static struct word letters(const struct argp *argp, const char *letter)
{
    const struct argp_option *option = NULL;

    for (; *letter; letter++) {
        option = find(argp, "", 0, (unsigned char)*letter);
        if (!option || option->arg)
            break;
    }
    return (struct word){option, option && option->arg && !letter[1], false};
}

static struct word word_of(const struct argp *argp, const char *word)
{
    if (word[0] != '-' || !word[1])
        return (struct word){NULL, false, false};
    return word[1] == '-' ? long_option(argp, word + 2) : letters(argp, word + 1);
}

/* Whether only options stand between here and "--": then no command began before it. */
static bool end_follows(const struct argp *argp, int argc, char **argv, int from)
{
    for (int i = from; i < argc; i++) {
        struct word word = word_of(argp, argv[i]);
        if (!strcmp(argv[i], "--"))
            return true;
        if (!word.option)
            return false;
        i += word.takes_next;
    }
    return false;
}

bool mw_mistakes_find(char *text, size_t size, const struct argp *argp, int argc, char **argv)
{
    for (int i = 1; i + 1 < argc && strcmp(argv[i], "--"); i++) {
        struct word word = word_of(argp, argv[i]);
        const char *next = argv[i + 1];
        if (!word.option)
            return false;
        if (word.may_take && next[0] != '-' && end_follows(argp, argc, argv, i + 2)) {
            snprintf(text, size, "--%s takes its %s only after '=': --%s=%s", word.option->name, word.option->arg,
                     word.option->name, next);
            return true;
        }
        if (word.takes_next && !strcmp(next, "--")) {
            snprintf(text, size, "--%s needs its %s: --%s=%s", word.option->name, word.option->arg, word.option->name,
                     word.option->arg);
            return true;
        }
        i += word.takes_next;
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
