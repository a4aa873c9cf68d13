"""Arrays of every kind, made, converted and changed in place."""

import math

import numpy as np


D = np.array([0.5, 1.5, 2.5, 3.5])


def use_unique(x):
    return np.unique(x).sum()


def use_matrix(x):
    return (np.matrix([[x[0], x[1]], [1, 2]]) @ np.matrix([[1.0], [2.0]]))[0, 0]


def use_matrix_data(x):
    return (
        (np.matrix([[1.0, 2], [3, 4]]) * np.array([[x[0]], [x[1]]])).A1
        if False
        else np.asarray(np.matrix([[1.0, 2], [3, 4]])) @ x[:2]
    )


def use_masked(x):
    return np.ma.masked_array(x, mask=[0, 1, 0, 0]).sum()


def use_masked2(x):
    return np.ma.masked_where(x > 1, x).sum()


def use_recarray(x):
    r = np.array([(1.0, 2), (3.0, 4)], dtype=[("a", float), ("b", int)])
    return r["a"][0] * x[0] + r[1]["b"] * x[1] + sum((q["a"] * v for q, v in zip(r, x)))


def use_asint(x):
    return x.astype(int) * x


def use_arr_int_assign(x):
    a = np.zeros(3, dtype=int)
    a[0] = x[0] * 3
    return a


def use_arr_obj(x):
    a = np.empty(3, dtype=object)
    a[0] = x[0]
    a[1] = [x[1], 2]
    a[2] = 3
    return a[0] * a[1][0] * a[2]


def use_arr_bool(x):
    a = np.zeros(4, bool)
    a[1] = x[1] > 0.5
    a[2] = True
    return x[a].sum() + np.where(a, x, 0).sum()


def use_full_int(x):
    a = np.full(3, 2)
    b = np.ones(3, int) * x[0]
    return a * b


def use_inplace_data(x):
    d = D.copy()
    d *= 2
    d += x
    return d


def use_iadd_list(x):
    l = [0.0] * 4
    for i in range(4):
        l[i] += x[i] * 2
        l[i] *= l[i - 1] + 1
    return l


def use_iadd_scalar(x):
    s = 0
    s += x[0]
    s -= 2
    s *= x[1]
    s /= 3
    s **= 2
    s //= 0.01
    s %= 5
    return s + x[0]


def use_iadd_alias(x):
    a = x[:2]
    b = a
    a += 1
    a = a * 2
    return [*a, *b, *x]


def use_imatmul(x):
    m = np.eye(4)
    m = m @ np.diag(x)
    m @= np.ones((4, 4))
    return m.sum(axis=1)


def use_slice_assign(x):
    l = [0] * 4
    l[1:3] = [x[0], x[1]]
    l[::2] = x[2:]
    del l[0]
    return l


D = np.array([0.5, 1.5, 2.5, 3.5])


def use_shift(x):
    a = float(x[0]) > 0.5
    b = math.sin(x[1]) > 0.2
    return [(a << 1) * x[0], (1 << a) * x[1], (a << 1 | b) * x[2], a >> 0]


def use_npbool_sub(x):
    try:
        return ((x[0] > 0.5) - (x[1] > 0.5)) * x[0]
    except TypeError:
        return x[1]


def use_npbool_neg(x):
    try:
        return -(x[0] > 0.5) * x[0]
    except TypeError:
        return x[1]


def use_npbool_arr_sub(x):
    try:
        return ((x > 0.5) - (x > 1)) * x[0]
    except TypeError:
        return x[1]
