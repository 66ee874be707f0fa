# SPDX-License-Identifier: MIT
"""Upper- and lower-case methods of mpi4py, phases by MPI.Pcontrol, 64 MiB inside an Allreduce of rank 2."""
import numpy as np
from mpi4py import MPI

comm = MPI.COMM_WORLD
rank, size = comm.Get_rank(), comm.Get_size()


def add(a, b, datatype):
    if rank == 2:
        np.ones(8 << 20)  # 64 MiB of doubles
    x, y = np.frombuffer(a, dtype="d"), np.frombuffer(b, dtype="d")
    y += x


MPI.Pcontrol(1)
assert comm.allreduce(rank) == size * (size - 1) // 2
assert comm.bcast({"a": 1} if rank == 0 else None, root=0) == {"a": 1}
assert comm.gather(rank, root=0) == (list(range(size)) if rank == 0 else None)
MPI.Pcontrol(0)

MPI.Pcontrol(2)
op = MPI.Op.Create(add, commute=True)
send, receive = np.ones(4), np.zeros(4)
for _ in range(3):
    comm.Barrier()
comm.Allreduce(send, receive, op=op)
assert (receive == size).all()
comm.Bcast(receive, root=0)
op.Free()
MPI.Pcontrol(0)
comm.Barrier()
if rank == 0:
    print("done")
