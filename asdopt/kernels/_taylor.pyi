import numpy as np
import numpy.typing as npt

from asdopt.tracing._trace import Trace

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]

def points_near(known: _Floats, size: float, seed: int) -> _Floats: ...
def numbers_away_from_zero(size: int, seed: int) -> _Floats: ...
def along_line(
    trace: Trace, x: _Floats, parameters: _Floats, direction: _Floats, seed: int = 0
) -> _Floats: ...
def of_outputs(
    series: _Floats, outputs: _Ints, rows: _Ints, nodes: _Ints, coefs: _Floats
) -> tuple[_Floats, _Floats]: ...
def weigh(
    results: _Floats, sizes: _Floats, seed: int
) -> tuple[npt.NDArray[np.bool_], _Floats, float, float]: ...
def agree(
    got: _Floats,
    wanted: _Floats,
    finite: npt.NDArray[np.bool_],
    scale: _Floats,
    sizes: _Floats,
    tolerance: float,
) -> bool: ...
def product_by_rows(
    rows: _Ints, cols: _Ints, values: _Floats, direction: _Floats, out: _Floats, scale: _Floats
) -> None: ...
def inner_product(values: _Floats, direction: _Floats) -> tuple[float, float]: ...
def square_form(
    rows: _Ints, cols: _Ints, values: _Floats, direction: _Floats
) -> tuple[float, float]: ...
