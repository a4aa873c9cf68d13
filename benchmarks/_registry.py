"""Which workloads and which systems there are: every module of ``cases/`` and ``peers/``."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import benchmarks.cases
import benchmarks.peers
from benchmarks._workload import Case, Participant

# Order of the tables: ours first.
_ORDER = ("asdopt", "c", "numpy", "pyoptinterface", "casadi", "jax", "pyomo")


def cases() -> dict[str, Case]:
    """All workloads by name."""
    found = [import_module(f"benchmarks.cases.{name}").CASE for name in _names(benchmarks.cases)]
    return {case.name: case for case in found}


def participants() -> dict[str, Participant]:
    """All systems by name."""
    found: list[Participant] = []
    for name in _names(benchmarks.peers):
        found += import_module(f"benchmarks.peers.{name}").PARTICIPANTS
    found.sort(key=lambda p: _ORDER.index(p.name.split("_")[0]))
    return {participant.name: participant for participant in found}


def select(wanted: list[str], quick: bool) -> list[tuple[str, str]]:
    """Pairs of case and size from words like ``acopf`` or ``acopf:118_ieee``."""
    known = cases()
    pairs: list[tuple[str, str]] = []
    for word in wanted or list(known):
        name, _, size = word.partition(":")
        if name not in known:
            raise SystemExit(f"no case {name!r}; there are {', '.join(known)}")
        case = known[name]
        pairs += [(name, s) for s in ([size] if size else case.quick if quick else case.sizes)]
    return pairs


def _names(package: object) -> list[str]:
    path = getattr(package, "__path__")  # noqa: B009  # a module's own attribute
    return [module.name for module in iter_modules(path) if not module.name.startswith("_")]
