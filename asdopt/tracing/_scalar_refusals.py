"""What a traced scalar refuses to do, and why: the errors of ``_tracer.pyx``.

Each function returns the error to be raised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asdopt._errors import LeftBehindError, TracingError
from asdopt.tracing._location import describe, refuse

if TYPE_CHECKING:
    from asdopt.tracing._tape import Tape
    from asdopt.tracing._tracer import Tracer


def other_trace(tape: Tape) -> LeftBehindError:
    """Refuse to combine values of two traces."""
    return refuse(
        tape,
        LeftBehindError,
        "two traced values of different traces were combined; one of them was left behind by an "
        "earlier trace (a global, an attribute, a cache) or belongs to an enclosing one: pass "
        "values through arguments and return values",
    )


def complex_operand(tape: Tape, number: object) -> TracingError:
    """Refuse a complex number beside a traced one."""
    return refuse(
        tape,
        TracingError,
        f"a traced value was combined with the complex number {number!r}; traced values are "
        "real: write real and imaginary parts as two values",
    )


def bitwise(tape: Tape, symbol: str, example: str) -> TracingError:
    """Refuse a bitwise operator on a number."""
    return refuse(
        tape,
        TracingError,
        f"the bitwise operator {symbol} was applied to a traced number; it is defined for truth "
        f"values and integers only: compare first, as in {example}",
    )


def boolean_subtract() -> TypeError:
    """Say what NumPy says of the difference of two truth values."""
    return TypeError(
        "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` "
        "operator, or the logical_xor function instead."
    )


def boolean_negative() -> TypeError:
    """Say what NumPy says of the negative of a truth value."""
    return TypeError(
        "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or "
        "the logical_not function instead."
    )


def no_primal(tape: Tape, asked: str, what: str) -> TracingError:
    """Refuse a decision where the trace knows no values."""
    return refuse(
        tape,
        TracingError,
        f"{asked} ({what}), and the trace has no primal values to decide it: a guess would drop "
        "the other branch; give x0 (a point) instead of a size, or use np.where, np.maximum, "
        "np.minimum, which keep both sides",
    )


def plain_float(value: Tracer) -> TracingError:
    """Refuse to become a plain float."""
    return refuse(
        value.tape,
        TracingError,
        f"the traced value {describe(value)} was asked to become a plain float, which would lose "
        "its dependence on the variables; a function that needs true floats was called with it, "
        "or it was stored into an array that was made outside of the function: use functions of "
        "math and numpy, make arrays inside of the function (np.zeros, np.array), or put what "
        "cannot be followed into asdopt.external(...)",
    )


def plain_complex(value: Tracer) -> TracingError:
    """Refuse to become a complex number."""
    return refuse(
        value.tape,
        TracingError,
        f"the traced value {describe(value)} was asked to become complex; traced values are real: "
        "write real and imaginary parts as two values",
    )


def key(value: Tracer) -> TracingError:
    """Refuse to be a key, which would hold for one value only."""
    return refuse(
        value.tape,
        TracingError,
        f"the traced value {describe(value)} was used as a key of a dict or an element of a set; "
        "the result would hold for this one value only: use an index or a rounded value (int(v), "
        "round(v, 2)) as the key, functools.lru_cache for a cache of results",
    )


def pickled(value: Tracer) -> TracingError:
    """Refuse to be sent elsewhere."""
    return refuse(
        value.tape,
        TracingError,
        f"pickling the traced value {describe(value)} was asked for; it lives only while the "
        "function is traced, so another process cannot use it",
    )
