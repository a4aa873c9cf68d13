"""CasADi: a problem as an ``nlpsol`` solver, with exact sparse derivatives.

Enters: a problem. Leaves: a solver that is called as CasADi's are, with ``x0=``, ``lam_g0=``,
``lbg=`` and so on, by any of its plugins that asks the problem for derivatives: ipopt, sqpmethod,
qrsqp, fatrop, and commercial ones where they are installed.

A plugin asks its oracle for functions by the names of their outputs, such as ``jac:g:x``; each is
answered by a callback that works on the nonzeros alone, so that no expression graph is made.

References
----------
Andersson, Gillis, Horn, Rawlings, Diehl: CasADi: a software framework for nonlinear optimization
and optimal control. Math. Program. Comput. 11 (2019), doi:10.1007/s12532-018-0139-4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError, MissingDependencyError, UnsupportedOperationError
from asdopt._pattern import SparsityPattern
from asdopt._problem import Problem
from asdopt.adapters._callbacks import MAX_RESTARTS, Callbacks, RefusedError, too_many_restarts
from asdopt.adapters._given import check_problem

try:
    import casadi

    casadi.Callback.get_factory  # noqa: B018
except (ImportError, AttributeError) as error:
    raise MissingDependencyError(
        'the adapter to CasADi needs CasADi 3.8 or newer: pip install "asdopt[casadi]"'
    ) from error

__all__ = ["NlpSolver"]

FloatArray = npt.NDArray[np.float64]


class NlpSolver:
    """A problem, solved by a plugin of CasADi's ``nlpsol``.

    Parameters
    ----------
    problem : Problem
    solver : str
        Name of the plugin.
    options : mapping, optional
        Options of ``nlpsol``, among them those of the plugin: ``{"ipopt": {"tol": 1e-10}}``.

    Raises
    ------
    MissingDependencyError
        CasADi 3.8 or newer is not installed.
    InputError
        What is given is no problem, or the options are no mapping.
    RuntimeError
        Of CasADi: the plugin is not there, or refuses an option.

    Notes
    -----
    When a branch of the functions flips and the structure grows, the solver is made again and
    starts from the point where that was.

    Examples
    --------
    >>> import asdopt
    >>> from asdopt.adapters.casadi_nlp import NlpSolver
    >>> curve = asdopt.Constraint(lambda x: x[0] * x[1], 1.0, 1.0)
    >>> problem = asdopt.Problem(lambda x: (x[0] - 1.0) ** 2 + x[1] ** 2, curve, x0=[1.0, 1.0])
    >>> quiet = {"print_time": False, "ipopt": {"print_level": 0, "sb": "yes"}}
    >>> result = NlpSolver(problem, "ipopt", quiet)()
    >>> round(float(result["f"]), 4)
    0.6695
    """

    def __init__(
        self, problem: Problem, solver: str = "ipopt", options: Mapping[str, Any] | None = None
    ) -> None:
        check_problem(problem, "NlpSolver")
        if not isinstance(options, Mapping | None):
            raise InputError(
                f"NlpSolver was given options of type {type(options).__name__}; a mapping from "
                'names to values is needed, such as {"ipopt": {"tol": 1e-10}}'
            )
        self._callbacks = Callbacks(problem, RefusedError)
        self._problem = problem
        self._solver = solver
        # Parameters are the problem's, there are no multipliers of theirs.
        self._options = {"calc_lam_p": False, **dict(options or {})}
        self._open()

    @property
    def function(self) -> Any:
        """The ``casadi.Function`` of the solver; it lives as long as this object."""
        return self._function

    def stats(self) -> dict[str, Any]:
        """Statistics of the last solve, as CasADi gives them."""
        return dict(self._function.stats())

    def __call__(self, **inputs: Any) -> dict[str, Any]:
        """Solve.

        Parameters
        ----------
        **inputs
            Those of ``nlpsol``: ``x0, lbx, ubx, lbg, ubg, lam_x0, lam_g0``; by default those of the
            problem. ``p`` are its parameters, kept for later calls.

        Returns
        -------
        dict of str to casadi.DM
            ``x, f, g, lam_x, lam_g``, with the signs of CasADi.

        Raises
        ------
        Exception
            What the functions of the problem raised.
        """
        problem, callbacks = self._problem, self._callbacks
        if "p" in inputs:
            # Not CasADi's: the oracle has none, so that it would leave them out.
            self._take_parameters(inputs.pop("p"))
        given = callbacks.structure
        callbacks.reset()
        if callbacks.structure != given:
            self._open()
        defaults = {
            "x0": problem.x0,
            "lbx": problem.lb,
            "ubx": problem.ub,
            "lbg": problem.cl,
            "ubg": problem.cu,
        }
        if not hasattr(inputs.get("x0", 0.0), "sparsity"):  # not one of CasADi's own
            start = inputs.pop("x0", problem.x0)
            defaults["x0"] = problem.structure.flatten(start, "x0", may_be_flat=True)
        arguments = defaults | inputs
        for _ in range(MAX_RESTARTS):
            failure: RuntimeError | None = None
            result: dict[str, Any] = {}
            try:
                result = self._function(**arguments)
            except RuntimeError as error:  # often the consequence of what a callback met
                failure = error
            if callbacks.error is not None:
                raise callbacks.error
            if callbacks.grown_at is None:
                if failure is not None:
                    raise failure
                return result
            arguments["x0"] = callbacks.grown_at
            callbacks.restart()
            self._open()
        raise too_many_restarts(self._solver)

    def _take_parameters(self, given: Any) -> None:
        """Set the problem's parameters: a structure of its own, or CasADi's columns."""
        if not isinstance(given, Mapping):
            given = np.array(given, dtype=np.float64)
            if given.ndim == 2 and 1 in given.shape:
                given = given.ravel()
            if not given.size and self._problem.parameters is None:
                return
        self._problem.parameters = given

    def _open(self) -> None:
        self._oracle = _Oracle(self._callbacks, self._problem.n, self._problem.m)
        self._function = casadi.nlpsol("asdopt", self._solver, self._oracle, self._options)


class _Callback(casadi.Callback):
    """A function on arrays of nonzeros.

    Parameters
    ----------
    inputs, outputs : dict of str to casadi.Sparsity
    evaluate : callable
        From the arrays of the inputs by name to the arrays of the outputs in their order.
    """

    def __init__(
        self,
        name: str,
        inputs: dict[str, Any],
        outputs: dict[str, Any],
        evaluate: Callable[[dict[str, FloatArray]], Sequence[npt.ArrayLike]],
    ) -> None:
        super().__init__()
        self._inputs, self._outputs, self._evaluate = inputs, outputs, evaluate
        self.construct(name, {})

    def get_n_in(self) -> int:
        return len(self._inputs)

    def get_n_out(self) -> int:
        return len(self._outputs)

    def get_name_in(self, i: int) -> str:
        return list(self._inputs)[i]

    def get_name_out(self, i: int) -> str:
        return list(self._outputs)[i]

    def get_sparsity_in(self, i: int) -> Any:
        return list(self._inputs.values())[i]

    def get_sparsity_out(self, i: int) -> Any:
        return list(self._outputs.values())[i]

    def has_eval_buffer(self) -> bool:
        return True

    def eval_buffer(self, arg: Sequence[Any], res: Sequence[Any]) -> int:
        values = {
            name: np.frombuffer(buffer).copy() if buffer is not None else np.zeros(sparsity.nnz())
            for (name, sparsity), buffer in zip(self._inputs.items(), arg, strict=True)
        }
        try:
            found = self._evaluate(values)
        except RefusedError:
            return 1
        for buffer, value in zip(res, found, strict=True):
            if buffer is not None:
                np.frombuffer(buffer)[:] = value
        return 0


class _Oracle(_Callback):
    """Objective and constraints, and all that a plugin asks of them."""

    def __init__(self, callbacks: Callbacks, n: int, m: int) -> None:
        self._callbacks = callbacks
        jacobian, hessian = callbacks.structure
        # CasADi's nonzeros stand by columns; a lower triangle by rows is an upper one by columns.
        self._by_column = np.lexsort((jacobian.rows, jacobian.cols))
        symmetric = _sparsity(
            np.concatenate([hessian.rows, hessian.cols]),
            np.concatenate([hessian.cols, hessian.rows]),
            hessian.shape,
        )
        self._mirror = _mirror(hessian, symmetric)
        dense = casadi.Sparsity.dense
        self._made: list[_Callback] = []
        self._sparsities = {
            "x": dense(n, 1),
            "p": dense(0, 1),
            "lam:f": dense(1, 1),
            "lam:g": dense(m, 1),
            "f": dense(1, 1),
            "g": dense(m, 1),
            "grad:f:x": dense(n, 1),
            "grad:gamma:x": dense(n, 1),
            "grad:gamma:p": dense(0, 1),
            "jac:g:x": _sparsity(jacobian.rows, jacobian.cols, jacobian.shape),
            "triu:hess:gamma:x:x": _sparsity(hessian.cols, hessian.rows, hessian.shape),
            "hess:gamma:x:x": symmetric,
            "sym:hess:gamma:x:x": symmetric,
        }
        inputs = {name: self._sparsities[name] for name in ("x", "p")}
        outputs = {name: self._sparsities[name] for name in ("f", "g")}
        super().__init__("nlp", inputs, outputs, lambda values: self._find(values, ["f", "g"]))

    def get_factory(
        self,
        name: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        aux: Any,
        options: Any,
    ) -> _Callback:
        missing = [key for key in (*inputs, *outputs) if key not in self._sparsities]
        if missing:
            raise UnsupportedOperationError(
                f"the plugin of nlpsol asks for {', '.join(missing)}, which this adapter does not "
                "give; use ipopt, sqpmethod, qrsqp or fatrop"
            )
        wanted = list(outputs)
        made = _Callback(
            name,
            {key.replace(":", "_"): self._sparsities[key] for key in inputs},
            {key.replace(":", "_"): self._sparsities[key] for key in outputs},
            lambda values: self._find(values, wanted),
        )
        self._made.append(made)  # CasADi does not keep it
        return made

    def _find(self, values: dict[str, FloatArray], wanted: Sequence[str]) -> list[npt.ArrayLike]:
        """Evaluate outputs by CasADi's names."""
        callbacks, x = self._callbacks, values["x"]
        found: list[npt.ArrayLike] = []
        for name in wanted:
            if name == "f":
                found.append(callbacks.objective(x))
            elif name == "g":
                found.append(callbacks.constraints(x))
            elif name == "grad:f:x":
                found.append(callbacks.gradient(x))
            elif name == "jac:g:x":
                found.append(callbacks.jacobian(x)[self._by_column])
            elif name == "grad:gamma:p":
                found.append(np.zeros(0))
            elif name == "grad:gamma:x":
                jacobian, _ = callbacks.structure
                products = callbacks.jacobian(x) * values["lam_g"][jacobian.rows]
                total = values["lam_f"][0] * callbacks.gradient(x)
                np.add.at(total, jacobian.cols, products)
                found.append(total)
            else:
                lower = callbacks.hessian(x, values["lam_g"], float(values["lam_f"][0]))
                found.append(lower if name.startswith("triu") else lower[self._mirror])
        return found


def _sparsity(rows: npt.ArrayLike, cols: npt.ArrayLike, shape: tuple[int, int]) -> Any:
    """Make CasADi's sparsity of entries in any order."""
    return casadi.Sparsity.triplet(
        *shape, np.asarray(rows, dtype=int).tolist(), np.asarray(cols, dtype=int).tolist()
    )


def _mirror(lower: SparsityPattern, symmetric: Any) -> npt.NDArray[np.intp]:
    """Find the number in the lower triangle of each nonzero of the whole matrix, by columns."""
    rows, cols = (np.array(part, dtype=np.int64) for part in symmetric.get_triplet())
    n = lower.shape[1]
    keys = lower.rows.astype(np.int64) * n + lower.cols
    return np.searchsorted(keys, np.maximum(rows, cols) * n + np.minimum(rows, cols))
