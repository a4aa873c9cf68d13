from typing import Any

import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]

def substitute(
    step_unknown: _Ints,
    step_group: _Ints,
    step_other: _Ints,
    left: npt.NDArray[Any],
    values: npt.NDArray[Any],
) -> None: ...
def count_summands(
    step_unknown: _Ints,
    step_group: _Ints,
    step_other: _Ints,
    left: npt.NDArray[np.float64],
    counts: npt.NDArray[np.float64],
) -> None: ...
