"""Run a workload: a process for each system, matrices compared, then timed in turn.

Every figure is a list over rounds. In a round each system does the same phase once, one after
another, on the same processor; ratios are formed within a round, so that a machine whose speed
drifts does not favor one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from scipy.sparse import csr_array, load_npz

from benchmarks._process import GoneError, Process
from benchmarks._registry import cases, participants
from benchmarks._workload import EVALUATIONS, Case, Participant, Workload

# Difference allowed, relative to the largest entry of the row.
TOLERANCE = 1e-9
_REPEAT_UNDER = 2.0  # seconds: what takes longer is prepared once
_STAGES = ("detect", "color")


@dataclass(frozen=True)
class Settings:
    """How to measure.

    Parameters
    ----------
    rounds : int
        Rounds of evaluations, and of preparations that take less than two seconds.
    batch : float
        Seconds of calls in one figure of a round.
    limit : float
        Seconds any single answer may take; beyond, the system is left out.
    processor : int or None
        The processor all systems run on, one at a time.
    cold : int
        Fresh processes in which the first preparation is timed.
    """

    rounds: int = 7
    batch: float = 0.02
    limit: float = 120.0
    processor: int | None = None
    cold: int = 3


@dataclass
class Entry:
    """One system in one case."""

    status: str = "ok"  # ok, skipped, failed, wrong
    note: str = ""
    rounds: dict[str, list[float]] = field(default_factory=dict)
    facts: dict[str, float] = field(default_factory=dict)
    difference: dict[str, float] = field(default_factory=dict)


def run_case(
    name: str, size: str, wanted: Sequence[str], settings: Settings, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure one workload at one size.

    Parameters
    ----------
    wanted : sequence of str
        Beginnings of systems' names; ours always take part. Empty: all.

    Returns
    -------
    dict
        For the JSON file.
    """
    case = cases()[name]
    workload = case.make(size)
    entries: dict[str, Entry] = {}
    with TemporaryDirectory() as folder, _processes() as running:
        log = Path(folder) / "log.txt"
        for participant in participants().values():
            if not _is_wanted(participant.name, wanted):
                continue
            if participant.form not in workload.forms:
                continue
            tell(f"{participant.name}: prepares")
            entry = entries[participant.name] = Entry()
            entry.note = _reason_against(participant, case, size)
            if entry.note:
                entry.status = "skipped"
                continue
            try:
                process = _start(participant.name, name, size, settings, log)
                running[participant.name] = process
                _note(entry, process.ask("prepare"), first=True)
                process.ask("export", path=folder)
            except GoneError as error:
                entry.status, entry.note = "failed", str(error)
                _drop(running, participant.name)
        tell("compares")
        _compare(entries, Path(folder))
        for key in [key for key, entry in entries.items() if entry.status != "ok"]:
            _drop(running, key)
        _time_evaluations(running, entries, workload, settings, tell)
        _time_preparations(running, entries, settings, tell)
    with TemporaryDirectory() as folder:
        _time_fresh(entries, case, size, settings, Path(folder) / "log.txt", tell)
    return {
        "case": name,
        "title": case.title,
        "size": size,
        "variables": workload.n,
        "constraints": workload.num_rows,
        "phases": workload.phases,
        "participants": {key: vars(entry) for key, entry in entries.items()},
    }


def _is_wanted(name: str, wanted: Sequence[str]) -> bool:
    return not wanted or name.startswith("asdopt") or name.startswith(tuple(wanted))


def _reason_against(participant: Participant, case: Case, size: str) -> str:
    if size in case.too_large.get(participant.name, ()):
        return "left out: takes minutes, or more memory than there is, at this size"
    return participant.missing()


def _start(name: str, case: str, size: str, settings: Settings, log: Path) -> Process:
    return Process(name, case, size, settings.limit, settings.processor, log)


@contextmanager
def _processes() -> Iterator[dict[str, Process]]:
    running: dict[str, Process] = {}
    try:
        yield running
    finally:
        for name in list(running):
            _drop(running, name)


def _drop(running: dict[str, Process], name: str) -> None:
    process = running.pop(name, None)
    if process is not None:
        process.close()


def _note(entry: Entry, answer: dict[str, Any], first: bool = False) -> None:
    """Keep the seconds of an answer; of a process's first preparation apart."""
    if first or "runs" not in answer:
        entry.facts.update(answer.get("facts", {}))
    for key, seconds in answer.get("seconds", {}).items():
        entry.rounds.setdefault(f"first_{key}" if first else key, []).append(seconds)


def _compare(entries: dict[str, Entry], folder: Path) -> None:
    """Compare every system's matrices with ours; mark those that differ."""
    ours = next((k for k, e in entries.items() if k.startswith("asdopt") and e.status == "ok"), "")
    for what in ("jacobian", "hessian"):
        reference = folder / f"{ours}-{what}.npz"
        if not reference.exists():
            continue
        expected = load_npz(reference)
        for name, entry in entries.items():
            path = folder / f"{name}-{what}.npz"
            if entry.status != "ok" or not path.exists():
                continue
            entry.difference[what] = difference(expected, load_npz(path))
            if not entry.difference[what] <= TOLERANCE:
                entry.status = "wrong"
                entry.note = (
                    f"its {what} differs from ours by {entry.difference[what]:.1e} of the largest "
                    "entry of a row"
                )


def difference(expected: Any, found: Any) -> float:
    """Largest difference of two sparse matrices, each relative to its row's largest entry."""
    expected, found = csr_array(expected), csr_array(found)
    if expected.shape != found.shape:
        return float("inf")
    gap = abs(expected - found).max(axis=1).toarray().ravel()
    scale = np.maximum(*(abs(a).max(axis=1).toarray().ravel() for a in (expected, found)))
    if not np.isfinite(gap).all():
        return float("inf")
    return float(np.divide(gap, scale, out=np.zeros_like(gap), where=gap > 0).max(initial=0.0))


def _time_evaluations(
    running: dict[str, Process],
    entries: dict[str, Entry],
    workload: Workload,
    settings: Settings,
    tell: Callable[[str], None],
) -> None:
    for phase in [phase for phase in EVALUATIONS if phase in workload.phases]:
        tell(f"times {phase}")
        counts: dict[str, int] = {}
        for name, process in list(running.items()):
            try:
                seconds = process.ask("run", phase=phase, count=1)["seconds"]
                seconds = process.ask("run", phase=phase, count=3)["seconds"] / 3 or seconds
            except GoneError:
                continue  # it has no such phase
            counts[name] = max(3, min(round(settings.batch / max(seconds, 1e-8)), 1_000_000))
        for turn in range(settings.rounds):
            for name in _rotated(list(counts), turn):
                try:
                    answer = running[name].ask("run", phase=phase, count=counts[name])
                except GoneError as error:
                    entries[name].note = f"{phase}: {error}"
                    del counts[name]
                    continue
                seconds = answer["seconds"] / counts[name]
                entries[name].rounds.setdefault(phase, []).append(seconds)


def _time_preparations(
    running: dict[str, Process],
    entries: dict[str, Entry],
    settings: Settings,
    tell: Callable[[str], None],
) -> None:
    """Prepare again, in turn; the stages alone."""
    tell("times preparation")
    quick = {
        name: process
        for name, process in running.items()
        if entries[name].rounds["first_prepare"][0] < _REPEAT_UNDER
    }
    for turn in range(settings.rounds):
        for name in _rotated(list(quick), turn):
            try:
                _note(entries[name], quick[name].ask("prepare"))
            except GoneError as error:
                entries[name].note = f"prepare: {error}"
                del quick[name]
    for name in running:
        if name not in quick:
            for key in ("trace", "prepare"):
                entries[name].rounds[key] = list(entries[name].rounds.get(f"first_{key}", []))
    for stage in _STAGES:
        tell(f"times {stage}")
        able = dict(running)
        for turn in range(settings.rounds):
            for name in _rotated(list(able), turn):
                try:
                    answer = able[name].ask("stage", name=stage)
                except GoneError as error:
                    answer, entries[name].note = {}, f"{stage}: {error}"
                _note(entries[name], answer)
                if answer.get("seconds", {}).get(stage, np.inf) > _REPEAT_UNDER:
                    del able[name]  # once is enough, or it has no such stage


def _time_fresh(
    entries: dict[str, Entry],
    case: Case,
    size: str,
    settings: Settings,
    log: Path,
    tell: Callable[[str], None],
) -> None:
    """First preparations in fresh processes."""
    able = [name for name, entry in entries.items() if entry.status == "ok"]
    for _ in range(settings.cold):
        for name in able:
            if entries[name].rounds["first_prepare"][0] > _REPEAT_UNDER:
                continue
            tell(f"{name}: first preparation")
            try:
                with _processes() as running:
                    running[name] = process = _start(name, case.name, size, settings, log)
                    _note(entries[name], process.ask("prepare"), first=True)
            except GoneError as error:
                entries[name].note = f"first preparation: {error}"


def _rotated(names: list[str], turn: int) -> list[str]:
    k = turn % max(len(names), 1)
    return names[k:] + names[:k]
