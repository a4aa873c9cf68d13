"""The operator table: one row per elementary function, the single source of its rules.

A row gives the textbook name, the spellings in NumPy, ``math`` and ``scipy.special``, the
value and the first and second partial derivatives. Tracing, detection, differentiation, the
documentation and the tests are generated from these rows.

Expressions are written in the common subset of C and Python: ``x`` and ``y`` are the operands,
``v`` the value, ``p`` and ``q`` the first partial derivatives with respect to ``x`` and ``y``.
Functions in them are C's ``math.h`` and ``asdopt/_special.h``. The literal ``"0"`` says that a
derivative vanishes identically; the first- and second-order dependence classes of the paper
(Tables 1 and 2) follow from it.

Longer than other files, for it is one table: what is known of a function stands in one place.
Next file: ``_codegen.py`` turns it into a C header at build time.

References
----------
Hill and Dalle, "Sparser, Better, Faster, Stronger", Tables 1 and 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["CODE", "FIRST_CODE", "OPERATORS", "Operator"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One elementary function and everything the library knows of it.

    Parameters
    ----------
    name : str
        Textbook name; its upper case with prefix ``OP_`` is the name of its op code in C.
    value : str
        The value, an expression in ``x`` (and ``y``).
    d1 : tuple of str
        First partial derivatives, one per operand.
    d2 : tuple of str
        Second partial derivatives: ``(xx,)`` or ``(xx, xy, yy)``.
    numpy, math, special : tuple of str
        Spellings as NumPy ufunc, as function of ``math``, as ufunc of ``scipy.special``.
    local : tuple of str
        Where the derivative with respect to an operand vanishes on an open set, the condition
        under which it does *not*, one per operand; used by local detection only. Empty: no rule.
    selects : bool
        Whether an operand can be unused at a point, where its partial derivative is 0, so that
        even an infinite derivative behind it must not be seen (``maximum``, ``where``).
    domain : tuple of tuple of float
        For each operand an interval inside which the function is smooth; tests sample from it.
    """

    name: str
    value: str
    d1: tuple[str, ...]
    d2: tuple[str, ...]
    numpy: tuple[str, ...] = ()
    math: tuple[str, ...] = ()
    special: tuple[str, ...] = ()
    local: tuple[str, ...] = ()
    selects: bool = False
    domain: tuple[tuple[float, float], ...] = ((0.1, 2.0), (0.1, 2.0))

    @property
    def arity(self) -> int:
        """Number of operands, 1 or 2."""
        return len(self.d1)

    @property
    def first(self) -> tuple[bool, ...]:
        """First-order dependence on each operand (global)."""
        return tuple(d != "0" for d in self.d1)

    @property
    def second(self) -> tuple[bool, ...]:
        """Second-order dependence on each pair of operands (global)."""
        return tuple(d != "0" for d in self.d2)


_ANY = ((-2.0, 2.0), (-2.0, 2.0))
_UNIT = ((-0.9, 0.9),)

_UNARY: Final = (
    Operator("negative", "-x", ("-1.0",), ("0",), numpy=("negative",), domain=_ANY),
    Operator(
        "absolute", "fabs(x)", ("sign(x)",), ("0",), numpy=("absolute", "fabs"), math=("fabs",)
    ),
    Operator("square", "x*x", ("2.0*x",), ("2.0",), numpy=("square",), domain=_ANY),
    Operator("reciprocal", "1.0/x", ("-v*v",), ("2.0*v*v*v",), numpy=("reciprocal",)),
    Operator("sqrt", "sqrt(x)", ("0.5/v",), ("-0.25/(v*x)",), numpy=("sqrt",), math=("sqrt",)),
    Operator(
        "cbrt",
        "cbrt(x)",
        ("1.0/(3.0*v*v)",),
        ("-2.0/(9.0*x*v*v)",),
        numpy=("cbrt",),
        math=("cbrt",),
        special=("cbrt",),
    ),
    Operator("exp", "exp(x)", ("v",), ("v",), numpy=("exp",), math=("exp",), domain=_ANY),
    Operator(
        "exp2",
        "exp2(x)",
        ("LN2*v",),
        ("LN2*LN2*v",),
        numpy=("exp2",),
        math=("exp2",),
        special=("exp2",),
        domain=_ANY,
    ),
    Operator("exp10", "exp10_(x)", ("LN10*v",), ("LN10*LN10*v",), special=("exp10",), domain=_ANY),
    Operator(
        "expm1",
        "expm1(x)",
        ("exp(x)",),
        ("exp(x)",),
        numpy=("expm1",),
        math=("expm1",),
        special=("expm1",),
        domain=_ANY,
    ),
    Operator("log", "log(x)", ("1.0/x",), ("-1.0/(x*x)",), numpy=("log",), math=("log",)),
    Operator(
        "log2", "log2(x)", ("1.0/(LN2*x)",), ("-1.0/(LN2*x*x)",), numpy=("log2",), math=("log2",)
    ),
    Operator(
        "log10",
        "log10(x)",
        ("1.0/(LN10*x)",),
        ("-1.0/(LN10*x*x)",),
        numpy=("log10",),
        math=("log10",),
    ),
    Operator(
        "log1p",
        "log1p(x)",
        ("1.0/(1.0+x)",),
        ("-p*p",),
        numpy=("log1p",),
        math=("log1p",),
        special=("log1p",),
    ),
    Operator("sin", "sin(x)", ("cos(x)",), ("-v",), numpy=("sin",), math=("sin",), domain=_ANY),
    Operator("cos", "cos(x)", ("-sin(x)",), ("-v",), numpy=("cos",), math=("cos",), domain=_ANY),
    Operator(
        "tan",
        "tan(x)",
        ("1.0+v*v",),
        ("2.0*v*(1.0+v*v)",),
        numpy=("tan",),
        math=("tan",),
        domain=((-1.2, 1.2),),
    ),
    Operator(
        "arcsin",
        "asin(x)",
        ("1.0/sqrt((1.0-x)*(1.0+x))",),
        ("x*p*p*p",),
        numpy=("arcsin",),
        math=("asin",),
        domain=_UNIT,
    ),
    Operator(
        "arccos",
        "acos(x)",
        ("-1.0/sqrt((1.0-x)*(1.0+x))",),
        ("x*p*p*p",),
        numpy=("arccos",),
        math=("acos",),
        domain=_UNIT,
    ),
    Operator(
        "arctan",
        "atan(x)",
        ("1.0/(1.0+x*x)",),
        ("-2.0*x*p*p",),
        numpy=("arctan",),
        math=("atan",),
        domain=_ANY,
    ),
    Operator("sinh", "sinh(x)", ("cosh(x)",), ("v",), numpy=("sinh",), math=("sinh",), domain=_ANY),
    Operator("cosh", "cosh(x)", ("sinh(x)",), ("v",), numpy=("cosh",), math=("cosh",), domain=_ANY),
    # 1 - v*v would lose every digit where tanh saturates.
    Operator(
        "tanh",
        "tanh(x)",
        ("1.0/(cosh(x)*cosh(x))",),
        ("-2.0*v*p",),
        numpy=("tanh",),
        math=("tanh",),
        domain=_ANY,
    ),
    Operator(
        "arcsinh",
        "asinh(x)",
        ("1.0/hypot(1.0, x)",),
        ("-x*p*p*p",),
        numpy=("arcsinh",),
        math=("asinh",),
        domain=_ANY,
    ),
    Operator(
        "arccosh",
        "acosh(x)",
        ("1.0/sqrt((x-1.0)*(x+1.0))",),
        ("-x*p*p*p",),
        numpy=("arccosh",),
        math=("acosh",),
        domain=((1.1, 3.0),),
    ),
    Operator(
        "arctanh",
        "atanh(x)",
        ("1.0/((1.0-x)*(1.0+x))",),
        ("2.0*x*p*p",),
        numpy=("arctanh",),
        math=("atanh",),
        domain=_UNIT,
    ),
    Operator("sinc", "sinc(x)", ("sinc_d1(x)",), ("sinc_d2(x)",), domain=_ANY),
    Operator("sign", "sign(x)", ("0",), ("0",), numpy=("sign",)),
    Operator("floor", "floor(x)", ("0",), ("0",), numpy=("floor",)),
    Operator("ceil", "ceil(x)", ("0",), ("0",), numpy=("ceil",)),
    Operator("trunc", "trunc(x)", ("0",), ("0",), numpy=("trunc", "fix")),
    Operator("rint", "nearbyint(x)", ("0",), ("0",), numpy=("rint",)),
    Operator(
        "erf",
        "erf(x)",
        ("TWO_OVER_SQRT_PI*exp(-x*x)",),
        ("-2.0*x*p",),
        math=("erf",),
        special=("erf",),
        domain=_ANY,
    ),
    Operator(
        "erfc",
        "erfc(x)",
        ("-TWO_OVER_SQRT_PI*exp(-x*x)",),
        ("-2.0*x*p",),
        math=("erfc",),
        special=("erfc",),
        domain=_ANY,
    ),
    Operator(
        "gamma",
        "tgamma(x)",
        ("v*digamma(x)",),
        ("v*(digamma(x)*digamma(x)+trigamma(x))",),
        math=("gamma",),
        special=("gamma",),
    ),
    Operator(
        "gammaln",
        "lgamma(x)",
        ("digamma(x)",),
        ("trigamma(x)",),
        math=("lgamma",),
        special=("gammaln",),
    ),
    Operator(
        "digamma", "digamma(x)", ("trigamma(x)",), ("tetragamma(x)",), special=("digamma", "psi")
    ),
    Operator(
        "expit", "expit(x)", ("v*expit(-x)",), ("-p*tanh(0.5*x)",), special=("expit",), domain=_ANY
    ),
    Operator(
        "log_expit",
        "log_expit(x)",
        ("expit(-x)",),
        ("-expit(x)*expit(-x)",),
        special=("log_expit",),
        domain=_ANY,
    ),
    Operator(
        "logit",
        "logit(x)",
        ("1.0/(x*(1.0-x))",),
        ("(2.0*x-1.0)*p*p",),
        special=("logit",),
        domain=((0.1, 0.9),),
    ),
    Operator("entr", "entr(x)", ("-log(x)-1.0",), ("-1.0/x",), special=("entr",)),
    Operator(
        "ndtr",
        "ndtr(x)",
        ("ONE_OVER_SQRT_2PI*exp(-0.5*x*x)",),
        ("-x*p",),
        special=("ndtr",),
        domain=_ANY,
    ),
    Operator(
        "log_ndtr",
        "log_ndtr(x)",
        ("log_ndtr_d1(x)",),
        ("log_ndtr_d2(x)",),
        special=("log_ndtr",),
        domain=_ANY,
    ),
    Operator("logical_not", "x == 0.0", ("0",), ("0",), numpy=("logical_not",)),
    Operator("isnan", "x != x", ("0",), ("0",), numpy=("isnan",), math=("isnan",)),
    Operator("isfinite", "x - x == 0.0", ("0",), ("0",), numpy=("isfinite",), math=("isfinite",)),
    Operator("isinf", "fabs(x) > DBL_MAX", ("0",), ("0",), numpy=("isinf",), math=("isinf",)),
    Operator("signbit", "signbit(x) != 0", ("0",), ("0",), numpy=("signbit",)),
)

# Ties keep both operands, and so does a NaN.
_TWO_SIDED = ("(x < y) == 0", "(x > y) == 0")
_TWO_SIDED_MIN = ("(x > y) == 0", "(x < y) == 0")

# Half of both sides at a tie, as central differences have it: so |x| is max(x, -x), max(x, 0) plus
# min(x, 0) is x, and log1p(exp(-|x|)) + max(x, 0) has the slope of the smooth function that it is.
_ABOVE, _BELOW = "0.5*((x >= y) + (x > y))", "0.5*((x <= y) + (x < y))"

_BINARY: Final = (
    Operator("add", "x+y", ("1.0", "1.0"), ("0", "0", "0"), numpy=("add",), domain=_ANY),
    Operator("subtract", "x-y", ("1.0", "-1.0"), ("0", "0", "0"), numpy=("subtract",), domain=_ANY),
    Operator(
        "multiply",
        "x*y",
        ("y", "x"),
        ("0", "1.0", "0"),
        numpy=("multiply",),
        local=("y != 0.0", "x != 0.0"),
        domain=_ANY,
    ),
    Operator(
        "divide",
        "x/y",
        ("1.0/y", "-v/y"),
        ("0", "-1.0/(y*y)", "2.0*v/(y*y)"),
        numpy=("divide",),
        local=("1", "x != 0.0"),
    ),
    Operator(
        "power",
        "pow(x, y)",
        ("power_d1(x, y)", "power_d2(x, y)"),
        ("power_d11(x, y)", "power_d12(x, y)", "power_d22(x, y)"),
        numpy=("power", "float_power"),
        math=("pow",),
    ),
    # The exponent is a constant of the trace: exact at x <= 0, where log(x) does not exist.
    Operator(
        "power_constant",
        "pow(x, y)",
        ("power_d1(x, y)", "0"),
        ("power_d11(x, y)", "0", "0"),
        domain=((0.1, 2.0), (2.7, 3.5)),
    ),
    Operator(
        "arctan2",
        "atan2(x, y)",
        ("y/(x*x+y*y)", "-x/(x*x+y*y)"),
        ("2.0*p*q", "q*q-p*p", "-2.0*p*q"),
        numpy=("arctan2",),
        math=("atan2",),
    ),
    Operator(
        "hypot", "hypot(x, y)", ("x/v", "y/v"), ("q*q/v", "-p*q/v", "p*p/v"), numpy=("hypot",)
    ),
    Operator(
        "maximum",
        "maximum_(x, y)",
        (_ABOVE, _BELOW),
        ("0", "0", "0"),
        numpy=("maximum",),
        local=_TWO_SIDED,
        selects=True,
        domain=_ANY,
    ),
    Operator(
        "minimum",
        "minimum_(x, y)",
        (_BELOW, _ABOVE),
        ("0", "0", "0"),
        numpy=("minimum",),
        local=_TWO_SIDED_MIN,
        selects=True,
        domain=_ANY,
    ),
    Operator(
        "fmax",
        "fmax(x, y)",
        (f"(y != y) + {_ABOVE}", f"(x != x) + {_BELOW}"),
        ("0", "0", "0"),
        numpy=("fmax",),
        local=_TWO_SIDED,
        selects=True,
        domain=_ANY,
    ),
    Operator(
        "fmin",
        "fmin(x, y)",
        (f"(y != y) + {_BELOW}", f"(x != x) + {_ABOVE}"),
        ("0", "0", "0"),
        numpy=("fmin",),
        local=_TWO_SIDED_MIN,
        selects=True,
        domain=_ANY,
    ),
    Operator(
        "copysign",
        "copysign(x, y)",
        ("sign(x)*copysign(1.0, y)", "0"),
        ("0", "0", "0"),
        numpy=("copysign",),
        math=("copysign",),
        domain=_ANY,
    ),
    # On (0, 1) the quotient is 0; elsewhere the derivative with respect to y is its negative.
    Operator(
        "remainder",
        "python_mod(x, y)",
        ("1.0", "-floor_divide(x, y)"),
        ("0", "0", "0"),
        numpy=("remainder", "mod"),
        local=("1", "floor_divide(x, y) != 0.0"),
    ),
    Operator(
        "fmod",
        "fmod(x, y)",
        ("1.0", "-nearbyint((x-v)/y)"),
        ("0", "0", "0"),
        numpy=("fmod",),
        math=("fmod",),
        local=("1", "x != v"),
    ),
    Operator(
        "ieee_remainder",
        "remainder(x, y)",
        ("1.0", "-nearbyint((x-v)/y)"),
        ("0", "0", "0"),
        math=("remainder",),
        local=("1", "x != v"),
    ),
    Operator(
        "floor_divide", "floor_divide(x, y)", ("0", "0"), ("0", "0", "0"), numpy=("floor_divide",)
    ),
    Operator(
        "logaddexp",
        "logaddexp(x, y)",
        ("expit(x-y)", "expit(y-x)"),
        ("p*q", "-p*q", "p*q"),
        numpy=("logaddexp",),
        domain=_ANY,
    ),
    Operator(
        "logaddexp2",
        "logaddexp2(x, y)",
        ("1.0/(1.0+exp2(y-x))", "1.0/(1.0+exp2(x-y))"),
        ("LN2*p*q", "-LN2*p*q", "LN2*p*q"),
        numpy=("logaddexp2",),
        domain=_ANY,
    ),
    Operator(
        "heaviside",
        "heaviside(x, y)",
        ("0", "x == 0.0"),
        ("0", "0", "0"),
        numpy=("heaviside",),
        local=("0", "x == 0.0"),
        selects=True,
    ),
    Operator(
        "xlogy", "xlogy(x, y)", ("log(y)", "x/y"), ("0", "1.0/y", "-x/(y*y)"), special=("xlogy",)
    ),
    Operator(
        "xlog1py",
        "xlog1py(x, y)",
        ("log1p(y)", "x/(1.0+y)"),
        ("0", "1.0/(1.0+y)", "-x/((1.0+y)*(1.0+y))"),
        special=("xlog1py",),
    ),
    Operator(
        "rel_entr",
        "rel_entr(x, y)",
        ("log_ratio(x, y)+1.0", "-x/y"),
        ("1.0/x", "-1.0/y", "x/(y*y)"),
        special=("rel_entr",),
    ),
    Operator("less", "x < y", ("0", "0"), ("0", "0", "0"), numpy=("less",)),
    Operator("less_equal", "x <= y", ("0", "0"), ("0", "0", "0"), numpy=("less_equal",)),
    Operator("greater", "x > y", ("0", "0"), ("0", "0", "0"), numpy=("greater",)),
    Operator("greater_equal", "x >= y", ("0", "0"), ("0", "0", "0"), numpy=("greater_equal",)),
    Operator("equal", "x == y", ("0", "0"), ("0", "0", "0"), numpy=("equal",)),
    Operator("not_equal", "x != y", ("0", "0"), ("0", "0", "0"), numpy=("not_equal",)),
    Operator(
        "logical_and",
        "(x != 0.0) & (y != 0.0)",
        ("0", "0"),
        ("0", "0", "0"),
        numpy=("logical_and",),
    ),
    Operator(
        "logical_or", "(x != 0.0) | (y != 0.0)", ("0", "0"), ("0", "0", "0"), numpy=("logical_or",)
    ),
    Operator(
        "logical_xor",
        "(x != 0.0) ^ (y != 0.0)",
        ("0", "0"),
        ("0", "0", "0"),
        numpy=("logical_xor",),
    ),
    # where(c, a, b) is mask(c, a) + mask(not c, b): y where x holds, 0 elsewhere.
    Operator(
        "mask",
        "mask(x, y)",
        ("0", "x != 0.0"),
        ("0", "0", "0"),
        local=("0", "x != 0.0"),
        selects=True,
    ),
)

OPERATORS: Final[tuple[Operator, ...]] = _UNARY + _BINARY

# Codes below are leaves, the n-ary weighted sum and a result of an external function (a weighted
# sum whose weights are its Jacobian at the point); they have no row.
CONSTANT, INPUT, PARAMETER, SUM, EXTERNAL = 0, 1, 2, 3, 4
FIRST_CODE: Final = 5
CODE: Final[dict[str, int]] = {
    "constant": CONSTANT,
    "input": INPUT,
    "parameter": PARAMETER,
    "sum": SUM,
    "external": EXTERNAL,
} | {row.name: FIRST_CODE + k for k, row in enumerate(OPERATORS)}
