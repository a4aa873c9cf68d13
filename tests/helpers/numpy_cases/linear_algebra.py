"""Linear algebra and Fourier transforms."""

from __future__ import annotations

import numpy as np

from numpy_cases._table import CONST, S4, C, M, N, S, V, case

# ------------------------------------------------------------------ linear algebra
case(
    "linalg.norm",
    np.linalg.norm,
    lambda x: np.linalg.norm(x, "fro"),
    lambda x: np.linalg.norm(x, 1),
    lambda x: np.linalg.norm(x, np.inf),
    lambda x: np.linalg.norm(x, -1),
    lambda x: np.linalg.norm(x, -np.inf),
    lambda x: np.linalg.norm(x[0]),
    lambda x: np.linalg.norm(x[0], 1),
    lambda x: np.linalg.norm(x[0], np.inf),
    lambda x: np.linalg.norm(x[0], -np.inf),
    lambda x: np.linalg.norm(x[0], 3),
    lambda x: np.linalg.norm(x[0], 0),
    lambda x: np.linalg.norm(x, axis=1),
    lambda x: np.linalg.norm(x, 2, axis=0, keepdims=True),
    lambda x: np.linalg.norm(x, 1, axis=(1, 0), keepdims=True),
    at=M,
)
case(
    "linalg.norm",
    lambda x: np.linalg.norm(x, 2),
    lambda x: np.linalg.norm(x, -2),
    lambda x: np.linalg.norm(x, "nuc"),
    at=M,
    point=True,
    rtol=1e-11,
)
case(
    "linalg.vector_norm",
    np.linalg.vector_norm,
    lambda x: np.linalg.vector_norm(x, axis=(0, 1), ord=3, keepdims=True),
    at=M,
)
case(
    "linalg.matrix_norm",
    np.linalg.matrix_norm,
    lambda x: np.linalg.matrix_norm(x, ord=1, keepdims=True),
    at=C,
)
case(
    "linalg.det",
    np.linalg.det,
    lambda x: np.linalg.det(x[:2, :2]),
    lambda x: np.linalg.det(np.stack([x, x.T + 1.0])),
    at=S,
    rtol=1e-12,
)
case("linalg.det", np.linalg.det, at=S4, point=True, rtol=1e-12)
case(
    "linalg.slogdet",
    lambda x: list(np.linalg.slogdet(x)),
    lambda x: list(np.linalg.slogdet(-x)),
    at=S,
    rtol=1e-12,
)
case("linalg.slogdet", lambda x: list(np.linalg.slogdet(x)), at=S4, point=True, rtol=1e-12)
case("linalg.inv", np.linalg.inv, lambda x: np.linalg.inv(np.stack([x, x.T])), at=S, rtol=1e-12)
case("linalg.inv", np.linalg.inv, at=S4, point=True, rtol=1e-12)
case(
    "linalg.solve",
    lambda x: np.linalg.solve(x, CONST),
    lambda x: np.linalg.solve(S, x),
    lambda x: np.linalg.solve(x, x.T),
    at=S,
    rtol=1e-12,
)
case(
    "linalg.solve",
    lambda x: np.linalg.solve(x, x[0]),
    lambda x: np.linalg.solve(x, np.eye(4)[:, :2]),
    at=S4,
    point=True,
    rtol=1e-12,
)
case(
    "linalg.cholesky",
    lambda x: np.linalg.cholesky(x @ x.T + np.eye(3)),
    lambda x: np.linalg.cholesky(x @ x.T + np.eye(3), upper=True),
    at=S,
    rtol=1e-12,
)
case(
    "linalg.qr",
    lambda x: list(np.linalg.qr(x)),
    lambda x: np.linalg.qr(x, mode="r"),
    lambda x: list(np.linalg.qr(x[:, :2], mode="complete")),
    lambda x: list(np.linalg.qr(x[:2])),
    at=S,
    rtol=1e-12,
)
case("linalg.pinv", np.linalg.pinv, lambda x: np.linalg.pinv(x.T), at=M, rtol=1e-12)
case("linalg.lstsq", lambda x: np.linalg.lstsq(S4[:, :2], x[0])[0:3], at=S4, rtol=1e-12)
case("linalg.lstsq", lambda x: np.linalg.lstsq(x[:, :2], S4[0])[0:3], at=S4, point=True, rtol=1e-11)
case(
    "linalg.matrix_power",
    lambda x: np.linalg.matrix_power(x, 3),
    lambda x: np.linalg.matrix_power(x, -2),
    lambda x: np.linalg.matrix_power(x, 0),
    at=S,
    rtol=1e-12,
)
case("linalg.multi_dot", lambda x: np.linalg.multi_dot([x[0], S, x.T, CONST]), at=S)
case(
    "linalg.eigvalsh",
    lambda x: np.linalg.eigvalsh(x + x.T),
    lambda x: np.linalg.eigvalsh(x[:2, :2], UPLO="U"),
    at=S,
    point=True,
    rtol=1e-11,
)
case("linalg.eigvalsh", lambda x: np.linalg.eigvalsh(x), at=S4 + S4.T, point=True, rtol=1e-11)
case(
    "linalg.svd",
    lambda x: np.linalg.svd(x, compute_uv=False),
    lambda x: np.linalg.svd(x.T, False, False),
    at=M,
    point=True,
    rtol=1e-11,
)
case(
    "linalg.svd",
    lambda x: np.linalg.svd(x)[0],
    lambda x: np.linalg.svd(x)[2],
    lambda x: np.linalg.svd(x.T, full_matrices=False).Vh,
    at=M,
    point=True,
    rtol=1e-11,
)
case(
    "linalg.eigh",
    lambda x: np.linalg.eigh(x + x.T)[1],
    lambda x: np.linalg.eigh(x, "U").eigenvectors,
    at=S,
    point=True,
    rtol=1e-11,
)
case(
    "linalg.eig",
    lambda x: np.linalg.eig(x + np.diag([0, 3, 9]))[0],
    lambda x: np.linalg.eig(x + x.T).eigenvectors,
    at=S,
    point=True,
    rtol=1e-11,
)
case(
    "linalg.eigvals",
    lambda x: np.linalg.eigvals(x + np.diag([0, 3, 9])),
    lambda x: np.abs(np.linalg.eigvals(x + np.array([[0, 9, 0], [-9, 0, 0], [0, 0, 0]]))),
    at=S,
    point=True,
    rtol=1e-11,
)
case(
    "roots",
    lambda x: np.abs(np.roots(x)),
    lambda x: np.roots(np.append([0.0, 1.0, x[0] - 9], np.append(x[1:3], 0.0))),
    at=V,
    point=True,
    rtol=1e-11,
)
case(
    "linalg.svdvals",
    np.linalg.svdvals,
    lambda x: np.linalg.svdvals(x.T),
    at=M,
    point=True,
    rtol=1e-11,
)
case(
    "linalg.cond",
    lambda x: np.linalg.cond(x, 1),
    lambda x: np.linalg.cond(x, "fro"),
    at=S,
    rtol=1e-11,
)
case("linalg.cond", np.linalg.cond, at=S, point=True, rtol=1e-11)
case("linalg.cross", lambda x: np.linalg.cross(x, N), at=M)
case("linalg.diagonal", np.linalg.diagonal, at=C)
case("linalg.matmul", lambda x: np.linalg.matmul(x, N.T), at=M)
case("linalg.matrix_transpose", np.linalg.matrix_transpose, at=C)
case("linalg.outer", lambda x: np.linalg.outer(x[0], CONST), at=M)
case("linalg.tensordot", lambda x: np.linalg.tensordot(x, N, axes=2), at=M)
case("linalg.trace", np.linalg.trace, at=C)
case("linalg.vecdot", lambda x: np.linalg.vecdot(x, N), at=M)
case(
    "linalg.tensorsolve",
    lambda x: np.linalg.tensorsolve(x.reshape(3, 3, 1), CONST),
    at=S,
    rtol=1e-12,
)
case("linalg.tensorinv", lambda x: np.linalg.tensorinv(x.reshape(3, 1, 3), ind=1), at=S, rtol=1e-12)

# ------------------------------------------------------------------ Fourier transforms
case("fft.fftshift", np.fft.fftshift, lambda x: np.fft.fftshift(x, axes=1), at=M)
case("fft.ifftshift", np.fft.ifftshift, at=M)
case("fft.irfft", np.fft.irfft, lambda x: np.fft.irfft(x, 7, axis=0), at=M)
case("fft.irfftn", np.fft.irfftn, lambda x: np.fft.irfftn(x, (2, 4), axes=(1, 0)), at=M)
case("fft.irfft2", np.fft.irfft2, lambda x: np.fft.irfft2(x, norm="ortho"), at=M)
case("fft.hfft", np.fft.hfft, lambda x: np.fft.hfft(x, norm="ortho"), at=M)
