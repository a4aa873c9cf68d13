"""The neutral color: products from which no entry needs to be read are not formed.

Enters: colors and their reading groups. Leaves: colors in which unused ones have become 0.

An entry that stands alone in one of its two groups only, or a diagonal one, forces the color it is
read from; an entry of a tree that is no star forces both colors of the tree, since its leaves hang
on both. An entry alone in both its groups leaves a choice; these are settled by taking, as long as
such entries are left, the color that settles most of them.

References
----------
A. Montoison, G. Dalle, A. Gebremedhin (2025). Revisiting sparse matrix coloring and bicoloring.
arXiv:2505.07308.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asdopt.coloring._reading import Groups

__all__ = ["keep_used", "used_products"]

IntArray = npt.NDArray[np.int32]


def used_products(groups: Groups, num_products: int) -> npt.NDArray[np.bool_]:
    """Choose a small set of products from which every entry can still be read."""
    used = np.zeros(num_products, dtype=bool)
    alone = np.concatenate([groups.size == 1, [False]])  # so that alone[-1] is False
    product = np.concatenate([groups.product, [-1]])
    first, second = product[groups.first], product[groups.second]
    alone_first, alone_second = alone[groups.first], alone[groups.second]
    choice = alone_first & alone_second
    for mine, alone_mine, alone_other in (
        (first, alone_first, alone_second),
        (second, alone_second, alone_first),
    ):
        forced = (mine >= 0) & ~choice & (alone_mine | ~alone_other)
        used[mine[forced]] = True
    open_pairs = np.unique(np.stack([first[choice], second[choice]], axis=1), axis=0)
    while True:
        open_pairs = open_pairs[~used[open_pairs].any(axis=1)]
        if open_pairs.size == 0:
            return used
        once = np.unique(np.sort(open_pairs, axis=1), axis=0)  # each pair of colors once
        used[np.bincount(once.ravel()).argmax()] = True


def keep_used(
    colors: IntArray, used: npt.NDArray[np.bool_], counts: npt.NDArray[np.intp]
) -> IntArray:
    """Renumber used colors from 1; others, and vertices without entries, get the color 0."""
    kept = np.zeros(used.size + 1, dtype=np.int32)
    kept[1:][used] = np.arange(1, used.sum() + 1, dtype=np.int32)
    return np.where(counts > 0, kept[colors], 0).astype(np.int32)
