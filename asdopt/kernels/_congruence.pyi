import numpy as np
import numpy.typing as npt

from asdopt.kernels._spread import Maps

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]

class Panels:
    def __init__(self, maps: Maps, slots: _Ints, cols: _Ints) -> None: ...

class Congruence:
    def __init__(
        self,
        left: Panels,
        right: Panels,
        locals_: _Ints,
        indptr: npt.NDArray[np.intp],
        cols: _Ints,
    ) -> None: ...
    def add_to(self, local: _Floats, out: _Floats) -> None: ...
