"""Find instances whose affine maps read nearly the same variables: rows of dense matrices.

Enters: two slots of the instances of a template, of which at least one is an affine map. Leaves:
groups of instances whose second derivatives are spread by a product of dense matrices
(``_congruence.pyx``), and those that are left to be expanded pair by pair.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from asdopt.kernels._spread import Maps

__all__ = ["Group", "dense_groups"]

IntArray = npt.NDArray[np.int32]
Members = npt.NDArray[np.intp]

# Of a dense product so many pairs take as long as one pair that is expanded.
_FASTER: Final = 16
# Fewer instances, or pairs of variables of all of them, are not worth a product of their own.
_FEW: Final = 8
_MANY: Final = 4096


class Group(NamedTuple):
    """Instances whose variables are all among some.

    Parameters
    ----------
    members : ndarray of intp
        Numbers of the instances.
    left, right : ndarray of int32
        Sorted variables of the first and the second slot.
    """

    members: Members
    left: IntArray
    right: IntArray


def dense_groups(
    maps: Maps, slots: IntArray, others: IntArray | None, num_inputs: int
) -> tuple[list[Group], Members]:
    """Group instances for dense products, where these take less time.

    Parameters
    ----------
    maps : Maps
    slots, others : ndarray of int32, shape (instances,)
        What is differentiated with respect to; None for the same twice.
    num_inputs : int

    Returns
    -------
    groups : list of Group
    rest : ndarray of intp
        Instances that are in no group.
    """
    none = np.empty(0, dtype=np.intp)
    every = np.arange(len(slots))
    if len(slots) < _FEW:
        return [], every
    widths = maps.widths(slots)
    other_widths = widths if others is None else maps.widths(others)
    pairs = widths * (widths + 1) / 2.0 if others is None else widths * other_widths * 1.0
    whole = _group(maps, slots, others, every, num_inputs)
    if len(every) * _padded(whole) <= _FASTER * pairs.sum():
        return [whole], none
    keys = maps.hashes(slots)
    if others is not None:
        keys = keys * np.uint64(3) + maps.hashes(others)
    _, first, kind, counts = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    # Instances of one set of variables.
    wanted = (counts >= _FEW) & (counts * pairs[first] >= _MANY)
    groups = []
    order = np.argsort(kind, kind="stable")
    ends = np.cumsum(counts)
    left = ~wanted[kind]
    for k in np.flatnonzero(wanted):
        members = order[ends[k] - counts[k] : ends[k]]
        group = _group(maps, slots, others, members, num_inputs)
        if len(members) * _padded(group) <= _FASTER * pairs[members].sum():
            groups.append(group)
        else:
            left[members] = True
    return groups, np.flatnonzero(left)


def _group(
    maps: Maps, slots: IntArray, others: IntArray | None, members: Members, num_inputs: int
) -> Group:
    left = maps.union(slots[members], num_inputs)
    right = left if others is None else maps.union(others[members], num_inputs)
    return Group(members, left, right)


def _padded(group: Group) -> float:
    """Pairs that the product computes for each instance."""
    left, right = -(-len(group.left) // 8), -(-len(group.right) // 8)
    return 64.0 * (left * (left + 1) / 2 if group.left is group.right else left * right)
