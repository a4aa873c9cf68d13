"""Is a Case what its docstring says: read-only, checked, variable, a graph?"""

from __future__ import annotations

import dataclasses
import pickle
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from asdopt._errors import MissingDependencyError
from pglib_cases import Case, CaseError, load


@pytest.fixture(scope="module")
def case() -> Case:
    return load("14_ieee")


def test_every_array_has_its_length_and_is_read_only(case: Case) -> None:
    lengths = {"bus": 14, "gen": 5, "branch": 20, "reference": 1}
    for item in dataclasses.fields(case):
        if "axis" in item.metadata:
            values = getattr(case, item.name)
            assert values.shape == (lengths[item.metadata["axis"]],), item.name
            assert values.dtype == item.metadata["dtype"], item.name
            assert not values.flags.writeable, item.name


def test_every_field_is_documented() -> None:
    for item in dataclasses.fields(Case):
        assert f"{item.name}" in (Case.__doc__ or ""), item.name


def test_variations_are_made_by_replace(case: Case) -> None:
    heavier = dataclasses.replace(case, pd=1.1 * case.pd)
    assert_allclose(heavier.pd, 1.1 * case.pd)
    assert_array_equal(heavier.qd, case.qd)
    shorter = dataclasses.replace(case, x=0.5 * case.x)
    assert_allclose(shorter.series_admittance * (case.r + 0.5j * case.x), 1)


def test_replace_leaves_the_array_given_as_it_was(case: Case) -> None:
    demand = np.zeros(14)
    dataclasses.replace(case, pd=demand)
    demand[0] = 1.0


def test_wrong_lengths_and_positions_are_refused(case: Case) -> None:
    with pytest.raises(CaseError, match=r"pd has shape \(3,\), expected \(14,\)"):
        dataclasses.replace(case, pd=np.zeros(3))
    with pytest.raises(CaseError, match=r"gen_bus spans 0 to 14, outside the positions 0 to 13"):
        dataclasses.replace(case, gen_bus=np.array([0, 1, 2, 3, 14]))


def test_repr_and_branch_names(case: Case) -> None:
    assert repr(case) == "<Case 14_ieee: 14 buses, 5 generators, 20 branches, reference bus 1>"
    assert case.describe_branches([0, 2], most=1) == "row 1 (1 -> 2) and 1 more"


def test_pickle(case: Case) -> None:
    copy = pickle.loads(pickle.dumps(case))
    assert_array_equal(copy.x, case.x)
    assert copy.name == case.name


def test_graph_keeps_everything(case: Case) -> None:
    nx = pytest.importorskip("networkx")
    graph = case.to_networkx()
    assert isinstance(graph, nx.MultiGraph)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (14, 20)
    assert nx.is_connected(graph)
    assert graph.nodes[1]["reference"]
    assert graph.nodes[2]["generators"] == [1]
    assert graph.nodes[9]["bs"] == pytest.approx(0.19)
    edge = graph.edges[1, 2, 1]
    assert (edge["from_bus"], edge["to_bus"]) == (1, 2)
    assert edge["x"] == case.x[0]


def test_graph_keeps_parallel_branches() -> None:
    pytest.importorskip("networkx")
    case = load("118_ieee")
    graph = case.to_networkx()
    assert graph.number_of_edges() == 186
    assert len({frozenset(edge) for edge in graph.edges()}) == 179


def test_graph_without_networkx(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(MissingDependencyError, match="pip install networkx"):
        case.to_networkx()
