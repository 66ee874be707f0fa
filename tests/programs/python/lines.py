# SPDX-License-Identifier: MIT
"""Allocates at known lines in many states of the interpreter, with nothing but Python and an MPI library (the first argument).
What each line holds at the peak, in MiB, is in its comment, after "holds"."""
import atexit
import ctypes
import gc
import importlib.util
import os
import signal
import sys
import tempfile
import threading
import time

MIB = 1 << 20
KEPT = []
mpi = ctypes.CDLL(sys.argv[1], ctypes.RTLD_GLOBAL)
libc = ctypes.CDLL(None)
libc.calloc.restype = ctypes.c_void_p
libc.calloc.argtypes = [ctypes.c_size_t, ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]


def keep(size):
    KEPT.append(bytearray(b"x") * (size * MIB))  # any caller


def plain():
    return bytearray(b"x") * (20 * MIB)  # plain: holds 20


def split():
    return bytes(  # of several lines: holds 11
        bytearray(b"x") *
        (11 * MIB)
    )


def temporary():
    block = bytearray(b"x") * (2 * MIB)  # freed: holds 0
    return block[0]


def small(count):
    blocks = []
    for _ in range(count):
        blocks.append(os.urandom(1000))  # small: holds 19
    return blocks


class Solver:
    def step(self):
        self.field = bytearray(b"x") * (16 * MIB)  # method: holds 16

    @classmethod
    def table(cls):
        cls.shared = bytearray(b"x") * (12 * MIB)  # class method: holds 12


def rows(count):
    for _ in range(count):
        yield bytearray(b"x") * (3 * MIB)  # generator: holds 9


class Field:
    def __init__(self):
        self.values = bytearray(b"x") * MIB  # many calls of __init__: holds 60


def in_thread():
    KEPT.append(bytearray(b"x") * (10 * MIB))  # thread: holds 10


def key(value):
    KEPT.append(bytearray(b"x") * (value * MIB))  # called back: holds 7
    return value


class Cycle:
    def __del__(self):
        KEPT.append(bytearray(b"x") * (6 * MIB))  # collector: holds 6


def on_signal(number, frame):
    KEPT.append(bytearray(b"x") * (5 * MIB))  # signal: holds 5


def compare(first, second):
    KEPT.append(bytearray(b"x") * (13 * MIB))  # C calls back: holds 13
    return 0


def recurse(depth):
    if depth:
        return recurse(depth - 1)
    return bytearray(b"x") * (14 * MIB)  # deep: holds 14


def import_one():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "imported.py")
        with open(path, "w") as file:
            file.write("\n\nDATA = bytearray(b'x') * (15 << 20)\n")
        spec = importlib.util.spec_from_file_location("imported", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


def with_gil_released():
    block = libc.calloc(18 * MIB, 1)  # ctypes: holds 18
    libc.memset(block, 1, 18 * MIB)
    return block


def in_c_thread():  # which Python doesn't know: on no line of the script
    thread, block = ctypes.c_ulong(), ctypes.c_void_p()
    libc.pthread_create(ctypes.byref(thread), None, libc.malloc, ctypes.c_void_p(22 * MIB))
    libc.pthread_join(thread, ctypes.byref(block))
    libc.memset(block, 1, 22 * MIB)
    return block


def in_subinterpreter():
    code = "KEPT = bytearray(b'x') * (2 << 20)"
    try:
        import _interpreters as interpreters  # 3.13
    except ImportError:
        import _xxsubinterpreters as interpreters
    for _ in range(3):
        one = interpreters.create()
        (interpreters.exec if hasattr(interpreters, "exec") else interpreters.run_string)(one, code)
        interpreters.destroy(one)


def until_the_end():  # also while the interpreter finalizes
    while True:
        libc.free(libc.calloc(300000, 1))  # without the GIL
        bytearray(300000)
        time.sleep(0.0002)


def generated():
    space = {}
    exec(compile("\n" * 299 + "def f():\n    return bytearray(b'x') * (17 << 20)\n", "generated", "exec"), space)
    return space["f"]()


def at_exit():
    keep(1)
    mpi.MPI_Finalize()


def main():
    held = [plain(), temporary(), small(20000), split()]
    held.append(Solver())
    held[-1].step()
    Solver.table()
    held.append(list(rows(3)))
    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    held.append(sorted([4, 3], key=key))
    cycle = Cycle()
    cycle.itself = cycle
    del cycle
    gc.collect()
    signal.signal(signal.SIGUSR1, on_signal)
    os.kill(os.getpid(), signal.SIGUSR1)
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(compare)
    libc.qsort(ctypes.create_string_buffer(2), 2, 1, callback)
    held.append(recurse(100))
    held.append(import_one())
    held.append(with_gil_released())
    held.append(generated())
    held.append([Field() for _ in range(60)])
    held.append(in_c_thread())
    in_subinterpreter()
    held.append([bytearray(b"x") * (size * MIB) for size in (1, 3)])  # comprehension: holds 4
    held.append((lambda: bytearray(b"x") * (21 * MIB))())  # lambda: holds 21
    mpi.MPI_Barrier(world)  # the call
    return held


mpi.MPI_Init(None, None)
world = ctypes.c_int(0x44000000)  # MPICH
if hasattr(mpi, "ompi_mpi_comm_world"):
    world = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.in_dll(mpi, "ompi_mpi_comm_world")))
atexit.register(at_exit)
held = main()
for _ in range(3):
    threading.Thread(target=until_the_end, daemon=True).start()
os.write(1, b"done\n")  # at once: the ranks share the pipe
