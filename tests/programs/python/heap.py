# SPDX-License-Identifier: MIT
"""Memory by line: what each line holds at the peak is in its comment, after "holds"."""
import gc
import threading

import numpy as np
from mpi4py import MPI

KEPT = []


def temporary():
    block = np.ones(8 << 20, dtype=np.uint8)  # freed before the peak: holds 0
    return int(block[0])


def gather(count):
    return [bytes(1000) for _ in range(count)]  # small blocks: holds about 20 MiB


class Solver:
    def step(self):
        self.field = np.full(16 << 20, 1, dtype=np.uint8)  # method: holds 16

    @classmethod
    def table(cls):
        cls.shared = np.ones(12 << 20, dtype=np.uint8)  # class method: holds 12


def rows(count):
    for _ in range(count):
        yield np.ones(3 << 20, dtype=np.uint8)  # generator: holds 9


def in_thread():
    KEPT.append(np.ones(10 << 20, dtype=np.uint8))  # thread: holds 10


def key(value):
    KEPT.append(np.ones(value << 20, dtype=np.uint8))  # called back by sorted(): holds 7
    return value


def operation(first, second, datatype):
    KEPT.append(bytearray(5 << 20))  # called by MPI: holds 5


class Cycle:
    def __del__(self):
        KEPT.append(bytearray(6 << 20))  # in the garbage collector: holds 6


def main():
    one = np.ones(32 << 20, dtype=np.uint8)  # holds 32
    untouched = np.zeros(100 << 20, dtype=np.uint8)  # never written: holds 0
    temporary()
    small = gather(20000)
    solver = Solver()
    solver.step()
    Solver.table()
    kept = list(rows(3))
    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    ordered = sorted([4, 3], key=key)
    cycle = Cycle()
    cycle.itself = cycle
    del cycle
    gc.collect()
    nested = [bytearray(size << 20) for size in (1, 3)]  # comprehension: holds 4
    add = MPI.Op.Create(operation)
    received = bytearray(8)
    MPI.COMM_WORLD.Reduce(bytearray(8), received, op=add)
    MPI.COMM_WORLD.Barrier()
    return one, untouched, small, solver, kept, ordered, nested


held = main()
MPI.COMM_WORLD.Barrier()
