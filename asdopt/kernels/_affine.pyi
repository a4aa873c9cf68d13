import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]

class AffineTape:
    start_values: _Floats
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
        num_first: int,
    ) -> None: ...
    def first_leaves(self) -> npt.NDArray[np.intp]: ...
