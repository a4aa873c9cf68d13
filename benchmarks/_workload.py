"""What a workload is, and what a system makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[Any]

# Phases of one evaluation, in the order of the tables; "round" is all of them at one point.
EVALUATIONS = ("f", "gradient", "c", "J", "H", "round")
# Phases that happen once; each starts from the plain function, and prepare ends with the first
# Jacobian and Hessian in hand.
PREPARATIONS = ("trace", "detect", "color", "prepare")


@dataclass(frozen=True)
class Functions:
    """Objective and constraints in one system's language; None where there is none."""

    objective: Callable[[Any], Any] | None = None
    constraints: Callable[[Any], Any] | None = None
    problem: Callable[[], Any] | None = None  # makes an asdopt.Problem, else one is made of these


@dataclass(frozen=True)
class Workload:
    """One workload at one size.

    Parameters
    ----------
    points : ndarray, shape (k, n)
        Where to evaluate, in turn, so that nothing is gained by remembering the last point.
    num_rows : int
        Number of constraints.
    forms : mapping
        How the workload is written, by form: "loop" and "vectorized" are called with a namespace
        (math, numpy, jax.numpy, casadi, ...) and "casadi" with casadi to give Functions; the
        others belong to the system of that name.
    x0, lb, ub, cl, cu : optional
        Start and bounds for a solve.
    """

    points: FloatArray
    num_rows: int
    forms: Mapping[str, Callable[..., Any]]
    has_objective: bool = True
    x0: FloatArray | None = None
    lb: FloatArray | None = None
    ub: FloatArray | None = None
    cl: FloatArray | None = None
    cu: FloatArray | None = None
    obj_factor: float = 0.7
    multipliers: FloatArray = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        values = np.random.default_rng(7).uniform(0.5, 1.5, self.num_rows)
        object.__setattr__(self, "multipliers", values)

    @property
    def n(self) -> int:
        return int(self.points.shape[1])

    @property
    def phases(self) -> list[str]:
        """The evaluations this workload has."""
        missing = set()
        if not self.has_objective:
            missing |= {"f", "gradient", "H"}
        if not self.num_rows:
            missing |= {"c", "J"}
        return [phase for phase in EVALUATIONS if phase not in missing]


@dataclass(frozen=True)
class Case:
    """A workload at several sizes.

    Parameters
    ----------
    sizes, quick : sequence of str
        All sizes, and those for a short look.
    too_large : mapping of str to sequence of str
        Sizes at which a system is left out, since it takes too long there.
    has_solve : bool
        Whether solving it is timed too.
    published : callable, optional
        ``published(size)`` is the objective in the literature, or None.
    """

    name: str
    title: str
    make: Callable[[str], Workload]
    sizes: Sequence[str]
    quick: Sequence[str]
    too_large: Mapping[str, Sequence[str]] = field(default_factory=dict)
    has_solve: bool = False
    published: Callable[[str], float | None] | None = None


Run = Callable[[int], float]


@dataclass
class Prepared:
    """A system made ready to evaluate one workload.

    Parameters
    ----------
    runs : dict of str to callable
        ``runs[phase](count)`` evaluates count times, at the points in turn, and gives seconds.
    jacobian, hessian : callable, optional
        The matrices at the first point; of the Hessian the lower triangle.
    seconds : dict
        Parts of the preparation: trace.
    facts : dict
        Numbers of nonzeros, colors, ...
    """

    runs: dict[str, Run] = field(default_factory=dict)
    jacobian: Callable[[], csr_array] | None = None
    hessian: Callable[[], csr_array] | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    facts: dict[str, float] = field(default_factory=dict)


class Participant:
    """A system that takes part; see ``peers/`` for examples.

    ``form`` names the form of the workload it takes, ``modules`` what must be installed.
    """

    name: str
    form: str
    modules: tuple[str, ...] = ()

    def missing(self) -> str:
        """Why it cannot run here; empty if it can."""
        from importlib.util import find_spec

        gone = [module for module in self.modules if find_spec(module) is None]
        return f"not installed: {', '.join(gone)}" if gone else ""

    def load(self) -> None:
        """Import what it needs, outside any timing."""
        from importlib import import_module

        for module in self.modules:
            import_module(module)

    def prepare(self, workload: Workload) -> Prepared:
        """From plain functions to evaluations."""
        raise NotImplementedError

    def stage(self, name: str, workload: Workload) -> Callable[[], object] | None:
        """One stage alone: "detect" (with trace) or "color" (the pattern alone)."""
        return None

    def solve(self, workload: Workload) -> dict[str, float] | None:
        """Data to solution; objective, iterations and seconds of the parts."""
        return None


def timed(calls: Sequence[Callable[[], object]]) -> Run:
    """Time Python calls, taken in turn."""

    def run(count: int) -> float:
        start = perf_counter()
        for call in islice(cycle(calls), count):
            call()
        return perf_counter() - start

    return run


def matrix(
    values: FloatArray, rows: IntArray, cols: IntArray, shape: tuple[int, int], lower: bool = False
) -> csr_array:
    """Sum duplicates; with ``lower`` mirror every entry into the lower triangle."""
    if lower:
        rows, cols = np.maximum(rows, cols), np.minimum(rows, cols)
    return coo_array((np.array(values, dtype=np.float64), (rows, cols)), shape=shape).tocsr()


def points_near(center: FloatArray, spread: float, seed: int = 1, count: int = 3) -> FloatArray:
    """Random points around a center, uniformly."""
    random = np.random.default_rng(seed)
    return center + random.uniform(-spread, spread, (count, center.size))


def add_runs(prepared: Prepared, calls: Mapping[str, Sequence[Callable[[], object]]]) -> None:
    """Add the runs of Python calls, one a point for each phase, and of a round of them all."""
    for phase, at_points in calls.items():
        prepared.runs[phase] = timed(at_points)

    def all_of(parts: Sequence[Callable[[], object]]) -> Callable[[], object]:
        def call() -> None:
            for part in parts:
                part()

        return call

    prepared.runs["round"] = timed([all_of(parts) for parts in zip(*calls.values(), strict=True)])
