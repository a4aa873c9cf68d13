import numpy as np
import numpy.typing as npt

from asdopt.tracing._trace import Trace

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]

def along_line(
    trace: Trace,
    kept: _Ints,
    x: _Floats,
    parameters: _Floats,
    direction: _Floats,
    seed: int = 0,
    room: _Floats | None = None,
) -> _Floats: ...
