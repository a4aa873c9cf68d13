"""``np.einsum`` of traced arrays: products of aligned operands and n-ary sums.

Operands are contracted from left to right; what only one pair shares is summed as early as
possible. Next: ``_calculus.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt.tracing._array_base import wrap
from asdopt.tracing._lift import lift
from asdopt.tracing._linear import contract
from asdopt.tracing._nodes import Ids, totals
from asdopt.tracing._registry import implements
from asdopt.tracing._tape import Tape
from asdopt.tracing._ufuncs import check_types, deliver

__all__: list[str] = []


@implements(np.einsum)
def _einsum(
    tape: Tape, *operands: Any, out: Any = None, optimize: Any = False, **kwargs: Any
) -> Any:
    check_types(tape, "np.einsum", kwargs)
    labels, result, arrays = _parse(tape, operands)
    labels, arrays = list(labels), list(arrays)
    labels, arrays = map(
        list,
        zip(*[_diagonals(lab, ids) for lab, ids in zip(labels, arrays, strict=True)], strict=True),
    )
    label, ids = labels[0], arrays[0]
    for k in range(1, len(arrays)):
        needed = set(result).union(*labels[k + 1 :])
        label, ids = _pair(tape, (label, ids), (labels[k], arrays[k]), needed)
    ids = _sum_out(tape, label, ids, result)
    return deliver(tape, wrap(tape, ids), out)


def _parse(tape: Tape, operands: tuple[Any, ...]) -> tuple[list[list[Any]], list[Any], list[Ids]]:
    """Labels of each operand and of the result, the ellipsis as labels of their own."""
    if isinstance(operands[0], str):
        text = operands[0].replace(" ", "")
        inputs, arrow, output = text.partition("->")
        arrays = [lift(tape, a).ids for a in operands[1:]]
        terms = inputs.split(",")
        if len(terms) != len(arrays):
            raise ValueError(
                f"einsum: {len(terms)} subscripts were given for {len(arrays)} operands"
            )
        specs = [_split(term) for term in terms]
        target = _split(output) if arrow else None
    else:
        arrays = [lift(tape, a).ids for a in operands[0 : len(operands) // 2 * 2 : 2]]
        specs = [list(s) for s in operands[1 : len(arrays) * 2 : 2]]
        target = list(operands[-1]) if len(operands) % 2 else None
    dots = max(
        (a.ndim - (len(s) - 1) for a, s in zip(arrays, specs, strict=True) if ... in s), default=0
    )
    names: list[Any] = [("...", k) for k in range(dots)]
    labels = []
    for a, given in zip(arrays, specs, strict=True):
        spec = given
        if ... in spec:
            at = spec.index(...)
            count = a.ndim - (len(spec) - 1)
            spec = spec[:at] + names[dots - count :] + spec[at + 1 :]
        if len(spec) != a.ndim:
            raise ValueError(
                f"einsum: an operand of {a.ndim} dimensions was given {len(spec)} subscripts"
            )
        labels.append(spec)
    if target is None:
        every = [x for spec in labels for x in spec if x not in names]
        target = names + sorted({x for x in every if every.count(x) == 1})
    elif ... in target:
        at = target.index(...)
        target = target[:at] + names + target[at + 1 :]
    return labels, target, arrays


def _split(term: str) -> list[Any]:
    before, dots, after = term.partition("...")
    return [*before, *([...] if dots else []), *after]


def _diagonals(labels: list[Any], ids: Ids) -> tuple[list[Any], Ids]:
    """Take the diagonal where an operand repeats a label."""
    labels = list(labels)
    for name in list(labels):
        while labels.count(name) > 1:
            i = labels.index(name)
            j = labels.index(name, i + 1)
            ids = np.diagonal(ids, axis1=i, axis2=j)
            labels = [x for k, x in enumerate(labels) if k not in (i, j)] + [name]
    return labels, ids


def _align(labels: list[Any], ids: Ids, order: list[Any]) -> Ids:
    """Axes in a given order, of length one where the operand lacks the label."""
    ids = ids.transpose([labels.index(x) for x in order if x in labels])
    shape = iter(ids.shape)
    return ids.reshape([next(shape) if x in labels else 1 for x in order])


def _pair(
    tape: Tape, first: tuple[list[Any], Ids], second: tuple[list[Any], Ids], needed: set[Any]
) -> tuple[list[Any], Ids]:
    """Contract two operands over the labels that nothing else needs."""
    (la, a), (lb, b) = first, second
    # What only one of them has and nobody needs is summed before the product.
    a, la = _reduce(tape, la, a, needed | set(lb))
    b, lb = _reduce(tape, lb, b, needed | set(la))
    every = la + [x for x in lb if x not in la]
    kept = [x for x in every if x in needed]
    summed = [x for x in every if x not in needed]
    p, q = np.broadcast_arrays(_align(la, a, kept + summed), _align(lb, b, kept + summed))
    shape = p.shape[: len(kept)]
    length = int(np.prod(p.shape[len(kept) :]))
    return kept, contract(tape, p.reshape(*shape, length), q.reshape(*shape, length))


def _reduce(tape: Tape, labels: list[Any], ids: Ids, needed: set[Any]) -> tuple[Ids, list[Any]]:
    kept = [x for x in labels if x in needed]
    return _sum_out(tape, labels, ids, kept), kept


def _sum_out(tape: Tape, labels: list[Any], ids: Ids, kept: list[Any]) -> Ids:
    for x in kept:
        if x not in labels:
            raise ValueError(f"einsum: output subscript {x!r} does not appear in any input")
    gone = [x for x in labels if x not in kept]
    ids = ids.transpose([labels.index(x) for x in kept + gone])
    if not gone:
        return ids
    shape = ids.shape[: len(kept)]
    return totals(tape, ids.reshape(*shape, int(np.prod(ids.shape[len(kept) :]))))


@implements(np.einsum_path)
def _einsum_path(tape: Tape, *operands: Any, **kwargs: Any) -> Any:
    parts = [np.empty(o.shape) if hasattr(o, "tape") else o for o in operands]
    return np.einsum_path(*parts, **kwargs)
