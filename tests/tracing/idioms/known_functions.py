"""Functions of math and the builtins, under any name."""

import math
import math as m
import operator
import statistics
from functools import reduce
from itertools import accumulate, chain, combinations, pairwise, product, starmap, takewhile
from math import *
from math import exp, sin as sine, sqrt

import numpy as np


DATA = np.array([0.5, 1.5, 2.5, 3.5])
TABLE = {"sin": math.sin, "root": math.sqrt}
LIST = [math.cos, math.exp, np.tanh]


def math_sin(x):
    return math.sin(x[0]) * math.cos(x[1])


def from_math_exp(x):
    return exp(x[0] - x[1])


def renamed_from(x):
    return sine(x[0]) + m.tan(x[1])


def star_import_names(x):
    return atan(x[0]) + log1p(x[1]) + pi * e


def math_one_argument(x):
    a = x[0] / 3
    return [
        *(math.asin(a), math.acos(a), math.atan(a), math.sinh(a), math.cosh(a), math.tanh(a)),
        *(math.asinh(a), math.acosh(1 + x[1]), math.atanh(a), math.exp2(a), math.expm1(a)),
        *(math.log2(x[2]), math.log10(x[2]), math.log1p(a), math.cbrt(x[2]), math.erf(a)),
        *(math.erfc(a), math.gamma(1 + a), math.lgamma(1 + a), math.fabs(-a)),
    ]


def math_two_arguments(x):
    return [
        *(math.pow(x[0], x[1]), math.pow(x[0], 3), math.atan2(x[0], x[1]), math.log(x[2], 3)),
        *(math.log(x[0], x[2]), math.fmod(x[2], 0.6), math.copysign(x[0], -1.0)),
        *(math.remainder(x[2], 0.6), math.ldexp(x[0], 3), math.log(x[1])),
    ]


def math_many_arguments(x):
    return [
        *(math.hypot(*x), math.hypot(x[0]), math.fsum(x), math.prod(x), math.prod(x, start=2)),
        *(math.dist(x[:2], x[2:]), math.dist([x[0], 1.0], (x[1], 2)), math.degrees(x[0])),
        *(math.radians(x[1]), math.modf(x[2])[0], math.frexp(x[0])[0]),
    ]


def math_decisions(x):
    same = math.isclose(x[0], 0.9) or math.isnan(x[1]) or math.isinf(x[2])
    return math.sin(x[0]) if same and math.isfinite(x[3]) else x[0] * 2


def math_on_data(x):
    return math.comb(5, 2) * math.factorial(3) * math.gcd(4, 6) * math.floor(2.5) * x[0]


def float_call(x):
    return float(x[0]) * float("2.5") + float(3)


def float_as_type_and_dtype(x):
    out = np.zeros(2, dtype=float)
    out[0] = x[0] if isinstance(x[0], float) else -1
    kinds = {float: 2.0, int: 3.0}
    return out * kinds[float]


def np_float64_call(x):
    return np.float64(x[0]) * np.float64(2)


def int_of_data(x):
    return x[int(DATA[1])] * int("3")


def max_min(x):
    return max(x[0], x[1]) * min(x) + max([x[2], 0.5]) + max(x[3], 0.0, 2)


def max_min_key(x):
    return max(x, key=lambda v: -v) + min(range(4), key=lambda i: x[i]) * x[1]


def max_default(x):
    return max([], default=x[0]) * max((v for v in x if v > 100), default=2.0)


def abs_pow(x):
    return abs(x[0] - 1) ** 1.5 + pow(x[1], 2) + pow(2.0, x[2])


def round_data(x):
    return round(DATA[0] * 1.234, 1) * x[0]


def round_traced(x):
    return round(x[0], 1) + x[1] * round(x[2])


def divmod_traced(x):
    q, r = divmod(x[2], 0.4)
    return q * x[0] + r


def sum_gen(x):
    return sum(v * v for v in x) + sum(x) + sum([x[0], 1, 2.0], 3)


def sum_of_conditions(x):
    return sum(v > 0.5 for v in x) * x[0]


def sum_of_lists(x):
    return sum([[x[0]], [x[1], x[2]]], [])


def sum_of_arrays(x):
    return sum([x * 1.0, x * x, 2 * x])


def len_enumerate_zip(x):
    total = 0.0
    for i, (a, b) in enumerate(zip(x, DATA)):
        total += (i + 1) * a * b
    return total / len(x)


def zip_strict(x):
    return [a - b for a, b in zip(x[1:], x[:-1], strict=True)]


def reversed_sorted(x):
    return [*reversed(x), *sorted(x), *sorted(x, reverse=True), x[::-1][0]]


def sorted_key(x):
    order = sorted(range(4), key=lambda i: x[i])
    return [x[i] * (k + 1) for k, i in enumerate(order)]


def sort_in_place(x):
    values = [math.sin(v) for v in x]
    values.sort(key=lambda v: -v)
    return values


def any_all(x):
    return x[0] if any(v > 1 for v in x) and all(v > 0 for v in x) else x[1]


def map_filter(x):
    return sum(map(math.sin, filter(lambda v: v > 0.5, x)))


def map_reduce(x):
    return reduce(lambda a, b: a * math.cos(b), x, 1.0) + reduce(operator.mul, x)


def operator_functions(x):
    return operator.add(x[0], 1) * operator.pow(x[1], 2) - operator.itemgetter(2)(x)


def itertools_functions(x):
    running = list(accumulate(x))
    products = list(accumulate(x, operator.mul))
    pairs = sum(a * b for a, b in combinations(x, 2))
    steps = [b - a for a, b in pairwise(x)]
    return [*running, *products, pairs, *steps, *starmap(math.pow, [(x[0], 2)])]


def itertools_more(x):
    first = list(takewhile(lambda v: v < 1, x))
    return sum(a * b for a, b in product(x[:2], repeat=2)) + sum(chain(first, [math.exp(x[1])]))


def accumulate_own(x):
    return list(accumulate(x, lambda a, b: math.sin(a) + b, initial=0.5))


def statistics_mean(x):
    return statistics.mean(x) * statistics.fmean(x) + statistics.stdev(x) + statistics.median(x)


def table_of_functions(x):
    return TABLE["sin"](x[0]) + TABLE.get("root", abs)(x[1])


def list_index_function(x):
    return LIST[0](x[0]) * LIST[1](x[1]) * LIST[2](x[2])


def functions_in_loop(x):
    return sum(f(v) for f, v in zip((math.sin, np.cos, sqrt, abs), x))


def module_as_value(x):
    total = 0
    for lib in (math, np, m):
        total = total + lib.sin(x[0]) * getattr(lib, "cos")(x[1])
    return total


def polynomial_loops(x):
    c = [1, -2, 0.5]
    return np.polyval(c, x[0]) + sum(k * x[1] ** i for i, k in enumerate(c))


def power_kinds(x):
    return x[0] ** 2 + x[0] ** 0.5 + x[1] ** -1 + 2 ** x[2] + x[0] ** x[1] + x[3] ** 0


def floor_and_mod(x):
    return x[2] % 1.0 + x[2] // 0.5 + math.floor(x[2]) * x[0] + math.ceil(x[0]) + int(x[2])
