import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]

def dynamic_order(
    indptr: _Ints,
    middles: _Ints,
    middle_indptr: _Ints,
    ends: _Ints,
    distance2: bool,
    increasing: bool,
    largest: bool,
    degree: _Ints,
    head: _Ints,
    following: _Ints,
    previous: _Ints,
    seen: _Ints,
    order: _Ints,
) -> None: ...
