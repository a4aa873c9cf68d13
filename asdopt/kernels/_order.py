"""Put the nodes that the objective needs in front, so that it can be evaluated alone.

Enters: arrays of a tape, and which nodes are needed first. Leaves: the same tape in another
topological order. A node's operands are needed where it is, so that both parts keep their order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._ops import FIRST_CODE

__all__ = ["Arrays", "in_front"]

IntArray = npt.NDArray[np.int32]
Arrays = tuple[Any, Any, Any, Any, Any, Any]  # op, a, b, val, pool_ids, pool_weights


def in_front(arrays: Arrays, needed: npt.NDArray[np.bool_]) -> tuple[IntArray, Arrays]:
    """Move nodes to the front.

    Parameters
    ----------
    arrays : tuple of ndarray
        ``op, a, b, val, pool_ids, pool_weights``.
    needed : ndarray of bool, shape (num_nodes,)
        With a node its operands, and all inputs and parameters.

    Returns
    -------
    number : ndarray of int32, shape (num_nodes,)
        Where each node stands then.
    arrays : tuple of ndarray
    """
    op, a, b, val, pool_ids, pool_weights = arrays
    order = np.argsort(~needed, kind="stable")
    number = np.empty(len(op), dtype=np.int32)
    number[order] = np.arange(len(op), dtype=np.int32)
    op, a, b = op[order], a[order], b[order]
    reads = op >= FIRST_CODE  # others read a slice of the pool, or nothing
    a[reads], b[reads] = number[a[reads]], number[b[reads]]
    return number, (op, a, b, val[order], number[pool_ids], pool_weights)
