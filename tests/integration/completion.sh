# SPDX-License-Identifier: MIT
# Completion, in the shells themselves; and that it has what --help has.
. "${srcdir:-.}/tests/lib.sh"

PATH=$(dirname "$memwatch"):$PATH
export PATH
touch record.json page.html
mkdir runs
commands='run report compare runs top doctor completion'
# The options that --help lists, with their letters, one per line.
helped() { "$memwatch" "$1" --help | sed -n 's/^ \{1,6\}\(-[a-z], \)\{0,1\}\(--[a-z-]*\).*/\1\2/p' | tr -d ',' | tr ' ' '\n' | sort -u; }
long_of() { grep '^--' | sort -u; }

check "a wrong shell: 125" sh -c '"$0" completion tcsh 2>err; [ $? = 125 ]' "$memwatch"
check "the message lists the shells" grep -q 'bash, zsh or fish' err

if command -v bash >/dev/null; then
    "$memwatch" completion bash >bash_completion
    in_bash() { # the words as readline splits them; what it offers
        bash --norc -c '. ./bash_completion; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _memwatch 2>/dev/null; printf "%s\n" "${COMPREPLY[@]}"' \
            bash "$@" | sort -u
    }
    check "bash: commands" same "$(in_bash memwatch com)" "$(printf 'compare\ncompletion')"
    for command in $commands; do
        check "bash: $command has the options of --help" same "$(in_bash memwatch "$command" - | grep -v '^$')" "$(helped "$command")"
    done
    check "bash: the words of an option" same "$(in_bash memwatch report --color = a | tr '\n' ' ')" "always auto "
    check "bash: as a separate word" same "$(in_bash memwatch top --sort gr)" growth
    check "bash: files" same "$(in_bash memwatch run --html = pa)" page.html
    check "bash: directories only" same "$(in_bash memwatch run --run-dir r)" runs
    check "bash: a path to report" same "$(in_bash memwatch report rec)" record.json
    check "bash: nothing for a number" same "$(in_bash memwatch run -i '')" ""
    check "bash: the command behind --" grep -q -x mkdir <<END
$(in_bash memwatch run -i 10 -- mkd)
END
    check "bash: arguments of the command are files" same "$(in_bash memwatch run -i 10 ./app rec)" record.json
    check "bash: not its options" same "$(in_bash memwatch run -- ./app --ht)" ""
else
    skip "bash" "bash is not installed"
fi

if command -v fish >/dev/null; then
    "$memwatch" completion fish >memwatch.fish
    in_fish() { HOME=$work fish --no-config -c "source memwatch.fish; complete -C '$1'" | cut -f 1 | sort -u; }
    check "fish: commands" same "$(in_fish 'memwatch com')" "$(printf 'compare\ncompletion')"
    for command in $commands; do
        check "fish: $command has the options of --help" same "$(in_fish "memwatch $command --" | cut -d = -f 1 | long_of)" "$(helped "$command" | long_of)"
    done
    check "fish: the words of an option" same "$(in_fish 'memwatch top --sort gr')" growth
    check "fish: files" same "$(in_fish 'memwatch run --html pa')" page.html
    check "fish: a path to report" same "$(in_fish 'memwatch report rec')" record.json
    check "fish: the command behind --" sh -c 'printf "%s\n" "$1" | grep -q -x mkdir' sh "$(in_fish 'memwatch run -- mkd')"
else
    skip "fish" "fish is not installed"
fi

if command -v zsh >/dev/null && command -v tmux >/dev/null; then
    mkdir functions
    "$memwatch" completion zsh >functions/_memwatch
    printf 'fpath=(%s/functions $fpath)\nautoload -U compinit\ncompinit -u -D\nPS1="ready> "\nLISTMAX=1000\n' "$work" >.zshrc
    tmux="tmux -S $work/tmux"
    $tmux -f /dev/null new-session -d -x 150 -y 60 "env ZDOTDIR=$work HOME=$work zsh" 2>/dev/null
    shown() { $tmux capture-pane -p; }
    waits_for() { until_true sh -c "$tmux capture-pane -p | grep -q -e '$1'"; }
    in_zsh() { # the text before Tab
        $tmux send-keys C-u C-l
        $tmux send-keys -l "$1"
        $tmux send-keys Tab
    }
    waits_for 'ready>'
    in_zsh 'memwatch run --html pa'
    check "zsh: files" waits_for 'memwatch run --html page.html'
    in_zsh 'memwatch top --sort gr'
    check "zsh: the words of an option" waits_for 'memwatch top --sort growth'
    in_zsh 'memwatch rep'
    check "zsh: commands" waits_for 'memwatch report'
    for command in $commands; do
        in_zsh "memwatch $command --"
        $tmux send-keys Tab
        check "zsh: $command has the options of --help" until_true sh -c '
            for option in $1; do $2 capture-pane -p | grep -q -e " $option\|^$option" || exit 1; done' sh "$(helped "$command" | long_of)" "$tmux"
    done
    $tmux kill-server
else
    skip "zsh" "zsh or tmux is not installed"
fi
done_testing
