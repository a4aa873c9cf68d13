"""Jacobians and Hessians prepared once and evaluated often.

Enters: a function and how to differentiate it. Leaves: objects that are called with x. Two kinds
of work stand behind them: kernels (the default for plain Python, no products at all), or colored
products of a backend.
"""

from __future__ import annotations

import threading
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from asdopt._errors import (
    EvaluationError,
    InputError,
    StructureChangedError,
)
from asdopt._finite import all_finite
from asdopt._kernel_source import KernelSource
from asdopt._nested import NestedFunction, nested_at
from asdopt._pattern import SparsityPattern
from asdopt._pattern_source import check_pattern_by_probe, find_pattern
from asdopt._plan import Plan, make_plan, use_coloring
from asdopt.backends import Backend, FlatFunction, Products
from asdopt.backends._find import as_backend
from asdopt.backends._function import check_scalar
from asdopt.coloring import Coloring

__all__ = ["PreparedHessian", "PreparedJacobian"]

FloatArray = npt.NDArray[np.float64]


class ProductSource:
    """Values by colored products of a backend; colored anew when a branch grows the pattern."""

    def __init__(
        self,
        function: FlatFunction,
        products: Products,
        kind: str,
        x: FloatArray,
        pattern: Any,
        coloring: Any,
        mode: str,
    ) -> None:
        self.products = products
        self._kind = kind
        self._mode = mode
        self._given_coloring = coloring
        if pattern is None and isinstance(coloring, Coloring):
            pattern = coloring.pattern
        self._patterns = find_pattern(function, products, kind, pattern, x)
        self._plan = self._make(self._patterns.at(x), x)
        if not self._patterns.trusted:
            check_pattern_by_probe(products, kind, self.pattern, self._plan.values, x)

    def _make(self, pattern: SparsityPattern, x: FloatArray) -> Plan:
        self._colored = pattern
        if self._given_coloring is None:
            return make_plan(self.products, self._kind, pattern, self._mode, x)
        coloring = use_coloring(self._given_coloring, self._kind, pattern, self._mode)
        mode = ""
        if self._kind == "hessian":
            mode = self.products.check_mode(
                "" if self._mode in {"auto", "measured"} else self._mode
            )
        return Plan(self.products, self._kind, coloring, mode)

    def move(self, x: FloatArray) -> None:
        """Make the pattern valid at x."""
        pattern = self._patterns.at(x)
        if pattern is not self._colored:
            self._plan = self._make(pattern, x)

    @property
    def pattern(self) -> SparsityPattern:
        """Pattern of the values."""
        return self._plan.coloring.pattern

    @property
    def coloring(self) -> Coloring:
        """The coloring in use."""
        return self._plan.coloring

    @property
    def mode(self) -> str:
        """Mode of the products."""
        return self._plan.mode

    @property
    def num_products(self) -> int:
        """Number of products for one matrix."""
        return self._plan.num_products

    def values(self, x: FloatArray, out: FloatArray | None) -> FloatArray:
        """Values at x, where ``move`` was called."""
        return self._plan.values(x, out)

    def outputs(self, x: FloatArray) -> FloatArray:
        """Results of the function."""
        return self.products.values(x)

    def gradient(self, x: FloatArray) -> FloatArray:
        """Gradient of a function with one result."""
        return self.products.gradient(x)

    def why_not_finite(self, x: FloatArray) -> str:
        """Sentence on where a NaN came from."""
        return (
            f"the function or its derivative is not finite at x: {self.products.function.name}, "
            "differentiated by " + type(self.products).__name__
        )

    def __str__(self) -> str:
        coloring = self.coloring
        name = type(self.products).__name__.removesuffix("Products").lower()
        return f"{self._plan}: {name}, {self.mode.replace('_', ' ')}, {coloring.algorithm} coloring"


class _Prepared:
    """What prepared Jacobians and Hessians have in common; thread-safe."""

    _kind: ClassVar[str]

    def __init__(
        self,
        fun: Any,
        x: Any,
        args: Any,
        argnum: int,
        inplace: Any,
        backend: str | Backend | None,
        pattern: Any,
        coloring: Any,
        mode: str,
    ) -> None:
        self._function = FlatFunction(fun, x, args, argnum, inplace)
        point = self._function.flatten(x)
        how = (backend, pattern, coloring, mode)
        self._source = _prepare(self._kind, self._function, point, *how)
        self._lock = threading.RLock()
        example = self._function.structure.unflatten(point)
        self._request = (fun, example, args, argnum, self._function.buffer, *how)

    def __reduce__(self) -> tuple[Any, ...]:
        # Compiled functions and symbols of other systems cannot be pickled; what they are made of
        # can, if the user's function can.
        return type(self), self._request

    @property
    def pattern(self) -> SparsityPattern:
        """Pattern of the matrix, union of all branches met so far."""
        return self._source.pattern

    @property
    def coloring(self) -> Coloring:
        """Coloring in use; for kernels, which need none, the one that products would use."""
        return self._source.coloring

    @property
    def mode(self) -> str:
        """How values come about: "kernels", or the mode of the products."""
        return self._source.mode

    @property
    def num_products(self) -> int:
        """Number of products for one matrix; 0 for kernels."""
        return self._source.num_products

    def values(self, x: Any, out: FloatArray | None = None) -> FloatArray:
        """Nonzero values at x, aligned with ``pattern`` (row-major).

        Parameters
        ----------
        x : array_like of float64, in the structure of the first x or flat
        out : ndarray of float64, shape (nnz,), optional
            Written to and returned.

        Raises
        ------
        StructureChangedError
            A branch at x has grown the pattern, and ``out`` does not fit any more.
        EvaluationError
            A value is not finite.
        """
        with self._lock:
            point = self._point(x)
            self._source.move(point)
            return self._values(point, out)

    def __call__(self, x: Any, out: csr_array | None = None) -> csr_array:
        """Matrix at x.

        Parameters
        ----------
        x : array_like of float64, in the structure of the first x or flat
        out : csr_array, optional
            A matrix returned before, whose values are overwritten.
        """
        nested = self._nested(x, out)
        if nested is not None:
            inside: csr_array = self._of_nested(nested)
            return inside
        with self._lock:
            point = self._point(x)
            self._source.move(point)
            return self._matrix(point, out)

    def _of_nested(self, nested: NestedFunction) -> Any:
        raise NotImplementedError

    def _nested(self, x: Any, out: Any) -> NestedFunction | None:
        """Make the function one of the trace that runs, where x is a traced value of it."""
        fun, _, args, argnum, *_ = self._request
        return nested_at(x, self._kind, fun, args=args, argnum=argnum, out=out)

    def _point(self, x: Any) -> FloatArray:
        point = self._function.flatten(x)
        if not all_finite(point):
            i = int(np.flatnonzero(~np.isfinite(point))[0])
            raise EvaluationError(f"variable {i} of x is {point[i]:g}: give a finite point")
        return point

    def _values(self, point: FloatArray, out: FloatArray | None) -> FloatArray:
        nnz = self.pattern.nnz
        if out is not None:
            _check_written(out, "values were to be written")
            if out.shape != (nnz,):
                raise StructureChangedError(
                    f"values were to be written to an array of shape {out.shape}; the pattern has "
                    f"{nnz} entries, and may have grown in a new branch of the function: make the "
                    "array anew"
                )
        values = self._source.values(point, out)
        if not all_finite(values):
            raise EvaluationError(self._source.why_not_finite(point))
        return values

    def _matrix(self, point: FloatArray, out: csr_array | None) -> csr_array:
        pattern = self.pattern
        if out is None:
            return pattern.to_scipy(self._values(point, None))
        if not (
            getattr(out, "format", None) == "csr"
            and out.shape == pattern.shape
            and np.array_equal(out.indptr, pattern.indptr)
            and np.array_equal(out.indices, pattern.cols)
        ):
            raise StructureChangedError(
                f"out is not a csr matrix with the structure of {pattern.summary}, which may have "
                "grown in a new branch of the function: pass a matrix that this object returned"
            )
        _check_written(out.data, "the values of a matrix were to be overwritten")
        out.data[:] = self._values(point, None)
        return out

    def _outputs(self, point: FloatArray) -> FloatArray:
        outputs = self._source.outputs(point)
        if not all_finite(outputs):
            raise EvaluationError(self._source.why_not_finite(point))
        return outputs

    def __repr__(self) -> str:
        m, n = self.pattern.shape
        head = f"{type(self).__name__} of {self._function.short_name}"
        return f"{head}: {m:,} × {n:,}, {self.pattern.nnz:,} nonzeros\n{self._source}"


def _check_written(out: Any, what: str) -> None:
    """Refuse what would round values, or not take them."""
    if not (
        isinstance(out, np.ndarray)
        and out.dtype == np.float64
        and out.flags.c_contiguous
        and out.flags.writeable
    ):
        kind = getattr(out, "dtype", type(out).__name__)
        raise InputError(
            f"{what} to {kind}: a contiguous, writeable array of float64 is needed, others would "
            "round the values or leave out without them; make it with np.empty(nnz)"
        )


class PreparedJacobian(_Prepared):
    """Jacobian of a function, evaluated by calling it; made by :func:`asdopt.prepare_jacobian`.

    Pickled ones are prepared anew where they are read, at the first x: branches of the function
    that were met since are met again there.
    """

    _kind = "jacobian"

    def _of_nested(self, nested: NestedFunction) -> Any:
        return nested.jacobian()

    def value_and_jacobian(
        self, x: Any, out: csr_array | None = None
    ) -> tuple[FloatArray, csr_array]:
        """Results of the function, flattened, shape (m,), and its Jacobian."""
        nested: Any = self._nested(x, out)
        if nested is not None:
            return nested.value(), nested.jacobian()
        with self._lock:
            point = self._point(x)
            self._source.move(point)
            return self._outputs(point), self._matrix(point, out)


class PreparedHessian(_Prepared):
    """Hessian of a function, evaluated by calling it; made by :func:`asdopt.prepare_hessian`.

    Pickled ones are prepared anew where they are read, as prepared Jacobians are.
    """

    _kind = "hessian"

    def _of_nested(self, nested: NestedFunction) -> Any:
        return nested.hessian()

    def value_gradient_and_hessian(
        self, x: Any, out: csr_array | None = None
    ) -> tuple[float, FloatArray, csr_array]:
        """Value of the function, gradient of shape (n,), and Hessian with both triangles."""
        nested: Any = self._nested(x, out)
        if nested is not None:
            return nested.value()[0], nested.gradient(), nested.hessian()
        with self._lock:
            point = self._point(x)
            self._source.move(point)
            value = float(self._outputs(point)[0])
            gradient = self._source.gradient(point)
            if not all_finite(gradient):
                raise EvaluationError(self._source.why_not_finite(point))
            return value, gradient, self._matrix(point, out)


def _prepare(
    kind: str,
    function: FlatFunction,
    x: FloatArray,
    backend: str | Backend | None,
    pattern: Any,
    coloring: Any,
    mode: str,
) -> KernelSource | ProductSource:
    """Choose between kernels and colored products, and make them ready."""
    colored = pattern is not None or coloring is not None or mode != "auto"
    if not all_finite(x):
        i = int(np.flatnonzero(~np.isfinite(x))[0])
        raise EvaluationError(f"variable {i} of x is {x[i]:g}: give a finite point")
    if backend == "kernels" and colored:
        raise InputError(
            "pattern, coloring and mode belong to colored products, but backend='kernels' was "
            "asked for, which makes none: leave them away, or use backend='tape'"
        )
    if backend is None:
        backend = "tape" if colored else "kernels"
    if backend == "kernels":
        source: KernelSource | ProductSource = KernelSource(function, x, kind)
    else:
        products = as_backend(backend).prepare(function, x)
        if kind == "hessian":
            check_scalar(function, products.num_outputs)
        source = ProductSource(function, products, kind, x, pattern, coloring, mode)
    return source
