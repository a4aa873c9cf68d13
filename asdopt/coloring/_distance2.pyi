import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]

def color_distance2(
    indptr: _Ints,
    rows: _Ints,
    row_indptr: _Ints,
    cols: _Ints,
    order: _Ints,
    ascending: bool,
    limit: int,
    hub_of_row: _Ints,
    num_hubs: int,
    first_colors: npt.NDArray[np.uint64],
    colors: _Ints,
    forbidden: _Ints,
    chosen: _Ints,
) -> int: ...
def distance2_degrees(
    indptr: _Ints,
    rows: _Ints,
    row_indptr: _Ints,
    cols: _Ints,
    hub_of_row: _Ints,
    seen: _Ints,
    degrees: _Ints,
) -> None: ...
