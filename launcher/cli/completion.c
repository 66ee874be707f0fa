/* SPDX-License-Identifier: MIT */
/* `memwatch completion SHELL`: scripts generated from the tables that option parsing and --help use. */
#include "launcher/cli/completion.h"

#include "collector/base/message.h"
#include "launcher/options/exit_status.h"

#include <argp.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Kinds of an option's argument. */
enum kind { NOTHING, WORDS, FILES, DIRECTORIES, ANYTHING };

static enum kind kind_of(const struct argp_option *option)
{
    if (!option->arg)
        return NOTHING;
    if (strchr(option->arg, '|'))
        return WORDS;
    return !strcmp(option->arg, "FILE") ? FILES : !strcmp(option->arg, "DIR") ? DIRECTORIES : ANYTHING;
}

/* Kinds of a subcommand's operands. */
static const struct {
    const char *command;
    enum { NO_OPERAND, COMMAND, PATHS, DIRECTORY, SHELL } operand;
} operands[] = {{"run", COMMAND},   {"report", PATHS},  {"compare", PATHS},
                {"scale", COMMAND}, {"top", DIRECTORY}, {"completion", SHELL}};

static int operand_of(const char *command)
{
    for (size_t i = 0; i < sizeof(operands) / sizeof(operands[0]); i++)
        if (!strcmp(operands[i].command, command))
            return operands[i].operand;
    return NO_OPERAND;
}

static const struct argp_option help_only[] = {{"help", 0, NULL, 0, "Show this help", 0}, {0}};

typedef void write_option(FILE *out, const char *command, const struct argp_option *option);

static void each_in(FILE *out, const char *command, const struct argp *argp, write_option *write)
{
    for (const struct argp_option *option = argp->options; option && option->name; option++)
        if (!(option->flags & OPTION_HIDDEN))
            write(out, command, option);
    for (const struct argp_child *child = argp->children; child && child->argp; child++)
        each_in(out, command, child->argp, write);
}

static void each_option(FILE *out, const struct mw_command *command, write_option *write)
{
    const struct argp only_help = {.options = help_only};

    each_in(out, command->name, command->argp ? command->argp() : &only_help, write);
}

static bool has_letter(const struct argp_option *option)
{
    return option->key > ' ' && option->key < 0x7f && isalnum(option->key);
}

/* Prints "a|b|c" with `between` instead of the bars. */
static void put_words(FILE *out, const char *words, char between)
{
    for (; *words; words++)
        putc(*words == '|' ? between : *words, out);
}

/* Prints text in single quotes; characters in `more` are escaped with a backslash. */
static void put_quoted(FILE *out, const char *text, const char *more)
{
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fprintf(out, "%s%c", strchr(more, *text) ? "\\" : "", *text);
}

/* ---- bash ---- */

static void bash_name(FILE *out, const char *command, const struct argp_option *option)
{
    (void)command;
    if (has_letter(option))
        fprintf(out, "-%c ", option->key);
    fprintf(out, "--%s ", option->name);
}

/* Options whose argument may be a separate word: "-i", "--interval". */
static void bash_taking(FILE *out, const char *command, const struct argp_option *option)
{
    if (option->arg && !(option->flags & OPTION_ARG_OPTIONAL))
        bash_name(out, command, option);
}

static void bash_argument(FILE *out, const char *command, const struct argp_option *option)
{
    enum kind kind = kind_of(option);

    if (kind == NOTHING || kind == ANYTHING)
        return;
    fprintf(out, "        %s:--%s", command, option->name);
    if (has_letter(option))
        fprintf(out, "|%s:-%c", command, option->key);
    fputs(") ", out);
    if (kind == WORDS) {
        fputs("words='", out);
        put_words(out, option->arg, ' ');
        fputs("'", out);
    } else
        fputs(kind == FILES ? "action=-f" : "action=-d", out);
    fputs(" ;;\n", out);
}

/* The fixed parts of the script. After each but the last, a list from the tables follows. */
static const char bash_begin[] =
    "# bash completion of memwatch: eval \"$(memwatch completion bash)\"\n"
    "_memwatch() {\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    local options= taking= words= action= at\n"
    "    COMPREPLY=()\n"
    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
    "        COMPREPLY=($(compgen -W '";
static const char bash_options[] = "--help --version' -- \"$current\"))\n"
                                   "        return\n"
                                   "    fi\n"
                                   "    case $command in\n";
static const char bash_arguments[] =
    "    esac\n"
    "    # \"bash splits \"--option=value\" into three words\n"
    "    if [ \"$current\" = = ]; then current=; elif [ \"$before\" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}\n"
    "    elif [[ $taking != *\" $before \"* ]]; then before=; fi\n"
    "    case $command:$before in\n";
static const char bash_operands[] =
    "        *:-*) return ;;\n"
    "        *)\n"
    "            if [ \"$command\" = run ]; then\n"
    "                for ((at = 2; at < COMP_CWORD; at++)); do\n"
    "                    case ${COMP_WORDS[at]} in\n"
    "                        --) ((at++)); break ;;\n"
    "                        =) ((at++)) ;;\n"
    "                        -*) [[ $taking != *\" ${COMP_WORDS[at]} \"* || ${COMP_WORDS[at+1]} = = ]] || ((at++)) ;;\n"
    "                        *) break ;;\n"
    "                    esac\n"
    "                done\n"
    "                if [ \"${COMP_WORDS[at-1]}\" = -- ] || ((at < COMP_CWORD)); then\n"
    "                    if declare -F _command_offset >/dev/null; then _command_offset \"$at\"\n"
    "                    elif ((at == COMP_CWORD)); then COMPREPLY=($(compgen -c -- \"$current\"))\n"
    "                    else COMPREPLY=($(compgen -f -- \"$current\")); fi\n"
    "                    return\n"
    "                fi\n"
    "            fi\n"
    "            if [[ $current = -* ]]; then words=$options\n"
    "            else\n"
    "                case $command in\n"
    "                    run) COMPREPLY=($(compgen -c -- \"$current\")); return ;;\n";
static const char bash_end[] =
    "                esac\n"
    "            fi ;;\n"
    "    esac\n"
    "    if [ -n \"$words\" ]; then COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
    "    elif [ -n \"$action\" ]; then compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen $action -- \"$current\")); fi\n"
    "}\n"
    "complete -F _memwatch memwatch\n";

static void write_bash_commands(FILE *out, const struct mw_command *commands)
{
    for (const struct mw_command *command = commands; command->name; command++)
        if (command->summary)
            fprintf(out, "%s ", command->name);
}

static void write_bash_options(FILE *out, const struct mw_command *commands)
{
    for (const struct mw_command *command = commands; command->name; command++) {
        if (!command->summary)
            continue;
        fprintf(out, "        %s) options='", command->name);
        each_option(out, command, bash_name);
        fputs("' taking=' ", out);
        each_option(out, command, bash_taking);
        fputs("' ;;\n", out);
    }
}

static void write_bash_arguments(FILE *out, const struct mw_command *commands)
{
    for (const struct mw_command *command = commands; command->name; command++)
        if (command->summary)
            each_option(out, command, bash_argument);
}

static void write_bash_operands(FILE *out, const struct mw_command *commands)
{
    static const char *const actions[] = {
        [NO_OPERAND] = "", [COMMAND] = "", [PATHS] = "action=-f", [DIRECTORY] = "action=-d", [SHELL] = "words='bash zsh fish'"};

    for (const struct mw_command *command = commands; command->name; command++)
        if (*actions[operand_of(command->name)])
            fprintf(out, "                    %s) %s ;;\n", command->name, actions[operand_of(command->name)]);
}

static void write_bash(FILE *out, const struct mw_command *commands)
{
    fputs(bash_begin, out);
    write_bash_commands(out, commands);
    fputs(bash_options, out);
    write_bash_options(out, commands);
    fputs(bash_arguments, out);
    write_bash_arguments(out, commands);
    fputs(bash_operands, out);
    write_bash_operands(out, commands);
    fputs(bash_end, out);
}

/* ---- zsh ---- */

static void zsh_option(FILE *out, const char *command, const struct argp_option *option)
{
    enum kind kind = kind_of(option);
    bool optional = option->flags & OPTION_ARG_OPTIONAL;

    (void)command;
    for (int letter = has_letter(option); letter >= 0; letter--) {
        fputs("                '", out);
        if (letter)
            fprintf(out, "-%c%s", option->key, option->arg ? "+" : "");
        else
            fprintf(out, "--%s%s", option->name, !option->arg ? "" : optional ? "=-" : "=");
        putc('[', out);
        put_quoted(out, option->doc, "[]:\\");
        putc(']', out);
        if (kind != NOTHING)
            fprintf(out, "%s:%s:", optional ? ":" : "", kind == WORDS ? "word" : option->arg);
        if (kind == WORDS) {
            putc('(', out);
            put_words(out, option->arg, ' ');
            putc(')', out);
        } else if (kind == FILES || kind == DIRECTORIES)
            fputs(kind == FILES ? "_files" : "_files -/", out);
        else if (kind == ANYTHING)
            putc(' ', out);
        fputs("' \\\n", out);
    }
}

static void write_zsh(FILE *out, const struct mw_command *commands)
{
    static const char *const actions[] = {[NO_OPERAND] = "",
                                          [COMMAND] = " '*:::command: _normal'",
                                          [PATHS] = " '*:path:_files'",
                                          [DIRECTORY] = " ':run directory:_files -/'",
                                          [SHELL] = " ':shell:(bash zsh fish)'"};

    fputs("#compdef memwatch\n"
          "# zsh completion of memwatch: memwatch completion zsh >~/.zfunc/_memwatch, with ~/.zfunc in $fpath\n"
          "_memwatch() {\n"
          "    local -a commands\n"
          "    commands=(\n",
          out);
    for (const struct mw_command *command = commands; command->name; command++)
        if (command->summary) {
            fprintf(out, "        '%s:", command->name);
            put_quoted(out, command->summary, ":");
            fputs("'\n", out);
        }
    fputs("    )\n"
          "    if ((CURRENT == 2)); then\n"
          "        _describe command commands\n"
          "        return\n"
          "    fi\n"
          "    local command=$words[2]\n"
          "    shift words\n"
          "    ((CURRENT--))\n"
          "    case $command in\n",
          out);
    for (const struct mw_command *command = commands; command->name; command++) {
        if (!command->summary)
            continue;
        fprintf(out, "        %s)\n            _arguments -S \\\n", command->name);
        each_option(out, command, zsh_option);
        fprintf(out, "               %s ;;\n", actions[operand_of(command->name)]);
    }
    fputs("    esac\n"
          "}\n"
          "if [ \"$funcstack[1]\" = _memwatch ]; then _memwatch \"$@\"; else compdef _memwatch memwatch; fi\n",
          out);
}

/* ---- fish ---- */

static void fish_option(FILE *out, const char *command, const struct argp_option *option)
{
    enum kind kind = kind_of(option);

    fprintf(out, "complete -c memwatch -n '__memwatch_in %s' -l %s", command, option->name);
    if (has_letter(option))
        fprintf(out, " -s %c", option->key);
    if (kind != NOTHING && !(option->flags & OPTION_ARG_OPTIONAL))
        fputs(kind == FILES || kind == DIRECTORIES ? " -r -F" : " -x", out);
    if (kind == WORDS) {
        fputs(" -a '", out);
        put_words(out, option->arg, ' ');
        putc('\'', out);
    }
    fputs(" -d '", out);
    put_quoted(out, option->doc, "\\");
    fputs("'\n", out);
}

static void write_fish(FILE *out, const struct mw_command *commands)
{
    static const char *const actions[] = {[NO_OPERAND] = "",
                                          [COMMAND] = "-x -a '(__fish_complete_subcommand --fcs-skip=2)'",
                                          [PATHS] = "-F",
                                          [DIRECTORY] = "-x -a '(__fish_complete_directories)'",
                                          [SHELL] = "-x -a 'bash zsh fish'"};

    fputs("# fish completion of memwatch: memwatch completion fish >~/.config/fish/completions/memwatch.fish\n"
          "function __memwatch_in\n"
          "    set -l words (commandline -opc)\n"
          "    test (count $words) -ge 2; and test $words[2] = $argv[1]\n"
          "end\n"
          "function __memwatch_first\n"
          "    test (count (commandline -opc)) -eq 1\n"
          "end\n"
          "complete -c memwatch -f\n",
          out);
    for (const struct mw_command *command = commands; command->name; command++) {
        if (!command->summary)
            continue;
        fprintf(out, "complete -c memwatch -n __memwatch_first -a %s -d '", command->name);
        put_quoted(out, command->summary, "\\");
        fputs("'\n", out);
        each_option(out, command, fish_option);
        if (*actions[operand_of(command->name)])
            fprintf(out, "complete -c memwatch -n '__memwatch_in %s' %s\n", command->name, actions[operand_of(command->name)]);
    }
}

/* ---- all ---- */

static const struct {
    const char *name;
    void (*write)(FILE *out, const struct mw_command *commands);
} shells[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};

static const char help[] =
    "  eval \"$(memwatch completion bash)\"                    in ~/.bashrc\n"
    "  memwatch completion zsh >~/.zfunc/_memwatch           with ~/.zfunc in $fpath before compinit\n"
    "  memwatch completion fish >~/.config/fish/completions/memwatch.fish\n"
    "\n"
    "Usage: memwatch completion bash|zsh|fish\n"
    "Prints a script that completes memwatch's commands, options and option arguments. 'make install' installs the\n"
    "scripts where the three shells find them.\n"
    "\n"
    "      --help                 Show this help\n";

int mw_completion_print(const struct mw_command *commands, int argc, char **argv)
{
    if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(help, stdout);
        return 0;
    }
    for (size_t i = 0; argc == 2 && i < sizeof(shells) / sizeof(shells[0]); i++)
        if (!strcmp(argv[1], shells[i].name)) {
            shells[i].write(stdout, commands);
            return fflush(stdout) ? 1 : 0;
        }
    mw_message("memwatch: completion needs one shell: bash, zsh or fish\n");
    return MW_EXIT_FAILURE;
}
