"""Functions of scipy.special."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import scipy.special

from numpy_cases._table import C, Case, M, case

# ------------------------------------------------------------------ scipy.special: several nodes
case("i0", np.i0)
for _name in ("fft", "ifft", "rfft", "ihfft"):
    case(
        f"fft.{_name}",
        partial(lambda f, x: f(x).real, getattr(np.fft, _name)),
        partial(lambda f, x: f(x, 5, 0, "ortho").imag, getattr(np.fft, _name)),
        partial(lambda f, x: np.abs(f(x)) ** 2, getattr(np.fft, _name)),
        at=M,
    )
for _name in ("fft2", "ifft2", "fftn", "ifftn", "rfft2", "rfftn"):
    case(f"fft.{_name}", partial(lambda f, x: f(x).imag, getattr(np.fft, _name)), at=C)
case(
    "lexsort",
    lambda x: x[0][np.lexsort((x[1], x[0]))],
    lambda x: np.take_along_axis(x, np.lexsort((x,)), axis=-1),
    at=M,
    point=True,
)
case(
    "matmul",
    lambda x: np.matmul(x, x, axes=[(0, 1), (1, 0), (0, 1)]),
    lambda x: np.matmul(x, x, axes=[(1, 0), (0, 1), (1, 0)]),
    at=M,
)

SPECIAL_CASES: dict[str, list[Case]] = {}
U = np.array([[0.31, 0.77], [1.4, 2.3]])


def special(name: str, *calls: Callable[..., Any], rtol: float = 1e-12, at: Any = U) -> None:
    function = getattr(scipy.special, name)
    SPECIAL_CASES.setdefault(name, []).extend(
        Case(partial(call, function), (at,), rtol=rtol) for call in calls
    )


for _name in ("cosm1", "sindg", "cosdg", "tandg", "cotdg", "rgamma", "loggamma", "gammasgn"):
    special(_name, lambda f, x: f(x), lambda f, x: f(x[0, 1]))
for _name in ("kl_div", "beta", "betaln", "binom", "poch"):
    special(_name, lambda f, x: f(x, x.T), lambda f, x: f(x, 1.3), lambda f, x: f(2.2, x[0, 0]))
for _name in ("huber", "pseudo_huber"):
    special(_name, lambda f, x: f(0.9, x), lambda f, x: f(x, 0.6), lambda f, x: f(0.9, -x[0, 0]))
for _name in ("boxcox", "boxcox1p", "inv_boxcox", "inv_boxcox1p"):
    special(_name, lambda f, x: f(x, 0.7), lambda f, x: f(x, [0.0, 1.5]))
for _name in ("legendre", "chebyt", "chebyu", "hermite", "hermitenorm", "laguerre"):
    special(f"eval_{_name}", *[partial(lambda n, f, x: f(n, x), n) for n in range(5)])
for _name in ("genlaguerre", "gegenbauer"):
    special(f"eval_{_name}", *[partial(lambda n, f, x: f(n, 0.6, x), n) for n in range(5)])

# Evaluated by SciPy, a whole array in one call, with derivatives of their own.
UNIT = np.array([[0.31, 0.06], [0.52, 0.83]])
NEGATIVE = np.array([-1.3, -0.4, 0.2])
for _name in ("j0", "j1", "y0", "y1", "i0", "i1", "k0", "k1", "i0e", "i1e", "k0e", "k1e"):
    special(_name, lambda f, x: f(x), lambda f, x: f(x[0, 1]))
for _name in ("ber", "bei", "ker", "kei", "erfcx", "erfi", "dawsn", "exp1", "expi", "exprel"):
    special(_name, lambda f, x: f(x))
for _name in ("spence", "wrightomega", "airy", "sici", "shichi", "fresnel"):
    special(_name, lambda f, x: f(x))
for _name in ("erfinv", "erfcinv", "ndtri", "ellipk", "ellipe", "ellipkm1"):
    special(_name, lambda f, x: f(x), at=UNIT)
for _name in ("j0", "i0", "i0e", "i1e", "dawsn", "exprel", "airy", "fresnel", "ellipk", "ellipe"):
    special(_name, lambda f, x: f(x), at=NEGATIVE)
special("ndtri_exp", lambda f, x: f(-x))
for _name in ("jv", "yv", "iv", "kv", "jve", "yve", "ive", "kve", "struve"):
    special(_name, lambda f, x: f(1.5, x), lambda f, x: f([[1.0], [2.0]], x))
for _name in ("jn", "yn", "kn", "expn"):
    special(_name, lambda f, x: f(2, x), lambda f, x: f([1, 3], x))
for _name in ("gammainc", "gammaincc", "stdtr", "hyp0f1", "chdtr", "chdtrc"):
    special(_name, lambda f, x: f(2.5, x))
for _name in ("gammaincinv", "gammainccinv", "stdtrit"):
    special(_name, lambda f, x: f(2.5, x), at=UNIT)
for _name in ("pdtr", "pdtrc"):
    special(_name, lambda f, x: f(2, x))
for _name in ("betainc", "betaincc", "betaincinv", "betainccinv"):
    special(_name, lambda f, x: f(2.5, 1.5, x), at=UNIT)
for _name in ("hyp1f1", "hyperu", "gdtr", "gdtrc", "fdtr", "fdtrc"):
    special(_name, lambda f, x: f(2.5, 1.5, x), rtol=1e-11)
for _name in ("bdtr", "bdtrc"):
    special(_name, lambda f, x: f(2, 5, x), at=UNIT, rtol=1e-11)
special("hyp2f1", lambda f, x: f(0.5, 1.5, 2.5, x), at=UNIT)
special("eval_jacobi", *[partial(lambda n, f, x: f(n, 0.5, 1.0, x), n) for n in range(4)])
for _name in ("sh_legendre", "sh_chebyt", "sh_chebyu", "chebyc", "chebys"):
    special(f"eval_{_name}", lambda f, x: f(3, x), rtol=1e-11)
for _name in ("ellipeinc", "ellipkinc"):
    special(_name, lambda f, x: f(x, 0.4))
special("voigt_profile", lambda f, x: f(x, 0.8, 0.3), lambda f, x: f(0.2, x**2 + 0.5, x.T**2))
special("agm", lambda f, x: f(x, 2.0), lambda f, x: f(x, x.T + 0.5))
special("powm1", lambda f, x: f(x, 1.3), lambda f, x: f(2.0, x))

# Functions of scipy.special that are no ufuncs; calls to them are hooked.
SPECIAL_FUNCTIONS: dict[str, list[Callable[..., Any]]] = {
    "logsumexp": [
        lambda f, x: f(x),
        lambda f, x: f(x, axis=1),
        lambda f, x: f(x, axis=0, keepdims=True),
        lambda f, x: f(x, b=np.array([[1.0, 2.0], [3.0, 4.0]])),
        lambda f, x: list(f(x, axis=1, b=np.array([1.0, -2.0]), return_sign=True)),
        lambda f, x: f(300.0 * x),
    ],
    "softmax": [lambda f, x: f(x), lambda f, x: f(x, axis=1)],
    "log_softmax": [lambda f, x: f(x), lambda f, x: f(x, axis=0)],
    "softplus": [lambda f, x: f(x)],
    "multigammaln": [lambda f, x: f(x[1, 0] + 2.0, 3)],
    "comb": [
        lambda f, x: f(5, x),
        lambda f, x: f(x + 3.0, 2),
        lambda f, x: f(x, 2, repetition=True),
    ],
    "factorial": [lambda f, x: f(x)],
    "lambertw": [lambda f, x: np.real(f(x))],
    "polygamma": [lambda f, x: f(1, x)],
    "zeta": [lambda f, x: f(2.5, x)],
    "spherical_jn": [lambda f, x: f(2, x), lambda f, x: f(1, x, derivative=True)],
    "spherical_yn": [lambda f, x: f(1, x), lambda f, x: f(2, x, True)],
    "spherical_in": [lambda f, x: f(1, x), lambda f, x: f(0, x, True)],
    "spherical_kn": [lambda f, x: f(1, x), lambda f, x: f(1, x, True)],
}
