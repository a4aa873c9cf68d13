"""What cannot be followed is refused with the user's line, and never answered by a number."""

from __future__ import annotations

import array
import cmath
import ctypes
import decimal
import fractions
import json
import math
import os
import pickle
import random
import secrets
import struct
import uuid
from typing import Any

import numpy as np
import pytest
from scipy import interpolate

import asdopt

X = np.array([0.9, 0.3, 1.4, 0.7])
CACHE: dict[Any, Any] = {}
GENERATOR = np.random.default_rng(3)

RULE = "was called with traced values, and asdopt has no rule for it"
PLAIN = "was asked to become a plain"
OTHER = "runs on plain numbers, but on traced values"
LIBRARY = "a library's function"
DIGITS = "it needs the digits"
KEY = "was used as a key"
KEEPS = "does not just remember results"
RANDOM = "random numbers were drawn"
TEXT = "may be the text of a traced value"


def _looked_up(x: Any) -> Any:
    return CACHE[tuple(x)] if tuple(x) in CACHE else math.sin(x[0])


def _stored_in_single_precision(x: Any) -> Any:
    single = np.zeros(3, dtype=np.float32)
    single[0] = x[0]
    return single


def _swallowed(x: Any) -> Any:
    try:
        return array.array("d", x)[0]
    except TypeError:
        return 0.0


CASES: list[tuple[str, Any]] = [
    # Libraries that need true numbers.
    (RULE, lambda x: interpolate.splrep([0, 1, 2, 3], x)[1]),
    (PLAIN, lambda x: array.array("d", x)[0]),
    (PLAIN, lambda x: struct.unpack("d", struct.pack("d", x[0]))[0]),
    (PLAIN, lambda x: ctypes.c_double(x[0]).value),
    (OTHER, lambda x: memoryview(x)[0]),
    (PLAIN, _swallowed),
    ("pickling", lambda x: pickle.loads(pickle.dumps(x))[0]),
    # Other kinds of numbers.
    ("become complex", lambda x: cmath.asin(x[0]).real),
    ("plain complex number", lambda x: cmath.asin(1j * x[0]).real),
    ("complex traced values", lambda x: np.maximum(x[0] + 2j * x[1], 0.0).real),
    ("become float32", lambda x: x.astype(np.float32)),
    (PLAIN, lambda x: np.float32(x[0]) * 2),
    (PLAIN, lambda x: np.longdouble(x[0]) * 1),
    (PLAIN, _stored_in_single_precision),
    (LIBRARY, lambda x: float(decimal.Decimal(x[0]))),
    (DIGITS, lambda x: float(fractions.Fraction(x[0]))),
    (DIGITS, lambda x: float(x[0]).as_integer_ratio()[0] * 1.0),
    (DIGITS, lambda x: float.fromhex(x[0].hex())),
    (PLAIN, lambda x: math.nextafter(x[0], 2.0) * x[1]),
    # Numbers read back from text.
    (TEXT, lambda x: float(str(x[0]))),
    (TEXT, lambda x: float(f"{x[0]:.3f}")),
    (TEXT, lambda x: float("%.3f" % x[0])),  # noqa: UP031  # the operator is under test
    (OTHER, lambda x: int(f"{x[0]:.0f}") * 2.0),
    (OTHER, lambda x: float(decimal.Decimal(str(x[0])))),
    (LIBRARY, lambda x: json.loads(json.dumps([x[0]]))[0]),
    (OTHER, lambda x: eval(repr(x[0]))),  # user code under test
    (OTHER, lambda x: np.array(str(x[0])).astype(float)),
    # Keys.
    (KEY, lambda x: {x[0]: 1.0}[x[0]] * x[1]),
    (KEY, lambda x: len(set(x)) * x[0]),
    (KEY, lambda x: {(x[0], 1): x[1]}[x[0], 1]),
    (KEEPS, _looked_up),
    ("tobytes", lambda x: {x.tobytes(): x[0]}[x.tobytes()]),
    # Random numbers.
    (RANDOM, lambda x: random.random() * x[0]),
    (RANDOM, lambda x: random.choice([1, 2, 3]) * x[0]),
    (RANDOM, lambda x: np.random.rand() * x[0]),  # noqa: NPY002  # user code under test
    (RANDOM, lambda x: np.random.default_rng().normal() * x[0]),
    (RANDOM, lambda x: GENERATOR.normal() * x[0]),
    (RANDOM, lambda x: secrets.randbelow(10) * x[0]),
    (RANDOM, lambda x: os.urandom(1)[0] * x[0]),
    (RANDOM, lambda x: (uuid.uuid4().int % 7) * x[0]),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_refused_with_the_line(number: int) -> None:
    """Of the function or of the helper that it calls, and with the expression."""
    text, function = CASES[number]
    with pytest.raises((asdopt.TracingError, asdopt.UnsupportedOperationError)) as caught:
        asdopt.Problem(None, asdopt.Constraint(function, -np.inf, np.inf), x0=X)
    message = str(caught.value)
    assert text in message
    assert "test_refusals.py:" in message
    assert ", at `" in message
    assert not CACHE


def test_what_fails_on_plain_numbers_too_is_not_taken_for_a_refusal() -> None:
    """The user's own error arrives as it is."""
    with pytest.raises(ZeroDivisionError):
        asdopt.Problem(lambda x: x[0] / 0 if float(x[0]) else 1 / 0, x0=[0.0])
    with pytest.raises(LookupError, match="no such table"):
        asdopt.Problem(lambda x: _look_up(x), x0=X)


def _look_up(x: Any) -> Any:
    raise LookupError(f"no such table: {x[0]:.1f}")


def test_what_works_on_plain_numbers_only_is_told_apart() -> None:
    """The error says what was raised, and where; the library's own is its cause."""
    with pytest.raises(asdopt.TracingError, match=r"ValueError was raised") as caught:
        asdopt.Problem(lambda x: float(int(f"{x[0]:.0f}")), x0=X)
    assert isinstance(caught.value.__cause__, ValueError)
    assert 'int(f"{x[0]:.0f}")' in str(caught.value)
    assert "asdopt.external" in str(caught.value)


WHOLE = "variables are floats"
ONE = "it is one number"
MISUSED: list[tuple[str, Any]] = [
    (WHOLE, lambda x: sum(range(x[0]))),
    (WHOLE, lambda x: [1.0, 2.0][x[0]]),
    (WHOLE, lambda x: len([0] * x[0])),
    (WHOLE, lambda x: math.comb(x[0], 2)),
    (ONE, lambda x: sum(x[0])),
    (ONE, lambda x: len(x[0])),
    ("two values are multiplied with", lambda x: x[0](x[1])),
    ("a plain number in its place fails as well", lambda x: "a" + x[0]),
]


@pytest.mark.parametrize("number", range(len(MISUSED)))
@pytest.mark.parametrize("has_point", [True, False])
def test_what_numbers_cannot_do_either_is_told_in_words(number: int, has_point: bool) -> None:
    """With the user's line and a remedy, and not by the names of our classes."""
    remedy, function = MISUSED[number]
    point = X if has_point or "plain number" in remedy else 4
    with pytest.raises(asdopt.TracingError) as caught:
        asdopt.jacobian_sparsity(function, point)
    message = str(caught.value)
    assert remedy in message
    assert "test_refusals.py:" in message
    assert "traced value" in message
    assert "Tracer" not in message
