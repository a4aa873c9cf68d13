"""Generator costs of a case file as quadratic polynomials."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pglib_cases._checks import first_true
from pglib_cases._columns import COST, MODEL, NCOST
from pglib_cases._errors import CaseError
from pglib_cases._matpower import CaseFile

__all__ = ["quadratic_costs"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def quadratic_costs(
    file: CaseFile, gen_rows: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return quadratic, linear and constant cost coefficients in $/h and MW."""
    table = file.tables["gencost"].values
    num_gens = file.tables["gen"].values.shape[0]
    if table.shape[0] not in (num_gens, 2 * num_gens):
        raise CaseError(
            f"{file.path}: gencost has {table.shape[0]} rows for {num_gens} generators; one row "
            "each is needed (or two, with reactive costs below). Complete the table."
        )
    costs = table[gen_rows]
    if (bad := first_true(costs[:, MODEL] != 2)) is not None:
        piecewise = costs[bad][MODEL] == 1
        found = "piecewise linear costs (model 1)" if piecewise else f"model {costs[bad][MODEL]:g}"
        file.fail(
            "gencost",
            gen_rows[bad],
            f"the generator has {found}; the objective here is a quadratic polynomial of each "
            "generator's power. Give polynomial costs (model 2).",
        )
    reactive = table[num_gens:]
    if reactive.size and (bad := first_true((reactive[:, COST:] != 0.0).any(axis=1))) is not None:
        file.fail("gencost", bad + num_gens, "costs of reactive power are not in the model.")
    num_terms = costs[:, NCOST]
    widest = costs.shape[1] - COST
    if (
        bad := first_true(~((num_terms >= 0) & (num_terms <= widest) & (num_terms % 1 == 0)))
    ) is not None:
        file.fail(
            "gencost",
            gen_rows[bad],
            f"{num_terms[bad]:g} cost coefficients are announced and {widest} columns follow.",
        )
    if (bad := first_true(~np.isfinite(costs[:, COST:]).all(axis=1))) is not None:
        file.fail("gencost", gen_rows[bad], "a cost coefficient is not a finite number.")
    return _quadratic(file, gen_rows, costs, num_terms.astype(np.int64))


def _quadratic(
    file: CaseFile, gen_rows: IntArray, costs: FloatArray, num_terms: IntArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Bring polynomials of any length, highest power first, to order two."""
    by_power = np.zeros((3, costs.shape[0]))
    for count in np.unique(num_terms):
        same = np.flatnonzero(num_terms == count)
        coefficients = costs[same, COST : COST + count][:, ::-1]
        if (bad := first_true((coefficients[:, 3:] != 0.0).any(axis=1))) is not None:
            degree = int(np.flatnonzero(coefficients[bad])[-1])
            file.fail(
                "gencost",
                gen_rows[same[bad]],
                f"the cost has a term of degree {degree}; the objective here is quadratic. "
                "Give at most three coefficients.",
            )
        kept = coefficients[:, :3]
        by_power[: kept.shape[1], same] = kept.T
    c0, c1, c2 = by_power
    return c2, c1, c0
