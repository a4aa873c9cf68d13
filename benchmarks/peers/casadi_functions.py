"""CasADi: SX from the scalar loop, SX and MX from vectors, run by CasADi's own machine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from scipy.sparse import csc_array, csr_array

from benchmarks._workload import FloatArray, Participant, Prepared, Workload, add_runs


class CasadiFunctions(Participant):
    """casadi.Function objects, called through their buffers (no copies, no DM)."""

    modules = ("casadi",)

    def __init__(self, name: str, form: str, symbol: str) -> None:
        self.name, self.form, self._symbol = name, form, symbol

    def load(self) -> None:
        super().load()
        import casadi as ca

        options: Any = ca.GlobalOptions
        if hasattr(options, "setNumpyMode"):
            options.setNumpyMode(-1)  # np.cos of a symbol as ever; a message would take its time

    def prepare(self, workload: Workload) -> Prepared:
        import casadi as ca

        start = perf_counter()
        x, f, c = self._build(workload)
        built = perf_counter()
        parts = {}
        if workload.has_objective:
            parts["f"] = ([x], f)
            parts["gradient"] = ([x], ca.gradient(f, x))
        if workload.num_rows:
            parts["c"] = ([x], c)
            parts["J"] = ([x], ca.jacobian(c, x))
        if workload.has_objective:
            weights = ca.__dict__[self._symbol].sym("w", 1 + workload.num_rows)
            lagrangian = weights[0] * f
            if workload.num_rows:
                lagrangian += ca.dot(weights[1:], c)
            parts["H"] = ([x, weights], ca.tril(ca.hessian(lagrangian, x)[0]))
        functions = {
            phase: ca.Function(phase, arguments, [ca.densify(out) if dense else out])
            for phase, (arguments, out) in parts.items()
            for dense in [phase not in {"J", "H"}]
        }
        prepared = Prepared(seconds={"trace": built - start})
        weights_value = np.concatenate([[workload.obj_factor], workload.multipliers])
        add_runs(
            prepared,
            {
                phase: [_buffered(fun, [x, weights_value]) for x in workload.points]
                for phase, fun in functions.items()
            },
        )
        first = [workload.points[0], weights_value]
        for phase, where in (("J", "jacobian"), ("H", "hessian")):
            if phase in functions:
                setattr(prepared, where, partial(_matrix, functions[phase], first))
                prepared.facts[f"nnz_{where}"] = functions[phase].nnz_out(0)
        return prepared

    def stage(self, name: str, workload: Workload) -> Callable[[], object] | None:
        def detect() -> Any:
            import casadi as ca

            x, f, c = self._build(workload)
            out = c if workload.num_rows else ca.gradient(f, x)
            return ca.Function("detect", [x], [out]).jac_sparsity(0, 0, False)

        if name == "detect":
            return detect
        pattern = detect()
        if not workload.num_rows:
            return partial(pattern.star_coloring2, 0)
        return lambda: pattern.T.uni_coloring(pattern)

    def solve(self, workload: Workload) -> dict[str, float] | None:
        import casadi as ca

        start = perf_counter()
        x, f, c = self._build(workload)
        options: Any = {
            "print_time": False,
            "ipopt": {"print_level": 0, "sb": "yes", "tol": 1e-8},
        }
        solver = ca.nlpsol("solver", "ipopt", {"x": x, "f": f, "g": c}, options)
        middle = perf_counter()
        given = {"lbx": workload.lb, "ubx": workload.ub, "lbg": workload.cl, "ubg": workload.cu}
        arguments: Any = {"x0": workload.x0, **given}
        found = solver(**arguments)
        return {
            "seconds": perf_counter() - start,
            "prepare_seconds": middle - start,
            "objective": float(found["f"]),
            "iterations": int(solver.stats()["iter_count"]),
            "success": float(solver.stats()["success"]),
        }

    def _build(self, workload: Workload) -> tuple[Any, Any, Any]:
        import casadi as ca

        symbol = ca.__dict__[self._symbol]
        x = symbol.sym("x", workload.n)
        functions = workload.forms[self.form](ca)
        variables = ca.vertsplit(x) if self.form == "loop" else x
        f = functions.objective(variables) if functions.objective else None
        c = None
        if functions.constraints:
            rows = functions.constraints(variables)
            c = ca.vertcat(*rows) if isinstance(rows, list) else rows
        return x, f, c


def _buffered(fun: Any, arguments: list[FloatArray]) -> Callable[[], object]:
    buffer, evaluate = fun.buffer()
    values: list[Any] = [np.ascontiguousarray(a) for a in arguments[: fun.n_in()]]
    out: Any = np.zeros(fun.nnz_out(0))
    for k, value in enumerate(values):
        buffer.set_arg(k, memoryview(value))
    buffer.set_res(0, memoryview(out))

    def call(keep: object = (buffer, values, out, fun)) -> object:
        return evaluate()

    return call


def _matrix(fun: Any, arguments: list[FloatArray]) -> csr_array:
    result = fun(*arguments[: fun.n_in()])
    sparsity = result.sparsity()
    parts = (np.array(result.nonzeros()), sparsity.row(), sparsity.colind())
    return csr_array(csc_array(parts, shape=sparsity.shape))


PARTICIPANTS = [
    CasadiFunctions("casadi_sx_loop", "loop", "SX"),
    CasadiFunctions("casadi_sx_vectors", "casadi", "SX"),
    CasadiFunctions("casadi_mx", "casadi", "MX"),
]
