"""Loops that end early, arguments, conversions, values asked for what they are."""

import copy
import decimal
import fractions
import logging
import math
import operator
import random
import time

import numpy as np


log = logging.getLogger(__name__)


def use_complex_real(x):
    return [
        x[0].real,
        x[1].imag,
        x[0].conjugate(),
        np.real(x[0]),
        np.imag(x[1]),
        np.conj(x[2]),
        x.real[0],
        x.imag[1],
    ]


def use_rand6(x):
    return random.Random(1).random() * x[0] + np.random.default_rng(2).normal(size=4) @ x


def use_rand7(x):
    random.seed(1)
    return random.gauss(0, 1) * x[0]


def use_perf(x):
    t = time.perf_counter()
    y = math.sin(x[0])
    dt = time.perf_counter() - t
    return y


def use_id(x):
    return (id(x) % 7 >= 0) * x[0]


def use_isint(x):
    return x[0].is_integer() * x[1] + x[0]


def use_deepcopy(x):
    return copy.deepcopy({"a": [x, x[0]]})["a"][1] * copy.copy(x)[1]


def use_star_unpack(x):
    a, *b, c = x
    (d, e), f = ([x[0], x[1]], x[2])
    return [a * c, *b, d * e * f]


def use_chained_assign(x):
    a = b = [x[0]]
    a.append(x[1])
    return b


def use_cond_chain(x):
    return x[0] if x[0] > 1 else x[1] if x[1] > 0.5 else x[2] if x[2] < 1 else x[3]


def use_early(x):
    for i, v in enumerate(x):
        if v < 0.5:
            return v * i
        if i == 2:
            break
    else:
        return 99.0
    return x.sum()


def use_forelse(x):
    for v in x:
        if v > 100:
            break
    else:
        return x[0] * 2
    return 1


def use_while_else(x):
    i = 0
    while i < 4:
        if x[i] < 0:
            i += 1
            continue
        if x[i] > 1.3:
            break
        i += 1
    else:
        return -x[0]
    return x[i] * i


def use_nested_break(x):
    s = 0
    for i in range(4):
        for j in range(4):
            if x[i] < x[j]:
                break
            s += x[i] * x[j]
        else:
            s *= 2
    return s


def use_lambda_default(x):
    return [(lambda a, b=x[1]: a * b)(v) for v in x]


def use_closure_late(x):
    fs = [lambda: v**2 for v in x]
    return [f() for f in fs]


def use_kwonly(x):

    def f(a, /, b, *, c=1, **k):
        return a * b + c + k.get("d", 0)

    return f(x[0], b=x[1], c=x[2], d=x[3]) + f(*x[:2]) + f(x[0], **{"b": 2, "d": x[1]})


def use_argclinic(x):
    return (
        np.sum(a=x)
        + sum(x, start=x[0])
        + round(number=x[1], ndigits=1)
        + sorted(x, reverse=True)[0]
        + int("3") * x[0]
        + float("2.5") * x[1]
        + complex(1).real * x[2]
    )


log = logging.getLogger(__name__)


def use_is_np(x):
    a = x[0] > 0.5
    return [
        x[1] if a is np.True_ else x[2],
        x[1] if a is True else x[2],
        x[1] if a is not np.False_ else x[2],
    ]


def use_fraction(x):
    return [float(fractions.Fraction(1, 3)) * x[0], decimal.Decimal("0.5") and x[1]]


def use_opcall(x):
    return operator.call(math.sin, x[0]) + operator.call(lambda a, b: math.exp(a) * b, x[0], b=x[1])


def use_importexec(x):
    return NS["f"](x) + NS["g"](x)


NS = {}
exec(
    "def f(x):\n    import math\n    return math.sin(x[0])*math.pi\ndef g(x):\n    from math import exp, log as l\n    import numpy as np\n    return exp(x[1]) + l(abs(x[0])) + np.sin(x[0])*np.float64(2)\n",
    NS,
)
