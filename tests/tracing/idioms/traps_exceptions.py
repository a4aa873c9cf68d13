"""Short functions, each with one trap: exceptions raised and caught."""

import math

import numpy as np


def trap_139(x):
    try:
        return [][0]
    except IndexError:
        return math.sin(x[0])


def trap_140(x):
    try:
        return float("abc")
    except ValueError:
        return math.sin(x[0])


def trap_141(x):
    with np.errstate(divide="ignore"):
        return np.minimum(x[0] / np.float64(0), 5) * x[1]


def trap_142(x):
    try:
        return math.log(-x[0])
    except ValueError:
        return x[1] * 2


def trap_143(x):
    try:
        return math.acos(x[2])
    except ValueError:
        return x[1] * 2


def trap_144(x):
    try:
        return math.pow(-x[0], 0.5)
    except ValueError:
        return x[1]


def trap_145(x):
    try:
        return float(x[0] - x[0]) ** (-1)
    except ZeroDivisionError:
        return x[1]


def trap_146(x):
    try:
        return math.exp(800 * x[0])
    except OverflowError:
        return x[1]


def trap_147(x):
    try:
        return float(x[0]) // (float(x[1]) - float(x[1]))
    except ZeroDivisionError:
        return x[1]


def trap_148(x):
    try:
        raise KeyError(math.sin(x[0]))
    except KeyError as k:
        return k.args[0]


def trap_149(x):

    def g():
        try:
            yield math.sin(x[0])
        finally:
            log.append(1)

    log = []
    r = list(g())
    return r[0] * len(log)


def trap_150(x):

    class Stop(Exception):
        pass

    try:
        for v in x:
            if v > 1:
                raise Stop
            y = math.exp(v)
    except Stop:
        return y
    return y * 2
