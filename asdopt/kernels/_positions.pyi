import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]

STORE_RUN: int

def find_positions(
    indptr: npt.NDArray[np.intp], cols: _Ints, rows: _Ints, columns: _Ints
) -> _Ints: ...
def count_places(places: _Ints, counts: _Ints) -> None: ...
def scatter_modes(
    index: _Ints,
    row: int,
    num_instances: int,
    counts: _Ints,
    modes: npt.NDArray[np.uint8],
    stored: npt.NDArray[np.uint8],
) -> None: ...
def gather_modes(
    index: _Ints, row: int, num_instances: int, modes: npt.NDArray[np.uint8]
) -> None: ...
