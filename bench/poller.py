# SPDX-License-Identifier: MIT
"""The method of psrecord and mprof: the RSS of a job's processes, read from /proc at an interval."""
import os
import threading
import time

PAGE = os.sysconf("SC_PAGESIZE")


def descendants(pid):
    """`pid` and its visible descendants."""
    found = [pid]
    for parent in found:
        try:
            for task in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{task}/children", encoding="ascii") as file:
                    found += [int(word) for word in file.read().split()]
        except OSError:
            pass  # it has ended
    return found


class Poller(threading.Thread):
    """From start() to stop(); `samples`: (ns of CLOCK_MONOTONIC, pid, bytes)."""

    def __init__(self, pid, interval_s):
        super().__init__(daemon=True)
        self.pid = pid
        self.interval_s = interval_s
        self.samples = []
        self._over = threading.Event()

    def run(self):
        while not self._over.wait(self.interval_s):
            for pid in descendants(self.pid):
                try:
                    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
                        self.samples.append((time.monotonic_ns(), pid, int(file.read().split()[1]) * PAGE))
                except (OSError, IndexError):
                    pass

    def stop(self):
        self._over.set()
        self.join()
        return self.samples
