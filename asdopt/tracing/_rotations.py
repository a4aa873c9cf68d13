"""Rotations in space: ``scipy.spatial.transform.Rotation`` of traced angles or quaternions.

Enters: what is given to ``Rotation.from_rotvec`` and its kin, traced. Leaves: :class:`Rotation`,
which has the methods of SciPy's. Near the rotation by no angle the series in the square of the
angle are used, so that derivatives exist there too.

References
----------
Bernardes and Viollet, "Quaternion to Euler angles conversion", PLOS ONE 17 (2022).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt.tracing._scipy_arrays import entries, means, refused

__all__ = ["Rotation", "rotation_method"]

_package = "scipy.spatial.transform"
# Squares of angles below which the series hold to the last digit.
_SMALL = 1e-3


def _series(square: Any, terms: tuple[float, ...], closed: Any) -> Any:
    """Even function of an angle by its square: a series near 0, else a closed form."""
    is_small = square < _SMALL
    near: Any = 0.0
    for term in reversed(terms):
        near = near * square + term
    safe = np.where(is_small, 1.0, square)
    return np.where(is_small, near, closed(safe))


def _composed(p: Any, q: Any) -> Any:
    a, b = p[..., :3], q[..., :3]
    v, w = p[..., 3:], q[..., 3:]
    first, second = np.broadcast_arrays(a, b) if np.ndim(a) != np.ndim(b) else (a, b)
    vector = v * b + w * a + np.cross(first, second)
    return np.concatenate([vector, v * w - np.sum(a * b, axis=-1, keepdims=True)], axis=-1)


class Rotation:
    """Rotations by unit quaternions ``(x, y, z, w)``, shape (4,) or (N, 4)."""

    __array_ufunc__ = None

    def __init__(self, quaternion: Any) -> None:
        self._q = quaternion

    @property
    def single(self) -> bool:
        """Whether it is one rotation."""
        return bool(np.ndim(self._q) == 1)

    def __len__(self) -> int:
        if self.single:
            raise TypeError("Single rotation has no len().")
        return len(self._q)

    def __getitem__(self, key: Any) -> Rotation:
        if self.single:
            raise TypeError("Single rotation is not subscriptable.")
        return Rotation(self._q[key])

    def __mul__(self, other: Any) -> Rotation:
        return Rotation(_composed(self._q, _quaternion(other)))

    def __rmul__(self, other: Any) -> Rotation:
        return Rotation(_composed(_quaternion(other), self._q))

    def __pow__(self, n: Any) -> Rotation:
        turned: Rotation = from_rotvec(n * self.as_rotvec())
        return turned

    def inv(self) -> Rotation:
        """Inverse."""
        return Rotation(self._q * np.array([-1.0, -1.0, -1.0, 1.0]))

    def as_quat(self, canonical: bool = False, *, scalar_first: bool = False) -> Any:
        """Quaternions."""
        q = self._q
        if canonical:
            q = np.where(q[..., 3:] < 0.0, -q, q)
        return np.roll(q, 1, axis=-1) if scalar_first else q.copy()

    def as_matrix(self) -> Any:
        """Matrices."""
        x, y, z, w = (self._q[..., k] for k in range(4))
        rows = [
            [x * x - y * y - z * z + w * w, 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), -x * x + y * y - z * z + w * w, 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), -x * x - y * y + z * z + w * w],
        ]
        return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)

    def apply(self, vectors: Any, inverse: bool = False) -> Any:
        """Vectors rotated."""
        return _applied(self.as_matrix(), vectors, inverse)

    def as_rotvec(self, degrees: bool = False) -> Any:
        """Axes times angles."""
        q = self.as_quat(canonical=True)
        v, w = q[..., :3], q[..., 3:]
        ratio = np.sum(v * v, axis=-1, keepdims=True) / np.where(w == 0.0, 1.0, w * w)

        def closed(square: Any) -> Any:
            size = np.sqrt(np.where(ratio < _SMALL, 1.0, np.sum(v * v, axis=-1, keepdims=True)))
            return 2.0 * np.arctan2(size, w) / size * np.where(w == 0.0, 1.0, w)

        terms = tuple(2.0 * (-1.0) ** k / (2 * k + 1) for k in range(8))
        vector = v * _series(ratio, terms, closed) / np.where(w == 0.0, 1.0, w)
        return np.degrees(vector) if degrees else vector

    def magnitude(self) -> Any:
        """Angles."""
        v = self._q[..., :3]
        return 2.0 * np.arctan2(np.sqrt(np.sum(v * v, axis=-1)), np.abs(self._q[..., 3]))

    def as_mrp(self) -> Any:
        """Parameters of Rodrigues, modified."""
        q = self.as_quat(canonical=True)
        return q[..., :3] / (1.0 + q[..., 3:])

    def as_euler(self, seq: str, degrees: bool = False) -> Any:
        """Euler angles."""
        intrinsic = seq.isupper()
        letters = seq.lower()[::-1] if intrinsic else seq.lower()
        i, j, k = ("xyz".index(letter) for letter in letters)
        symmetric = i == k
        k = 3 - i - j if symmetric else k
        sign = (i - j) * (j - k) * (k - i) // 2
        q = [self._q[..., m] for m in range(4)]
        if symmetric:
            a, b, c, d = q[3], q[i], q[j], q[k] * sign
        else:
            a, b, c, d = q[3] - q[j], q[i] + q[k] * sign, q[j] + q[3], q[k] * sign - q[i]
        middle = 2.0 * np.arctan2(np.hypot(c, d), np.hypot(a, b))
        if np.any(middle < 1e-7) or np.any(middle > np.pi - 1e-7):
            raise refused(
                f"Rotation.as_euler({seq!r}) of traced values was asked for at a gimbal lock, "
                "where the angles have no derivatives: use another sequence, or as_matrix()"
            )
        half_sum, half_difference = np.arctan2(b, a), np.arctan2(d, c)
        angles = [half_sum - half_difference, middle, half_sum + half_difference]
        if not symmetric:
            angles[2] = angles[2] * sign
            angles[1] = angles[1] - np.pi / 2
        if intrinsic:
            angles = angles[::-1]
        turned = [np.where(v > np.pi, v - 2 * np.pi, v) for v in angles]
        turned = [np.where(v < -np.pi, v + 2 * np.pi, v) for v in turned]
        found = np.stack(turned, axis=-1)
        return np.degrees(found) if degrees else found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise refused(
            f"Rotation.{name} of traced values was asked for; known are apply, as_matrix, as_quat, "
            "as_rotvec, as_euler, as_mrp, inv, magnitude, products and powers: write it with "
            "the matrix of as_matrix()"
        )


def _quaternion(rotation: Any) -> Any:
    return rotation._q if isinstance(rotation, Rotation) else rotation.as_quat()


def _applied(matrix: Any, vectors: Any, inverse: bool) -> Any:
    matrix = np.swapaxes(matrix, -1, -2) if inverse else matrix
    return np.sum(matrix * np.expand_dims(entries(vectors), -2), axis=-1)


@means(_package, "Rotation.from_quat")
def from_quat(quat: Any, *, scalar_first: bool = False) -> Rotation:
    """``Rotation.from_quat``."""
    q = np.roll(quat, -1, axis=-1) if scalar_first else entries(quat)
    return Rotation(q / np.sqrt(np.sum(q * q, axis=-1, keepdims=True)))


@means(_package, "Rotation.from_rotvec")
def from_rotvec(rotvec: Any, degrees: bool = False) -> Rotation:
    """``Rotation.from_rotvec``."""
    v = np.radians(rotvec) if degrees else entries(rotvec)
    square = np.sum(v * v, axis=-1, keepdims=True)
    sine = _series(
        square,
        (1 / 2, -1 / 48, 1 / 3840, -1 / 645120, 1 / 185794560),
        lambda s: np.sin(0.5 * np.sqrt(s)) / np.sqrt(s),
    )
    cosine = _series(
        square,
        (1.0, -1 / 8, 1 / 384, -1 / 46080, 1 / 10321920),
        lambda s: np.cos(0.5 * np.sqrt(s)),
    )
    return Rotation(np.concatenate([v * sine, cosine], axis=-1))


@means(_package, "Rotation.from_mrp")
def from_mrp(mrp: Any) -> Rotation:
    """``Rotation.from_mrp``."""
    p = entries(mrp)
    square = np.sum(p * p, axis=-1, keepdims=True)
    return Rotation(np.concatenate([2.0 * p, 1.0 - square], axis=-1) / (1.0 + square))


@means(_package, "Rotation.from_euler")
def from_euler(seq: str, angles: Any, degrees: bool = False) -> Rotation:
    """``Rotation.from_euler``."""
    if not seq or len(seq) > 3 or not (set(seq) <= set("xyz") or set(seq) <= set("XYZ")):
        raise ValueError(f"Expected axes from `seq` to be from 'xyz' or 'XYZ', got {seq}")
    turns = np.radians(angles) if degrees else entries(angles)
    if len(seq) == 1 and np.ndim(turns) == 0:
        turns = np.expand_dims(turns, -1)
    if np.shape(turns)[-1] != len(seq):
        raise ValueError(
            f"Expected last dimension of `angles` to match number of sequence axes specified, "
            f"got {np.shape(turns)[-1]}."
        )
    result: Any = None
    for place, letter in enumerate(seq):
        half = 0.5 * turns[..., place]
        axis = "xyz".index(letter.lower())
        parts = [np.sin(half) if k == axis else 0.0 * half for k in range(3)]
        turn = np.stack([*parts, np.cos(half)], axis=-1)
        if result is None:
            result = turn
        else:
            result = _composed(result, turn) if seq.isupper() else _composed(turn, result)
    return Rotation(result)


def rotation_method(owner: Any, name: str) -> Any:
    """Find what a method of a rotation of numbers means on traced arguments."""
    if name == "apply":
        return lambda vectors, inverse=False: _applied(owner.as_matrix(), vectors, inverse)
    return None
