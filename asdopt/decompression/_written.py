"""Writing into arrays that the caller gives, without loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from asdopt._errors import InputError

__all__ = ["as_output", "write"]


def as_output(out: Any, nnz: int) -> npt.NDArray[Any]:
    """Return an array given for values if it has room for them."""
    if not isinstance(out, np.ndarray) or out.shape != (nnz,):
        raise InputError(
            f"out has shape {np.shape(out)}, but {nnz} values are to be written into it: give an "
            f"ndarray of shape ({nnz},)."
        )
    return out


def write(out: npt.NDArray[Any], where: Any, values: npt.NDArray[Any]) -> None:
    """Write values to places of an array whose dtype can hold them."""
    if not np.can_cast(values.dtype, out.dtype, "same_kind"):
        raise InputError(
            f"Values of dtype {values.dtype} were to be written to an array of dtype {out.dtype}, "
            f"which cannot hold them: give one of dtype {values.dtype}."
        )
    out[where] = values
