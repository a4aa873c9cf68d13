import numpy as np
import numpy.typing as npt

_Int = npt.NDArray[np.int32]
_Float = npt.NDArray[np.float64]

def live_nodes(
    op: npt.NDArray[np.uint8],
    a: _Int,
    b: _Int,
    pool: _Int,
    weights: _Float,
    outputs: _Int,
    guards: _Int,
    first: int,
) -> tuple[npt.NDArray[np.intp], _Int, _Int, _Int, _Int, _Float]: ...
