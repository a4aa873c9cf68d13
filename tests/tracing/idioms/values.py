"""What kind of thing a function is: method, partial, decorated, made of text; its state."""

import functools
import math
import operator
import types

import numpy as np


def use_series(x):
    acc = x[0]
    term = x[0]
    k = 1
    while abs(term) > 1e-12:
        term *= -x[0] * x[0] / (2 * k * (2 * k + 1))
        acc += term
        k += 1
    return acc


def use_rec_depth(x):

    def cf(n):
        return x[1] if n == 0 else 1 + x[0] ** 2 / cf(n - 1)

    return cf(12)


def use_ackermann_ctrl(x):

    def f(n, v):
        if n <= 0:
            return v
        if v > 1:
            return f(n - 1, v / 2)
        return f(n - 1, v * v + 0.5)

    return f(6, x[0]) + f(4, x[1])


def use_state_default(x, hist=[]):
    hist.append(1)
    return x[0] * x[1]


def use_fattr(x):
    use_fattr.calls = getattr(use_fattr, "calls", 0) + 1
    return math.sin(x[0])


class Call:
    def __init__(self, k):
        self.k = k

    def __call__(self, x):
        return math.sin(x[0]) * self.k + self._h(x)

    def _h(self, x):
        return self.__p(x)

    def __p(self, x):
        return math.exp(x[1])

    @staticmethod
    def st(x):
        return math.cos(x[0])

    @classmethod
    def cl(cls, x):
        return cls(2)(x)

    @property
    def prop(self):
        return lambda x: math.tanh(x[0]) * self.k


use_call = Call(3.0)
use_static = Call.st
use_classm = Call.cl
use_prop = Call(2.0).prop
use_boundm = Call(4.0).__call__
use_partial = functools.partial(lambda k, x: math.sin(x[0] * k), 2.0)
use_partialm = functools.partial(Call(1.0))


def deco(f):

    def w(*a, **k):
        return [math.exp(v) for v in np.atleast_1d(f(*a, **k))]

    return w


def deco_w(k):

    def d(f):

        @functools.wraps(f)
        def w(x):
            return f(x) * k

        return w

    return d


@deco
@deco_w(2.0)
def use_deco(x):
    return math.sin(x[0])


@functools.lru_cache
def _cached(t):
    return math.sin(t[0]) * t[1]


def use_cached_tuple(x):
    return _cached((1.0, 2.0)) * x[0]


exec("def use_exec(x):\n    import math\n    return math.sin(x[0])*x[1]\n")
exec("use_execlam = lambda x: max(x[0], x[1])**2 + sum(x)")
use_eval = eval("lambda x: [math.exp(v) for v in x]")
ns = {}
exec(
    compile(
        "import math\nclass M:\n    def __init__(s,k): s.k=k\n    def f(s,x): return math.sin(x[0])*s.k\n",
        "<gen>",
        "exec",
    ),
    ns,
)
use_exec_method = ns["M"](2.0).f
use_types_func = types.FunctionType(use_series.__code__, globals(), "q")
use_builtin = sum
use_npfun = np.sin
use_npsum = np.linalg.norm
use_prodb = math.prod
use_hyp = functools.partial(map, math.sin)
use_op = operator.itemgetter(0, 2)
use_vectorized = np.vectorize(lambda v: math.sin(v) if v > 0 else v)
IDIOMS = {
    "use_call": use_call,
    "use_static": use_static,
    "use_classm": use_classm,
    "use_prop": use_prop,
    "use_boundm": use_boundm,
    "use_partial": use_partial,
    "use_partialm": use_partialm,
    "use_eval": use_eval,
    "use_exec_method": use_exec_method,
    "use_types_func": use_types_func,
    "use_builtin": use_builtin,
    "use_npfun": use_npfun,
    "use_npsum": use_npsum,
    "use_prodb": use_prodb,
    "use_hyp": use_hyp,
    "use_op": use_op,
    "use_vectorized": use_vectorized,
}
