"""What the check of kernels costs: ``python -m benchmarks.soundness`` prints its share.

The check is timed inside of the first trace and preparation of a process; each row is the median
of many processes, by wall clock: what counts is memory that is touched for the first time. Where
one processor is all there is, nothing of the check is done meanwhile: the last column.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from time import perf_counter
from typing import Any

from benchmarks._bytecode import with_bytecode

__all__ = ["share"]

_CASES = ("118_ieee", "1354_pegase", "9241_pegase")
_FORMS = ("loop", "vectorized")
_ROUNDS = 11


def share(case: str, form: str) -> dict[str, float]:
    """Seconds of the check, and of trace and preparation, of a power flow in this process."""
    import pglib_cases
    from asdopt.kernels._soundness import SoundnessCheck

    seconds: list[float] = []

    def timed(method: Any) -> Any:
        def call(*args: Any) -> Any:
            start = perf_counter()
            found = method(*args)
            seconds.append(perf_counter() - start)
            return found

        return call

    methods = {name: vars(SoundnessCheck)[name] for name in ("__init__", "find_disagreement")}
    for name, method in methods.items():
        setattr(SoundnessCheck, name, timed(method))
    try:
        evaluator = pglib_cases.acopf(pglib_cases.load(case), form=form).evaluator
    finally:
        for name, method in methods.items():
            setattr(SoundnessCheck, name, method)
    whole = evaluator.trace_seconds + evaluator.prepare_seconds
    return {"check": sum(seconds), "whole": whole}


def main() -> None:
    """Print the table, or with a case, a form and a number of processors one process's figures."""
    if len(sys.argv) == 4:
        if sys.argv[3] == "1":
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        print(json.dumps(share(*sys.argv[1:3])))
        return
    print("| case | form | trace and preparation, ms | check, ms | share | on one processor |")
    print("|---|---|---|---|---|---|")
    for case in _CASES:
        for form in _FORMS:
            runs, alone = [], []
            for _ in range(_ROUNDS):
                runs.append(_in_a_process(case, form, "all"))
                alone.append(_in_a_process(case, form, "1"))
            check, whole = (1e3 * statistics.median(r[k] for r in runs) for k in ("check", "whole"))
            parts = f"{_share_of(runs):.1f} % | {_share_of(alone):.1f} %"
            print(f"| {case} | {form} | {whole:.3g} | {check:.3g} | {parts} |", flush=True)


def _share_of(runs: list[dict[str, float]]) -> float:
    return 100 * statistics.median(r["check"] / r["whole"] for r in runs)


def _in_a_process(case: str, form: str, processors: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.soundness", case, form, processors]
    environment = with_bytecode()
    found = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    result: dict[str, float] = json.loads(found.stdout)
    return result


if __name__ == "__main__":
    main()
