"""Replay what JAX recorded of a function with NumPy, so that the own tracer can follow it.

Enters: a jaxpr, JAX's list of primitive operations. Leaves: a plain function of one array with the
same results, on floats and on traced values. Operations that only move numbers about are run by
JAX itself on the ids of traced arrays, so that there is nothing to write down for them.

What has no entry here is refused; nothing is left out silently.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from asdopt._errors import UnsupportedOperationError
from asdopt.backends._import import optional
from asdopt.tracing._array import TracedArray, lift
from asdopt.tracing._array_base import TracedArrayBase
from asdopt.tracing._tape import Tape
from asdopt.tracing._tracer import Tracer

__all__ = ["Replay"]

# Primitives of any number of operands that are functions of NumPy or SciPy.
_ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "acos": np.arccos,
    "acosh": np.arccosh,
    "add": np.add,
    "add_any": np.add,
    "and": np.logical_and,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "atanh": np.arctanh,
    "cbrt": np.cbrt,
    "ceil": np.ceil,
    "cos": np.cos,
    "cosh": np.cosh,
    "digamma": special.digamma,
    "div": np.divide,
    "eq": np.equal,
    "erf": special.erf,
    "erf_inv": special.erfinv,
    "erfc": special.erfc,
    "exp2": np.exp2,
    "exp": np.exp,
    "expm1": np.expm1,
    "floor": np.floor,
    "ge": np.greater_equal,
    "gt": np.greater,
    "is_finite": np.isfinite,
    "le": np.less_equal,
    "le_to": np.less_equal,
    "lgamma": special.gammaln,
    "log": np.log,
    "log1p": np.log1p,
    "logistic": special.expit,
    "lt": np.less,
    "lt_to": np.less,
    "max": np.maximum,
    "min": np.minimum,
    "mul": np.multiply,
    "ne": np.not_equal,
    "neg": np.negative,
    "not": np.logical_not,
    "or": np.logical_or,
    "pow": np.power,
    "rem": np.fmod,
    "sign": np.sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "square": np.square,
    "sub": np.subtract,
    "tan": np.tan,
    "tanh": np.tanh,
}
_WITH_PARAMETERS: dict[str, Callable[..., Any]] = {
    "clamp": lambda low, x, high: np.minimum(np.maximum(x, low), high),
    "copy": lambda x: x,
    "cumsum": lambda x, axis, reverse: (
        np.flip(np.cumsum(np.flip(x, axis), axis=axis), axis)
        if reverse
        else np.cumsum(x, axis=axis)
    ),
    "dot_general": lambda a, b, dimension_numbers, **_: _dot(a, b, *dimension_numbers),
    "integer_pow": lambda x, y: x**y,
    "reduce_max": lambda x, axes, **_: np.max(x, axis=axes),
    "reduce_min": lambda x, axes, **_: np.min(x, axis=axes),
    "reduce_prod": lambda x, axes, **_: np.prod(x, axis=axes),
    "reduce_sum": lambda x, axes, **_: np.sum(x, axis=axes),
    "reduce_and": lambda x, axes, **_: np.all(x, axis=axes),
    "reduce_or": lambda x, axes, **_: np.any(x, axis=axes),
    "round": lambda x, **_: np.rint(x),
    "rsqrt": lambda x, **_: 1.0 / np.sqrt(x),
    # No gradient passes, but that must not let x - stop_gradient(x) vanish from a pattern: another
    # node with the same value.
    "stop_gradient": lambda x: x if _is_condition(x) else np.sinh(np.arcsinh(x)),
    "select_n": lambda which, *cases: _select(which, cases),
}
# Operations that move numbers about, on the ids of traced arrays: the frequent ones by NumPy.
_RESHAPES: dict[str, Callable[..., Any]] = {
    "broadcast_in_dim": lambda a, shape, broadcast_dimensions, **_: np.broadcast_to(
        np.expand_dims(a, [k for k in range(len(shape)) if k not in broadcast_dimensions]), shape
    ),
    "concatenate": lambda *arrays, dimension: np.concatenate(arrays, axis=dimension),
    "expand_dims": lambda a, dimensions, **_: np.expand_dims(a, dimensions),
    "reshape": lambda a, new_sizes, **_: np.reshape(a, new_sizes),
    "rev": lambda a, dimensions, **_: np.flip(a, dimensions),
    "slice": lambda a, start_indices, limit_indices, strides: a[
        tuple(map(slice, start_indices, limit_indices, strides or [1] * a.ndim))
    ],
    "squeeze": lambda a, dimensions, **_: np.squeeze(a, dimensions),
    "transpose": lambda a, permutation, **_: np.transpose(a, permutation),
}
# ... the others by JAX, with the operands that are indices: those must be numbers.
_MOVES: dict[str, Callable[[int], bool]] = {
    "dynamic_slice": lambda i: i > 0,
    "dynamic_update_slice": lambda i: i > 1,
    "gather": lambda i: i > 0,
    "pad": lambda i: False,
    "scatter": lambda i: i == 1,
    "split": lambda i: False,
    "stack": lambda i: False,
}
# Linear in each operand.
_LINEAR = ("conv_general_dilated", "reduce_window_sum")
_MAX_MATRIX = 1 << 24
_CALLS = ("jaxpr", "call_jaxpr", "fun_jaxpr")


class Replay:
    """A function of one flat array, given by a closed jaxpr with one input and one output."""

    def __init__(
        self, closed: Any, name: str, in_double: Callable[[], AbstractContextManager[Any]]
    ) -> None:
        self._closed = closed
        self._in_double = in_double
        self.__name__ = name
        self._jax = optional("jax", "jax")

    def __call__(self, x: Any) -> Any:
        """Results on floats or on traced values."""
        with self._in_double():
            return self._run(self._closed, [x])[0]

    def _run(self, closed: Any, inputs: Sequence[Any]) -> list[Any]:
        jaxpr = getattr(closed, "jaxpr", closed)
        known: dict[Any, Any] = dict(
            zip(jaxpr.constvars, getattr(closed, "consts", ()), strict=True)
        )
        known.update(zip(jaxpr.invars, inputs, strict=True))

        def read(var: Any) -> Any:
            return var.val if hasattr(var, "val") else known[var]

        for equation in jaxpr.eqns:
            results = self._apply(equation, [read(var) for var in equation.invars])
            known.update(zip(equation.outvars, results, strict=True))
        return [read(var) for var in jaxpr.outvars]

    def _apply(self, equation: Any, inputs: list[Any]) -> list[Any]:
        name, params = equation.primitive.name, equation.params
        if name in {"while", "cond", "scan"}:
            control: Callable[..., list[Any]] = getattr(self, f"_{name}")
            return control(inputs, params)
        for key in _CALLS:
            if key in params:
                return self._run(params[key], inputs)
        tape = next((x.tape for x in inputs if _is_traced(x)), None)
        if tape is None:
            return self._evaluate(equation, inputs)
        if name in {"and", "div", "not", "or"} and equation.outvars[0].aval.dtype.kind in "iu":
            raise UnsupportedOperationError(f"JAX's operation {name} of integers has no rule")
        if name in _ELEMENTWISE:
            return [_ELEMENTWISE[name](*map(_plain, inputs))]
        if name in _WITH_PARAMETERS:
            return [_WITH_PARAMETERS[name](*map(_plain, inputs), **params)]
        if name in _RESHAPES:
            ids = [lift(tape, _plain(x)).ids for x in inputs]
            moved = np.array(_RESHAPES[name](*ids, **params), dtype=np.int32)
            return [TracedArray(tape, moved)]
        if name in _MOVES:
            return self._move(tape, equation, inputs)
        if name == "convert_element_type":
            return [_converted(inputs[0], np.dtype(params["new_dtype"]))]
        if name in _LINEAR:
            return [self._linear(equation, inputs)]
        if name == "sort" and len(inputs) == 1:
            return [np.sort(inputs[0], axis=params["dimension"])]
        if name == "scatter-add":
            return [self._scatter_add(equation, *inputs)]
        raise UnsupportedOperationError(f"JAX's operation {name} has no rule")

    def _evaluate(self, equation: Any, inputs: list[Any]) -> list[Any]:
        """Run an operation on numbers by JAX itself."""
        bound = equation.primitive.get_bind_params(equation.params)
        functions, params = bound if isinstance(bound, tuple) else ((), bound)
        found = equation.primitive.bind(*functions, *map(self._number, inputs), **params)
        return list(found) if equation.primitive.multiple_results else [found]

    def _number(self, value: Any) -> Any:
        return self._jax.numpy.asarray(value)

    def _move(self, tape: Tape, equation: Any, inputs: list[Any]) -> list[Any]:
        """Run an operation that only moves numbers on the ids of traced values."""
        is_index = _MOVES[equation.primitive.name]
        operands = []
        for i, operand in enumerate(inputs):
            if not is_index(i):
                operands.append(lift(tape, _plain(operand)).ids.astype(np.int32))
            elif not _is_traced(operand):
                operands.append(operand)
            else:
                raise UnsupportedOperationError(
                    f"JAX's operation {equation.primitive.name} takes its indices from variables"
                )
        if "fill_value" in equation.params:
            equation = equation.replace(params={**equation.params, "fill_value": -1})
        moved = self._evaluate(equation, operands)
        return [_of_ids(tape, np.array(ids, dtype=np.int32)) for ids in moved]

    def _linear(self, equation: Any, inputs: list[Any]) -> Any:
        """Run an operation that is linear in its only traced operand by its matrix."""
        place, *others = (i for i, x in enumerate(inputs) if _is_traced(x))
        shape = np.shape(inputs[place])
        out = equation.outvars[0].aval.shape
        if others or np.prod(shape) * np.prod(out) > _MAX_MATRIX:
            raise UnsupportedOperationError(
                f"JAX's operation {equation.primitive.name} has a rule only for one operand that "
                "depends on x, of moderate size"
            )

        def image(unit: Any) -> Any:
            return self._evaluate(equation, [*inputs[:place], unit, *inputs[place + 1 :]])[0]

        units = self._jax.numpy.eye(int(np.prod(shape))).reshape(-1, *shape)
        images = np.asarray(self._jax.vmap(image)(units)).reshape(len(units), -1)
        matrix = sparse.csr_array(images.T)
        return np.reshape(matrix @ np.reshape(inputs[place], (-1,)), out)

    def _scatter_add(self, equation: Any, operand: Any, indices: Any, updates: Any) -> Any:
        if _is_traced(indices):
            raise UnsupportedOperationError("scatter-add takes its indices from variables")
        shape, size = np.shape(operand), int(np.prod(np.shape(operand)))
        zeros = self._jax.numpy.zeros(shape)

        def added(some: Any) -> Any:
            return equation.primitive.bind(zeros, self._number(indices), some, **equation.params)

        # Pulled back through the addition, the places' numbers stand where they are added to.
        _, pull = self._jax.vjp(added, self._jax.numpy.zeros(np.shape(updates)))
        (found,) = pull(self._jax.numpy.arange(1.0, size + 1.0).reshape(shape))
        places = np.asarray(found).reshape(-1).astype(np.intp)
        kept = np.flatnonzero(places)
        matrix = sparse.csr_array(
            (np.ones(kept.size), (places[kept] - 1, kept)), shape=(size, places.size)
        )
        total = matrix @ np.reshape(_plain(updates), (-1,))
        return _plain(operand) + np.reshape(total, shape)

    def _while(self, inputs: list[Any], params: dict[str, Any]) -> list[Any]:
        first, second = params["cond_nconsts"], params["body_nconsts"]
        test, body = inputs[:first], inputs[first : first + second]
        carry = inputs[first + second :]
        while bool(self._run(params["cond_jaxpr"], [*test, *carry])[0]):
            carry = self._run(params["body_jaxpr"], [*body, *carry])
        return carry

    def _cond(self, inputs: list[Any], params: dict[str, Any]) -> list[Any]:
        which, branches = inputs[0], params["branches"]
        chosen = sum(bool(_plain(which) >= k) for k in range(1, len(branches)))
        return self._run(branches[chosen], inputs[1:])

    def _scan(self, inputs: list[Any], params: dict[str, Any]) -> list[Any]:
        fixed, carried = _scan_sizes(params)
        constants, carry = inputs[:fixed], inputs[fixed : fixed + carried]
        sequences = [_plain(x) for x in inputs[fixed + carried :]]
        order = range(params["length"])
        rows: list[Any] = [None] * params["length"]
        for i in reversed(order) if params["reverse"] else order:
            found = self._run(params["jaxpr"], [*constants, *carry, *(x[i] for x in sequences)])
            carry, rows[i] = found[:carried], found[carried:]
        stacks = [np.stack([_plain(x) for x in column]) for column in zip(*rows, strict=True)]
        if not rows and len(params["jaxpr"].out_avals) > carried:
            raise UnsupportedOperationError("lax.scan of length 0 has no rule")
        return [*carry, *stacks]


def _scan_sizes(params: dict[str, Any]) -> tuple[int, int]:
    """Numbers of inputs of a scan that stay fixed and that are carried on."""
    if "num_consts" in params:
        return params["num_consts"], params["num_carry"]
    # From JAX 0.12 on, the inputs are described by three trees: fixed, carried, stepped over.
    fixed, carried, _ = params["ft_in"].unpack()
    return len(fixed.vals), len(carried.vals)


def _is_traced(value: Any) -> bool:
    return isinstance(value, (Tracer, TracedArrayBase))


def _plain(value: Any) -> Any:
    """Give numbers of JAX as arrays of NumPy."""
    return value if _is_traced(value) else np.asarray(value)


def _of_ids(tape: Tape, ids: npt.NDArray[np.int32]) -> Any:
    if ids.size and int(ids.min()) < 0:
        # Beyond the end of an array JAX reads NaN.
        ids = np.where(ids < 0, tape.push_constant(np.nan), ids).astype(np.int32)
    return TracedArray(tape, ids)


def _converted(value: Any, dtype: np.dtype[Any]) -> Any:
    if dtype.kind == "f":
        return value * 1.0 if _is_condition(value) else value
    if dtype.kind == "b":
        return value if _is_condition(value) else np.not_equal(value, 0.0)
    if dtype.kind in "iu":
        return value if _is_condition(value) else np.trunc(value)
    raise UnsupportedOperationError(f"conversion to {dtype} has no rule")


def _is_condition(value: Any) -> bool:
    return getattr(value, "dtype", None) == np.dtype(bool)


def _select(which: Any, cases: Sequence[Any]) -> Any:
    found = cases[0]
    for k, case in enumerate(cases[1:], 1):
        condition = which if len(cases) == 2 else np.equal(which, k)
        found = np.where(condition, case, found)
    return found


def _dot(a: Any, b: Any, contracted: Any, batched: Any) -> Any:
    """Sum products over the contracted dimensions; batch dimensions come first."""
    letters = iter("abcdefghijklmnopqrstuvwxyz")
    of_a = [next(letters) for _ in range(np.ndim(a))]
    of_b = [next(letters) for _ in range(np.ndim(b))]
    for pairs in (contracted, batched):
        for i, j in zip(*pairs, strict=True):
            of_b[j] = of_a[i]
    shared = [of_a[i] for i in batched[0]]
    summed = {of_a[i] for i in contracted[0]}
    rest = [c for c in of_a if c not in summed and c not in shared]
    rest += [c for c in of_b if c not in summed and c not in shared]
    return np.einsum(f"{''.join(of_a)},{''.join(of_b)}->{''.join(shared + rest)}", a, b)
