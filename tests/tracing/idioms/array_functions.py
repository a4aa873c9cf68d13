"""Functions of NumPy and SciPy, arrays made and written into."""

import math

import numpy as np
import numpy as xp
from numpy.linalg import norm
from scipy import special
from scipy.special import expit, logsumexp


DATA = np.array([0.5, 1.5, 2.5, 3.5])


def zeros_assign(x):
    out = np.zeros(4)
    out[0] = x[0] * x[1]
    out[2:] = np.exp(x[:2])
    return out


def empty_assign(x):
    out = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            out[i, j] = x[i] ** (j + 1)
    return out.ravel()


def full_assign(x):
    out = np.full(3, 7.0)
    out[1] += math.sin(x[0])
    return out * np.full(3, x[1])


def ones_assign(x):
    out = np.ones((2, 4))
    out[1, :] *= x
    return out.sum(axis=0)


def zeros_like_x(x):
    out = np.zeros_like(x)
    out[0] = x[1]
    return out


def zeros_like_data(x):
    out = np.zeros_like(DATA)
    out[1:3] = x[:2] * DATA[:2]
    return out


def array_literal(x):
    return np.array([x[0] * x[1], 0.0, math.sin(x[2])])


def array_nested(x):
    c, s = math.cos(x[0]), math.sin(x[0])
    return np.array([[c, -s], [s, c]]) @ np.array([x[1], 1])


def array_then_assign(x):
    a = np.array([1.0, 2.0, 3.0])
    a[1] = x[0]
    return a * a


def array_of_integers_stays(x):
    index = np.array([2, 0, 1])
    return x[index] * index


def array_with_dtype(x):
    return np.array([x[0], 1], dtype=float) * np.asarray([2, x[1]], dtype=np.float64)


def view_assign(x):
    out = np.zeros((3, 2))
    row = out[1]
    row[:] = x[:2]
    out.T[0][2] = math.exp(x[2])
    return out.ravel()


def mask_assign(x):
    out = np.zeros(4)
    out[x > 0.5] = 1.0
    out[DATA > 2] += x[DATA > 2]
    return out * x


def linspace_and_arange(x):
    t = np.linspace(0, 1, 4)
    t[0] = x[0]
    return t * np.arange(4.0) + xp.linspace(x[1], x[2], 4)


def eye_assign(x):
    a = np.eye(2)
    a[0, 1] = x[0]
    b = np.identity(2) * x[1]
    return (a @ b).ravel()


def fill_diagonal(x):
    a = np.zeros((4, 4))
    np.fill_diagonal(a, x)
    return a @ DATA


def scipy_special(x):
    return [special.erf(x[0]), expit(x[1]), special.xlogy(x[0], x[2]), special.gammaln(x[3])]


def scipy_logsumexp(x):
    return logsumexp(x) + special.logsumexp([x[0], 2 * x[1]]) + special.softmax(x)[0]


def norm_from(x):
    return norm(x) + norm([x[0], x[1]]) + np.linalg.norm(x[2:], 1)


def numpy_of_lists(x):
    return np.sum([x[0], x[1]]) + np.dot([1, 2], [x[2], x[3]]) + np.exp([x[0], 1.0])[0]


def np_dot_at(x):
    a = DATA.reshape(2, 2)
    return a.dot(x[:2]) + a @ x[2:] + np.dot(a, x[:2])


def np_where(x):
    return np.where(x > 0.5, x, x**2) + np.maximum(x, 0.6)


def copy_of_x(x):
    y = x.copy()
    y[0] = 2 * x[1]
    return y + x


def copy_data_assign(x):
    o = DATA.copy()
    o[1] = x[0]
    p = np.copy(DATA)
    p[2] = math.exp(x[1])
    return o * p


def astype_assign(x):
    o = np.arange(4).astype(float)
    o[3] = x[0]
    return o * x[1]


def out_arg(x):
    out = np.empty(4)
    np.multiply(x, DATA, out=out)
    np.exp(x, out)
    return out


def iadd(x):
    out = np.zeros(4)
    out += x
    out[1:] -= DATA[1:]
    out *= x[0]
    return out


def item_and_tolist(x):
    return x[0].item() * x[1:2].item() + sum(math.sqrt(v) for v in x.tolist())


def numpy_scalar_methods(x):
    return x[0].clip(0.5, 0.8) + x.sum().real * x.mean() + x[1].conjugate()


def np_vectorize(x):
    return np.vectorize(lambda v: math.sin(v) if v > 0.5 else v)(x)


def frompyfunc_inside(x):
    return np.frompyfunc(lambda a, b: math.atan2(a, b), 2, 1)(x, DATA)


def apply_along_axis(x):
    return np.apply_along_axis(lambda r: math.sin(r[0]) * r[1], 1, x.reshape(2, 2))


def fromiter(x):
    return np.fromiter((v * math.sin(v) for v in x), dtype=float)


def concatenate_kinds(x):
    return np.concatenate([x[:2], [1.0, 2.0], np.array([x[2]])]) * np.r_[x[0], 1, 2, 3, x[1]]


def stack_of_lists(x):
    return (np.vstack([x, DATA]) * np.column_stack([DATA, x]).T).sum(axis=0)
