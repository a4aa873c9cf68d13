"""Find the templates of a trace and choose those that get a kernel.

Enters: a trace. Leaves: constants and linear parts of the outputs, templates with what their
instances read and write, and the terms left to sweeps. Next: ``_kernels.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from asdopt.kernels._cones import MAX_EXPANDED
from asdopt.kernels._derivatives import Derivation
from asdopt.kernels._hessian import count_pairs
from asdopt.kernels._instances import Grouping
from asdopt.kernels._maps import NOT_WHOLE, AffineMaps
from asdopt.kernels._packing import Instances
from asdopt.kernels._remainder import Remainder
from asdopt.kernels._templates import find_templates
from asdopt.kernels._terms import flatten
from asdopt.tracing._trace import Trace

__all__ = ["Selection", "Template", "select", "shared_constants"]

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]
Starts = npt.NDArray[np.intp]

# A template with many instances pays for its preparation, which takes about 10 us for each number
# of a short code and more for a long one; of rarer ones only as many are compiled as keep the
# preparation short, more of them beside a long trace, fewer where sweeps are needed anyway.
_MANY: Final = 64
_SHORT, _SHORTER, _SHARE = 1000, 300, 50
_LONG_CODE: Final = 100
# Pairs of variables to which the second derivatives with respect to affine maps may spread: each
# takes 12 bytes and a nanosecond an evaluation.
_MOST_PAIRS: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Template:
    """Instances of one expression.

    Parameters
    ----------
    code : list of int
    slots : ndarray of int32, shape (slots, instances)
        Nodes that the instances read: inputs, parameters, affine maps.
    constants : ndarray of float64, shape (constants, instances)
    rows : ndarray of int32, shape (rows, instances)
        Outputs that they are added to.
    """

    code: list[int]
    slots: IntArray
    constants: FloatArray
    rows: IntArray


@dataclass(frozen=True, slots=True)
class Selection:
    """A trace taken apart: ``outputs = constants + linear @ x + templates + remainder``.

    Parameters
    ----------
    constants : ndarray of float64, shape (m,)
    linear : tuple of ndarray
        ``indptr, cols, coefs`` by rows.
    templates : list of Template
    maps : AffineMaps
        What templates read besides inputs and parameters.
    remainder : Remainder
    room : ndarray of float64
        Memory that the passes have worked in, for those that follow: pages that are touched for
        the first time cost more than the numbers in them.
    """

    constants: FloatArray
    linear: tuple[Starts, IntArray, FloatArray]
    templates: list[Template]
    maps: AffineMaps
    remainder: Remainder
    room: FloatArray


def select(trace: Trace, max_steps: int) -> Selection:
    """Take a trace apart.

    Parameters
    ----------
    trace : Trace
    max_steps : int
        Bound of the work; what is not reached becomes part of the remainder.
    """
    room = np.empty(2 * trace.num_nodes)
    constants, linear, (starts, nodes, coefs), whole = flatten(
        trace, trace.outputs, max_steps, room
    )
    grouping = Grouping(trace, starts, nodes, whole, max_steps, room)
    indptr, elements, large, fused = grouping.instances()
    for is_first in (True, False):
        codes, template, slots, data, outputs = find_templates(
            trace,
            grouping.affine,
            MAX_EXPANDED,
            indptr,
            elements,
            grouping.rows,
            nodes,
            coefs,
            ~large,
            room,
        )
        short = max(_SHORT * (1 if is_first else 3), len(trace.op) // _SHARE)
        budget = _SHORTER if large.any() else short
        chosen = _worth_a_kernel(codes, template, budget)
        left = ~np.append(chosen, False)[template]  # large instances have template -1
        if not (is_first and (left & fused).any()):
            break
        # What is rare or large together may be frequent and small apart.
        grouping.split(indptr, elements, left & fused)
        indptr, elements, large, fused = grouping.instances()
    maps = _maps_of(trace, slots[1], room)
    _drop_wide_maps(trace.num_inputs, maps, slots, data, outputs, codes, template, chosen)
    left = ~np.append(chosen, False)[template]
    if left.any():
        maps = _maps_of(trace, slots[1][np.repeat(~left, np.diff(slots[0]))], room)
    rest = elements[np.repeat(left, np.diff(indptr))]
    remainder = Remainder(grouping.rows[rest], nodes[rest], coefs[rest])
    order = np.argsort(template, kind="stable")
    bounds = np.searchsorted(template[order], np.arange(len(codes) + 1))
    templates = []
    for k in np.flatnonzero(chosen):
        members = order[bounds[k] : bounds[k + 1]]
        lists = (_columns(values, members) for values in (slots, data, outputs))
        templates.append(Template(codes[k].tolist(), *lists))
    return Selection(constants, linear, templates, maps, remainder, room)


def _worth_a_kernel(
    codes: list[IntArray], template: IntArray, budget: int
) -> npt.NDArray[np.bool_]:
    """Choose the templates with many instances, and of the others the frequent and short ones."""
    sizes = np.array([len(code) for code in codes], dtype=np.float64)
    costs = sizes * (1.0 + sizes / _LONG_CODE)
    counts = np.bincount(template[template >= 0], minlength=len(codes))
    chosen = counts >= _MANY
    rare = np.flatnonzero(~chosen)
    rare = rare[np.lexsort((costs[rare], -counts[rare]))]
    chosen[rare[np.cumsum(costs[rare]) <= budget]] = True
    return chosen


def _maps_of(trace: Trace, slots: IntArray, room: FloatArray) -> AffineMaps:
    first_map = trace.num_inputs + trace.num_parameters
    return AffineMaps(trace, np.unique(slots[slots >= first_map]).astype(np.int32), room)


def _drop_wide_maps(
    num_inputs: int,
    maps: AffineMaps,
    slots: tuple[Starts, IntArray],
    data: tuple[Starts, FloatArray],
    outputs: tuple[Starts, IntArray],
    codes: list[IntArray],
    template: IntArray,
    chosen: npt.NDArray[Any],
) -> None:
    """Leave templates to the sweeps whose maps have too many pairs of variables."""
    if not len(maps):
        return
    indptr, nodes = slots
    widths = maps.widths(nodes)
    totals = np.concatenate([[0], np.cumsum(widths)])
    per_instance = totals[indptr[1:]] - totals[indptr[:-1]]
    has_map = np.concatenate([[0], np.cumsum(widths > 1)])
    mapped = has_map[indptr[1:]] > has_map[indptr[:-1]]
    pairs = np.where(mapped, per_instance**2 / 2.0, 0.0)
    per_template = np.bincount(template + 1, pairs, minlength=len(chosen) + 1)[1:]
    if per_template[chosen].sum() <= _MOST_PAIRS:
        return
    # So far as if every pair had a second derivative of its own that is not constant.
    for k in np.flatnonzero(chosen & (per_template > _MOST_PAIRS / 100)):
        members = np.flatnonzero(template == k)
        read, constants, rows = (_columns(values, members) for values in (slots, data, outputs))
        if maps.widths(read).max() >= NOT_WHOLE:
            continue
        kinds, columns = shared_constants(constants)
        found = Derivation(codes[k].tolist(), kinds)
        per_template[k] = count_pairs(
            maps.rows(), found, Instances(maps.numbered(read), columns, rows), num_inputs
        )
    for k in np.argsort(-per_template):
        if per_template[chosen].sum() <= _MOST_PAIRS:
            break
        chosen[k] = False


def _columns(lists: tuple[Starts, npt.NDArray[Any]], members: Starts) -> npt.NDArray[Any]:
    """Entries of the members' lists, which are equally long, as (entry, member)."""
    indptr, values = lists
    start = indptr[members]
    size = int(indptr[members[0] + 1] - start[0])
    found: npt.NDArray[Any] = values[start + np.arange(size)[:, None]]
    return found


def shared_constants(constants: FloatArray) -> tuple[list[float | int], FloatArray]:
    """Tell constants that all instances share from those that differ, equal columns once.

    Returns
    -------
    kinds : list
        A number, or the column k (int) of ``data``, ~k for its negative.
    data : ndarray of float64, shape (columns, instances)
    """
    kinds: list[float | int] = []
    columns: list[FloatArray] = []
    known: dict[bytes, int] = {}
    for row in constants:
        key = row.tobytes()
        if key == key[:8] * len(row):  # bit for bit: -0.0 is not 0.0
            kinds.append(float(row[0]))
            continue
        if key not in known:
            known[key] = len(columns)
            known[(-row).tobytes()] = ~len(columns)
            columns.append(row)
        kinds.append(known[key])
    data = np.array(columns) if columns else np.empty((0, constants.shape[1]))
    return kinds, data
