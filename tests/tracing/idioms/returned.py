"""What functions return: nested, mixed, empty, iterators, truth values, dicts."""

import collections
import math
from collections import deque
from dataclasses import dataclass

import numpy as np


def use_mutate_x(x):
    x[0] = 5.0
    x[1] += x[2]
    x[2:] *= 2
    x[-1] = math.sin(x[-1])
    return x * 1


def use_return_x(x):
    return x


def use_return_slice(x):
    return x[::-1][1:]


def use_alias(x):
    a = x
    b = a[1:3]
    b[0] = 7.0
    c = a.copy()
    c[0] = 0
    y = [a] * 2
    y[0][3] = x[0] * 2
    return [a.sum(), b.sum(), c.sum(), y[1][3]]


def use_same_list(x):
    r = [x[0], x[1]]
    return [r, r, (r, x[2])]


OUT = [0.0] * 3


def use_out_list_global(x):
    OUT[0] = x[0]
    OUT[1] = x[0] * x[1]
    OUT[2] = math.exp(OUT[1])
    return OUT


def use_tuple_tuples(x):
    return (
        (x[0], (x[1],)),
        ((x[2] * x[3],),),
        1,
        True,
        np.float64(2),
        np.array(3.0),
        np.array([[x[0]]]),
    )


def use_mixed_ret(x):
    return [x, x[0], [x.reshape(2, 2)], (1, 2.5), np.ones(2), {"a": x[0]}["a"]]


def use_empty_list(x):
    return []


def use_none(x):
    return None


def use_constant(x):
    return 3


def use_bool_ret(x):
    return x[0] > 0.5


def use_bools_ret(x):
    return [x[0] > 0.5, True, x > 0.5]


def use_np_int(x):
    return np.int32(3) * x[0] + np.float32(0.1) * x[1]


def use_zero_d(x):
    a = np.array(x[0])
    return a[()] * a + a.item() + float(a) + a.ravel()[0] + a.sum() + a.ndim


def use_generator_ret(x):
    return (v * v for v in x)


def use_map_ret(x):
    return map(math.sin, x)


def use_dict_ret(x):
    return {"a": x[0] * 2, "b": x[1:]}


def use_dictvalues_ret(x):
    return {"a": x[0] * 2, "b": x[1]}.values()


def use_deque_ret(x):
    return deque([x[0] * x[1], 1])


def use_set_ret(x):
    return np.array([x[0], 2]).tolist()


def use_dataclass_ret(x):
    return Vc(x[0] * x[1], x[2])


@dataclass
class Vc:
    a: float
    b: float


def use_namedtuple_ret(x):
    return collections.namedtuple("R", "u v")(x[0] * 2, x[1:])


def use_objarray_ret(x):
    return np.array([x[0], x[1]], dtype=object)
