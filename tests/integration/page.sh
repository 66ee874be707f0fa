# SPDX-License-Identifier: MIT
# --html, in a real browser.
. "${srcdir:-.}/tests/lib.sh"

CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
export CHROMIUM
browser=$top_srcdir/tests/browser
example=$top_builddir/examples/mpi_distributed_compute

mpi=$(mpis | head -n 1)
[ "$mpi" = openmpi ] || example=$(program "$mpi" spikes)
"$memwatch" run --quiet --html job.html -o job.json -- "$(mpirun_of "$mpi")" -n 4 "$example" --spike 64 >out 2>err
check "a page is written" [ -s job.html ]
"$memwatch" report --html again.html job.json
check "the same from the record" cmp job.html again.html
"$memwatch" run --quiet --html died.html -- "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" grow_and_die)" --how segv --mib 64 >out 2>err
"$memwatch" run --quiet -i 20 --exclude '^sleep' --html hostile.html -- sh -c 'sleep 0.4; :' '</script><img src=x onerror="window.broken=1">&amp;' 2>err
"$memwatch" run --quiet --html jobs.html -- sh -c '"$1" -n 2 "$2" --calls 9; "$1" -n 3 "$2" --calls 9' sh "$(mpirun_of "$mpi")" \
    "$(program "$mpi" busy)" >out 2>err
"$memwatch" run --quiet --no-heap --html bare.html -- "$(mpirun_of "$mpi")" -n 2 "$(program "$mpi" busy)" --calls 9 >out 2>err
mkdir -m 700 large
"$top_builddir/tests/tools/mwgen" -n 1000 -w large >/dev/null
"$memwatch" report --html large.html large
mkdir -m 700 hosts
"$top_builddir/tests/tools/mwgen" -n 12 -H 3 -l hosts >/dev/null
"$memwatch" report --html hosts.html hosts
check "1,000 ranks stay below 5 MB" [ "$(wc -c <large.html)" -lt 5000000 ]
check "no text of it ends the data" [ "$(grep -c '</script>' hostile.html)" = "$(grep -c '</script>' job.html)" ]
"$memwatch" scale -n 2,4,8 --predict n=64 --ranks-per-node 64 --node-mem 2G --html study.html -- sh -c 'exec "$@"' \
    '</script><img src=x onerror="window.broken=1">' "$(mpirun_of "$mpi")" -n {n} "$top_builddir/examples/rank_table" \
    --mesh 16 --entry 1048576 >out 2>err
check "a study's page" [ -s study.html ]

# The scripts read data by name: they use no column number and parse no text.
web=$top_srcdir/collector/page/web
by_number='(row|rank|phase|spike|site|host|job|step|note|line|point|process|ranks)\[([0-9]|[A-Z]+[].])|column\([^()]*, *[0-9]|sort: *[0-9]'
text_apart='\.(split|startsWith|endsWith|trim|trimStart|match|matchAll|exec|substring|substr|charAt|search|replace)\('
by_name() { ! grep -nE "$by_number|$text_apart" "$@"; }
not_by_name() { ! by_name "$@"; }
check "the scripts read data by name" by_name "$web"/run*.js "$web/scale.js"
for script in 'const peak = row[3];' 'const peak = rank[RANK.peak];' 'column("call", "code", 0),' 'text.startsWith("      ")' \
    'line.text.split(" ")'; do
    echo "$script" >script.js
    check "that check finds $script" not_by_name script.js
done
# html.c writes the complete report, for browsers without scripts.
check "nothing else of the page includes the terminal report" [ -z "$(grep -l 'report/text/' "$top_srcdir"/collector/page/*.[ch] |
    grep -v '/html\.c$')" ]
"$memwatch" report --html /nowhere/page.html job.json 2>err
check "where it cannot be written: 1" same $? 1

why=
[ -n "$CHROMIUM" ] || why="Chromium was not found"
[ -d "$browser/node_modules/playwright-core" ] || why="playwright-core was not found: npm ci in tests/browser"
command -v node >/dev/null || why="node was not found"
if [ -n "$why" ]; then
    skip "in a browser" "$why"
else
    node "$browser/page.js" "$work" >looked 2>&1
    check "the browser script finished" grep -q '^# 1,000 ranks' looked
    while read -r verdict name; do
        case $verdict in
            ok | bad) check "$name" [ "$verdict" = ok ] ;;
            *) echo "# $verdict $name" ;;
        esac
    done <looked
fi
done_testing
