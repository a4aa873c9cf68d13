import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]
_Bytes = npt.NDArray[np.uint8]
_Entries = tuple[_Ints, _Ints]

def jacobian_forward(
    c: _Bytes,
    a: _Ints,
    b: _Ints,
    pool_ids: _Ints,
    pool_weights: _Floats,
    num_inputs: int,
    outputs: _Ints,
) -> _Entries: ...
def jacobian_reverse(
    c: _Bytes,
    a: _Ints,
    b: _Ints,
    pool_ids: _Ints,
    pool_weights: _Floats,
    num_inputs: int,
    outputs: _Ints,
) -> _Entries: ...
def hessian(
    c: _Bytes, a: _Ints, b: _Ints, pool_ids: _Ints, pool_weights: _Floats, num_inputs: int
) -> _Entries: ...
