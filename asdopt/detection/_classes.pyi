import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]
_Bytes = npt.NDArray[np.uint8]

def classify(
    op: _Bytes,
    a: _Ints,
    b: _Ints,
    val: _Floats,
    pool_ids: _Ints,
    pool_weights: _Floats,
    num_inputs: int,
    local: bool,
) -> _Bytes: ...
def mark_live(
    c: _Bytes, a: _Ints, b: _Ints, pool_ids: _Ints, pool_weights: _Floats, outputs: _Ints
) -> None: ...
def sort_by_row(rows: _Ints, cols: _Ints, num_rows: int) -> tuple[_Ints, _Ints]: ...
