"""Products, differences, polynomials, splines."""

from __future__ import annotations

import numpy as np

from numpy_cases._table import A23, CONST, C, M, S, V, case

# ------------------------------------------------------------------ products
case(
    "dot",
    lambda x: np.dot(x, x.T),
    lambda x: np.dot(x, CONST),
    lambda x: np.dot(2.0, x),
    lambda x: np.dot(x[0], x[1]),
    lambda x: np.dot(np.ones((4, 2, 3)), x.T),
    lambda x: np.dot(x, np.ones((2, 3, 2))),
    at=M,
)
case("vdot", lambda x: np.vdot(x, x), lambda x: np.vdot(x, A23), at=M)
case(
    "inner",
    lambda x: np.inner(x, x),
    lambda x: np.inner(x, CONST),
    lambda x: np.inner(x, 2.0),
    at=M,
)
case("outer", lambda x: np.outer(x, CONST), lambda x: np.outer(x[0], x[1]), at=M)
case(
    "kron",
    lambda x: np.kron(x, A23),
    lambda x: np.kron(np.eye(2), x),
    lambda x: np.kron(x[0], x),
    at=M,
)
case(
    "tensordot",
    lambda x: np.tensordot(x, np.ones((4, 3, 2)), axes=([2, 1], [0, 1])),
    lambda x: np.tensordot(x, x, axes=3),
    lambda x: np.tensordot(x, CONST, axes=0),
    at=C,
)
case(
    "einsum",
    lambda x: np.einsum("ij,kj->ik", x, A23),
    lambda x: np.einsum("ij,ij", x, x),
    lambda x: np.einsum("ij->j", x),
    lambda x: np.einsum("i...,i...->...", x, x),
    lambda x: np.einsum("ij,jk,kl->il", A23, x.T, x),
    lambda x: np.einsum(x, [0, 1], [1, 0]),
    lambda x: np.einsum("ij,j,i", x, CONST, x[:, 0], optimize=True),
    at=M,
)
case(
    "einsum",
    lambda x: np.einsum("ii", x),
    lambda x: np.einsum("ii->i", x),
    lambda x: np.einsum("ij,ji->i", x, x),
    at=S,
)
case("einsum_path", lambda x: np.einsum_path("ij,jk", x, x.T)[0][0] == "einsum_path", at=M)
case("trace", np.trace, lambda x: np.trace(x, offset=1), at=S)
case(
    "cross",
    lambda x: np.cross(x, CONST),
    lambda x: np.cross(x[0], x[1]),
    lambda x: np.cross(x.T, x.T, axis=0),
    at=M,
)
case(
    "convolve",
    lambda x: np.convolve(x, CONST),
    lambda x: np.convolve(CONST, x, "same"),
    lambda x: np.convolve(x, x, "valid"),
    lambda x: np.convolve(x[:2], CONST, "valid"),
    lambda x: np.convolve(x, np.ones(4), "same"),
    at=V,
)
case(
    "correlate",
    lambda x: np.correlate(x, CONST),
    lambda x: np.correlate(x, CONST, "full"),
    lambda x: np.correlate(CONST, x, "full"),
    lambda x: np.correlate(CONST, x, "valid"),
    lambda x: np.correlate(x, x, "same"),
    lambda x: np.correlate(CONST, x, "same"),
    lambda x: np.correlate(x, [1.0, 2.0], "same"),
    at=V,
)
case(
    "matmul",
    lambda x: x @ A23.T,
    lambda x: A23.T @ x,
    lambda x: x @ x.T,
    lambda x: np.matmul(x, CONST),
    lambda x: np.ones((4, 1, 2)) @ x,
    lambda x: x[0] @ CONST,
    at=M,
)
case("vecdot", lambda x: np.vecdot(x, A23), lambda x: np.vecdot(x, x, axis=0), at=M)
case("matvec", lambda x: np.matvec(x, CONST), lambda x: np.matvec(A23, x), at=M)
case("vecmat", lambda x: np.vecmat([1.0, 2.0], x), lambda x: np.vecmat(x, np.ones((3, 2))), at=M)

# ------------------------------------------------------------------ calculus
case(
    "diff",
    np.diff,
    lambda x: np.diff(x, 2),
    lambda x: np.diff(x, axis=0),
    lambda x: np.diff(x, prepend=0.0, append=x[:, :1]),
    lambda x: np.diff(x > 0),
    at=M,
)
case("ediff1d", np.ediff1d, lambda x: np.ediff1d(x, to_begin=0.0, to_end=[1.0, 2.0]), at=M)
case(
    "gradient",
    np.gradient,
    lambda x: np.gradient(x, 0.5, edge_order=2),
    lambda x: np.gradient(x, [0.0, 0.5, 1.5, 2.0, 4.0]),
    at=V,
)
case("gradient", lambda x: list(np.gradient(x)), lambda x: np.gradient(x, axis=1), at=M)
case(
    "trapezoid",
    np.trapezoid,
    lambda x: np.trapezoid(x, dx=0.5),
    lambda x: np.trapezoid(x, x=CONST),
    lambda x: np.trapezoid(x, x, axis=0),
    at=M,
)
case(
    "interp",
    lambda x: np.interp(x, [-1.0, 0.0, 1.0, 2.0], [3.0, 1.0, -1.0, 2.0]),
    lambda x: np.interp(x, [0.0, 1.0], [2.0, 4.0], left=-7.0, right=9.0),
    lambda x: np.interp(x[0], [-1.0, 1.0], x[1:3]),
    lambda x: np.interp(x, [0.1, 0.9, 1.7], [3.0, 1.0, 5.0], period=2.0),
    lambda x: np.interp(0.3, [0.0, 1.0, 2.0], x[:3]),
    lambda x: np.interp(x, [0.5], [2.0]),
    at=V,
    rtol=1e-12,
)
case(
    "interp",
    lambda x: np.interp(x, np.linspace(-2, 2, 50), np.linspace(-2, 2, 50) ** 2, left=3.0),
    lambda x: np.interp(0.6, x[[1, 0, 2]], [1.0, 2.0, 5.0]),
    at=V,
    point=True,
    rtol=1e-12,
)
case("sinc", np.sinc, at=M)
case("unwrap", np.unwrap, lambda x: np.unwrap(6.0 * x), at=V)
case(
    "bincount",
    lambda x: np.bincount([0, 2, 2, 4, 0], weights=x),
    lambda x: np.bincount([0, 1, 1, 0, 0], weights=x, minlength=6),
    at=V,
)
case(
    "apply_along_axis",
    lambda x: np.apply_along_axis(lambda r: r.sum() * r, 1, x),
    lambda x: np.apply_along_axis(lambda r: r[0] * r[1], 0, x),
    at=M,
)
case("apply_over_axes", lambda x: np.apply_over_axes(np.sum, x, [0, 2]), at=C)
case(
    "polyval",
    lambda x: np.polyval(x, 2.0),
    lambda x: np.polyval([1.0, 2.0, 3.0], x),
    lambda x: np.polyval(x[:3], x),
    at=V,
)
case("polyadd", lambda x: np.polyadd(x, [1.0, 2.0]), at=V)
case("polysub", lambda x: np.polysub([1.0, 2.0], x), at=V)
case("polymul", lambda x: np.polymul(x, CONST), at=V, point=True)
case(
    "polydiv",
    lambda x: list(np.polydiv(x, CONST)),
    lambda x: list(np.polydiv(CONST, x)),
    lambda x: list(np.polydiv(x, [2.0])),
    at=V,
    point=True,
    rtol=1e-12,
)
case("polyder", np.polyder, lambda x: np.polyder(x, 2), at=V)
case("polyint", np.polyint, lambda x: np.polyint(x, 2, k=[1.0, 2.0]), at=V)
case("poly", np.poly, at=V)
case("polyfit", lambda x: np.polyfit([0.0, 1.0, 2.0, 3.0, 4.0], x, 2), at=V, rtol=1e-12)
