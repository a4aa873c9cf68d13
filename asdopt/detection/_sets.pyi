import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]
_Bytes = npt.NDArray[np.uint8]
_Entries = tuple[_Ints, _Ints]

def jacobian(
    c: _Bytes,
    a: _Ints,
    b: _Ints,
    pool_ids: _Ints,
    pool_weights: _Floats,
    num_inputs: int,
    outputs: _Ints,
    limit: int,
) -> _Entries | None: ...
def hessian(
    c: _Bytes,
    a: _Ints,
    b: _Ints,
    pool_ids: _Ints,
    pool_weights: _Floats,
    num_inputs: int,
    limit: int,
) -> _Entries | None: ...
