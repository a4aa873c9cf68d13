"""Shapes, arrays made of others, arrays written into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from numpy_cases._table import A23, CONST, MASK, C, M, P, S, V, case

# ------------------------------------------------------------------ shapes
case("reshape", lambda x: np.reshape(x, (3, 2)), lambda x: np.reshape(x, -1, order="F"), at=M)
case("ravel", np.ravel, lambda x: np.ravel(x, "F"), lambda x: np.ravel(x.T), at=M)
case("transpose", np.transpose, lambda x: np.transpose(x, (2, 0, 1)), at=C)
case("matrix_transpose", np.matrix_transpose, at=C)
case("moveaxis", lambda x: np.moveaxis(x, 0, -1), at=C)
case("rollaxis", lambda x: np.rollaxis(x, 2), at=C)
case("swapaxes", lambda x: np.swapaxes(x, 0, 2), at=C)
case("expand_dims", lambda x: np.expand_dims(x, (0, 2)), at=M)
case("squeeze", lambda x: np.squeeze(x[None, :, :1]), at=M)
case("atleast_1d", np.atleast_1d, lambda x: np.atleast_1d(x[0, 0], x), at=M)
case("atleast_2d", np.atleast_2d, at=V)
case("atleast_3d", np.atleast_3d, at=M)
case(
    "broadcast_to",
    lambda x: np.broadcast_to(x, (4, 2, 3)),
    lambda x: np.broadcast_to(x[0, 0], (2,)),
    at=M,
)
case("broadcast_arrays", lambda x: list(np.broadcast_arrays(x, CONST, x[:, :1])), at=M)
case("flip", np.flip, lambda x: np.flip(x, 1), at=M)
case("fliplr", np.fliplr, at=M)
case("flipud", np.flipud, at=M)
case("rot90", np.rot90, lambda x: np.rot90(x, 2), at=M)
case("roll", lambda x: np.roll(x, 1), lambda x: np.roll(x, (1, -1), axis=(0, 1)), at=M)
case("repeat", lambda x: np.repeat(x, 2), lambda x: np.repeat(x, [1, 0, 2], axis=1), at=M)
case("tile", lambda x: np.tile(x, 2), lambda x: np.tile(x, (2, 1, 2)), at=M)
case("resize", lambda x: np.resize(x, (3, 4)), at=M)
case("split", lambda x: np.split(x, [1, 3]), at=V)
case("array_split", lambda x: np.array_split(x, 3), at=V)
case("hsplit", lambda x: np.hsplit(x, 3), at=M)
case("vsplit", lambda x: np.vsplit(x, 2), at=M)
case("dsplit", lambda x: np.dsplit(x, 2), at=C)
case("unstack", lambda x: list(np.unstack(x, axis=1)), at=M)
case(
    "concatenate",
    lambda x: np.concatenate([x, CONST[None], [[1, 2, 3]]]),
    lambda x: np.concatenate([x, x], axis=None),
    at=M,
)
case("stack", lambda x: np.stack([x[0], CONST, x[1]], axis=1), at=M)
case(
    "hstack",
    lambda x: np.hstack([x, x[:, :1], [[1.0], [2.0]]]),
    lambda x: np.hstack([x[0, 0], 2.0]),
    at=M,
)
case("vstack", lambda x: np.vstack([x, CONST]), at=M)
case("dstack", lambda x: np.dstack([x, x]), at=M)
case("column_stack", lambda x: np.column_stack([x[0], CONST, x[1]]), at=M)
case(
    "block", lambda x: np.block([[x, x], [np.ones((1, 6))]]), lambda x: np.block([x[0], 1.0]), at=M
)
case("append", lambda x: np.append(x, 1.0), lambda x: np.append(x, [[1, 2, 3]], axis=0), at=M)
case(
    "insert", lambda x: np.insert(x, 1, 9.0), lambda x: np.insert(x, [0, 2], x[0, 0], axis=1), at=M
)
case("delete", lambda x: np.delete(x, 1), lambda x: np.delete(x, [0, 2], axis=1), at=M)
case(
    "pad",
    lambda x: np.pad(x, 1),
    lambda x: np.pad(x, ((1, 0), (0, 2)), constant_values=((1, 2), (3, 4))),
    lambda x: np.pad(x, 1, mode="edge"),
    lambda x: np.pad(x, 1, mode="wrap"),
    lambda x: np.pad(x, 1, mode="reflect"),
    lambda x: np.pad(x, 2, mode="symmetric"),
    at=M,
)
case("diag", np.diag, lambda x: np.diag(x, 1), at=V)
case("diag", np.diag, lambda x: np.diag(x, -1), at=M)
case("diagflat", np.diagflat, at=M)
case("diagonal", np.diagonal, lambda x: np.diagonal(x, 1), at=M)
case("triu", np.triu, lambda x: np.triu(x, 1), at=M)
case("tril", np.tril, lambda x: np.tril(x, -1), at=M)
case(
    "take",
    lambda x: np.take(x, [0, 4, 4]),
    lambda x: np.take(x, [2, -1], axis=1),
    lambda x: np.take(x, 9, mode="wrap"),
    at=M,
)
case("take_along_axis", lambda x: np.take_along_axis(x, np.array([[2], [0]]), axis=1), at=M)
case("compress", lambda x: np.compress(MASK, x), at=V)
case("extract", lambda x: np.extract(MASK, x), at=V)
case("extract", lambda x: np.extract(x > 0, x), at=V, point=True)
case("choose", lambda x: np.choose([1, 0, 1, 0, 0], [x, -x]), at=V)
case(
    "select",
    lambda x: np.select([x > 1, x > 0], [x, x**2]),
    lambda x: np.select([MASK, ~MASK], [x, 1.0], 5.0),
    at=V,
)
case(
    "where",
    lambda x: np.where(x > 0, x, -2 * x),
    lambda x: np.where(MASK, x, 0.0),
    lambda x: np.where([[True], [False]], x, x**2),
    lambda x: np.where(x, 1.0, 0.0),
    lambda x: np.where(x > 0, x > 1, x < -1),
    at=V,
)
case("where", lambda x: np.where(x > 0), at=V, point=True)
case(
    "piecewise",
    lambda x: np.piecewise(x, [x < 0, x >= 0], [lambda t: -t, lambda t: t**2]),
    lambda x: np.piecewise(x, [x > 1], [3.0, np.sin]),
    lambda x: np.piecewise(x, [MASK, ~MASK], [lambda t: t - t.mean(), lambda t: t * t.sum()]),
    lambda x: np.piecewise(x, [x < 0], [lambda t, k: k * t, lambda t, k: t + k], 2.5),
    lambda x: np.piecewise(x, x > 0, [1.0, lambda t: t]),
    lambda x: np.piecewise(x[0], [x[0] > 1, x[0] > 0], [lambda t: t, lambda t: t**3]),
    at=V,
)
case(
    "piecewise",
    lambda x: np.piecewise(x, [x < 0], [lambda t: t - t.mean(), lambda t: t.max() * t]),
    at=V,
    point=True,
)
case(
    "meshgrid",
    lambda x: list(np.meshgrid(x, CONST)),
    lambda x: list(np.meshgrid(x, x, indexing="ij")),
    at=V,
)
case("copy", np.copy, at=M)
case("astype", lambda x: np.astype(x, float), lambda x: np.astype(x > 0, float), at=M)
case(
    "lib.stride_tricks.sliding_window_view",
    lambda x: np.lib.stride_tricks.sliding_window_view(x, 3),
    at=V,
)
case(
    "trim_zeros", lambda x: np.trim_zeros(np.concatenate([[0.0, 0.0], x, [0.0]])), at=V, point=True
)
case("zeros_like", np.zeros_like, lambda x: np.zeros_like(x, dtype=int), at=M)
case("ones_like", np.ones_like, lambda x: np.ones_like(x, shape=(4,)), at=M)
case("full_like", lambda x: np.full_like(x, x[0, 0]), lambda x: np.full_like(x, 2), at=M)
case("empty_like", lambda x: np.empty_like(x) * 0.0 + x, at=M)
case(
    "linspace",
    lambda x: np.linspace(x[0], x[1], 5),
    lambda x: np.linspace(x, 1.0, 3, endpoint=False),
    lambda x: list(np.linspace(0.0, x[0], 4, retstep=True)),
    lambda x: np.linspace(x, 2 * x, 3, axis=-1),
    at=V,
)
case("logspace", lambda x: np.logspace(x[0], x[1], 4), at=V, rtol=1e-12)
case(
    "geomspace",
    lambda x: np.geomspace(x[0], x[1], 4),
    lambda x: np.geomspace(-x[:2], -x[2:4], 3),
    at=P,
    rtol=1e-12,
)
case("vander", np.vander, lambda x: np.vander(x, 3, increasing=True), at=V)
case("ndim", np.ndim, at=M)
case("shape", np.shape, at=M)
case("size", np.size, lambda x: np.size(x, 1), at=M)
case("real", np.real, at=M)
case("imag", np.imag, at=M)
case("real_if_close", np.real_if_close, at=M)
case("isreal", np.isreal, at=M)
case("iscomplex", np.iscomplex, at=M)
case("isrealobj", np.isrealobj, at=M)
case("iscomplexobj", np.iscomplexobj, at=M)
case("angle", np.angle, lambda x: np.angle(x, deg=True), at=M)
case("result_type", lambda x: np.result_type(x, np.float32).itemsize, at=M)
case("can_cast", lambda x: np.can_cast(x.dtype, float), at=M)
case("common_type", lambda x: np.common_type(x).__name__ == "float64", at=M)
case("min_scalar_type", lambda x: np.min_scalar_type(x).itemsize, at=M)
case(
    "shares_memory",
    lambda x: np.shares_memory(x, x[1:]),
    lambda x: np.shares_memory(x, x.copy()),
    at=M,
)
case("may_share_memory", lambda x: np.may_share_memory(x, x[:, 1]), at=M)
case("diag_indices_from", lambda x: list(np.diag_indices_from(x)), at=S)
case("tril_indices_from", lambda x: list(np.tril_indices_from(x)), at=S)
case("triu_indices_from", lambda x: list(np.triu_indices_from(x, 1)), at=S)
case("ix_", lambda x: x[np.ix_(x[:, 0] > 0.5, [0, 2])], at=M, point=True)
case("array_repr", lambda x: len(np.array_repr(x)) > 0, at=V)
case("array_str", lambda x: len(np.array_str(x)) > 0, at=V)
case("array2string", lambda x: len(np.array2string(x)) > 0, at=V)


# ------------------------------------------------------------------ writing
def _written(write: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    def call(x: Any) -> Any:
        y = x * 2.0
        write(y, x)
        return y

    return call


case(
    "copyto",
    _written(lambda y, x: np.copyto(y, x[0])),
    _written(lambda y, x: np.copyto(y, 1.0, where=A23 > 0)),
    _written(lambda y, x: np.copyto(y, x**2, where=x > 0)),
    at=M,
)
case("put", _written(lambda y, x: np.put(y, [0, 5], [x[0, 0], 3.0])), at=M)
case(
    "putmask",
    _written(lambda y, x: np.putmask(y, A23 > 0, x**2)),
    _written(lambda y, x: np.putmask(y, x > 0, [1.0, x[0, 0]])),
    at=M,
)
case("place", _written(lambda y, x: np.place(y, A23 > 0, x[0])), at=M)
case(
    "put_along_axis",
    _written(lambda y, x: np.put_along_axis(y, np.array([[0], [2]]), x[:, 1:2], axis=1)),
    at=M,
)
case("fill_diagonal", _written(lambda y, x: np.fill_diagonal(y, x[0, 2])), at=M)
