"""Exceptions on values: caught, suppressed, raised, asserted."""

import contextlib
import math
import warnings

import numpy as np


def try_except_domain(x):
    try:
        return math.sqrt(x[0] - 0.5)
    except ValueError:
        return x[1] * 3


def try_except_overflow(x):
    try:
        big = math.exp(1000 * x[2])
    except OverflowError:
        big = x[0]
    return big


def try_zero_division(x):
    n = math.floor(x[0])
    try:
        return 1.0 / float(n) * x[1]
    except ZeroDivisionError:
        return x[1] * 5


def try_zero_division_traced(x):
    d = math.fabs(x[0] - 0.9)
    try:
        return 1.0 / d
    except ZeroDivisionError:
        return x[1]


def try_log_or_penalty(x):
    total = 0.0
    for v in x:
        try:
            total += math.log(v - 0.25)
        except (ValueError, ArithmeticError):
            total += 100 * v
    return total


def except_typeerror(x):
    try:
        return math.sin(x[0])
    except TypeError:
        return 0.0


def swallowed_refusal_is_no_problem(x):
    try:
        out = np.zeros(2)
        out[0] = x[0]
    except Exception:
        out = np.ones(2)
    return out


def try_finally(x):
    log = []
    try:
        y = math.exp(x[0])
    finally:
        log.append(math.sin(x[1]))
    return y + log[0]


def raise_and_catch(x):
    class TooBig(Exception):
        def __init__(self, value):
            super().__init__("too big")
            self.value = math.sqrt(value)

    def check(v):
        if v > 0.8:
            raise TooBig(v)
        return v

    try:
        return check(x[0])
    except TooBig as error:
        return error.value * 10


def suppress_errors(x):
    y = x[0]
    with contextlib.suppress(ValueError):
        y = math.log(x[0] - 0.6)
    return y


def index_errors(x):
    total, i = 0.0, 0
    while True:
        try:
            total += math.sin(x[i])
        except IndexError:
            return total
        i += 1


def assert_statement(x):
    assert x[0] > -100, "never"
    assert len(x) == 4 and math.isfinite(x[1])
    return math.sin(x[0])


def catch_warnings(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return math.sin(x[0]) * np.sqrt(x[1])
