"""Whole numbers and truth values made of traced values: ranges, indices, keys, counts."""

import math
from collections import Counter, defaultdict

import numpy as np


D = np.array([0.5, 1.5, 2.5, 3.5])


def use_range_int(x):
    return sum((math.sin(k * x[1]) for k in range(int(abs(x[0]) * 5))))


def use_range_round(x):
    s = 0.0
    for i in range(1, round(abs(x[2])) + 3, 2):
        s += x[0] / i
    return s


def use_index_int(x):
    return [1.0, 2.0, 5.0, 9.0][int(abs(x[0]))] * x[1] + D[int(abs(x[2]))]


def use_slice_int(x):
    k = int(abs(x[2])) + 1
    return [sum(x[:k]), sum(x[k:]), k * x[0]]


def use_in_list(x):
    return x[1] if x[0] in [0.9, 1.0] else x[2]


def use_in_range(x):
    return x[1] * (int(x[0]) in range(0, 2)) + x[2]


def use_in_set(x):
    return x[1] if int(x[0]) in {0, 1} else x[2]


def use_in_interval(x):
    return x[0] if 0 < x[0] < 1 <= x[2] else x[1] if -1 <= x[1] < 0 else x[3]


def use_eq(x):
    return [x[0] == x[1], x[0] != x[1], x[0] <= x[0], (x[0] == x[0]) * x[2]]


def use_dict_int_key(x):
    d = defaultdict(list)
    for v in x:
        d[int(math.floor(v))].append(v)
    return sum((math.prod(v) for v in d.values()))


def use_counter(x):
    c = Counter(("+" if v > 0.5 else "-" for v in x))
    return c["+"] * x[0] - c.get("-", 0) * x[1]


def use_set_len(x):
    return len({round(v) for v in x}) * x[0]


def use_bool_arith(x):
    a = float(x[0]) > 0.5
    b = math.sin(x[1]) > 0.2
    return [
        a + True,
        True + a,
        a + a,
        a * 3,
        a - b,
        -a,
        +b,
        ~a,
        a & b,
        a | b,
        a ^ b,
        a / 2,
        a**2,
        a // 1,
        int(a) + float(b),
        a << 1 if True else 0,
        (a + b) * x[2],
        abs(a),
        divmod(a, 2)[1],
        a == 1,
        a > b,
        not a,
    ]


def use_npbool(x):
    a = x[0] > 0.5
    b = x[1] > 0.2
    return [
        a + True,
        True + a,
        a + a,
        a * 3,
        a + 1,
        a * b,
        a & b,
        a | b,
        a ^ b,
        ~a,
        a / 2,
        np.sum([a, b]),
        a == b,
        a != b,
        a > b,
        (a + b) * x[2],
        int(a) - int(b),
        np.float64(a),
        a * 1.0,
        bool(a) + bool(b),
    ]


def use_npbool_eq(x):
    a = x[0] > 0.5
    return [
        x[1] if a == True else x[2],
        x[1] if a == 1 else x[2],
        x[1] if bool(a) is True else x[2],
        x[3] if a is True else x[0],
        x[3] if a is np.True_ else x[0],
    ]


def use_notb(x):
    return (not x[0] > 0.5) * x[1] + (x[0] > 0.5 and x[2]) + (x[1] or 3.0)


def use_sorted_multi(x):
    return [v for _, v in sorted(zip([2, 1, 2, 1], x))] + [
        a for a, _ in sorted(((-v, i) for i, v in enumerate(x)))
    ]


def use_median(x):
    s = sorted(x)
    n = len(s)
    return (s[n // 2] + s[(n - 1) // 2]) / 2


def use_index_of(x):
    l = list(x)
    return l.index(max(l)) * x[0] + l.index(x[1]) + l.count(x[2])


def use_remove(x):
    l = list(x)
    l.remove(min(l))
    l.pop()
    l.insert(0, 2.0)
    l.extend([x[0]] * 2)
    l.reverse()
    return l
