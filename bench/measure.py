# SPDX-License-Identifier: MIT
"""Shared by bench/run and bench/accuracy: paths, running jobs, comparing pairs of runs."""
import collections
import json
import os
import pathlib
import platform
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent.parent
TIMEOUT_S = 300

Mpi = collections.namedtuple("Mpi", "name mpirun")


class Failed(Exception):
    """A job that failed; the text has its command and its message."""


def find_build():
    """The build directory: $top_builddir_path, the current one, or build/ beside bench/."""
    for path in (os.environ.get("top_builddir_path"), ".", SOURCE / "build"):
        if path and (pathlib.Path(path) / "tests/environment.sh").exists():
            return pathlib.Path(path).resolve()
    sys.exit("bench: no build directory: run it there, or name it: top_builddir_path=DIR bench/run")


class Place:
    """The build, a directory for this run's files, and the environment of its jobs. `needs`: files of the build."""

    def __init__(self, needs=("bench/programs.stamp",)):
        self.build = find_build()
        self.memwatch = self.build / "launcher/memwatch"
        self.shim = self.build / "pmpi/.libs/libmemwatch-pmpi.so"
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="memwatch-bench."))
        self.stderr = ""
        self.settings = self._read_settings()
        self.openmpi_settings = self._read_openmpi_settings()
        self.mpis = [Mpi(name, self.settings[name.upper() + "_RUN"]) for name in ("openmpi", "mpich")
                     if self.settings.get(name.upper() + "_RUN") and self.settings.get(name.upper() + "_CC")]
        if not all((self.build / file).exists() for file in needs):
            sys.exit(f"bench: the programs are not built: make -C {self.build} bench-programs")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.work, ignore_errors=True)

    def _read_settings(self):
        lines = (self.build / "tests/environment.sh").read_text().splitlines()
        words = [shlex.split(line) for line in lines if "=" in line and not line.startswith("#")]
        return dict(word[0].split("=", 1) for word in words if word)

    def _read_openmpi_settings(self):
        """The variables that tests/openmpi.sh exports."""
        script = '. "$0"; openmpi_settings "$1"; env'
        command = ["sh", "-c", script, str(SOURCE / "tests/openmpi.sh"), self.settings.get("OPENMPI_RUN") or "mpirun"]
        names = ("OMPI_", "PRTE_")
        lines = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
        return dict(line.split("=", 1) for line in lines if line.startswith(names))

    def program(self, mpi, name):
        return str(self.build / "bench/programs" / mpi.name / name)

    def tool(self, name):
        return str(self.build / "bench/tools" / name)

    def environment(self, **more):
        """The caller's environment, without memwatch's variables; Open MPI may run as root and on few cores."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("MEMWATCH_") and k != "LD_PRELOAD"}
        kept.update(self.openmpi_settings, OMPI_MCA_mpi_yield_when_idle="1", TMPDIR=str(self.work))
        kept.update(more)
        return kept

    def under(self, *options):
        return [str(self.memwatch), "run", "--quiet", *options, "--"]

    def run(self, command, **more):
        """Runs a command to its end; its stdout, and its stderr in `stderr`. `more`: additional environment."""
        process = self.start(command, **more)
        try:
            out, err = process.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise Failed(f"{shlex.join(command)}: did not end in {TIMEOUT_S} s") from None
        if process.returncode:
            raise Failed(f"{shlex.join(command)}: ended with {process.returncode}: {err.strip()[-400:]}")
        self.stderr = err.strip()
        return out

    def start(self, command, **more):
        return subprocess.Popen(command, env=self.environment(**more), cwd=self.work, text=True, start_new_session=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def record(self, command, *options):
        """A run under memwatch: its stdout, and its record."""
        file = self.work / "record.json"
        out = self.run([*self.under(*options, "--force", "-o", str(file)), *command])
        return out, json.loads(file.read_text())


def fields(text):
    """The NAME=value words of each line that has some, as dictionaries; numbers are numbers."""
    for line in text.splitlines():
        pairs = dict(word.split("=", 1) for word in line.split() if "=" in word)
        if pairs:
            yield {name: number(value) for name, value in pairs.items()}


def number(text):
    try:
        return float(text)
    except ValueError:
        return text


def in_turn(count, bare, with_memwatch):
    """`count` pairs of what the two functions return, run A B B A ..., so that a drift of the machine affects both."""
    pairs = []
    for i in range(count):
        if i % 2 == 0:
            first = bare()
            pairs.append((first, with_memwatch()))
        else:
            second = with_memwatch()
            pairs.append((bare(), second))
    return pairs


def quartiles(values):
    """(median, first quartile, third quartile) of at least one value."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    q1, median, q3 = statistics.quantiles(values, n=4, method="inclusive")
    return median, q1, q3


def median_between(values):
    """Two of the values that enclose the median of many more runs with 95 % confidence, by the binomial distribution of
    the number of values below it, whatever their distribution. The extremes if there are too few."""
    values = sorted(values)
    aside = max(0, int(len(values) / 2 - 0.98 * len(values) ** 0.5 - 0.5))
    return values[aside], values[-1 - aside]


def machine(place):
    """What the numbers depend on."""
    def first_line(*command):
        try:
            done = subprocess.run(command, capture_output=True, text=True, env=place.environment(), cwd=SOURCE,
                                  check=False)
        except OSError:
            return ""
        return (done.stdout or done.stderr).strip().split("\n")[0]

    cpu = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    memory = int(open("/proc/meminfo").readline().split()[1])
    versions = {mpi.name: first_line(mpi.mpirun, "--version") for mpi in place.mpis}
    if versions.get("mpich", "").startswith("HYDRA"):
        versions["mpich"] = first_line("mpichversion") or first_line("mpichversion.mpich") or versions["mpich"]
    return {
        "cpu": cpu[0] if cpu else platform.machine(),
        "cpus": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**20, 1),
        "kernel": platform.release(),
        "libc": " ".join(platform.libc_ver()),
        "virtual": first_line("systemd-detect-virt") or "unknown",
        "mpi": versions,
        "memwatch": (first_line("git", "describe", "--always", "--dirty")
                     or first_line(str(place.memwatch), "--version")),
        "load": round(os.getloadavg()[0], 1),
    }


def machine_text(facts):
    mpis = ", ".join(" ".join(text.split()) for text in facts["mpi"].values())
    return (f"{facts['cpus']} CPUs ({facts['cpu']}, virtualization: {facts['virtual']}), {facts['memory_gib']} GiB, "
            f"Linux {facts['kernel']}, {facts['libc']}; {mpis}; memwatch {facts['memwatch']}; "
            f"load {facts['load']} when it began")
