"""Ufuncs that are one node, from the operator table.

Enters: a ufunc of NumPy or SciPy. Leaves: its op code. Next: ``_ufuncs.py``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from asdopt._ops import CODE, OPERATORS
from asdopt.tracing import _tracer
from asdopt.tracing._nodes import TRUTH_OPERATORS

__all__ = ["Node", "node_of_ufunc", "one_node_code"]


class Node(NamedTuple):
    """A ufunc that is one node: its op code, its operands, whether it gives truth values."""

    code: int
    arity: int
    is_bool: bool


_NODES: dict[np.ufunc, Node] = {
    getattr(np, name): Node(CODE[row.name], row.arity, row.name in TRUTH_OPERATORS)
    for row in OPERATORS
    for name in row.numpy
    if isinstance(getattr(np, name, None), np.ufunc)
}
_SPECIAL = {
    name: Node(CODE[row.name], row.arity, False) for row in OPERATORS for name in row.special
}


def _packed(node: Node) -> int:
    return 4 * node.code + 2 * (node.arity == 2) + node.is_bool


_PACKED: dict[np.ufunc, int] = {ufunc: _packed(node) for ufunc, node in _NODES.items()}
_tracer.install_codes(_PACKED)


def one_node_code(ufunc: np.ufunc) -> int:
    """Code for the compiled fast paths, ``4 * code + 2 * (two operands) + truth``; 0: none."""
    return _PACKED.get(ufunc, 0)


def node_of_ufunc(ufunc: np.ufunc) -> Node | None:
    """Find the node of a ufunc; those of SciPy are met by name, and known from then on."""
    node = _NODES.get(ufunc)
    if node is None:
        node = _SPECIAL.get(ufunc.__name__)
        if node is None or ufunc.nin != node.arity or ufunc.nout != 1:
            return None
        import scipy.special

        if getattr(scipy.special, ufunc.__name__, None) is not ufunc:
            return None
        _NODES[ufunc] = node
        _PACKED[ufunc] = _packed(node)
    return node
