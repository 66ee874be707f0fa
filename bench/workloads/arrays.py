# SPDX-License-Identifier: MIT
"""NumPy: large temporary arrays, small ones, and Python objects."""
import numpy

large, other, small = numpy.ones(1_000_000), numpy.full(1_000_000, 2.0), numpy.zeros(1000)
for _ in range(60):
    result = numpy.sqrt(large * other + large) - other
for _ in range(150_000):
    result = small[:200] + small[200:400]
texts = [str(i) * 3 for i in range(300_000)]
