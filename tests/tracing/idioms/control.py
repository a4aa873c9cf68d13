"""Branches, loops, matching, recursion on values."""

import itertools
import math


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
