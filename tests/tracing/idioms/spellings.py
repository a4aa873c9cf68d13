"""Every function of math, under every name."""

import math
import math as _m
import operator
from math import *

import numpy as np


def use_math_all1(x):
    a = abs(x[0]) + 0.1
    return [
        math.cbrt(x[0]),
        math.exp2(x[1]),
        math.expm1(x[2]),
        math.log1p(a),
        math.log2(a),
        math.log10(a),
        math.log(a, 3),
        math.gamma(a),
        math.lgamma(a),
        math.erf(x[3]),
        math.erfc(x[3]),
        math.fabs(x[1]),
        math.isqrt(17) * x[0],
        math.degrees(x[0]),
        math.radians(x[1]),
    ]


def use_math_all2(x):
    return [
        math.fmod(x[0], 0.37),
        math.remainder(x[1], 0.31),
        *math.modf(x[2] * 3),
        math.copysign(x[0], x[3]),
        math.copysign(2, x[1]),
        math.ldexp(x[0], 3),
        math.nextafter(2.0, 3.0) * x[0],
        math.trunc(x[0]) * x[1],
        math.ceil(x[2]) * x[3],
        math.floor(x[2]),
        math.dist([x[0], x[1]], [x[2], x[3]]),
        math.hypot(*x),
        math.hypot(x[0]),
        math.hypot(3, 4) * x[0],
        math.fsum(x),
        math.prod(x),
        math.prod([2, x[0]], start=3),
    ]


def use_frexp(x):
    m, e = math.frexp(x[0])
    return [m * x[1], e * x[2], math.ldexp(m, e)]


def use_math_pred(x):
    return [
        x[0] if math.isfinite(x[0]) and (not math.isnan(x[1])) and (not math.isinf(x[2])) else 0,
        x[1] * math.isclose(x[0], x[0] + 1e-12),
        x[2] * math.isclose(x[0], 0.0, abs_tol=1.0),
    ]


def use_math_trig(x):
    t = math.tanh(x[0]) * 0.9
    return [
        math.asin(t),
        math.acos(t),
        math.atan(x[1]),
        math.atanh(t),
        math.asinh(x[2]),
        math.acosh(1.5 + x[3] ** 2),
        math.sinh(x[0]),
        math.cosh(x[1]),
        math.tan(x[2] * 0.1),
        math.atan2(x[0], x[1]),
    ]


def use_math_ints(x):
    return (
        (math.gcd(12, 18) + math.lcm(4, 6) + math.comb(5, 2) + math.perm(5, 2) + math.factorial(4))
        * x[0]
        + math.tau * x[1]
        + math.e ** x[2]
        + math.inf**0
    )


def use_math_nan(x):
    return [x[0] if not math.isnan(v) else 0 for v in (math.nan, 1.0)]


def use_sumprod(x):
    return sum(map(operator.mul, x, reversed(x)))


def use_np_math_mix(x):
    return np.exp(math.sin(x[0])) * math.cos(np.tanh(x[1])) + np.hypot(x[2], math.fabs(x[3]))


def use_star(x):
    return sin(x[0]) * cos(x[1]) + exp(-pow(x[2], 2)) + pi * sqrt(abs(x[3]) + e)


sine = _m.sin
TABLE = {"a": sine, "b": lambda v: v**2, "c": np.tanh, "d": abs}


def use_table(x):
    return [TABLE[k](v) for k, v in zip("abcd", x)]


F2 = [getattr(math, n) for n in "sin cos tanh".split()]


def use_flist(x):
    return [f(v) for f in F2 for v in x[:2]]
