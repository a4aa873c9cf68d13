"""Short functions, each with one trap: names looked up, code of text, modules."""

import inspect
import math
import sys

import numpy as np


def trap_197(x):
    return eval("lambda v: math.sin(v)")(x[0])


def trap_198(x):
    exec("z=1")
    return math.sin(x[0])


def trap_199(x):
    return getattr(np, "sin")(x[0]) * np.__dict__["cos"](x[1]) * vars(math)["exp"](x[2])


def trap_200(x):
    return globals()["_helper"](x[0])


def _helper(v):
    return math.sin(v)


def trap_201(x):
    return sys.modules[__name__]._helper(x[0])


def trap_202(x):
    return __import__("math").sin(x[0])


def trap_203(x):
    import importlib

    return importlib.import_module("math").cos(x[0])


def trap_205(x):
    return inspect.signature(_helper).parameters["v"].name * 0 or x[0]
