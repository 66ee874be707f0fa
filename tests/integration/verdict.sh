# SPDX-License-Identifier: MIT
# The verdict of real programs: those with a finding have it, healthy ones have none; every form opens with the same sentences.
. "${srcdir:-.}/tests/lib.sh"

[ -n "$(mpis)" ] || skip_all 'no MPI library'
findings() { # of a record
    python3 -c '
import json
print(*[s["finding"] for s in json.load(open("rec"))["verdict"] if s["finding"] and s["part"] != "next"])'
}
text_of() { # part: its sentences, one per line
    python3 -c '
import json, sys
print(*[s["text"] for s in json.load(open("rec"))["verdict"] if s["part"] == sys.argv[1]], sep="\n")' "$1"
}
has() { case " $(findings) " in *" $1 "*) ;; *) echo "# findings: $(findings)"; return 1 ;; esac }
run() { "$memwatch" run -o rec --force --quiet --run-dir "$work" -- "$@" >out 2>err; }

for mpi in $(mpis); do
    for name in heavy_rank_0 imbalance peaks_at_different_times spike growth mpi_objects shared_memory kept_by_malloc \
        reserved_untouched; do
        run "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" findings)" --has "$name"
        check "$mpi: $name" has "$name"
        check "$mpi: $name: what to do" [ -n "$(text_of next)" ]
    done
    run "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" findings)"
    check "$mpi: a healthy program has none" same "$(findings)" ''
    check "$mpi: and nothing to do" same "$(text_of next)" ''
    for part in what who where why fits; do
        check "$mpi: its verdict says $part" [ -n "$(text_of $part)" ]
    done
    run "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" grow_and_die)" --how segv --mib 64
    check "$mpi: a job that died: the first sentence" same "$(text_of what | head -n 1 | cut -d, -f1)" 'rank 1 died first'
done

# MPICH keeps early messages in shared memory here.
case " $(mpis) " in
    *' openmpi '*)
        run "$(mpirun_of openmpi)" -n 3 "$(program openmpi findings)" --has mpi_share
        check "openmpi: mpi_share" has mpi_share
        run "$(mpirun_of openmpi)" -n 4 "$top_builddir/examples/mpi_distributed_compute"
        check "the example is healthy" same "$(findings)" ''
        ;;
    *) skip "openmpi: mpi_share" 'no Open MPI' ;;
esac

# ---- every form ----

mpi=$(mpis | head -n 1)
GITHUB_STEP_SUMMARY=$work/summary "$memwatch" run -o rec --force --report text --html page.html --max-rank-rss 4G --junit checks.xml --github \
    --run-dir "$work" -- "$(mpirun_of "$mpi")" -n 3 "$(program "$mpi" findings)" --has heavy_rank_0 >out 2>err
cat >forms.py <<'EOF'
import html, json, re
verdict = json.load(open("rec"))["verdict"]
texts = [s["text"] for s in verdict]
assert len(texts) > 4, texts
def joined(path):
    return " ".join(open(path).read().split())
def opens(text, before):
    at = [text.index(" ".join(t.split())) for t in texts]
    assert at == sorted(at), at
    assert at[-1] < text.index(before), (at, before)
opens(joined("text"), "Peak memory of the job")
opens(html.unescape(joined("checks.xml")), "<testcase")
opens(re.sub(r"\\(.)", r"\1", joined("summary")), "| check |")
page = open("page.html").read()
data = page[page.index('"verdict":['):]
assert data.index(json.dumps(texts[0], ensure_ascii=False)) < data.index('"post_mortem"')
EOF
check "text, page, JUnit and Markdown open with it" python3 forms.py
"$memwatch" report -o again rec --force
check "a record has it again" cmp rec again
done_testing
