"""Questions of type, text, keys, containers and numbers of other kinds."""

import json
import math
from collections import Counter, OrderedDict, deque, namedtuple
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import numpy as np


DATA = np.array([0.5, 1.5, 2.5, 3.5])
Pair = namedtuple("Pair", "a b")


def type_check(x):
    a = 1.0 if type(x[0]) is np.float64 else 100.0
    b = 1.0 if type(float(x[0])) is float and type(math.sin(x[0])) is float else 100.0
    c = 1.0 if type(x) is np.ndarray and type(x[0] * 2).__name__ == "float64" else 100.0
    return (a + b + c) * x[0]


def isinstance_check(x):
    ok = (
        isinstance(x[0], float)
        and isinstance(x[0], np.floating)
        and isinstance(x, np.ndarray)
        and not isinstance(x[0], (int, np.ndarray, list))
        and isinstance(math.sin(x[0]), float)
        and not isinstance(float(x[0]), np.floating)
        and isinstance(x[0] > 0, np.bool_)
    )
    return x[0] * (1 if ok else 100)


def isinstance_numbers(x):
    import numbers

    return x[0] if isinstance(x[0], numbers.Real) and np.isscalar(x[0]) else x[1] * 100


def duck_typing(x):
    a = 1 if hasattr(x[0], "shape") and not hasattr(float(x[0]), "shape") else 100
    b = 1 if hasattr(x, "__len__") and not hasattr(x[0], "__len__") else 100
    return x[0] * a * b * len(x.shape) * x.ndim * x.size * x.dtype.itemsize


def class_attribute(x):
    return (
        x[0] if x[0].__class__ is np.float64 and x.__class__.__name__ == "ndarray" else 100 * x[1]
    )


def fstring(x):
    text = f"{x[0]:.2f} {x[1]} {x!r} {float(x[2])!s:>10}"
    return math.sin(x[0]) * (len(text) > 3)


def format_and_print(x):
    text = "{:.3f} {a}".format(x[0], a=x[1]) + str(x) + repr(x[0]) + format(x[2], ".1e")
    print(text, x, *x, file=open("/dev/null", "w"), sep="|")
    return math.exp(x[0])


def string_keys(x):
    names = ["a", "b", "c", "d"]
    p = dict(zip(names, x))
    return p["a"] * p.get("b") + p.pop("c") + p.setdefault("e", 2.0) + sum(p.values())


def named_tuples(x):
    p = Pair(x[0], b=math.sin(x[1]))
    return p.a * p.b + p._asdict()["a"] + Pair._make(x[:2]).b


def simple_namespace(x):
    p = SimpleNamespace(a=x[0], b=SimpleNamespace(c=math.sin(x[1])))
    p.b.c += 1
    p.d = p.a * p.b.c
    return p.d


def deques_and_counters(x):
    d = deque(x, maxlen=3)
    d.append(math.sin(x[0]))
    d.rotate(1)
    c = Counter("abca")
    o = OrderedDict(a=x[0], b=x[1])
    return [sum(d), c["a"] * x[1], np.array(d)[0], *o.values()]


def nested_lists(x):
    grid = [[0.0] * 2 for _ in range(2)]
    for i in range(2):
        for j in range(2):
            grid[i][j] = x[i] * x[2 + j]
    return np.array(grid).T.ravel() @ DATA


def list_operations(x):
    values = list(x)
    values.append(math.sin(values[0]))
    values.insert(0, 2.0)
    values.extend(v * 2 for v in x[:2])
    values.pop(1)
    values[1:3] = [x[3]]
    return values[::-1] + [values[0]] * 2


def object_array(x):
    a = np.empty(2, dtype=object)
    a[0], a[1] = x[0], math.sin(x[1])
    return a * 2


def object_array_as_floats(x):
    a = np.empty(2, dtype=object)
    a[0], a[1] = x[0], math.sin(x[1])
    return a.astype(dtype=float) * a.astype(np.float64)


def integer_array(x):
    a = np.zeros(3, dtype=int)
    a[0] = 2
    return a * x[0]


def float32_data(x):
    return DATA.astype(np.float32) * x


def complex_of_data(x):
    z = complex(1, 2) * 3
    return z.real * x[0] + abs(z) * x[1]


def fractions_and_decimals(x):
    return Fraction(1, 3) * x[0] + float(Decimal("0.1")) * x[1] + x[2] / Fraction(3, 2)


def json_configuration(x):
    settings = json.loads('{"k": 2.5, "names": ["a"]}')
    return math.sin(x[0]) * settings["k"] * len(settings["names"])


def truth_of_arrays(x):
    y = np.zeros(2)
    if y.any() or not x.all():
        return x[0] * 100
    return x[1] if len(x) and x.size else x[0]


def sorted_pairs(x):
    pairs = sorted((math.sin(v), i) for i, v in enumerate(x))
    return [v * i for v, i in pairs]


def comparisons_of_lists(x):
    return x[0] if [x[0], 1.0] < [x[2], 0.0] and (x[1], 2) != (x[1], 3) else x[3]


def numpy_printing(x):
    with np.printoptions(precision=3):
        text = str(np.sin(x))
    return x[0] * (len(text) > 0)


def bit_tricks(x):
    return x[5 & 3] * (1 << 2) + x[~0] * (7 ^ 5) + x[True]


def integers_in_floats(x):
    return x[0] * 10**20 * 1e-20 + x[1] * (2**63) * 1e-20 + 7 // 2 * x[2]


def in_place_on_list_items(x):
    values = [x, DATA.copy()]
    values[1][0] += x[0]
    values[0] = values[0] * 2
    return values[0] + values[1]


def augmented_order(x):
    acc = [x[0], 1.0]

    def change(a):
        a[0] = math.sin(a[0])
        return 2.0

    acc[0] += change(acc)
    return acc
