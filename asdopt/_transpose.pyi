import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]

def row_pointers(rows: _Ints, indptr: _Ints) -> None: ...
def transpose(
    indptr: _Ints, cols: _Ints, t_indptr: _Ints, t_rows: _Ints, position: _Ints
) -> None: ...
