"""Random nonlinear programs: values, derivatives and patterns agree with an independent opinion.

Programs are drawn as text (``random_problems.py``, from seed 100,000 on ``random_wider.py``, from
500,000 on ``random_usage.py``), traced by the library, and run on numbers that carry derivatives
along (``helpers/jets.py``). ``ASDOPT_RANDOM_PROBLEMS=20000`` draws so many, from the seed
``ASDOPT_RANDOM_FIRST`` on. The seed of a program that ever failed stays in SEEDS.
"""

from __future__ import annotations

import contextlib
import linecache
import os
import pickle
import random
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import jet_functions
import jets
import numpy as np
import pytest
import scipy.optimize
from modules import load

import asdopt

SEEDS: tuple[int, ...] = (
    80,
    96,
    138,
    156,
    1820,
    10444,
    10457,
    50540,
    60000,
    60526,
    60799,
    62195,
    62885,
    86549,
    87478,
    121343,
    500470,
    534031,
    588833,
)
FIRST = int(os.environ.get("ASDOPT_RANDOM_FIRST", "100000"))
NUMBER = int(os.environ.get("ASDOPT_RANDOM_PROBLEMS", "100"))
GROUP = 20
TOLERANCE = 1e-9
SPREAD = 4.0
HERE = Path(__file__).parent

random_problems = load(HERE / "random_problems.py")
random_wider = load(HERE / "random_wider.py")
random_usage = load(HERE / "random_usage.py")
WRITERS = (random_usage, random_usage.FIRST_SEED), (random_wider, random_wider.FIRST_SEED)


class Program:
    """A random problem: as plain functions, and on jets."""

    def __init__(self, seed: int) -> None:
        writer = next((made for made, first in WRITERS if seed >= first), random_problems)
        made = writer.random_problem(seed)
        self.exact_pattern = made.exact_pattern
        self.is_special = made.is_special
        self.rng = random.Random(seed + 1)
        self.calls = random.Random(seed + 2) if seed >= random_usage.FIRST_SEED else None
        name = f"random_problem_{seed}.py"
        # Tracebacks and the tracer find the text there.
        linecache.cache[name] = (len(made.text), None, made.text.splitlines(True), name)
        # A module, so that pickles of black boxes find them.
        sys.modules["random_problem"] = module = ModuleType("random_problem")
        self.plain: dict[str, Any] = vars(module)
        exec(compile(made.text, name, "exec"), self.plain)
        self.on_jets = self.jet_module(made.text)
        self.x0 = self.plain["X0"]
        self.p = self.plain["PARAMETERS"]
        self.structured = self.plain.get("structured", lambda x: x)
        self.structured_parameters = self.plain.get("structured_parameters", lambda p: p)
        self.functions = self.constraint_names()

    @staticmethod
    def jet_module(text: str) -> dict[str, Any]:
        own, own_math, own_numpy, own_sparse = jet_functions.namespace()
        modules = {"math": own_math, "numpy": own_numpy, "scipy.sparse": own_sparse}
        modules["asdopt"] = SimpleNamespace(external=lambda fun, **_: fun)

        def find(name: str, *rest: Any) -> Any:
            if name == "scipy.sparse" and rest[2] is None:
                return ModuleType("scipy")
            return modules.get(name) or __import__(name, *rest)

        # ``import scipy.sparse as sp`` takes the attribute of the package.
        text = text.replace("import scipy.sparse as sp", "from scipy.sparse import own as sp")
        own_sparse.own = own_sparse
        names = {"__builtins__": own | {"__import__": find}, "__name__": "jets"}
        exec(compile(text, "on_jets", "exec"), names)
        return names

    def constraint_names(self) -> list[str]:
        """Which functions are constraints, in which order; "linear" is ``Q @ x``."""
        if "structured" in self.plain:
            return self.rng.choice([["constraints"], [], ["constraints"] * 2])
        options = [["constraints"]] * 3 + [[], ["constraints", "linear", "constraints"], ["linear"]]
        return self.rng.choice(options)

    def problem(self) -> asdopt.Problem:
        objective = None if self.rng.random() < 0.05 else self.plain["objective"]
        self.has_objective = objective is not None
        forms: list[Any] = []
        for name in self.functions:
            if name == "linear":
                forms.append(scipy.optimize.LinearConstraint(self.plain["Q"], -1.0, 2.0))
            else:
                forms.append(asdopt.Constraint(self.plain[name], -np.inf, 3.0))
        constraints: Any = forms
        options: dict[str, Any] = {}
        if self.functions == ["constraints"] and self.rng.random() < 0.5:
            constraints, options = self.plain["constraints"], {"cl": 0.0, "cu": 1.0}
        if self.p is not None:
            options["parameters"] = self.structured_parameters(self.p)
        if self.calls is not None and self.calls.random() < 0.2:
            options["threads"] = 2
        return asdopt.Problem(objective, constraints, x0=self.structured(self.x0), **options)

    def outputs(self, names: dict[str, Any], x: Any) -> list[Any]:
        """Objective and constraint rows, as numbers of the namespace's kind."""

        def copies() -> tuple[Any, ...]:
            point = names.get("structured", lambda x: x)(x.copy())
            if self.p is None:
                return (point,)
            return point, self.structured_parameters(self.p.copy())

        rows = [names["objective"](*copies()) if self.has_objective else 0.0]
        for name in self.functions:
            found = names["Q"] @ x if name == "linear" else names[name](*copies())
            rows += flat(found)
        return rows

    def points(self) -> list[Any]:
        rng = np.random.default_rng(self.rng.randrange(1 << 30))
        x0 = self.x0
        if self.is_special:
            return [x0, rng.choice([0.0, 1.0, -1.0, 0.5], x0.size), x0[::-1].copy()]
        return [x0, x0 + 0.01 * rng.normal(size=x0.size), rng.normal(size=x0.size)]


def flat(values: Any) -> list[Any]:
    """Numbers of nested lists, tuples and arrays, in order."""
    if isinstance(values, (list, tuple)) or getattr(values, "ndim", 0):
        return [number for value in values for number in flat(value)]
    return [values]


class Comparison:
    """One problem against jets at several points."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.problem = program.problem()
        n, m = self.problem.n, self.problem.m
        self.first, self.second = np.zeros((m, n), bool), np.zeros((n, n), bool)
        self.knows_all = program.exact_pattern
        self.keep: Any = None

    def at(self, x: Any) -> bool:
        """Compare everything at a point; False where the program has no derivatives there."""
        program, problem = self.program, self.problem
        n = problem.n
        try:
            plain = np.array([float(v) for v in program.outputs(program.plain, x)])
        except (ArithmeticError, ValueError):
            self.knows_all = False
            return False
        if not np.isfinite(plain).all() or np.abs(plain).max() > 1e6:
            self.knows_all = False
            return False
        if program.calls is not None:
            self.disturb(x, program.calls)
        found = np.append(problem.objective(x), problem.constraints(x))
        if program.calls is not None:
            self.disturb(x, program.calls)
        jets.TIES.are_decided = program.is_special
        try:
            taken, rows = jets.decisions(), self.on_jets(x)
        except (jets.KinkError, ArithmeticError):
            close("value", found, plain)
            self.knows_all = False
            return False
        for what, values in (("value", found), ("jets", np.array([row.v for row in rows]))):
            try:
                close(what, values, plain)
            except AssertionError:
                close(what, values, plain, slack=self.rounding_of_values(x, rows, taken))
        weights = np.array([program.rng.choice([0.0, 1.0, program.rng.gauss(0, 1)]) for _ in rows])
        gradients, hessian = derivatives(rows, weights)
        if not (np.isfinite(gradients).all() and np.isfinite(hessian).all()):
            self.knows_all = False
            return False
        values = problem.jacobian_values(x)
        jac = problem.jacobian_pattern.to_scipy(values).toarray()
        lower = problem.hessian(x, weights[1:], weights[0]).toarray()
        found = (problem.gradient(x), jac, lower)
        expected = (gradients[0], gradients[1:], np.tril(hessian))
        try:
            self.compare(found, expected, (0.0, 0.0, 0.0))
        except AssertionError:
            self.compare(found, expected, self.rounding(x, weights, expected, taken))
        self.check_buffers(x, values, lower, weights)
        for i, row in enumerate(rows[1:]):
            self.first[i] |= bits(row.first, n)
        for row in rows:
            self.second |= bits(row.second, n * n).reshape(n, n)
        self.check_patterns(jac, np.tril(hessian))
        return True

    def disturb(self, x: Any, rng: random.Random) -> None:
        """Call what must not change later results: elsewhere, in another order, wrongly."""
        problem, program = self.problem, self.program
        n, m = problem.n, problem.m
        other = x + np.array([rng.choice([0.0, rng.gauss(0.0, 1.0)]) for _ in range(n)])

        def zero_weights() -> None:
            values = problem.hessian(x, np.zeros(m), 0.0).data
            assert not values.any(), f"Hessian with zero weights has {values}"

        def wrong_shapes() -> None:
            for call in (
                lambda: problem.objective(np.append(x, 1.0)),
                lambda: problem.hessian(x, np.zeros(m + 1)),
                lambda: problem.jacobian_values(x[None, None, :-1]),
            ):
                with pytest.raises(ValueError, match=r"shape|array"):
                    call()

        def other_parameters() -> None:
            if program.p is not None:
                problem.parameters = program.structured_parameters(program.p + 0.3)
                try:
                    problem.hessian(other)
                finally:
                    problem.parameters = program.structured_parameters(program.p)

        kinds = (
            zero_weights,
            wrong_shapes,
            other_parameters,
            lambda: problem.hessian(x),
            lambda: problem.hessian(other, np.ones(m), 0.0),
            lambda: problem.gradient(other),
            lambda: problem.jacobian_values(other),
            lambda: problem.jacobian(x),
            lambda: problem.constraints(other),
        )
        known = problem.evaluator.num_branches
        for kind in rng.sample(kinds, rng.randint(0, 4)):
            # There may be no values or derivatives.
            with contextlib.suppress(asdopt.EvaluationError, ArithmeticError):
                kind()
        # The pattern may have grown by what is elsewhere.
        self.knows_all &= problem.evaluator.num_branches == known

    def on_jets(self, x: Any) -> list[Any]:
        """Run the program on jets."""
        results = self.program.outputs(self.program.on_jets, jets.variables(x))
        n = self.problem.n
        return [v if isinstance(v, jets.Jet) else jets.constant(float(v), n) for v in results]

    def rounded(self, x: Any, taken: list[Any]) -> Iterator[list[Any]]:
        """Run the program some times with other last digits of each operation."""
        for seed in range(8):
            with jets.rounded(seed, taken):
                yield self.on_jets(x)

    def rounding_of_values(self, x: Any, rows: list[Any], taken: list[Any]) -> Any:
        """How far rounding moves values: cos(x) at 1e12 has few digits."""
        moved = [[a.v - b.v for a, b in zip(rows, o, strict=True)] for o in self.rounded(x, taken)]
        return SPREAD * np.abs(moved).max(axis=0)

    @staticmethod
    def compare(found: Any, expected: Any, slack: Any) -> None:
        names = ("gradient", "Jacobian", "Hessian")
        for name, ours, theirs, more in zip(names, found, expected, slack, strict=True):
            close(name, ours, theirs, rows=name == "Jacobian", slack=more)

    def rounding(self, x: Any, weights: Any, expected: Any, taken: list[Any]) -> list[Any]:
        """How far rounding moves derivatives: tanh(x) / x at 1e-5 has few digits."""
        slack: list[Any] = [0.0, 0.0, 0.0]
        for rows in self.rounded(x, taken):
            gradients, hessian = derivatives(rows, weights)
            others = (gradients[0], gradients[1:], np.tril(hessian))
            slack = [
                np.fmax(old, SPREAD * np.abs(one - other))
                for old, one, other in zip(slack, expected, others, strict=True)
            ]
        return slack

    def check_buffers(self, x: Any, values: Any, lower: Any, weights: Any) -> None:
        """Arrays of the caller are filled, and entries kept between calls are right."""
        problem = self.problem
        if self.keep is None or len(self.keep) != len(values):
            self.keep = np.full(len(values), np.nan)
        problem.evaluator.jacobian_values(x, self.keep, keep=True)
        np.testing.assert_array_equal(self.keep, values)
        out = np.full(problem.hessian_pattern.nnz, np.nan)
        problem.hessian_values(x, weights[1:], weights[0], out=out)
        np.testing.assert_array_equal(problem.hessian_pattern.to_scipy(out).toarray(), lower)

    def check_patterns(self, jac: Any, lower: Any) -> None:
        """Patterns hold the nonzeros, and nothing that no operation can make."""
        for what, pattern, dense, allowed in (
            ("Jacobian", self.problem.jacobian_pattern, jac, self.first),
            ("Hessian", self.problem.hessian_pattern, lower, np.tril(self.second)),
        ):
            found = np.zeros(dense.shape, bool)
            found[pattern.rows, pattern.cols] = True
            missing = (np.abs(dense) > 1e-12) & ~found
            assert not missing.any(), f"{what} pattern misses {np.argwhere(missing)[0]}"
            extra = found & ~allowed
            if self.knows_all:
                assert not extra.any(), f"{what} pattern has {np.argwhere(extra)[0]} too many"


def derivatives(rows: list[Any], weights: Any) -> tuple[Any, Any]:
    """Gradients of all rows, and the Hessian of their weighted sum."""
    gradients = np.array([row.g for row in rows])
    return gradients, sum(w * row.h for w, row in zip(weights, rows, strict=True))


def bits(mask: int, count: int) -> Any:
    text = f"{mask:0{count}b}"[::-1] if count else ""
    return np.array([c == "1" for c in text], dtype=bool)


def close(what: str, found: Any, expected: Any, *, rows: bool = False, slack: Any = 0.0) -> None:
    """Compare, relative to the largest number, of each row or of all."""
    scale = np.abs(expected).max(initial=0.1, axis=-1 if rows else None, keepdims=True)
    bad = np.argwhere(~(np.abs(found - expected) <= TOLERANCE * scale + slack))
    where = tuple(bad[0]) if len(bad) else ()
    assert not len(bad), f"{what}{where}: {found[where]} instead of {expected[where]}"


def check(seed: int) -> bool:
    """Compare one program everywhere; whether it had derivatives somewhere."""
    program = Program(seed)
    try:
        program.has_objective = True
        start = np.array([float(v) for v in program.outputs(program.plain, program.x0)])
        if not np.isfinite(start).all():
            return False
    except (ArithmeticError, ValueError):
        return False
    comparison = Comparison(program)
    points = program.points()
    compared = [comparison.at(x) for x in points]
    if program.p is not None:
        program.p = np.array([program.rng.choice([0.0, 1.0, 0.7]) for _ in program.p])
        comparison.problem.parameters = program.structured_parameters(program.p)
        compared += [comparison.at(x) for x in points[::2]]
    if seed % 10 == 0:
        comparison.problem = pickle.loads(pickle.dumps(comparison.problem))
        comparison.keep = None
        compared += [comparison.at(x) for x in points[:1]]
    return any(compared)


GROUPS = [range(k, min(k + GROUP, FIRST + NUMBER)) for k in range(FIRST, FIRST + NUMBER, GROUP)]
if "ASDOPT_RANDOM_FIRST" not in os.environ:
    first = random_usage.FIRST_SEED
    GROUPS += [range(k, k + GROUP) for k in range(first, first + 60, GROUP)]


@pytest.mark.parametrize("seeds", [SEEDS, *GROUPS], ids=lambda seeds: str(seeds[0]))
def test_random_problems(seeds: Sequence[int]) -> None:
    """A failing seed names itself; the program can be written again from it."""
    compared = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.filterwarnings("error", message="derivatives by kernels")
        for seed in seeds:
            try:
                compared += check(seed)
            except Exception as error:
                raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
    # Nine of ten have; of twenty drawn, half of them never lack by chance.
    assert compared > 0.5 * len(seeds), "too few programs had derivatives"
