# SPDX-License-Identifier: MIT
# memwatch scale: runs a study, resumes it, reads existing records, and reports what it cannot predict.
. "${srcdir:-.}/tests/lib.sh"
. "${srcdir:-.}/tests/schema.sh"

mpi=$(mpis | head -n 1) # the examples are built for it
run=$(mpirun_of "$mpi")
table=$top_builddir/examples/rank_table
replicated=$top_builddir/examples/replicated
ls /usr/lib/*/liblapacke.so.3 /usr/lib64/liblapacke.so.3 2>/dev/null | grep -q . || skip_all "needs liblapacke"
scale() { timeout 400 "$memwatch" scale "$@" >out 2>err; echo $?; }

# What is refused, in one line, before anything runs.
refused() { # what, expected words, arguments...
    what=$1 words=$2
    shift 2
    check "$what: 125" same "$(scale "$@")" 125
    check "$what: one line has advice" sh -c 'grep -q -- "$1" err && test "$(wc -l <err)" = 1' sh "$words"
}
refused "no numbers of ranks" 'memwatch scale -n 2,4,8 -- mpirun -n {n}' -- true
refused "no command" 'needs a COMMAND' -n 2,4
refused "no number" "not 'x'" -n 2,x -- true {n}
refused "half a rank" 'integers' -n 1.5 -- true {n}
refused "no place for the ranks" 'mpirun -n {n} ./app' -n 2,4 -- true
refused "no place for a parameter" 'insert {size} for its value' -n 2,4 --param size=1,2 -- true {n}
refused "a parameter without a name" 'NAME=VALUE' -n 2 --param =3 -- true {n}
refused "both" 'cannot be used together' -n 2 --from .
refused "no place to predict" 'n=512' -n 2 --predict size=3 -- true {n}
refused "two on stdout" 'only one form' --from . --json --csv -
refused "an existing file" 'exists' --from . --csv err
check "nothing was run" [ ! -e memwatch-scale ]
check "no such directory: 1" same "$(scale --from nowhere)" 1
check "no such directory: the message" grep -q 'cannot read nowhere' err

# A study, continued.
# The growth over three single runs must be larger than the variation between runs.
small="$table --mesh 16 --entry 4194304"
check "a study: 0" same "$(scale -n 2,4 --dir study -- "$run" -n {n} $small)" 0
check "progress is printed" same "$(grep -c '^memwatch: run [12] of 2  n=[24],run=1 ' err)" 2
check "its records are there" same "$(cd study && ls)" "$(printf '%s\n' n=2,run=1.json n=2,run=1.log n=4,run=1.json n=4,run=1.log)"
check "and the output of the program" grep -q 'table of 4 entries of 4194304 bytes: verified' study/n=4,run=1.log
check "two numbers of ranks: no model" grep -q 'fullest rank.*three different numbers of ranks' out
check "the command as it was given" grep -q '^memwatch scale  .* -n {n} ' out
check "resumed: 0" same "$(scale -n 2,4,8 --dir study --predict n=64 --ranks-per-node 64 --node-mem 3G -- "$run" -n {n} $small)" 0
check "only what was missing is run" same "$(grep -c '^memwatch: run ' err)" 1
check "and the others are named" grep -q '2 of 3 runs already exist in study' err
check "each rank's table of all ranks is found" grep -q -E 'fullest rank(, and [0-9]+ more)? +[0-9.]+ MiB \+ (3\.9|4\.[01]) MiB · n \+ ' out
check "and its place" grep -q -E 'phase +table of ranks(, and [0-9]+ more)? .* · n' out
check "the memory of each phase" grep -q -E '^  phase +table of ranks(, and [0-9]+ more)? +([0-9.]+ MiB *){3}$' out
check "the mesh is constant" grep -q -E "phase +mesh(, and [0-9]+ more)? +[0-9.]+ MiB( \+ MPI_Init)? " out
check "ranks of either role" grep -q -E '^ +8 +1 += [0-9.]+ MiB .* MiB  ≤ [0-9.]+ MiB$' out
check "strong scaling: it grows" grep -q -E '^  strong  +2 → 8 .* grows with process count' out
check "it does not fit: why" grep -q -E 'first not to fit +(phase|inside a call) .*table.*, from [0-9]+ ranks on' out
check "and is reported" grep -q 'it does not fit' out
check "Slurm's line" grep -q -E 'sbatch --nodes=1 --ntasks=64 --ntasks-per-node=64 --mem=[0-9]+M$' out
check "or for each processor" grep -q -E 'ntasks-per-node=64 --mem-per-cpu=[0-9]+M$' out

check "a repeated number counts once: 0" same "$(scale -n 8,4,4,2,8 --dir study -- "$run" -n {n} $small)" 0
check "of three runs" grep -q '^  3 runs; ' out

# All forms, of the same study.
check "all forms: 0" same "$(scale --from study --predict n=64 --ranks-per-node 64 --node-mem 64G --report text --json=s.json \
    --csv s.csv --html s.html)" 0
check "nothing on stdout then" [ ! -s out ]
check "the text" grep -q 'it fits' text
valid "JSON" "$top_srcdir/doc/scale.schema.json" s.json
check "CSV: a row for each, and one for the prediction" same "$(grep -c '^rank,fullest rank,' s.csv)" 4
check "CSV: its names" same "$(head -n 1 s.csv)" \
    group,name,run,n,parameter,measured_bytes,model_bytes,model_low_bytes,model_high_bytes,measured_error_bytes
check "a page" grep -q 'Content-Security-Policy' s.html
if command -v gnuplot >/dev/null; then
    check "a drawing: 0" same "$(scale --from study --predict n=64 --svg s.svg)" 0
    check "it is an SVG file" sh -c 'head -n 1 s.svg | grep -q "<?xml" && grep -q "</svg>" s.svg && grep -q "<path" s.svg'
else
    skip "a drawing" "needs gnuplot"
fi
mkdir bare
check "without gnuplot: 1" same "$(PATH=$work/bare "$memwatch" scale --from study --svg t.svg >out 2>err; echo $?)" 1
check "with advice" grep -q 'needs gnuplot' err
check "and no file" [ ! -e t.svg ]
check "only JSON on stdout" same "$(scale --from study --json; "$python" -c 'import json; print(len(json.load(open("out"))["runs"]))')" "0
3"

# Another command in the same directory, a failed run, a signal.
check "another command: 1" same "$(scale -n 2,4,8 --dir study -- "$run" -n {n} "$table" --mesh 8)" 1
check "is not mixed with it" same "$(grep -c 'skipping .*: recorded from another command' err)" 3
cat >odd.sh <<END
#!/bin/sh
[ "\$1" = 4 ] && { echo "no licence left"; exit 3; }
exec "$run" -n "\$1" $replicated --table 8
END
chmod 755 odd.sh
check "a failed run: 1" same "$(scale -n 2,4,6,8 --dir failing -- ./odd.sh {n})" 1
check "it is reported, with its last output" sh -c 'grep -q "n=4,run=1  failed with status 3: see failing/n=4,run=1.log" err && grep -q "no licence left" err'
check "the others run" same "$(ls failing/*run=1.json | wc -l)" 3
check "the memory of each rank is constant" grep -q -E "fullest rank(, and [0-9]+ more)? +[0-9.]+ MiB( \+ MPI_Init)? " out
printf '#!/bin/sh\necho x >>begun\nexec sleep 30\n' >long.sh
chmod 755 long.sh
timeout 60 "$memwatch" scale -n 1,2,3 --dir broken -- ./long.sh {n} >out 2>err &
pid=$!
until_true [ -e begun ]
kill -TERM "$(pgrep -P "$pid" -x memwatch)"
wait "$pid"
check "a signal ends the study" same $? 130
check "no further run" same "$(wc -l <begun)" 1
check "and how to resume it" grep -q 'run the same command again to resume' err

# A parameter: strong and weak scaling, and records from elsewhere.
param="--param table=4,16,32"
check "a parameter: 0" same "$(scale -n 2,4,6 $param --dir grid --predict n=64,table=1024 --ranks-per-node 8 --node-mem 16G \
    -- "$run" -n {n} "$replicated" --table {table})" 0
check "nine runs" same "$(ls grid/*.json | wc -l)" 9
check "it is in the model" grep -q -E 'fullest rank(, and [0-9]+ more)? +[0-9.]+ MiB \+ (1\.0 MiB|10[0-9][0-9] KiB) · table' out
check "the largest that fits" grep -q -E 'largest table +[12][0-9]{3}( or more)? ' out
# (none, if the runs leave no uncertainty)
check "a run that would help" same "$(grep -c '^  a run that would help ' out)" \
    "$(grep -c -E '^  a run that would help  n = [0-9]+, table = [0-9.e+,]+( |$)' out)"
check "strong and weak scaling are distinguished" sh -c 'grep -q -E "^  strong +32 .* nothing of it divides" out && grep -q -E "^  weak +8 a rank" out'
check "too far: 0" same "$(scale --from grid --predict n=64,table=1e7)" 0
check "it is refused, with the reason" grep -q -E '^  none: table was 4 to 32 in the runs: predictions reach to [0-9.e+]+ at most, not to 1e\+07$' out
check "no advice for Slurm then" sh -c '! grep -q sbatch out'
check "too many ranks: 0" same "$(scale --from grid --predict n=4096,table=16 --json=far.json --report far)" 0
valid "JSON of what is refused" "$top_srcdir/doc/scale.schema.json" far.json
check "is refused as well" grep -q '"possible":false,"reach":"n_far","why":"n was 2 to 6' far.json
check "a value for each rank" same "$(scale -n 2,4,6 --param 'table=4*n' --dir weak -- "$run" -n {n} "$replicated" --table {table})" 0
check "is weak scaling" grep -q -E '^  weak +4 a rank .* grows' out
check "and the value was inserted" grep -q 'table of 24 MiB' weak/n=6,table=24,run=1.log
mkdir elsewhere
i=0
for record in grid/*.json; do cp "$record" "elsewhere/job-$((i += 1)).json"; done
check "from elsewhere, without a name: 1" same "$(scale --from elsewhere -- --mib {mib})" 1
check "with the reason" grep -q 'no value of mib in its name' err
check "with the command line: 0" same "$(scale --from elsewhere --csv e.csv --report e.txt -- --table {table})" 0
check "gives the same result" same "$(grep 'fullest rank' e.txt)" "$(scale --from grid >/dev/null; grep 'fullest rank' out)"
check "a missing parameter" same "$(scale --from grid --predict n=8)" 125
check "the message shows an example" grep -q 'also give a value of table: n=8,table=32' err
check "a truncated record is left out" same "$(head -c 2000 s.json >elsewhere/x.json; scale --from elsewhere -- --table {table})" 1
check "and named" grep -q 'skipping .*x\.json' err
done_testing
