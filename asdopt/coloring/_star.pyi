import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]

def color_star(
    indptr: _Ints,
    neighbors: _Ints,
    edges: _Ints,
    order: _Ints,
    limit: int,
    hub_number: _Ints,
    num_hubs: int,
    colors: _Ints,
    star: _Ints,
    hub: _Ints,
    hubs: _Ints,
    num_hubs_of: _Ints,
    forbidden: _Ints,
    first_stamp: _Ints,
    first_position: _Ints,
    treated: _Ints,
    chosen: _Ints,
) -> int: ...
