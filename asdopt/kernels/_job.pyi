import numpy as np
import numpy.typing as npt

from asdopt.kernels._congruence import Congruence
from asdopt.kernels._plan import Plan

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]

class Sparse:
    def __init__(
        self, rows: _Ints, indptr: npt.NDArray[np.intp], cols: _Ints, coefs: _Floats
    ) -> None: ...

class Weighted:
    def __init__(
        self, rows: _Ints, indptr: npt.NDArray[np.intp], places: _Ints, values: _Floats
    ) -> None: ...

class Job:
    size: int
    def __init__(
        self,
        base: _Floats,
        stored: npt.NDArray[np.bool_],
        touched: npt.NDArray[np.bool_],
        linear: Sparse | None,
        plan: Plan,
        spread: Sparse | Weighted | None,
        num_local: int,
        own: npt.NDArray[np.bool_] | None = None,
        is_scaled: bool = False,
        weighted: Weighted | None = None,
        congruences: list[Congruence] | None = None,
    ) -> None: ...
