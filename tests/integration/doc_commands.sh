# SPDX-License-Identifier: MIT
# README.md and the pages of doc/: commands in blocks marked "sh" work as printed, and print what the page shows.
. "${srcdir:-.}/tests/lib.sh"

pages="README.md $(cd "$top_srcdir" && echo doc/*.md)"
none() { [ -z "$1" ] || { echo "$1"; return 1; }; }

# ---- what can be checked without running anything ----

# Each block is marked: see "Commands in these pages" of doc/README.md.
unmarked() { # page
    awk '/^```/ { open = !open; if (open && $0 !~ /^```(sh|console|text|c|tcl)$/) print FILENAME ":" FNR ": " $0 }
         END { if (open) print FILENAME ": a block is not closed" }' "$top_srcdir/$1"
}

# Anchors as GitHub makes them of headings.
anchors() { sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed -e 's/[^a-z0-9 _-]//g' -e 's/ /-/g'; }

dead_links() { # page
    grep -o -E '\]\([^)]+\)' "$top_srcdir/$1" | sed 's/^](//; s/)$//' | while read -r link; do
        file=${link%%#*}
        case $link in http*) continue ;; esac
        target=$top_srcdir/$(dirname "$1")/$file
        [ -n "$file" ] || target=$top_srcdir/$1
        [ -e "$target" ] || echo "$1: $link does not exist"
        case $link in
            *'#'*) anchors "$target" | grep -q -x -e "${link#*#}" || echo "$1: $link: no such heading" ;;
        esac
    done
}

for page in $pages; do
    check "$page: every block is marked" none "$(unmarked "$page")"
    check "$page: links" none "$(dead_links "$page")"
done
for page in "$top_srcdir"/doc/*.md; do
    name=$(basename "$page")
    [ "$name" = README.md ] || check "doc/README.md lists $name" grep -q "]($name)" "$top_srcdir/doc/README.md"
done
check "README.md has at most 1,200 words" [ "$(wc -w <"$top_srcdir/README.md")" -le 1200 ]

# Environment variables that a page names are used somewhere.
unused() {
    (cd "$top_srcdir" && cat README.md doc/*.md doc/*.[17]) | grep -o -E 'MEMWATCH_[A-Z_]*[A-Z]' | sort -u | while read -r name; do
        grep -r -q "$name" "$top_srcdir/launcher" "$top_srcdir/pmpi" "$top_srcdir/collector" || echo "$name"
    done
}
check "no page names a variable that nothing uses" none "$(unused)"

# README's accuracy table is an excerpt of the one in doc/exactness.md.
rows() { sed -n '/bench\/accuracy: begin/,/bench\/accuracy: end/s/ *| */|/gp' "$1"; }
columns() { # file: of each row "tool found < 1 ms, right rank, phase, line", whatever else the table has
    rows "$1" | awk -F '|' '
        /\|found\|/ { for (i = 2; i < NF; i++) if ($i ~ /^(|found|< 1 ms|right rank|phase|line)$/) wanted[++n] = i }
        n && !/---/ { line = ""; for (i = 1; i <= n; i++) line = line "|" $wanted[i]; print line }'
}
columns "$top_srcdir/README.md" >excerpt
columns "$top_srcdir/doc/exactness.md" >whole
check "README.md: the accuracy table has rows" [ "$(wc -l <excerpt)" -ge 4 ]
check "README.md: they are those of doc/exactness.md" none "$(grep -v -x -F -f whole excerpt)"

# The packages of "Building by hand" are those that ./bootstrap installs.
words() { tr -s '[:space:]' '\n' | sed '/^$/d; s/:.*//' | sort; }
listed() { sed -n "/^$1 install /,/[^\\\\]\$/p" "$top_srcdir/doc/guide.md" | sed "s/^$1 install//; s/\\\\\$//" | words; }
installed() { sed -n "/^build_$1='/,/'\$/p" "$top_srcdir/bootstrap" | sed "s/^build_$1='//; s/'\$//" | words; }
for tool in apt dnf; do
    check "doc/guide.md: the packages for $tool" same "$(listed $tool)" "$(installed $tool)"
done
for mode in demo check; do
    check "./bootstrap $mode is a command" sh -c "'$top_srcdir/bootstrap' --help | grep -q 'bootstrap $mode '"
done

# ---- commands ----

mpi=$(mpis | head -n 1) # the examples are built for it
[ -n "$mpi" ] || { skip "the commands" 'no MPI library'; done_testing; exit 0; }
examples=$top_builddir/examples
[ "$SANITIZERS" != yes ] || { skip "the commands" 'sanitized libraries cannot be preloaded by hand'; done_testing; exit 0; }

# Blocks of a page: N.sh, and N.text when a block of text follows directly.
blocks_of() { # page directory
    awk -v to="$2" '
        /^```/ && kind { if (kind == "sh") { after = FNR + 1 } kind = ""; next }
        /^```sh$/ { kind = "sh"; file = to "/" ++n ".sh"; printf "" >file; next }
        /^```text$/ { kind = "text"; file = FNR == after ? to "/" n ".text" : "/dev/null"; next }
        /^```/ { kind = "other"; next }
        kind == "sh" || kind == "text" { print >file }' "$top_srcdir/$1"
}

# A directory like the build directory, in which commands may write.
place() { # directory
    mkdir -p "$1/build" "$1/bin" "$1/tmp"
    for name in launcher pmpi examples; do ln -s "$top_builddir/$name" "$1/build/$name"; done
    ln -s "$examples/mpi_distributed_compute" "$1/build/app"
    ln -s "$examples/rank_table" "$1/build/changed"
    # mpirun is that of the examples
    [ "$(readlink -f "$(command -v mpirun)")" = "$(readlink -f "$(mpirun_of "$mpi")")" ] || {
        printf '#!/bin/sh\nexec %s "$@"\n' "$(mpirun_of "$mpi")" >"$1/bin/mpirun"
        chmod +x "$1/bin/mpirun"
    }
}

numbers() { # directory of blocks
    for block in "$1"/*.sh; do basename "$block" .sh; done | sort -n
}

# One script for a page, since its blocks build upon one another. Pages of doc/ begin with what README.md prepares.
script_of() { # page directory
    echo 'set -e'
    echo "cd '$2'"
    [ "$1" = README.md ] || cat "$work/prepare.sh"
    for n in $(numbers "$2/blocks"); do
        echo '{'
        cat "$2/blocks/$n.sh"
        echo "} >'$2/blocks/$n.out' 2>&1"
        echo ": >'$2/blocks/$n.done'"
    done
}

# The settings of this test are not used: what Open MPI needs must be in the page.
settings=$(env | sed -n 's/^\(\(OMPI\|PRTE\|PMIX\|MEMWATCH\)_[A-Za-z0-9_]*\)=.*/-u \1/p')
as_printed() { # as whom, directory
    # shellcheck disable=SC2086
    "$1" env $settings NO_COLOR=1 TMPDIR="$2/tmp" HOME="$2" PATH="$2/bin:$PATH" timeout -k 5 300 sh "$2/script" >"$2/script.out" 2>&1 </dev/null
}
as_myself() { "$@"; }

# What begins each line of a shown output, up to the first number or column; deeper indented lines depend on the run, and the
# libraries and modules of MPI on its version, and on which of its small blocks were sampled.
labels() { # file
    grep -E '^ {0,2}[^ ]' "$1" | sed -e 's/^ *//' -e 's/   *.*//' -e 's/ *[^ ]*\([0-9]\|…\).*//' -e 's/^MPI: \(lib\|mca_\).*/MPI: lib/' | sed '/^.\{0,2\}$/d' | sort -u
}
unprinted() { # shown printed
    [ -e "$2" ] || { echo 'it was not run'; return; }
    # the process that mpirun becomes has another name from Open MPI 5 on
    tr -s ' \n' ' ' <"$2" | sed 's/\<prterun\>/orterun/g' >"$work/printed"
    labels "$1" | while read -r label; do grep -q -F -e "$label" "$work/printed" || echo "not printed: $label"; done
}

ran() { [ -e "$1.done" ] || { [ -e "$1.out" ] && tail -n 30 "$1.out" || echo 'not reached'; return 1; }; }
has_all() { command -v jq >/dev/null || ! grep -q -w jq "$1"; }

try() { # page as-whom directory how
    mkdir -p "$3/blocks"
    blocks_of "$1" "$3/blocks"
    for block in "$3"/blocks/*.sh; do
        has_all "$block" || { skip "$1$4: $(head -n 1 "$block")" 'jq was not found'; rm "$block"; }
    done
    script_of "$1" "$3" >"$3/script"
    [ "$2" != as_user ] || chown -R 65534:65534 "$3"
    as_printed "$2" "$3"
    for n in $(numbers "$3/blocks"); do
        name=$3/blocks/$n
        check "$1$4: $(head -n 1 "$name.sh")" ran "$name"
        if [ -e "$name.text" ] && [ "$mpi" = openmpi ]; then
            check "$1$4: prints the shown output" none "$(unprinted "$name.text" "$name.out")"
        fi
    done
}

mkdir pages first
blocks_of README.md first
cp first/1.sh prepare.sh
check "README.md: the first block prepares the shell" grep -q '^export PATH=' prepare.sh
number=0
for page in $pages; do
    grep -q '^```sh$' "$top_srcdir/$page" || continue
    number=$((number + 1))
    place "$work/pages/$number"
    try "$page" as_myself "$work/pages/$number" ''
done
check "there were some pages" [ $number -ge 4 ]

if [ "$(id -u)" != 0 ]; then
    skip "README.md as an ordinary user" 'was tried above'
elif ! user_can; then
    skip "README.md as an ordinary user" "$user_cannot"
else
    chmod 711 "$work" "$work/pages"
    place "$work/pages/user"
    try README.md as_user "$work/pages/user" ', as an ordinary user'
fi
done_testing
