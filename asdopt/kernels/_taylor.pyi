import numpy as np
import numpy.typing as npt

from asdopt.tracing._trace import Trace

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]

class LinePass:
    def __init__(
        self,
        trace: Trace,
        kept: _Ints,
        x: _Floats,
        parameters: _Floats,
        direction: _Floats,
        seed: int = 0,
        room: _Floats | None = None,
    ) -> None: ...
    def begin(self) -> None: ...
    def series(self) -> _Floats: ...
