# SPDX-License-Identifier: MIT
"""The sections of bench/run, a function each, described in bench/README.md."""
import collections
import glob
import json
import os
import shutil
import subprocess
import time

from measure import SOURCE, Failed, fields, in_turn, median_between

# The effort: pairs of runs, fewer for slow sections, milliseconds for each call, and so on.
Effort = collections.namedtuple("Effort", "pairs some lives ms ranks calls sites starts window_s processes intervals")
EFFORTS = {
    "smoke": Effort(1, 1, 1, 1, [2], 1000, 1000, 4, 0.3, [10], [10]),
    "quick": Effort(5, 3, 10, 100, [2, 4, 8], 1000000, 1000000, 200, 1.2, [10, 100, 1000], [1, 10, 100]),
    "long": Effort(15, 9, 300, 300, [2, 4, 8], 10000000, 1000000, 2000, 20, [10, 100, 1000], [1, 10, 100]),
}
COLLECTIVES = ["barrier", "allreduce_8", "allreduce_64k", "allreduce_4m", "alltoall", "ialltoall_wait", "compute"]


def times(place, command):
    """The time of each call in ns, when other work disturbs it least."""
    return {row["call"]: row["calm"] for row in fields(place.run(command)) if "call" in row}  # a peer may print, too


def compare_calls(place, table, mpi, effort, ranks, world, calls, options, how, bounds=None, pairs=None):
    job = [mpi.mpirun, "-n", str(ranks), place.program(mpi, "calls"), world, str(effort.ms), *calls]
    runs = in_turn(pairs or effort.pairs, lambda: times(place, job), lambda: times(place, place.under(*options) + job))
    for call in calls:
        name = f"{mpi.name} {ranks} {'rank' if ranks == 1 else 'ranks'} {call}"
        table.add(name, [(a[call], b[call]) for a, b in runs], "ns", how, (bounds or {}).get(call))


def fast(place, table, effort):
    table.begin("fast", "Fast path: a call on MPI_COMM_SELF that is counted and not measured, ns")
    for mpi in place.mpis:
        compare_calls(place, table, mpi, effort, 1, "self", ["barrier", "allreduce_8"], ["--overhead=0"], "difference",
                      {"barrier": 50, "allreduce_8": 50})


def messages(place, table, effort):
    table.begin("messages", "Messages: MPI_Send to MPI_PROC_NULL, counted and not measured; a round trip of 8 B between 2 ranks, ns")
    for mpi in place.mpis:
        compare_calls(place, table, mpi, effort, 1, "self", ["send_null"], ["--overhead=0"], "difference", {"send_null": 35})
        compare_calls(place, table, mpi, effort, 2, "world", ["pingpong_8"], [], "ratio", {"pingpong_8": 1.12})


def peers(place, table, effort):
    """$BENCH_PEERS: MPI:NAME=LIBRARY[,VARIABLE=VALUE]... of each other profiler to preload, separated by blanks."""
    table.begin("peers", "Other profilers: a call above the bare one, ns; memwatch beside them")
    given = os.environ.get("BENCH_PEERS", "").split()
    calls = ["barrier", "allreduce_8", "send_null"]
    if not given:
        table.note("left out: BENCH_PEERS names none")
    for mpi in place.mpis:
        start = [mpi.mpirun, "-n", "1"]
        job = [place.program(mpi, "calls"), "self", str(effort.ms), *calls]
        own = [word.split(":", 1)[1].split("=", 1) for word in given if word.startswith(mpi.name + ":")]
        others = {name: [*start, "env", *f"LD_PRELOAD={words}".split(","), *job] for name, words in own}
        ours = {" ".join(["memwatch", *options]): [*place.under(*options), *start, *job] for options in ([], ["--exact"])}
        for name, command in {**others, **ours}.items() if own else ():
            runs = in_turn(effort.pairs, lambda: times(place, start + job), lambda command=command: times(place, command))
            for call in calls:
                table.add(f"{mpi.name} {name} {call}", [(a[call], b[call]) for a, b in runs], "ns")


def exact(place, table, effort):
    table.begin("exact", "--exact: each call measured; memory changes inside alltoall_fresh, and not in the others, ns")
    for mpi in place.mpis:
        compare_calls(place, table, mpi, effort, 1, "self", ["barrier", "allreduce_8", "alltoall_fresh"], ["--exact"],
                      "difference", {"barrier": 1500, "allreduce_8": 1500, "alltoall_fresh": 3500})


def collectives(place, table, effort):
    table.begin("collectives", "Collectives among ranks, ns, and their ratio")
    cpus = len(os.sched_getaffinity(0))
    for mpi in place.mpis:
        for ranks in effort.ranks:
            if mpi.name == "mpich" and ranks > cpus:
                table.note(f"{mpi.name} {ranks} ranks: left out: it polls, so on {cpus} CPUs the scheduler would count")
                continue
            compare_calls(place, table, mpi, effort, ranks, "world", COLLECTIVES, [], "ratio",
                          pairs=effort.some)


CREDIT_NS = 20e6  # the initial credit for measuring in a short run


def governor(place, table, effort):
    table.begin("governor", "Governor: what measuring takes of a run of nothing but Barriers on MPI_COMM_SELF")
    mpi = place.mpis[0]

    def job(ms):
        return [mpi.mpirun, "-n", "1", place.program(mpi, "calls"), "self", str(ms), "barrier"]

    measured_ns, counted_ns = (times(place, place.under(option) + job(effort.ms))["barrier"]
                               for option in ("--exact", "--overhead=0"))
    for budget in (0.1, 1, 10):
        ranks = [place.record(job(10 * effort.ms), f"--overhead={budget}")[1]["ranks"][0] for _ in range(effort.some)]
        lives = [rank["known_ns"] - rank["created_ns"] for rank in ranks]
        table.value(f"{mpi.name} --overhead {budget:g}", [100 * rank["measured"] * (measured_ns - counted_ns) / life
                                                        for rank, life in zip(ranks, lives)],
                    "%", budget + 100 * CREDIT_NS / min(lives))
    table.note(f"calls measured, times the {measured_ns - counted_ns:.0f} ns that it takes")
    table.note("the bound is the budget and the credit of short runs")


def program(place, table, effort):
    table.begin("program", "A whole program (the distributed FFT of examples/, 2 ranks): seconds, and their ratio")
    size = "4096" if effort.pairs == 1 else "524288"

    def run(command):
        usage = place.work / "usage"
        place.run([str(place.build / "tests/tools/usage"), str(usage), *command])
        return next(fields(usage.read_text()))

    for mpi in place.mpis:
        job = [mpi.mpirun, "-n", "2", place.program(mpi, "mpi_distributed_compute"), "--size", size]
        runs = in_turn(effort.pairs, lambda: run(job), lambda: run(place.under() + job))
        for name, field in (("wall time", "wall_ms"), ("CPU time, with mpirun and memwatch", "cpu_ms")):
            table.add(f"{mpi.name} {name}", [(a[field] / 1e3, b[field] / 1e3) for a, b in runs], "s", "ratio")


def lifetime(place, table, effort):
    ranks = 2 if effort.pairs == 1 else 8
    table.begin("lifetime", f"MPI_Init and MPI_Finalize on {ranks} ranks, ms")

    def run(command):
        rows = list(fields(place.run(command)))
        if len(rows) != ranks:
            raise Failed(f"lifetime: {len(rows)} of {ranks} ranks answered")
        return {"MPI_Init, the slowest rank": max(r["init_ns"] for r in rows) / 1e6,
                "MPI_Finalize, the slowest rank": max(r["finalize_ns"] for r in rows) / 1e6,
                "both together": (max(r["init_ns"] for r in rows) + max(r["finalize_ns"] for r in rows)) / 1e6,
                "CPU time of both, each rank": sum(r["cpu_ns"] for r in rows) / ranks / 1e6}

    for mpi in place.mpis:
        job = [mpi.mpirun, "-n", str(ranks), place.program(mpi, "lifetime")]
        runs = in_turn(effort.lives, lambda: run(job), lambda: run(place.under() + job))
        for name in runs[0][0]:
            table.add(f"{mpi.name} {name}", [(a[name], b[name]) for a, b in runs], "ms",
                      bound=5 if name == "both together" else None)
        low, high = median_between([b["both together"] - a["both together"] for a, b in runs])
        table.note(f"{mpi.name}, both together: {len(runs)} pairs; their median lies between {low:+.3g} and {high:+.3g} ms "
                   "with 95 % confidence")


def memory(place, table, effort):
    table.begin("memory", "Memory of a rank, resident, KiB")
    numbers = {"calls": effort.calls, "sites": effort.sites, "threads": effort.calls // 10}

    def run(command):
        return [row["rss"] for row in fields(place.run(command))]

    for mpi in place.mpis:
        for what, number in numbers.items():
            job = [mpi.mpirun, "-n", "1", place.program(mpi, "footprint"), what, str(number)]
            runs = in_turn(effort.some, lambda: run(job), lambda: run(place.under() + job))
            if what == "calls":
                table.add(f"{mpi.name} after MPI_Init", [(a[0], b[0]) for a, b in runs], "KiB", bound=1024)
            names = {"calls": f"{number} calls", "sites": f"{number} call sites",
                    "threads": f"8 threads, {number} calls each"}
            table.add(f"{mpi.name} after {names[what]}", [(a[1], b[1]) for a, b in runs], "KiB", bound=1024)


def idle(place, table, effort):
    table.begin("idle", "A process without MPI: memory in KiB, start to end in us")
    shim = {"LD_PRELOAD": str(place.shim)}

    def run(more):
        return next(fields(place.run([place.tool("idle")], **more)))

    runs = in_turn(3 * effort.pairs, lambda: run({}), lambda: run(shim))
    table.add("resident", [(a["rss"], b["rss"]) for a, b in runs], "KiB")
    table.add("private", [(a["private"], b["private"]) for a, b in runs], "KiB", bound=64)
    # as in a run: with the variables that memwatch sets for the processes of the job
    out = place.run(place.under() + [place.tool("starts"), str(effort.starts), place.tool("idle")])
    table.add("fork to end", [(row["without_ns"] / 1e3, row["with_ns"] / 1e3) for row in fields(out)], "us", bound=200)


def run_ns(pid):
    """CPU time of all threads of a process, in ns."""
    return sum(int(open(path).read().split()[0]) for path in glob.glob(f"/proc/{pid}/task/*/schedstat"))


def resident_kib(pid):
    return next(int(line.split()[1]) for line in open(f"/proc/{pid}/smaps_rollup") if line.startswith("Rss:"))


def sample(place, processes, interval_ms, window_s):
    """memwatch beside sleeping processes: (% of a CPU, KiB at the begin, KiB at the end, samples per second)."""
    file = place.work / "record.json"
    command = [*place.under("-i", str(interval_ms), "--force", "-o", str(file)), place.tool("tree"), str(processes),
               str(window_s + 1.0)]
    process = place.start(command)
    try:
        if process.stdout.readline() != "ready\n":
            raise Failed(f"tree {processes}: {process.stderr.read().strip()[-200:]}")
        time.sleep(0.3)  # until the processes have been sampled
        begin, used, first = time.monotonic_ns(), run_ns(process.pid), resident_kib(process.pid)
        time.sleep(window_s)
        share = 100 * (run_ns(process.pid) - used) / (time.monotonic_ns() - begin)
        last = resident_kib(process.pid)
        process.communicate(timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        process.kill()
        process.communicate()
        raise Failed(f"memwatch beside {processes} processes: {error}") from None
    record = json.loads(file.read_text())
    return share, first, last, record["samples"] / record["duration_seconds"]


def launcher(place, table, effort):
    table.begin("launcher", "memwatch run beside 64 sleeping processes, at the default interval of 100 ms")
    runs = [sample(place, 64, 100, 2 * effort.window_s) for _ in range(effort.some)]
    table.value("CPU", [run[0] for run in runs], "% of a core", 1)
    table.value("resident", [run[2] / 1024 for run in runs], "MiB", 16)
    table.value(f"growth of it in {2 * effort.window_s:g} s", [run[2] - run[1] for run in runs], "KiB")


def sampler(place, table, effort):
    table.begin("sampler", "Sampling: % of a core, and how often it came to it")
    for processes in effort.processes:
        for interval in effort.intervals:
            # so many processes are sampled once a second or less: measuring the rate takes a while
            window_s = effort.window_s * (4 if processes >= 1000 else 1)
            share, _, _, rate = sample(place, processes, interval, window_s)
            table.value(f"{processes} processes, every {interval} ms", [share], "% of a core")
            table.note(f"{rate:.1f} samples a second of {1000 / interval:g}")


def instructions(place, table, effort):
    table.begin("instructions", "Instructions of a counted call above the bare one, by callgrind")
    if not shutil.which("valgrind"):
        table.note("left out: there is no valgrind")
        return
    if effort.pairs == 1:
        table.note("left out: tests/integration/instructions.sh is that")
        return
    out = place.run(["sh", str(SOURCE / "bench/instructions")], top_builddir_path=str(place.build))
    for line in out.splitlines():
        arch, compiler, mpi, call, number = line.split()
        table.value(f"{mpi} {call} ({compiler}, {arch})", [float(number)], "instructions")


SECTIONS = {f.__name__: f for f in (fast, messages, peers, exact, collectives, governor, program, lifetime, memory, idle,
                                    launcher, sampler, instructions)}
