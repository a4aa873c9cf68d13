"""Helper functions of other modules of this folder, as a user's ``utils.py``."""

import functools
import math

import numpy as np


def norm2(values):
    """Sum of squares."""
    total = 0.0
    for value in values:
        total += value * value
    return total


def power(base, exponent):
    """Power of something positive."""
    return math.exp(exponent * math.log(base))


def polynomial(coefficients, x):
    """Horner's rule, highest power first."""
    return functools.reduce(lambda value, c: value * x + c, coefficients, 0.0)


def dot(a, b):
    return sum(u * v for u, v in zip(a, b, strict=True))


def residual_sum(model, times, data):
    """Objective of a fit: ``model(x, t)`` against data."""

    def objective(x):
        return sum((model(x, t) - y) ** 2 for t, y in zip(times, data, strict=True))

    return objective


def read_table(text):
    """Numbers of a csv-like string, one row a line."""
    return np.array([[float(v) for v in line.split(",")] for line in text.strip().splitlines()])


def fixed_point(step, start, tolerance, limit=100):
    """Iterate until two values agree."""
    old = start
    for _ in range(limit):
        new = step(old)
        if abs(new - old) <= tolerance:
            return new
        old = new
    return old
