import numpy as np
import numpy.typing as npt

from asdopt.tracing._trace import Trace

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]
_Starts = npt.NDArray[np.intp]
_Lists = tuple[_Starts, _Ints, _Floats]

def flatten(
    trace: Trace, roots: _Ints, max_steps: int, room: _Floats
) -> tuple[_Floats, _Lists, _Lists, npt.NDArray[np.bool_]]: ...
