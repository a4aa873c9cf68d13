import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]

class AffineTape:
    def __init__(
        self,
        op: npt.NDArray[np.uint8],
        a: _Ints,
        b: _Ints,
        val: _Floats,
        pool_ids: _Ints,
        pool_weights: _Floats,
        ends: _Ints,
        num_leaves: int,
    ) -> None: ...
