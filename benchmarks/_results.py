"""The JSON file of results: written case by case, read by tables, plot, bars and page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks._machine import machine, versions

FORMAT = 1


class Results:
    """Results in memory, and their file.

    Parameters
    ----------
    data : dict
        What stands in the file: format, machine, versions, settings, date, cases, imports.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    @classmethod
    def new(cls, settings: dict[str, Any]) -> Results:
        """Begin results on this machine."""
        return cls(
            {
                "format": FORMAT,
                "date": datetime.now(UTC).strftime("%Y-%m-%d"),
                "machine": machine(),
                "versions": versions(),
                "settings": settings,
                "cases": [],
            }
        )

    @classmethod
    def read(cls, path: Path) -> Results:
        """Read a file."""
        data = json.loads(path.read_text())
        if data.get("format") != FORMAT:
            raise SystemExit(f"{path} has format {data.get('format')}, this reads {FORMAT}")
        return cls(data)

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(_short(self.data), indent=1) + "\n")
        partial.replace(path)

    def put(self, case: dict[str, Any]) -> None:
        """Add a case, in the place of its earlier result."""
        key = (case["case"], case["size"])
        kept = [c for c in self.data["cases"] if (c["case"], c["size"]) != key]
        self.data["cases"] = [*kept, case]

    @property
    def cases(self) -> list[dict[str, Any]]:
        """Results by case and size."""
        found: list[dict[str, Any]] = self.data["cases"]
        return found

    def case(self, name: str, size: str) -> dict[str, Any] | None:
        """One case, if it was run."""
        return next((c for c in self.cases if (c["case"], c["size"]) == (name, size)), None)


def seconds(entry: dict[str, Any] | None, phase: str) -> float | None:
    """Median over the rounds."""
    found = (entry or {}).get("rounds", {}).get(phase)
    return median(found) if found else None


def ratio(entry: dict[str, Any] | None, other: dict[str, Any] | None, phase: str) -> float | None:
    """Time of one system over another's: the median of the ratios within the rounds."""
    ours, theirs = ((e or {}).get("rounds", {}).get(phase) for e in (entry, other))
    if not ours or not theirs:
        return None
    if len(ours) == len(theirs):
        return float(median(a / b for a, b in zip(ours, theirs, strict=True)))
    return float(median(ours) / median(theirs))  # one of them was too slow for more than one round


def _short(value: Any) -> Any:
    """Six figures are more than a measurement has."""
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_short(item) for item in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
