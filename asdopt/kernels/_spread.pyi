import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]
_Starts = npt.NDArray[np.intp]
_Triplets = tuple[_Ints, _Ints, _Floats]

class Maps:
    def __init__(self, indptr: _Starts, cols: _Ints, coefs: _Floats, first_map: int) -> None: ...
    def widths(self, slots: _Ints) -> _Starts: ...
    def union(self, slots: _Ints, num_inputs: int) -> _Ints: ...
    def hashes(self, slots: _Ints) -> npt.NDArray[np.uint64]: ...

def expand_first(
    maps: Maps,
    rows: _Ints,
    slots: _Ints,
    first_local: int,
    indptr: _Starts,
    cols: _Ints,
    dense: bool,
) -> _Triplets: ...
def expand_second(
    maps: Maps,
    slots: _Ints,
    others: _Ints,
    square: bool,
    local: _Ints,
    indptr: _Starts,
    cols: _Ints,
) -> _Triplets: ...
def by_local(places: _Ints, locals_: _Ints) -> tuple[_Ints, _Starts, int]: ...
def by_place(
    places: _Ints, locals_: _Ints, values: _Floats, size: int
) -> tuple[_Ints, _Starts, _Ints, _Floats]: ...
def sum_second(
    maps: Maps,
    rows: _Ints,
    slots: _Ints,
    others: _Ints,
    values: _Floats,
    indptr: _Starts,
    cols: _Ints,
    size: int,
) -> tuple[_Ints, _Starts, _Ints, _Floats]: ...
