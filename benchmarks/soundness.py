"""What the check of kernels costs: ``python -m benchmarks.soundness`` prints its share.

The check is timed inside of the first trace and preparation of a process; each row is the median
of many processes, by wall clock: what counts is memory that is touched for the first time.
"""

from __future__ import annotations

import json
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
    from asdopt.kernels import _kernels

    check, seconds = _kernels.find_disagreement, []

    def timed(*args: Any) -> str:
        start = perf_counter()
        found = check(*args)
        seconds.append(perf_counter() - start)
        return found

    _kernels.find_disagreement = timed
    try:
        evaluator = pglib_cases.acopf(pglib_cases.load(case), form=form).evaluator
    finally:
        _kernels.find_disagreement = check
    whole = evaluator.trace_seconds + evaluator.prepare_seconds
    return {"check": sum(seconds), "whole": whole}


def main() -> None:
    """Print the table, or with a case and a form as arguments the figures of this process."""
    if len(sys.argv) == 3:
        print(json.dumps(share(*sys.argv[1:])))
        return
    print("| case | form | trace and preparation, ms | check, ms | share |")
    print("|---|---|---|---|---|")
    for case in _CASES:
        for form in _FORMS:
            runs = [_in_a_process(case, form) for _ in range(_ROUNDS)]
            check, whole = (1e3 * statistics.median(r[k] for r in runs) for k in ("check", "whole"))
            part = 100 * statistics.median(r["check"] / r["whole"] for r in runs)
            print(f"| {case} | {form} | {whole:.3g} | {check:.3g} | {part:.1f} % |", flush=True)


def _in_a_process(case: str, form: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.soundness", case, form]
    environment = with_bytecode()
    found = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    result: dict[str, float] = json.loads(found.stdout)
    return result


if __name__ == "__main__":
    main()
