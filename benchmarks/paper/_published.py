"""The figures of the paper, beside which ours stand.

Hill and Dalle, "Sparser, Better, Faster, Stronger: Efficient Automatic Differentiation for Sparse
Jacobians and Hessians": Julia 1.11 on an Apple M3 Pro; times in seconds.
"""

from __future__ import annotations

from typing import NamedTuple


class Detection(NamedTuple):
    """A row of Table 3: Jacobian sparsity of the Brusselator."""

    n: int
    zeros: float
    colors: int
    symbolics: float
    tracer: float


class Hessian(NamedTuple):
    """A row of Table 5: Hessians of PGLib Lagrangians."""

    n: int
    zeros: float
    colors: int
    dense: float
    prepared: float
    unprepared: float


TABLE_3 = {
    6: Detection(72, 91.67, 9, 3.69e-3, 2.13e-5),
    12: Detection(288, 97.92, 10, 1.58e-2, 8.85e-5),
    24: Detection(1152, 99.48, 10, 6.40e-2, 3.98e-4),
    48: Detection(4608, 99.87, 10, 2.71e-1, 2.20e-3),
    96: Detection(18432, 99.97, 10, 1.13e0, 1.87e-2),
    192: Detection(73728, 99.99, 10, 4.78e0, 2.05e-1),
}

TABLE_5 = {
    "3_lmbd": Hessian(24, 91.15, 6, 1.82e-4, 8.29e-5, 1.45e-4),
    "60_c": Hessian(518, 99.56, 12, 1.15e-1, 2.36e-3, 8.61e-3),
    "240_pserc": Hessian(2558, 99.91, 16, 3.51e0, 2.50e-2, 1.04e-1),
    "1951_rte": Hessian(15018, 99.98, 20, 2.00e2, 1.54e-1, 1.00e0),
    "2746wp_k": Hessian(19520, 99.99, 14, 3.53e2, 1.77e-1, 1.51e0),
    "3375wp_k": Hessian(24350, 99.99, 18, 6.25e2, 2.54e-1, 1.71e0),
}

# Figures 2 and 4: nonzeros of the Jacobian of a 5 x 5 convolution of a 10 x 10 image with three
# channels, for one image and one kernel.
CONVOLUTION_NNZ = 2700
