import numpy as np
import numpy.typing as npt

from asdopt.tracing._tape import Tape

_Int = npt.NDArray[np.int32]
_Float = npt.NDArray[np.float64]
_Arrays = tuple[npt.NDArray[np.uint8], _Int, _Int, _Float, _Int, _Float]

def live_nodes(
    op: npt.NDArray[np.uint8],
    a: _Int,
    b: _Int,
    val: _Float,
    pool: _Int,
    weights: _Float,
    ends: _Int,
    guards: _Int,
    first: int,
) -> tuple[_Int, _Arrays]: ...
def live_part(tape: Tape, ends: _Int, guards: _Int) -> tuple[_Int | None, _Arrays]: ...
