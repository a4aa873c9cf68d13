"""The process of one system for one workload: prepares, evaluates, measures on request.

Requests and answers are JSON lines on standard input and output; whatever a library prints goes to
standard error. Between requests the process sleeps, so that only one system runs at a time.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from pathlib import Path
from time import perf_counter
from typing import Any


def main() -> None:
    name, case_name, size = sys.argv[1:4]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    start_megabytes = memory()[0]

    from benchmarks._registry import cases, participants

    participant = participants()[name]
    participant.load()
    workload = cases()[case_name].make(size)
    desk = _Desk(participant, workload, start_megabytes)
    _answer(answers, {"phases": workload.phases})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            result = getattr(desk, request.pop("do"))(**request)
        except Exception as error:  # the other side decides what to do without this system
            traceback.print_exc()
            result = {"error": f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"}
        _answer(answers, result)


class _Desk:
    """Answers requests; every method is one."""

    def __init__(self, participant: Any, workload: Any, start_megabytes: float) -> None:
        self._participant, self._workload = participant, workload
        self._start_megabytes = start_megabytes
        self._prepared: Any = None
        self._stages: dict[str, Any] = {}

    def prepare(self) -> dict[str, Any]:
        """From plain functions to the first Jacobian and Hessian."""
        self._prepared = None
        gc.collect()
        before = memory()[0]
        _reset_peak()
        start = perf_counter()
        prepared = self._participant.prepare(self._workload)
        for phase in ("J", "H"):
            if phase in prepared.runs:
                prepared.runs[phase](1)
        seconds = perf_counter() - start
        self._prepared = prepared
        peak = memory()[1]
        return {
            "seconds": {**prepared.seconds, "prepare": seconds},
            "facts": {
                **prepared.facts,
                "megabytes": peak - before,
                "megabytes_over_interpreter": peak - self._start_megabytes,
            },
            "runs": list(prepared.runs),
        }

    def stage(self, name: str) -> dict[str, Any]:
        """One stage alone."""
        if name not in self._stages:
            self._stages[name] = self._participant.stage(name, self._workload)
        call = self._stages[name]
        if call is None:
            return {}
        gc.collect()
        start = perf_counter()
        result = call()
        seconds = perf_counter() - start
        facts = {}
        for attribute in ("num_colors",):
            if hasattr(result, attribute):
                facts["colors"] = int(getattr(result, attribute))
        return {"seconds": {name: seconds}, "facts": facts}

    def export(self, path: str) -> dict[str, Any]:
        """Write the matrices at the first point."""
        from scipy.sparse import save_npz

        found = []
        for what in ("jacobian", "hessian"):
            make = getattr(self._prepared, what)
            if make is not None:
                save_npz(Path(path) / f"{self._participant.name}-{what}.npz", make())
                found.append(what)
        return {"exported": found}

    def run(self, phase: str, count: int) -> dict[str, Any]:
        """Evaluate ``count`` times; a few times before, to come back into the caches."""
        run = self._prepared.runs[phase]
        run(max(1, min(3, count // 10)))
        return {"seconds": run(count)}

    def solve(self) -> dict[str, Any]:
        """From data to solution."""
        return {"solve": self._participant.solve(self._workload)}


def memory() -> tuple[float, float]:
    """Resident and peak resident size in MB (10**6 bytes); zeros where the system has no /proc."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0.0, 0.0
    sizes = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
    return int(sizes["VmRSS"]) * 1024e-6, int(sizes["VmHWM"]) * 1024e-6


def _reset_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return  # then the peak is that of the whole process, never less


def _answer(stream: Any, result: dict[str, Any]) -> None:
    stream.write(json.dumps(result) + "\n")
    stream.flush()


if __name__ == "__main__":
    main()
