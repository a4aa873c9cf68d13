"""Values with identity, state, kept outside; what must not be exchanged or lost."""

import copy
import functools
import math
import random
import sys

import numpy as np


DATA = np.array([0.5, 1.5, 2.5, 3.5])
WORK = np.zeros(4)


def _helper(v):
    return math.sin(v)


class _Model:
    def __init__(self):
        self.work = np.zeros(2)
        self.history = []

    def run(self, x):
        self.history.append(x[0])
        return math.sin(self.history[-1])

    def into_work(self, x):
        self.work[0] = x[0]
        return self.work * 2


_MODEL = _Model()
FUNCTIONS = [math.sin, _helper]
REGISTRY = {_helper: 2.0, math.sin: 3.0, float: 4.0, np.float64: 5.0, "k": 6.0}


def identity(x):
    return x[0] if FUNCTIONS[0] is math.sin and FUNCTIONS[1] is _helper else x[1] * 100


def functions_as_keys(x):
    return REGISTRY[_helper] * x[0] + REGISTRY[math.sin] * x[1] + REGISTRY[type(x[0])] * x[2]


def dict_get_function_key(x):
    return REGISTRY.get(_helper, 0.0) * math.sin(x[0]) + REGISTRY.get(float, 0) * x[1]


def global_append(x):
    LOG.append(x[0])
    result = sum(math.sin(v) for v in LOG[-1:])
    LOG.clear()
    return result


LOG = []


def attribute_state(x):
    return _MODEL.run(x)


def argument_changed(x):
    x[0] = math.sin(x[1])
    x += 1
    return x


def argument_returned(x):
    return x


def same_twice(x):
    y = np.sin(x)
    return [y, y, x, 2.0]


def constants_only(x):
    return [1.0, math.pi, np.float64(3), 4]


def empty_result(x):
    return []


def mixed_result(x):
    return x[0], [x[1], 3], np.array([math.sin(x[2])])


def view_of_argument(x):
    y = x[1:]
    z = y.reshape(3, 1)
    z[0, 0] = math.exp(x[0])
    return x * 2


def eval_text(x):
    scale = 3.0
    return eval("math.sin(x[0]) * scale") + eval("math.cos(v)", {"math": math, "v": x[1]})


def exec_text(x):
    space = {"math": math, "x": x}
    exec("y = math.sin(x[0])\ndef f(v):\n    return math.exp(v)\nz = f(x[1])", space)
    return space["y"] * space["z"]


_SPACE = {}
exec(
    "import math\nimport numpy as np\nfrom math import exp\nDATA = 2.0\n"
    "def helper(v, k=1):\n    return math.sin(v) * DATA * k\n"
    "def model(x):\n"
    "    out = np.zeros(3)\n"
    "    out[0] = exp(x[0]) + sum(math.cos(v) for v in x)\n"
    "    out[1] = helper(x[1], k=3)\n"
    "    inner = lambda v: math.sqrt(v) + float(v)\n"
    "    out[2] = inner(x[2])\n"
    "    return out\n",
    _SPACE,
)


def exec_no_source(x):
    return _SPACE["model"](x)


def locals_globals(x):
    y = math.sin(x[0])
    return locals()["y"] * globals()["DATA"][1] + vars()["y"]


def deepcopies(x):
    state = {"a": [x[0], 2.0], "b": np.array([1.0, 2.0]), "c": x}
    other = copy.deepcopy(state)
    other["a"][0] = other["a"][0] * 2
    other["b"][1] = x[1]
    other["c"][0] = 5.0
    return [state["a"][0], other["a"][0], *other["b"], *state["c"]]


def seeded_inside(x):
    noise = np.random.default_rng(3).normal(size=4)
    other = random.Random(5).random()
    return math.sin(x[0]) * noise * other


def frames_and_names(x):
    return x[0] if sys._getframe().f_code.co_name == "frames_and_names" else x[1] * 100


def memo_by_integer(x):
    @functools.cache
    def power(n):
        return 1.0 if n == 0 else power(n - 1) * math.sin(x[0])

    return [power(n) for n in (1, 5, 20)]


def global_workspace(x):
    WORK[0] = x[0]
    return WORK * 2


def self_workspace(x):
    return _MODEL.into_work(x)


def float_of_text(x):
    return float(str(x[0])) * x[1]


def key_of_dict(x):
    return {x[0]: 1.0}.get(x[0], 2.0) * x[1]


def complex_math(x):
    return abs(complex(x[0], x[1]))


def random_numbers(x):
    return x[0] * random.random()


def random_array(x):
    return x + np.random.normal(size=4)


def quad_callback(x):
    from scipy.integrate import quad

    return quad(lambda t: math.exp(-x[0] * t), 0.0, 1.0)[0]


def identity_of_max(x):
    values = [math.sin(v) for v in x]
    best = max(values)
    return [i for i, v in enumerate(values) if v is best][0] * x[0]
