"""AMPL's .nl files: a problem for every solver that AMPL drives, and what it answers.

Enters: a problem. Leaves: a file with its expressions, bounds and starting point, which Knitro,
BARON, SCIP, Couenne, Gurobi, Ipopt and many more read, and from their .sol file a solution. The
expressions are in ``_nl_graph.py``.

References
----------
Gay: Writing .nl files. Sandia National Laboratories, SAND2005-7907P (2005).
Gay: Hooking your solver to AMPL. Bell Laboratories (1997).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError, MissingDependencyError, UnsupportedOperationError
from asdopt._problem import Problem
from asdopt._solution import Solution
from asdopt.adapters._given import check_problem
from asdopt.adapters._nl_answer import read_answer
from asdopt.adapters._nl_graph import IN_CONSTRAINTS, IN_OBJECTIVE, Graph
from asdopt.adapters._result import check_time_limit

__all__ = ["read", "solve", "write"]

FloatArray = npt.NDArray[np.float64]


def write(problem: Problem, path: str | os.PathLike[str]) -> Path:
    """Write a problem as a .nl file, with its current parameters as numbers.

    Parameters
    ----------
    problem : Problem
    path : str or path
        Gets the suffix ``.nl`` where it has none. Beside it are written ``.col`` and ``.row``, the
        names of variables and constraint rows.

    Returns
    -------
    Path
        Of the .nl file.

    Raises
    ------
    UnsupportedOperationError
        The functions branch on variables, call a black box or an operator that AMPL has no word
        for, such as ``erf``; the message names the line.

    Notes
    -----
    Operators that AMPL lacks are written by their definition where they have one: ``log1p(x)`` as
    ``log(1 + x)``, so that ``logaddexp`` overflows where its operands are above 709. Variables and
    rows stand in AMPL's order, nonlinear ones first.

    Examples
    --------
    >>> import asdopt, tempfile
    >>> from asdopt.adapters import nl_file
    >>> problem = asdopt.Problem(lambda x: (x[0] - 1) ** 4 + x[1], x0=[0.0, 1.0])
    >>> nl_file.write(problem, tempfile.mkdtemp() + "/model").name
    'model.nl'
    """
    check_problem(problem, "nl_file.write")
    problem.require_bounds()
    target = Path(path)
    target = target if target.suffix == ".nl" else target.with_name(target.name + ".nl")
    _Model.of(problem).write(target)
    return target


def read(problem: Problem, path: str | os.PathLike[str]) -> Solution:
    """Read the .sol file that a solver left for a file of :func:`write`.

    Parameters
    ----------
    problem : Problem
        The one that was written, with the same parameters.
    path : str or path
        Gets the suffix ``.sol`` where it has none.

    Returns
    -------
    Solution
        Multipliers are zero where the solver gave none. Those of bounds are what the gradient of
        the Lagrangian leaves at variables that are at a bound.

    Raises
    ------
    InputError
        The file is no .sol file, or belongs to another problem.
    """
    source = Path(path)
    source = source if source.suffix == ".sol" else source.with_name(source.name + ".sol")
    model = _Model.of(problem)
    return read_answer(problem, model.columns, model.rows, source, "nl", 0.0)


def solve(
    problem: Problem,
    executable: str,
    options: Mapping[str, Any] | None = None,
    time_limit: float | None = None,
) -> Solution:
    """Solve a problem by a solver that AMPL drives: write the file, run it, read its answer.

    Parameters
    ----------
    problem : Problem
    executable : str
        Name or path of the solver's program for AMPL, such as ``"knitroampl"`` or ``"scipampl"``.
    options : mapping, optional
        The solver's own options by its names.
    time_limit : float, optional
        Seconds after which the program is ended; its own option for that leaves a point behind,
        this one does not.

    Returns
    -------
    Solution

    Raises
    ------
    MissingDependencyError
        The program is not found.
    InputError
        The program ended without a .sol file; the message has what it printed.
    """
    check_time_limit(time_limit)
    program = shutil.which(executable)
    if program is None:
        raise MissingDependencyError(
            f"the solver program {executable!r} was asked for and is not found: install it, add "
            "its folder to PATH, or give its full path"
        )
    start = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        stub = Path(folder) / "problem.nl"
        model = _Model.of(problem)
        model.write(stub)
        given = [f"{name}={value}" for name, value in dict(options or {}).items()]
        try:
            done = subprocess.run(
                [program, str(stub.with_suffix("")), "-AMPL", *given],
                capture_output=True,
                text=True,
                timeout=time_limit,
                check=False,
                cwd=folder,
            )
        except subprocess.TimeoutExpired as error:
            raise InputError(
                f"{executable} was ended after {time_limit:g} s and left no point: give it more "
                "time, or its own option for a limit"
            ) from error
        found = stub.with_suffix(".sol")
        if not found.exists():
            printed = (done.stderr or done.stdout).strip()[-500:]
            raise InputError(
                f"{executable} ended with code {done.returncode} and left no .sol file; it "
                f"printed: {printed or 'nothing'}"
            )
        name = Path(program).stem
        return read_answer(problem, model.columns, model.rows, found, name, perf_counter() - start)


@dataclass
class _Model:
    """A problem in AMPL's order.

    Parameters
    ----------
    problem : Problem
    graph : Graph
    columns, rows : list of int
        Variables and constraint rows in the order of the file.
    nonlinear : tuple of int
        Numbers of variables that are nonlinear in both, in constraints, in the objective.
    """

    problem: Problem
    graph: Graph
    columns: list[int]
    rows: list[int]
    nonlinear: tuple[int, int, int]

    @classmethod
    def of(cls, problem: Problem) -> _Model:
        """Find the expressions and the order of a problem."""
        graph = _graph(problem)
        places = graph.places[: problem.n]
        both, constraints, objective = IN_OBJECTIVE | IN_CONSTRAINTS, IN_CONSTRAINTS, IN_OBJECTIVE
        order = {both: 0, constraints: 1, objective: 2, 0: 3}
        columns = sorted(range(problem.n), key=lambda i: (order[places[i]], i))
        rows = sorted(range(problem.m), key=lambda i: (not graph.parts[1 + i].nonlinear, i))
        counts = places.count(both), places.count(constraints), places.count(objective)
        return cls(problem, graph, columns, rows, counts)

    def write(self, target: Path) -> None:
        """Write the file and those of the names beside it."""
        names, row_names = self.problem.names, self.problem.row_names
        for suffix, lines in (
            (".nl", self._lines()),
            (".col", [names[i] for i in self.columns]),
            (".row", [*(row_names[i] for i in self.rows), "objective"]),
        ):
            # Readers of older AMPL libraries need the line ends of Unix.
            with target.with_suffix(suffix).open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{line}\n" for line in lines)

    def _lines(self) -> Iterator[str]:
        problem, graph = self.problem, self.graph
        places = [0] * problem.n
        for k, i in enumerate(self.columns):
            places[i] = k
        parts = [graph.parts[1 + i] for i in self.rows]
        objective = graph.parts[0]
        reads = [sorted(places[i] for i in graph.variables(part)) for part in parts]
        gradient = sorted(places[i] for i in graph.variables(objective))
        low, high = problem.cl[self.rows], problem.cu[self.rows]
        for k, part in enumerate(parts):
            if not part.nonlinear:  # the constant of a linear row goes to its bounds
                low[k] -= part.constant
                high[k] -= part.constant
        yield from self._header(reads, gradient, low, high)
        for node, k in graph.defined.items():
            yield f"V{problem.n + k} 0 0"
            yield from (graph.definition(node, places))
        for k, part in enumerate(parts):
            yield f"C{k}"
            constant = part.constant if part.nonlinear else 0.0
            yield from (graph.tokens(part, places, constant))
        yield "O0 0"
        yield from (graph.tokens(objective, places, objective.constant))
        yield f"x{problem.n}"
        for k, i in enumerate(self.columns):
            yield f"{k} {float(problem.x0[i])!r}"
        if parts:
            yield "r"
            yield from _bounds(low, high)
        yield "b"
        yield from _bounds(problem.lb[self.columns], problem.ub[self.columns])
        yield f"k{max(problem.n - 1, 0)}"
        counts = np.bincount(np.array([j for row in reads for j in row], int), minlength=problem.n)
        yield from map(str, np.cumsum(counts)[:-1].tolist())
        for head, part, row in (
            *((f"J{k}", part, row) for k, (part, row) in enumerate(zip(parts, reads, strict=True))),
            ("G0", objective, gradient),
        ):
            if row:
                yield f"{head} {len(row)}"
                for j in row:
                    yield f"{j} {part.linear.get(self.columns[j], 0.0)!r}"

    def _header(
        self, reads: list[list[int]], gradient: list[int], low: FloatArray, high: FloatArray
    ) -> Iterator[str]:
        problem, graph = self.problem, self.graph
        both, constraints, objective = self.nonlinear
        equal = int(np.count_nonzero(low == high))
        ranges = int(np.count_nonzero(np.isfinite(low) & np.isfinite(high))) - equal
        curved = sum(bool(part.nonlinear) for part in graph.parts[1:])
        # An array up to the last variable of the objective, so those of constraints count too.
        in_objective = both + constraints + objective if objective else both
        kinds = [graph.places[i] for i in graph.defined]
        shared = [kinds.count(kind) for kind in (IN_OBJECTIVE | IN_CONSTRAINTS, 2, 1)]
        longest = [max(map(len, names), default=0) for names in (problem.row_names, problem.names)]
        yield "g3 1 1 0\t# problem of asdopt"
        yield f" {problem.n} {problem.m} 1 {ranges} {equal}\t# vars, cons, objs, ranges, eqns"
        yield f" {curved} {int(bool(graph.parts[0].nonlinear))}\t# nonlinear cons, objs"
        yield " 0 0\t# network constraints: nonlinear, linear"
        yield f" {both + constraints} {in_objective} {both}\t# nonlinear vars in cons, objs, both"
        yield " 0 0 0 1\t# linear network variables; functions; arith, flags"
        yield " 0 0 0 0 0\t# discrete variables: binary, integer, nonlinear (b,c,o)"
        yield f" {sum(map(len, reads))} {len(gradient)}\t# nonzeros in Jacobian, gradient"
        yield f" {longest[0]} {longest[1]}\t# max name lengths: constraints, variables"
        yield f" {shared[0]} {shared[1]} {shared[2]} 0 0\t# common exprs: b,c,o,c1,o1"


def _graph(problem: Problem) -> Graph:
    trace = problem.trace()
    try:
        graph = Graph(trace)
    except UnsupportedOperationError:
        Graph(problem.trace(note_lines=True))  # refuses again, with the user's line
        raise
    guards = [int(i) for i in trace.guard_nodes if graph.reads(int(i))]
    if guards or problem.evaluator.num_branches > 1:
        raise UnsupportedOperationError(
            "a file for AMPL's solvers was asked for, and the functions branch on variables, while "
            "a file holds the expressions of one branch only: write the branch with np.where, "
            "np.maximum or np.minimum, or solve with asdopt's own solvers"
        )
    return graph


def _bounds(low: FloatArray, high: FloatArray) -> Iterator[str]:
    for lo, hi in zip(low.tolist(), high.tolist(), strict=True):
        if lo == hi:
            yield f"4 {lo!r}"
        elif np.isfinite(lo) and np.isfinite(hi):
            yield f"0 {lo!r} {hi!r}"
        elif np.isfinite(hi):
            yield f"1 {hi!r}"
        elif np.isfinite(lo):
            yield f"2 {lo!r}"
        else:
            yield "3"
