"""Log points and print the process's resident memory as it goes, in MiB.

Usage: memory_worker.py SERIES ROUNDS SAMPLES FOLDER

Logs ROUNDS points to each of SERIES series and prints SAMPLES lines `<points logged> <MiB>`, the first after
one round or after 1% of the rounds, whichever is more: from there on, memory has to stay where it is.
"""

import os
import sys

import prov4ml


def resident_mib() -> float:
    """Return what is resident now; where there is no /proc, the most there ever was."""
    try:
        with open("/proc/self/statm", encoding="ascii") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        from peak_memory import peak_mib  # only here, since what is loaded is measured too

        return peak_mib()


def main(series: int, rounds: int, samples: int, folder: str) -> None:
    os.environ["PROV4ML_FINALIZE"] = "0"
    names = [f"metric_{number}" for number in range(series)]
    first = max(1, rounds // 100)
    wanted = {first + (rounds - first) * index // (samples - 1) for index in range(samples)}
    prov4ml.start_run("memory", prov_save_path=folder, disable_codecarbon=True)
    log, context = prov4ml.log_metric, prov4ml.Context.TRAINING
    for step in range(rounds):
        for name in names:
            log(name, step * 0.5, context, step)
        if step + 1 in wanted:
            print((step + 1) * series, f"{resident_mib():.1f}", flush=True)
    prov4ml.end_run()


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:4]), sys.argv[4])
