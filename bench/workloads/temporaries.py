# SPDX-License-Identifier: MIT
"""NumPy: nothing but temporary arrays of 128 KiB to 1 MiB, each of which the heap library enters."""
import numpy

arrays = [numpy.ones(size // 8) for size in (128 << 10, 256 << 10, 512 << 10, 1 << 20)]
for _ in range(2500):
    for array in arrays:
        result = (array + 1.0) * array
