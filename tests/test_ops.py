"""The operator table: is each row what NumPy, ``math`` and SciPy compute, and are its
derivatives and dependence classes true?
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import scipy.special

from asdopt._errors import InputError
from asdopt._ops import CODE, FIRST_CODE, OPERATORS, Operator
from asdopt.tracing._operators import first, local, second, value

ROWS = {row.name: row for row in OPERATORS}
EACH_ROW = pytest.mark.parametrize("row", OPERATORS, ids=lambda row: row.name)

# --------------------------------------------------------------------------- reference functions


def log_ndtr(x: Any) -> Any:
    return mp.log(mp.erfc(-x / mp.sqrt(2)) / 2)


def floor_mod(x: Any, y: Any) -> Any:
    return x - y * mp.floor(x / y)


def trunc(x: Any) -> Any:
    return mp.floor(x) if x >= 0 else mp.ceil(x)


def boolean(function: Callable[..., bool]) -> Callable[..., Any]:
    return lambda *operands: mp.mpf(bool(function(*operands)))


# What each row means, in arbitrary precision.
REFERENCE: dict[str, Callable[..., Any]] = {
    "negative": operator.neg,
    "absolute": abs,
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x,
    "sqrt": mp.sqrt,
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "exp": mp.exp,
    "exp2": lambda x: mp.mpf(2) ** x,
    "exp10": lambda x: mp.mpf(10) ** x,
    "expm1": mp.expm1,
    "log": mp.log,
    "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": mp.log10,
    "log1p": mp.log1p,
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "arcsin": mp.asin,
    "arccos": mp.acos,
    "arctan": mp.atan,
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "tanh": mp.tanh,
    "arcsinh": mp.asinh,
    "arccosh": mp.acosh,
    "arctanh": mp.atanh,
    "sinc": mp.sincpi,
    "sign": mp.sign,
    "floor": mp.floor,
    "ceil": mp.ceil,
    "trunc": trunc,
    "rint": mp.nint,
    "erf": mp.erf,
    "erfc": mp.erfc,
    "gamma": mp.gamma,
    "gammaln": lambda x: mp.log(abs(mp.gamma(x))),
    "digamma": mp.digamma,
    "expit": lambda x: 1 / (1 + mp.exp(-x)),
    "log_expit": lambda x: -mp.log1p(mp.exp(-x)),
    "logit": lambda x: mp.log(x / (1 - x)),
    "entr": lambda x: -x * mp.log(x),
    "ndtr": lambda x: mp.erfc(-x / mp.sqrt(2)) / 2,
    "log_ndtr": log_ndtr,
    "logical_not": boolean(lambda x: x == 0),
    "isnan": boolean(mp.isnan),
    "isfinite": boolean(mp.isfinite),
    "isinf": boolean(mp.isinf),
    "signbit": boolean(lambda x: x < 0),
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": mp.power,
    "power_constant": mp.power,
    "arctan2": mp.atan2,
    "hypot": mp.hypot,
    "maximum": max,
    "minimum": min,
    "fmax": max,
    "fmin": min,
    "copysign": lambda x, y: abs(x) * mp.sign(y),
    "remainder": floor_mod,
    "fmod": lambda x, y: x - y * trunc(x / y),
    "ieee_remainder": lambda x, y: x - y * mp.nint(x / y),
    "floor_divide": lambda x, y: mp.floor(x / y),
    "logaddexp": lambda x, y: mp.log(mp.exp(x) + mp.exp(y)),
    "logaddexp2": lambda x, y: mp.log(mp.mpf(2) ** x + mp.mpf(2) ** y) / mp.log(2),
    "heaviside": lambda x, y: mp.mpf(x > 0) if x != 0 else y,
    "xlogy": lambda x, y: x * mp.log(y),
    "xlog1py": lambda x, y: x * mp.log1p(y),
    "rel_entr": lambda x, y: x * mp.log(x / y),
    "less": boolean(operator.lt),
    "less_equal": boolean(operator.le),
    "greater": boolean(operator.gt),
    "greater_equal": boolean(operator.ge),
    "equal": boolean(operator.eq),
    "not_equal": boolean(operator.ne),
    "logical_and": boolean(lambda x, y: x != 0 and y != 0),
    "logical_or": boolean(lambda x, y: x != 0 or y != 0),
    "logical_xor": boolean(lambda x, y: (x != 0) != (y != 0)),
    "mask": lambda x, y: y if x != 0 else mp.mpf(0),
}

# Arguments beyond the row's domain where the function is smooth: negative, tiny, huge, far tails.
_REAL = (-30.0, -3.7, -0.3, -1e-9, 1e-300, 1e-12, 0.7, 4.2, 30.0)
_POSITIVE = (1e-300, 1e-12, 0.4, 1.0, 3.3, 1e8, 1e150)
_NONZERO = (*_POSITIVE, *(-x for x in _POSITIVE))
_STEPS = (-1e9 - 0.25, -2.7, -0.4, 0.3, 2.6, 7.2, 1e9 + 0.25)
_GAMMA = (-7.3, -1.5, -0.2, 1e-9, 0.5, 1.46, 1.4616321449683622, 1.5, 2.0, 9.9, 13.0, 45.5)
WIDE: dict[str, tuple[float, ...]] = {
    **dict.fromkeys("negative square".split(), (*_NONZERO, 0.0)),
    **dict.fromkeys("absolute reciprocal cbrt sign logical_not signbit".split(), _NONZERO),
    **dict.fromkeys("isnan isfinite isinf".split(), (*_NONZERO, 0.0)),
    **dict.fromkeys("sqrt log log2 log10 entr".split(), _POSITIVE),
    **dict.fromkeys("exp exp2 exp10 expm1 sinh cosh arcsinh arctan".split(), _REAL),
    **dict.fromkeys("sin cos".split(), (*_REAL, 1e5 + 0.1)),
    **dict.fromkeys("erf erfc ndtr tanh expit log_expit".split(), (*_REAL, -8.0, 8.0, 17.0)),
    "log1p": (-0.999, -0.3, -1e-12, 1e-300, 1e-9, 5.0, 1e10),
    "tan": (*_REAL, 1.5, -1.5),
    "arcsin": (-0.999999, -1e-9, 1e-300, 0.2, 0.999999),
    "arccos": (-0.999999, -1e-9, 1e-300, 0.2, 0.999999),
    "arctanh": (-0.999999, -1e-9, 1e-300, 0.2, 0.999999),
    "arccosh": (1.000001, 1.5, 40.0, 1e9, 1e150),
    "sinc": (0.0, 1e-300, 1e-9, -1e-4, 0.03, 0.2, 0.47, 0.48, -0.5, 1.1, 2.6, 7.3, -30.6),
    **dict.fromkeys("floor ceil trunc rint".split(), _STEPS),
    "gamma": tuple(x for x in _GAMMA if x < 40),
    "gammaln": (*_GAMMA, 1e5, 1e200),
    "digamma": (*_GAMMA, 1.41, 1.57, 1e5, 1e150, -1000.3),
    "logit": (1e-300, 1e-9, 0.1, 0.29, 0.31, 0.4999, 0.5, 0.500001, 0.64, 0.66, 1 - 1e-9),
    "log_ndtr": (-1e8, -300.0, -40.0, -6.0, -3.001, -2.999, -0.5, 0.999, 1.001, 8.0, 30.0),
}
_PAIRS = ((-2.5, 3.25), (3.25, -2.5), (-0.3, -7.0), (1e-9, 1.0), (1e8, 3.3), (3.3, 1e8))
_BOTH_POSITIVE = ((1e-9, 2.0), (2.0, 1e-9), (1e8, 1e-3), (1e-150, 1e100), (37.0, 1.0))
WIDE2: dict[str, tuple[tuple[float, float], ...]] = {
    **dict.fromkeys("xlogy rel_entr".split(), _BOTH_POSITIVE),
    "xlog1py": ((-2.0, -0.9), (3.0, 1e-12), (1e100, 1e50)),
    "power": ((1e-9, 2.5), (3.0, -40.0), (1e10, 12.5), (0.9, 1e3)),
    "power_constant": ((-2.0, 3.0), (-2.0, -5.0), (1e-9, 0.5), (-1e-3, 2.0), (7.0, -1.5)),
    "logaddexp": ((-800.0, -801.5), (700.0, 720.0), (0.0, 1e-12), (1e5, 1e5 + 3), (0.0, 300.0)),
    "logaddexp2": ((-800.0, -801.5), (700.0, 720.0), (0.0, 1e-12), (0.0, 300.0)),
    "floor_divide": ((-7.5, 2.0), (7.5, -2.0), (-7.5, -2.0), (7.5, 2.0)),
    **dict.fromkeys("remainder fmod".split(), ((-7.5, 2.0), (7.5, -2.0), (-7.5, -2.0), (1e6, 7.3))),
    "ieee_remainder": ((-7.5, 2.2), (7.5, -2.2), (-7.5, -2.2), (1e6, 7.3)),
}


def points(row: Operator) -> list[tuple[float, ...]]:
    """Samples of the row's domain and of everywhere else it is smooth."""
    rng = np.random.default_rng(1)
    box = (row.domain * 2)[: row.arity]
    inside = [tuple(float(rng.uniform(*interval)) for interval in box) for _ in range(12)]
    if row.arity == 1:
        return inside + [(x,) for x in WIDE[row.name]]
    return inside + list(WIDE2.get(row.name, _PAIRS))


def close(got: float, expected: Any, tolerance: float) -> bool:
    if abs(expected) > np.finfo(float).max:
        return got == math.copysign(math.inf, expected)
    # Results below the smallest normal number have fewer digits.
    return bool(abs(mp.mpf(got) - expected) <= tolerance * abs(expected) + 1e-307)


def exact(row: Operator, at: tuple[float, ...], order: tuple[int, ...]) -> Any:
    """Partial derivative of the reference: central differences with hundreds of digits."""
    f = REFERENCE[row.name]
    smallest = min([1.0, *(abs(a) for a in at if a)])
    with mp.workdps(500 - int(3 * math.log10(smallest))):
        x = [mp.mpf(a) for a in at]
        h = [mp.mpf(2) ** -200 * (abs(a) or 1) for a in x]

        def differ(g: Callable[..., Any], k: int) -> Callable[..., Any]:
            def difference(*point: Any) -> Any:
                up, down = list(point), list(point)
                up[k] += h[k] / 2
                down[k] -= h[k] / 2
                return (g(*up) - g(*down)) / h[k]

            return difference

        for k, times in enumerate(order):
            for _ in range(times):
                f = differ(f, k)
        return f(*x)


def test_every_row_has_a_reference_and_points() -> None:
    assert set(REFERENCE) == set(ROWS)
    assert set(WIDE) == {row.name for row in OPERATORS if row.arity == 1}
    assert set(WIDE2) <= set(ROWS)


# -------------------------------------------------------------------------------------- numbers


@EACH_ROW
def test_value(row: Operator) -> None:
    for at in points(row):
        assert close(value(row.name, *at), exact(row, at, (0,) * row.arity), 1e-13), at


@EACH_ROW
def test_first_partials(row: Operator) -> None:
    orders = [(1,)] if row.arity == 1 else [(1, 0), (0, 1)]
    for at in points(row):
        got = first(row.name, *at)
        for k, order in enumerate(orders):
            if row.name == "power_constant" and k == 1:
                continue  # the exponent is a constant of the trace
            assert close(got[k], exact(row, at, order), 2e-13), (at, order)


@EACH_ROW
def test_second_partials(row: Operator) -> None:
    orders = [(2,)] if row.arity == 1 else [(2, 0), (1, 1), (0, 2)]
    for at in points(row):
        got = second(row.name, *at)
        for k, order in enumerate(orders):
            if row.name == "power_constant" and k > 0:
                continue
            assert close(got[k], exact(row, at, order), 2e-13), (at, order)


def _special(name: str) -> tuple[Callable[[float], float], Callable[[Any], Any]]:
    return {
        "digamma": (lambda x: value("digamma", x), mp.digamma),
        "trigamma": (lambda x: first("digamma", x)[0], lambda x: mp.psi(1, x)),
        "tetragamma": (lambda x: second("digamma", x)[0], lambda x: mp.psi(2, x)),
        "log_ndtr": (lambda x: value("log_ndtr", x), log_ndtr),
        "sinc": (lambda x: value("sinc", x), mp.sincpi),
        "logit": (lambda x: value("logit", x), REFERENCE["logit"]),
    }[name]


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("digamma", 1e-3, 60.0),
        ("digamma", 1.3616, 1.5616),
        ("digamma", -0.9, -0.6),
        ("trigamma", -6.0, 30.0),
        ("tetragamma", 1e-3, 30.0),
        ("tetragamma", -3.0, 0.0),
        ("log_ndtr", -50.0, 8.0),
        ("logit", 0.25, 0.75),
        ("sinc", -0.9, 0.9),
    ],
)
def test_special_functions_on_a_grid(name: str, low: float, high: float) -> None:
    got, reference = _special(name)
    with mp.workdps(40):
        for x in np.linspace(low, high, 203)[1:-1].tolist():
            # For x < 0 the digits at a zero are those of the poles around it.
            scale = max(abs(reference(mp.mpf(x))), 0.01 if x < 0 else 0)
            assert abs(got(x) - reference(mp.mpf(x))) <= 5e-14 * scale, x


def test_digamma_is_exact_around_its_root() -> None:
    root = 1.4616321449683622
    for step in (0.0, 1e-15, -1e-12, 1e-6, -1e-3, 0.0999, -0.0999, 0.1001, -0.1001):
        with mp.workdps(40):
            expected = mp.digamma(mp.mpf(root + step))
        assert close(value("digamma", root + step), expected, 1e-14), step


# ------------------------------------------------------------------- names and special arguments

_SPECIALS = (math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1e-320, 1e300, -1e300)


def same(got: float, expected: float, tolerance: float = 4e-14) -> bool:
    if math.isnan(expected) or math.isinf(expected) or expected == 0:
        return got == expected or (math.isnan(got) and math.isnan(expected))
    return math.isclose(got, expected, rel_tol=tolerance, abs_tol=1e-307)


def spelled(row: Operator) -> list[tuple[str, Callable[..., Any]]]:
    found = [(f"numpy.{name}", getattr(np, name)) for name in row.numpy]
    found += [(f"math.{name}", getattr(math, name)) for name in row.math]
    return found + [(f"special.{name}", getattr(scipy.special, name)) for name in row.special]


# Where libraries differ among themselves; ours is what math has.
_DIFFERENT = {
    ("special.gammaln", (-math.inf,)),
    ("special.gammaln", (1e-320,)),
    ("numpy.power", (-math.inf, 0.5)),
}


@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated:DeprecationWarning")
@EACH_ROW
def test_value_equals_every_spelling(row: Operator) -> None:
    singles = _SPECIALS if row.arity == 1 else ()
    pairs = [(x, y) for x in _SPECIALS for y in _SPECIALS] if row.arity == 2 else []
    samples = points(row) + [(x,) for x in singles] + pairs
    for name, function in spelled(row):
        for at in samples:
            try:
                with np.errstate(all="ignore"):
                    expected = float(function(*at))
            except (ValueError, OverflowError):
                continue  # math raises where NumPy gives NaN or infinity
            assert (name, at) in _DIFFERENT or same(value(row.name, *at), expected), (name, at)


_SIGNS = (7.5, -7.5, 2.0, -2.0, 0.0, -0.0, 6.0, -6.0, 1e-300, 1e17, math.inf, -math.inf)


@pytest.mark.parametrize("x", _SIGNS)
@pytest.mark.parametrize("y", _SIGNS)
def test_remainder_and_floor_divide_are_those_of_python_and_numpy(x: float, y: float) -> None:
    got = value("remainder", x, y), value("floor_divide", x, y)
    with np.errstate(all="ignore"):
        expected = [float(np.remainder(x, y)), float(np.floor_divide(x, y))]
    np.testing.assert_array_equal(got, expected)
    if y != 0:
        assert math.copysign(1, got[0]) == math.copysign(1, expected[0])
    if y != 0 and not math.isinf(x):
        np.testing.assert_array_equal(got, [x % y, x // y])
        np.testing.assert_array_equal(np.signbit(got), np.signbit([x % y, x // y]))


def test_names_are_known_to_their_libraries_and_used_once() -> None:
    for library, spellings in (
        (np, [name for row in OPERATORS for name in row.numpy]),
        (math, [name for row in OPERATORS for name in row.math]),
        (scipy.special, [name for row in OPERATORS for name in row.special]),
    ):
        assert len(set(spellings)) == len(spellings)
        assert [name for name in spellings if not hasattr(library, name)] == []


def test_codes_are_dense_and_fit_a_byte() -> None:
    assert sorted(CODE.values()) == list(range(len(CODE)))
    assert len(CODE) == FIRST_CODE + len(OPERATORS) <= 256


def test_unknown_operators_are_refused() -> None:
    for wrong in ("sine", 0, 255, None):
        with pytest.raises(InputError, match=r"asdopt\._ops\.CODE"):
            value(wrong, 1.0)  # type: ignore[arg-type]  # the error under test
    assert value(CODE["sin"], 1.0) == value("sin", 1.0)


# ---------------------------------------------------------------------------- dependence classes

# Tables 1 and 2 of the paper. One operand: s has both derivatives, f the first only, z none.
# Two operands: the letters of each, then c or z for the mixed derivative.
CLASSES = {
    "s": """square reciprocal sqrt cbrt exp exp2 exp10 expm1 log log2 log10 log1p sin cos tan arcsin
        arccos arctan sinh cosh tanh arcsinh arccosh arctanh sinc erf erfc gamma gammaln digamma
        expit log_expit logit entr ndtr log_ndtr""",
    "f": "negative absolute",
    "z": "sign floor ceil trunc rint logical_not isnan isfinite isinf signbit",
    "ssc": "power arctan2 hypot logaddexp logaddexp2 rel_entr",
    "fsc": "divide xlogy xlog1py",
    "ffc": "multiply",
    "ffz": "add subtract maximum minimum fmax fmin remainder fmod ieee_remainder",
    "fzz": "copysign",
    "szz": "power_constant",
    "zfz": "heaviside mask",
    "zzz": """floor_divide less less_equal greater greater_equal equal not_equal logical_and
        logical_or logical_xor""",
}
CLASS_OF = {name: letters for letters, names in CLASSES.items() for name in names.split()}


def test_every_row_has_a_class() -> None:
    assert set(CLASS_OF) == set(ROWS)


@EACH_ROW
def test_class_is_that_of_the_paper(row: Operator) -> None:
    letter = {(True, True): "s", (True, False): "f", (False, False): "z"}
    if row.arity == 1:
        assert letter[row.first[0], row.second[0]] == CLASS_OF[row.name]
    else:
        xx, xy, yy = row.second
        letters = letter[row.first[0], xx] + letter[row.first[1], yy] + "zc"[xy]
        assert letters == CLASS_OF[row.name]


@EACH_ROW
def test_derivatives_vanish_exactly_where_the_class_says(row: Operator) -> None:
    at = np.array([[*first(row.name, *x), *second(row.name, *x)] for x in points(row)])
    flags = np.array([*(*row.first, False)[:2], *(*row.second, False, False)[:3]])
    if row.name == "heaviside":  # depends on its second operand at a single point only
        at = np.vstack([at, [*first(row.name, 0.0, 0.5), *second(row.name, 0.0, 0.5)]])
    np.testing.assert_array_equal((at != 0).any(axis=0), flags)


# ------------------------------------------------------------------------------------ local rules


@EACH_ROW
def test_local_rule_drops_only_vanishing_derivatives(row: Operator) -> None:
    grid = (-7.5, -3.0, -1.0, -0.25, 0.0, 0.25, 1.0, 3.0, 7.5, math.nan)
    dropped = np.zeros(2, dtype=bool)
    for x in grid:
        for y in grid if row.arity == 2 else (0.0,):
            kept = local(row.name, x, y)
            partials = first(row.name, x, y)
            undefined = math.isnan(value(row.name, x, y))
            for k in range(row.arity):
                if not kept[k]:
                    dropped[k] |= row.first[k]
                    assert partials[k] == 0 or undefined, (x, y)
    # A rule that never drops anything would be none.
    rules = row.local or ("1", "1")
    expected = [r != "1" and d for r, d in zip(rules, (*row.first, False), strict=False)]
    assert dropped.tolist() == expected


@pytest.mark.parametrize("name", ["maximum", "minimum", "fmax", "fmin"])
def test_ties_keep_both_operands_with_half_of_the_derivative(name: str) -> None:
    assert local(name, 1.0, 1.0) == (True, True)
    assert first(name, 1.0, 1.0) == (0.5, 0.5)
    assert local(name, math.nan, 1.0) == (True, True)


def test_remainder_depends_on_the_divisor_wherever_the_quotient_is_not_zero() -> None:
    assert local("remainder", -1.0, 3.0) == (True, True)
    assert first("remainder", -1.0, 3.0) == (1.0, 1.0)
    assert local("remainder", 1.0, 3.0) == (True, False)
    assert local("fmod", -1.0, 3.0) == (True, False)


# ------------------------------------------------------------------------- zeros and kinks exactly


@pytest.mark.parametrize(
    ("x", "p", "derivatives"),
    [
        (0.0, 2.0, (0.0, 2.0)),
        (0.0, 3.0, (0.0, 0.0)),
        (0.0, 1.0, (1.0, 0.0)),
        (0.0, 0.0, (0.0, 0.0)),
        (-2.0, 3.0, (12.0, -12.0)),
        (-2.0, -1.0, (-0.25, -0.25)),
        (0.0, 0.5, (math.inf, -math.inf)),
        (0.0, 1.5, (0.0, math.inf)),
    ],
)
def test_powers_with_constant_exponents_at_and_below_zero(
    x: float, p: float, derivatives: tuple[float, float]
) -> None:
    assert (first("power_constant", x, p)[0], second("power_constant", x, p)[0]) == derivatives


def test_power_of_zero_is_flat_in_a_positive_exponent() -> None:
    assert first("power", 0.0, 2.0) == (0.0, 0.0)
    assert second("power", 0.0, 2.0)[2] == 0.0


def test_kinks_take_the_value_in_the_middle_or_the_first_operand() -> None:
    assert first("absolute", 0.0)[0] == 0.0
    assert first("sqrt", 0.0)[0] == math.inf
    assert first("heaviside", 0.0, 0.5) == (0.0, 1.0)
    assert first("mask", 0.0, math.inf) == (0.0, 0.0)
