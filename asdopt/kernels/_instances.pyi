import numpy as np
import numpy.typing as npt

from asdopt.tracing._trace import Trace

_Ints = npt.NDArray[np.int32]
_Starts = npt.NDArray[np.intp]
_Bools = npt.NDArray[np.bool_]

MAX_EXPANDED: int
MAX_OPERATIONS: int
MAX_VARIABLES: int

def group(
    trace: Trace,
    indptr: _Starts,
    nodes: _Ints,
    whole: _Bools,
    max_steps: int,
    max_operations: int = ...,
    max_vars: int = ...,
) -> tuple[_Starts, _Ints, _Ints, _Bools, npt.NDArray[np.uint8]]: ...
