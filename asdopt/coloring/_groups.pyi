import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]

def number_groups(
    indptr: _Ints,
    cols: _Ints,
    colors: _Ints,
    stamp: _Ints,
    number: _Ints,
    group: _Ints,
    size: _Ints,
    row: _Ints,
    color: _Ints,
) -> int: ...
def peel(
    first: _Ints,
    second: _Ints,
    unknowns: _Ints,
    combined: _Ints,
    queue: _Ints,
    solved: _Ints,
    step_unknown: _Ints,
    step_group: _Ints,
    step_other: _Ints,
) -> int: ...
