"""Comparisons of the engines with other people's, side by side in one run, on one thread each."""

import os

# Before numpy or a peer is imported, which read them once.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "QULACS_NUM_THREADS"):
    os.environ[_variable] = "1"
