"""Branches, loops, exceptions, recursion on values."""

import contextlib
import itertools
import math
import warnings

import numpy as np


def if_on_value(x):
    if math.sin(x[0]) > 0.5:
        return x[0] ** 2
    elif x[1] > 1:
        return x[1] * 3
    return x[2]


def chained_compare(x):
    return x[0] if 0.5 < x[0] < x[2] <= 2 else x[1] * 2


def conditional_expression(x):
    return [v**2 if v > 0.65 else math.exp(v) for v in x]


def and_or_not(x):
    value = x[0] > 1 or x[1] > 0.5
    picked = (x[0] > 0.5 and x[2]) or x[3]
    return picked * (2 if not value else 3)


def while_convergence(x):
    y = x[0]
    for _ in range(100):
        step = (y * y - x[2]) / (2 * y)
        y -= step
        if abs(step) < 1e-14:
            break
    return y


def while_value(x):
    y, n = x[0], 0
    while y < 3.0:
        y *= 1.3 + 0.1 * math.sin(x[1])
        n += 1
    return y * n


def bisection(x):
    lo, hi = 0.0, 3.0
    for _ in range(5):
        mid = (lo + hi) / 2
        if math.cos(mid) - x[0] * mid > 0:
            lo = mid
        else:
            hi = mid
    return (lo + hi) / 2 * x[1]


def for_else(x):
    for v in x:
        if v > 1.0:
            found = v
            break
    else:
        found = x[0] * 10
    return math.log(found)


def loop_with_continue(x):
    total = 0.0
    for i, v in enumerate(x):
        if v < 0.5:
            continue
        total += math.sqrt(v) * i
    return total


def early_return(x):
    for v in x:
        if math.exp(v) > 3:
            return v * 2
    return x[0]


def walrus(x):
    if (y := math.sin(x[0])) > 0.1:
        return y * x[1]
    return [z := x[0], z * 2][1]


def match_values(x):
    match x[0], len(x):
        case float() as v, 4 if v > 0.8:
            return v * 2
        case v, 4:
            return math.exp(v)
    return 0.0


def match_structures(x):
    def area(shape):
        match shape:
            case {"kind": "circle", "r": r}:
                return math.pi * r**2
            case ["square", a]:
                return a * a
            case ("rect", a, b):
                return math.fabs(a * b)
        return -1.0

    return area({"kind": "circle", "r": x[0]}) + area(["square", x[1]]) + area(("rect", x[2], x[3]))


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


def recursion_on_value(x):
    def halve(v):
        return v if v < 0.2 else halve(v / 2) + math.sin(v)

    return halve(x[2])


def recursion_depth(x):
    def deep(n, v):
        return v if n == 0 else deep(n - 1, v * 1.0001)

    return deep(300, x[0])


def nested_comprehension(x):
    table = [[math.sin(a) * math.cos(b) for b in x] for a in x]
    flat = [v for row in table for v in row if v > 0.1]
    return [sum(map(sum, table)), sum(flat), {i: v for i, v in enumerate(x)}[2]]


def set_and_dict_comprehension(x):
    d = {k: math.exp(x[k]) for k in {0, 1, 3}}
    return sum(d.values()) + sum(v * k for k, v in d.items())


def unpacking(x):
    a, (b, *c), d = x[0], (x[1], x[2], 5.0), x[3]
    (e, f), g = [a, b], c
    return math.hypot(e, f) + sum(g) * d


def swap_and_shift(x):
    a, b, c, d = x
    a, b = b, math.sin(a)
    c, d = d + a, c - b
    return [a, b, c, d]


def slices_and_negatives(x):
    return [x[-1] * x[:-1].sum(), *x[::2], *x[1:3][::-1], *x[..., None].ravel()]


def global_state(x):
    global _STATE
    _STATE = x[0] * 2
    result = math.sin(_STATE)
    _STATE = None
    return result


_STATE = None


def del_and_rebind(x):
    y = math.sin(x[0])
    z = y
    del y
    y = z + 1
    return y


def runge_kutta(x):
    def f(t, y):
        return [y[1], -math.sin(y[0]) * x[2] + 0.1 * t]

    y, t, h = [x[0], x[1]], 0.0, 0.1
    for _ in range(5):
        k1 = f(t, y)
        k2 = f(t + h / 2, [a + h / 2 * b for a, b in zip(y, k1)])
        k3 = f(t + h / 2, [a + h / 2 * b for a, b in zip(y, k2)])
        k4 = f(t + h, [a + h * b for a, b in zip(y, k3)])
        y = [a + h / 6 * (p + 2 * q + 2 * r + s) for a, p, q, r, s in zip(y, k1, k2, k3, k4)]
        t += h
    return y


def simpson(x):
    n = 10
    h = x[2] / n
    return (
        h
        / 3
        * sum(
            (1 if k in (0, n) else 4 if k % 2 else 2) * math.exp(-((k * h) ** 2) * x[0])
            for k in range(n + 1)
        )
    )


def gauss_elimination(x):
    a = [[4.0 + x[0], x[1], 1.0], [x[2], 5.0, x[3]], [1.0, 2.0, 6.0]]
    b = [1.0, x[0], 2.0]
    n = 3
    for i in range(n):
        p = max(range(i, n), key=lambda r: abs(a[r][i]))
        a[i], a[p], b[i], b[p] = a[p], a[i], b[p], b[i]
        for r in range(i + 1, n):
            m = a[r][i] / a[i][i]
            for c in range(i, n):
                a[r][c] -= m * a[i][c]
            b[r] -= m * b[i]
    y = [0.0] * n
    for i in reversed(range(n)):
        y[i] = (b[i] - sum(a[i][j] * y[j] for j in range(i + 1, n))) / a[i][i]
    return y


def cholesky_by_hand(x):
    n = 3
    a = np.eye(n) * 4 + np.outer(x[:n], x[:n])
    low = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j] - sum(low[i, k] * low[j, k] for k in range(j))
            low[i, j] = math.sqrt(s) if i == j else s / low[j, j]
    return low[np.tril_indices(n)]


def horner_in_place(x):
    out = np.ones(4)
    for i in range(1, 4):
        out[i:] = out[i:] * x[i] + math.sin(x[0])
    return out


def integer_of_value(x):
    n = int(x[2] * 10)
    return sum(math.sin(x[0] * k) for k in range(n)) / (n + 1)


def value_as_table_index(x):
    table = [1.0, 4.0, 9.0, 16.0]
    i = min(int(x[2] * 2), 2)
    w = x[2] * 2 - i
    return table[i] * (1 - w) + table[i + 1] * w


def count_as_index(x):
    k = sum(v > 0.5 for v in x)
    return x[k - 1] * math.exp(x[0])


def argmax_as_index(x):
    return x[np.argmax(x)] * x[int(np.argmin(x))] + x[np.argsort(x)[1]]


def boolean_arithmetic(x):
    return (x[0] > 0.5) * x[1] + (1 - (x[0] > 0.5)) * x[2] + (x > 0.6).sum() * x[3]


def value_in_list(x):
    return x[0] if 0.9 in list(x) else x[1]


def list_index_of_max(x):
    values = [math.sin(v) for v in x]
    return values.index(max(values)) * x[0] + values.count(values[0])


def catch_warnings(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return math.sin(x[0]) * np.sqrt(x[1])


def counter_iterator(x):
    counter = itertools.count()
    return sum(next(counter) * math.sin(v) for v in x)


def nested_functions_with_state(x):
    cache = {}

    def fibonacci(n):
        if n not in cache:
            cache[n] = x[n] if n < 2 else math.sin(fibonacci(n - 1)) + fibonacci(n - 2)
        return cache[n]

    return fibonacci(15)
