import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]

def color_acyclic(
    indptr: _Ints,
    neighbors: _Ints,
    edges: _Ints,
    order: _Ints,
    limit: int,
    hub_number: _Ints,
    num_hubs: int,
    colors: _Ints,
    parent: _Ints,
    size: _Ints,
    visitor: _Ints,
    entrance: _Ints,
    forbidden: _Ints,
    first_stamp: _Ints,
    first_edge: _Ints,
    repeated: _Ints,
    hubs_here: _Ints,
) -> int: ...
