"""The largest resident memory of this process."""

import resource
import sys
from pathlib import Path


def peak_mib() -> float:
    """Return the peak in MiB.

    On Linux from `/proc`: what `getrusage` says begins with the peak of the process that started this one,
    and a page of benchmarks grows large.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (2**20 if sys.platform == "darwin" else 2**10)
