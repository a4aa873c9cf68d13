"""Data prepared inside of the function: it stays data for every library."""

import math

import numpy as np
from scipy import interpolate, linalg, sparse, special

DATA = np.array([0.5, 1.5, 2.5, 3.5])


def _stiffness(n):
    a = np.zeros((n, n))
    for i in range(n):
        a[i, i] = 4.0
        if i:
            a[i, i - 1] = a[i - 1, i] = -1.0
    return a


def assembled_matrix(x):
    return _stiffness(4) @ x


def sparse_from_assembled(x):
    a = sparse.csr_array(_stiffness(4))
    return a @ x + a.T @ x


def sparse_by_triplets(x):
    rows, cols, values = [], [], []
    for i in range(3):
        rows += [i, i]
        cols += [i, i + 1]
        values += [1.0, -1.0]
    return sparse.coo_array((values, (rows, cols)), shape=(3, 4)) @ np.sin(x)


def decompositions_of_data(x):
    w, v = np.linalg.eigh(_stiffness(4))
    q, r = np.linalg.qr(_stiffness(4))
    return v.T @ (w * x) + q @ r @ x


def scipy_linalg_of_data(x):
    lu = linalg.lu_factor(_stiffness(4))
    return linalg.lu_solve(lu, np.ones(4)) * x + linalg.expm(_stiffness(4) / 10) @ x


def spline_of_data(x):
    spline = interpolate.CubicSpline(np.linspace(0, 3, 4), DATA**2)
    return spline(np.array([0.3, 1.2])) * x[:2]


def bessel_of_data(x):
    return special.jv(0, np.linspace(0, 1, 4)) * x


def quadrature_of_data(x):
    nodes, weights = np.polynomial.legendre.leggauss(4)
    return sum(w * math.exp(-x[0] * t) for t, w in zip(nodes, weights)) + weights @ (nodes * x)


def histogram_of_data(x):
    counts, edges = np.histogram(np.array([1.0, 2.0, 2.5, 4.0]), bins=2)
    return counts[0] * x[0] + edges[1] * x[1]


def random_data_with_seed(x):
    rng = np.random.default_rng(seed=7)
    a = rng.normal(size=(4, 4))
    rng.shuffle(a)
    return a @ x
