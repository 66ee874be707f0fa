# SPDX-License-Identifier: MIT
"""coverage.py SOURCES BUILD GCOV: a table of the lines that were executed in each folder of the sources, from what a build
with --coverage left in BUILD. A line that is compiled into several objects was executed if it was in one of them."""
import collections
import json
import os
import subprocess
import sys

FOLDERS = ("collector", "launcher", "pmpi")  # recursively: how they are divided is their business

sources, build, gcov = os.path.realpath(sys.argv[1]), sys.argv[2], sys.argv[3]


def notes():
    """Each object's .gcno file."""
    for folder, _, names in os.walk(build):
        yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".gcno"))


def documents(files):
    """What gcov says of them: one JSON document for each."""
    for i in range(0, len(files), 50):
        said = subprocess.run([gcov, "--json-format", "--stdout", *files[i:i + 50]], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=True).stdout
        yield from (json.loads(line) for line in said.splitlines() if line.startswith(b"{"))


def executed():
    """path below the sources: {line: whether it was executed}"""
    lines = collections.defaultdict(dict)
    for document in documents(list(notes())):
        for file in document["files"]:
            path = os.path.realpath(os.path.join(document["current_working_directory"], file["file"]))
            path = os.path.relpath(path, sources)
            if path.split("/")[0] not in FOLDERS or not os.path.exists(os.path.join(sources, path)):
                continue  # a system's header; a file that has been moved since
            for line in file["lines"]:
                number = line["line_number"]
                lines[path][number] = lines[path].get(number, False) or line["count"] > 0
    return lines


def written():
    """Every C file of the sources."""
    for top in FOLDERS:
        for folder, _, names in os.walk(os.path.join(sources, top)):
            yield from (os.path.relpath(os.path.join(folder, name), sources) for name in names if name.endswith(".c"))


def row(name, files, known, lines):
    done = sum(sum(lines[path].values()) for path in known)
    all_lines = sum(len(lines[path]) for path in known)
    share = "%5.1f %%" % (100 * done / all_lines) if all_lines else "      -"
    print("%-28s %6d %8d %9d  %s" % (name, len(files), all_lines, done, share))


lines = executed()
if not lines:
    sys.exit("coverage: no line was counted in %s" % build)
files = set(written())
print("%-28s %6s %8s %9s  %s" % ("folder", "files", "lines", "executed", "share"))
for folder in sorted({os.path.dirname(path) for path in files | set(lines)}):
    row(folder, [path for path in files if os.path.dirname(path) == folder],
        [path for path in lines if os.path.dirname(path) == folder], lines)
for top in FOLDERS:
    row(top + "/, all of it", [path for path in files if path.startswith(top + "/")],
        [path for path in lines if path.startswith(top + "/")], lines)
row("total", files, lines, lines)
missing = sorted(path for path in files if path not in lines)
if missing:
    print("\nWithout lines in this table (preloaded only, or nothing but tables): " + " ".join(missing))
with open(os.path.join(build, "coverage.txt"), "w") as file:
    for path in sorted(lines):
        left = sorted(number for number, done in lines[path].items() if not done)
        file.write("%s %d of %d; not executed: %s\n" % (path, len(lines[path]) - len(left), len(lines[path]),
                                                       " ".join(map(str, left)) or "none"))
print("\nLines that were not executed, by file: %s" % os.path.join(build, "coverage.txt"))
