"""Structured x0 and parameters: flattened, rebuilt, checked."""

from __future__ import annotations

import dataclasses
import math
from collections import OrderedDict, defaultdict
from types import MappingProxyType, SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

import asdopt
from asdopt.tracing._structure import Structure


class Pair(NamedTuple):
    """A named tuple with an array and a number."""

    speed: np.ndarray
    mass: float


@dataclasses.dataclass
class Design:
    """A dataclass with nested parts."""

    pair: Pair
    angles: np.ndarray


NESTED = {"a": np.arange(6.0).reshape(2, 3), "b": [1.5, {"c": 2.5}], "d": Pair(np.ones(2), 3.0)}


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        np.zeros(0),
        np.arange(3.0),
        [1, 2, 3],
        NESTED,
        Pair(np.arange(2.0), 1.0),
        Design(Pair(np.ones(1), 0.5), np.zeros((2, 2))),
        {},
        (np.ones(2), 3.0),
        SimpleNamespace(a=1.0, b=np.ones(2)),
        defaultdict(float, a=1.0, b=2.0),
        OrderedDict(a=1.0, b=[2.0, 3.0]),
        MappingProxyType({"a": np.ones((1, 2))}),
    ],
)
def test_flatten_and_unflatten_are_inverse(value: object) -> None:
    """A flat vector given the structure flattens to itself."""
    structure = Structure.of(value, "x0")
    flat = structure.flatten(value, "x0")
    assert flat.shape == (structure.size,)
    again = structure.unflatten(flat)
    np.testing.assert_array_equal(structure.flatten(again, "x0"), flat)
    assert len(list(structure.names("x"))) == structure.size


def test_names_follow_the_structure() -> None:
    """Every scalar has a name that a user can type."""
    names = list(Structure.of(NESTED, "x0").names("x"))
    assert names[:2] == ["x['a'][0, 0]", "x['a'][0, 1]"]
    assert "x['b'][1]['c']" in names
    assert names[-1] == "x['d'].mass"


@pytest.mark.parametrize(
    "bad", ["text", {"a": object()}, [1.0, "two"], 1j, {"a": np.array([1j])}, None]
)
def test_a_leaf_that_is_no_real_number_is_refused(bad: object) -> None:
    """The message names the leaf."""
    with pytest.raises(asdopt.InputError, match="x0"):
        Structure.of(bad, "x0")


def test_a_mask_is_not_ignored() -> None:
    """A masked array would lose it."""
    with pytest.raises(asdopt.InputError, match="mask"):
        Structure.of(np.ma.masked_array([1.0, 2.0], [0, 1]), "x0")


@dataclasses.dataclass
class Car:
    """A dataclass that computes with its fields."""

    mass: float
    speed: np.ndarray
    energy: float = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.energy = 0.5 * self.mass * math.hypot(*self.speed) ** 2


def test_what_a_dataclass_computes_of_its_fields_is_traced() -> None:
    """In the argument of the functions, in parameters, and in the solution."""
    problem = asdopt.Problem(lambda c, d: c.energy + d.energy, x0=CAR, parameters=CAR)
    assert problem.objective([2.0, 3.0, 4.0]) == 25.0 + 5.0
    np.testing.assert_array_equal(problem.gradient([2.0, 3.0, 4.0]), [12.5, 6.0, 8.0])
    assert problem.names == ["x.mass", "x.speed[0]", "x.speed[1]"]
    assert problem.structure.unflatten(np.array([2.0, 3.0, 4.0])).energy == 25.0


CAR = Car(2.0, np.array([1.0, 2.0]))


def test_another_structure_is_refused() -> None:
    """Missing keys and wrong shapes are told with the path."""
    structure = Structure.of({"a": np.zeros(3), "b": 1.0}, "x0")
    with pytest.raises(asdopt.InputError, match=r"the parts \['a', 'b'\] are needed"):
        structure.flatten({"a": np.zeros(3)}, "x")
    with pytest.raises(asdopt.InputError, match=r"x\['a'\] has shape \(2,\)"):
        structure.flatten({"a": np.zeros(2), "b": 1.0}, "x")


def test_functions_receive_the_structure() -> None:
    """A dict of arrays and numbers reaches objective and constraints as a dict."""
    problem = asdopt.Problem(
        lambda v: (v["a"] ** 2).sum() + v["b"] * v["a"][0],
        asdopt.Constraint(lambda v: v["a"] + v["b"], 0.0, 1.0, name="sum"),
        x0={"a": np.array([1.0, 2.0]), "b": 3.0},
        bounds={"a": (0.0, np.array([5.0, 6.0])), "b": (None, 4.0)},
    )
    assert problem.objective({"a": [1.0, 2.0], "b": 3.0}) == 8.0
    np.testing.assert_array_equal(problem.gradient([1.0, 2.0, 3.0]), [5.0, 4.0, 1.0])
    np.testing.assert_array_equal(problem.lb, [0.0, 0.0, -np.inf])
    np.testing.assert_array_equal(problem.ub, [5.0, 6.0, 4.0])


def test_dataclass_and_named_tuple_arguments() -> None:
    """Attribute access works on the rebuilt argument."""
    design = Design(Pair(np.array([1.0, 2.0]), 3.0), np.array([[0.5, 1.0]]))
    problem = asdopt.Problem(
        lambda d: d.pair.mass * (d.pair.speed**2).sum() + np.sin(d.angles).sum(), x0=design
    )
    expected = 15.0 + np.sin(0.5) + np.sin(1.0)
    assert problem.objective(design) == pytest.approx(expected, rel=1e-15)
    assert problem.n == 5


def test_parameters_change_without_a_new_trace_and_without_a_new_pattern() -> None:
    """A zero or a one among the parameters leaves the structure alone."""
    calls = []

    def objective(x: np.ndarray, p: dict[str, float]) -> float:
        calls.append(1)
        return p["k"] * x[0] ** 2 + p["c"] * x[0] * x[1]

    problem = asdopt.Problem(objective, x0=[1.0, 2.0], parameters={"k": 0.0, "c": 1.0})
    assert problem.hessian_pattern.nnz == 2
    assert problem.objective([1.0, 2.0]) == 2.0
    problem.parameters = {"k": 2.0, "c": 0.0}
    assert problem.objective([1.0, 2.0]) == 2.0
    np.testing.assert_array_equal(problem.gradient([1.0, 2.0]), [4.0, 0.0])
    assert problem.hessian([1.0, 2.0]).toarray()[0, 0] == 4.0
    assert len(calls) == 1
    assert problem.parameters == {"k": 2.0, "c": 0.0}


def test_a_branch_on_a_parameter_is_honored() -> None:
    """A parameter that flips a branch leads to a new trace, never to the old branch."""
    problem = asdopt.Problem(
        lambda x, p: x[0] ** 2 if p > 0 else x[0] ** 3, x0=[2.0], parameters=1.0
    )
    assert problem.objective([2.0]) == 4.0
    problem.parameters = -1.0
    assert problem.objective([2.0]) == 8.0


def test_parameters_for_a_problem_without_any_are_refused() -> None:
    """The remedy is in the message."""
    problem = asdopt.Problem(lambda x: x[0], x0=[1.0])
    with pytest.raises(asdopt.InputError, match="made without any"):
        problem.parameters = 3.0
