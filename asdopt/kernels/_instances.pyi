import numpy as np
import numpy.typing as npt

from asdopt.tracing._trace import Trace

_Ints = npt.NDArray[np.int32]
_Starts = npt.NDArray[np.intp]
_Bools = npt.NDArray[np.bool_]

MAX_OPERATIONS: int
MAX_VARIABLES: int

class Grouping:
    def __init__(
        self,
        trace: Trace,
        indptr: _Starts,
        nodes: _Ints,
        whole: _Bools,
        max_steps: int,
        room: npt.NDArray[np.float64],
        max_operations: int = ...,
        max_vars: int = ...,
    ) -> None: ...
    def instances(self) -> tuple[_Starts, _Ints, _Bools, _Bools]: ...
    def split(self, indptr: _Starts, order: _Ints, chosen: _Bools) -> None: ...
    @property
    def rows(self) -> _Ints: ...
    @property
    def affine(self) -> npt.NDArray[np.uint8]: ...
