"""Short functions, each with one trap: NumPy's functions and methods."""

import math
import random
import statistics

import numpy as np


D = np.array([0.5, 1.5, 2.5, 3.5])


def trap_005(x):
    return np.interp(x[0], [0, 0.5, 1, 2], [1, 2, 3, 10]) * x[1]


def trap_008(x):
    m = np.ma.masked_array(D, [0, 1, 0, 0])
    return m.sum() * x[0]


def trap_015(x):
    return np.piecewise(x, [x < 0.5, x >= 0.5], [lambda v: v**2, lambda v: np.sin(v)])


def trap_016(x):
    return np.select([x < 0.5, x < 1], [x**2, x * 3], default=7)


def trap_017(x):
    return np.array([math.sin(v) for v in x]).reshape(2, 2).tolist()


def trap_019(x):
    return np.array(sorted(x))[::-1]


def trap_025(x):
    return x.dot(D) + D.dot(x) + D @ x + np.inner(x, D) + np.vdot(x, D)


def trap_027(x):
    return np.asarray(x, dtype=float) * 2


def trap_028(x):
    return np.array(x, copy=True) ** 2


def trap_029(x):
    return np.fromfunction(lambda i, j: i * x[0] + j * x[1], (2, 2))


def trap_030(x):
    return (
        np.sum((x[i] * D[i] for i in range(4))) if False else sum((x[i] * D[i] for i in range(4)))
    )


def trap_031(x):
    return np.prod([x[0], x[1], 2.0])


def trap_032(x):
    return np.mean([x[0], x[1]]) + np.max([x[0], x[1]]) + np.std([*x])


def trap_033(x):
    return np.cross([x[0], x[1], 0.0], [1.0, 2.0, x[2]])


def trap_034(x):
    return np.linalg.solve([[2 + x[0], x[1]], [1.0, 3.0]], [x[2], 1.0])


def trap_035(x):
    return np.linalg.det(np.array([[x[0], x[1]], [x[2], x[3]]]))


def trap_036(x):
    return np.hstack([x[0], x[1:], [1, 2]])


def trap_037(x):
    return np.append(x, x[0] * 2)


def trap_038(x):
    return np.insert(x, 1, 5.0)


def trap_039(x):
    return np.outer([x[0], 1.0], [x[1], 2.0]).ravel()


def trap_040(x):
    return [x[i : i + 2].sum() for i in range(3)]


def trap_041(x):
    return np.cumsum([v for v in x])


def trap_042(x):
    return np.diff([*x])


def trap_064(x):
    g = np.meshgrid(x[:2], x[2:])
    return (g[0] * g[1]).ravel()


def trap_065(x):
    return np.trapezoid(x, dx=0.5)


def trap_066(x):
    return np.convolve(x, [1, -1])


def trap_067(x):
    return np.gradient(x)


def trap_068(x):
    return np.tensordot(x.reshape(2, 2), D.reshape(2, 2))


def trap_069(x):
    return math.exp(x[0]) + np.float32(2) * x[1] + np.int64(3) * x[2]


def trap_076(x):
    return sum(np.array([x, x]))


def trap_081(x):
    return np.sqrt(D).sum() * x[0]


def trap_082(x):
    return np.sin(D[0]) * x[0] + np.exp(2)


def trap_093(x):
    return np.vectorize(lambda a, b: a * b if a > b else b)(x, D)


def trap_094(x):
    return np.array([[1, 2], [3, 4]]) @ x[:2]


def trap_095(x):
    return np.matmul(D.reshape(2, 2), x.reshape(2, 2)).sum()


def trap_096(x):
    return x.mean() + x.std() + x.var(ddof=1) + np.median(x) + np.percentile(x, 30)


def trap_097(x):
    return np.clip(x, 0.4, 1).sum() + x.clip(max=0.8).sum()


def trap_098(x):
    return np.linalg.norm(x - D) ** 2 + np.linalg.norm(x, ord=1)


def trap_100(x):
    return np.round(x, 1).sum() + x.sum()


def trap_105(x):
    return x.argmax() * x[0] + np.argsort(x)[0] * x[1]


def trap_192(x):
    return [v for v in np.nditer(D)][0] * x[0]


def trap_193(x):
    return [w * x[i] for (i,), w in np.ndenumerate(D)]


def trap_194(x):
    return [v * i for (i,), v in np.ndenumerate(x)]


def trap_195(x):
    return [v for v in x.flat]


def trap_196(x):
    return sum((x[i, j] for x in [x.reshape(2, 2)] for i in range(2) for j in range(2) if i <= j))


def trap_206(x):
    return (
        statistics.median([x[0], x[1], x[2]])
        + statistics.pstdev(x)
        + statistics.quantiles(D)[0] * x[0]
    )


def trap_207(x):
    return random.Random(3).gauss(0, 1) * x[0]


def trap_208(x):
    np.random.seed(3)
    return np.random.rand() * x[0]


def trap_209(x):
    return np.random.default_rng(1).permutation(4)[0] * x[0] + x[1]


def trap_210(x):
    return np.random.RandomState(0).randn(4) @ x


def trap_216(x):
    t = np.linspace(0, 1, 5)
    return np.trapezoid(np.exp(-x[0] * t), t)


def trap_220(x):
    return np.float64(x[0]).item() + np.asarray(x[1]).item()


def trap_221(x):
    return x[0].astype(float) * x[0].dtype.itemsize


def trap_222(x):
    return x.sum().item() * float(x.sum())


def trap_223(x):
    return x[0].tolist() + x[:1].tolist()[0]


def trap_224(x):
    return x[0] ** np.array([1, 2]) @ [1, 2]


def trap_227(x):
    return D * x[0] + x * D[0] - D / x


def trap_228(x):
    return x[0] * D.reshape(2, 2) @ x[:2]


def trap_229(x):
    return [3] * 2 @ x[:2] if False else [3, 2] @ x[:2]


def trap_230(x):
    return np.maximum.reduce(x) + np.add.reduce(x) + np.multiply.accumulate(x)[2]


def trap_232(x):
    return x.max(initial=2) + x.min() + np.amax(x)


def trap_233(x):
    return x[None, :] @ x[:, None]


def trap_234(x):
    return x.T @ x + x.ravel() @ x.flatten()


def numbers_and_lists(x):
    times = [0.5, 1.0, x[1]]
    decay = x[0] ** times - [1.0, 2.0, 3.0] / x[2] + (times - x[3]) + (1.0, 2.0, 3.0) % x[0]
    return decay * (x[0] > [0.1, 0.5, 2.0]) + x[1] // range(1, 4) + [[x[0]], [1.0]] - x[2]
