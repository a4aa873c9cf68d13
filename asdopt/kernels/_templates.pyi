import numpy as np
import numpy.typing as npt

from asdopt.tracing._trace import Trace

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]
_Starts = npt.NDArray[np.intp]

SLOT: int
MAP: int
PARAMETER: int
CONSTANT: int
ROW: int

def find_templates(
    trace: Trace,
    affine: npt.NDArray[np.uint8],
    max_expanded: int,
    indptr: _Starts,
    elements: _Ints,
    rows: _Ints,
    nodes: _Ints,
    coefs: _Floats,
    chosen: npt.NDArray[np.bool_],
    room: _Floats,
) -> tuple[
    list[_Ints],
    _Ints,
    tuple[_Starts, _Ints],
    tuple[_Starts, _Floats],
    tuple[_Starts, _Ints],
]: ...
