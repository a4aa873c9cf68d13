import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float64]

def points_near(known: _Floats, size: float, seed: int) -> _Floats: ...
def numbers_away_from_zero(size: int, seed: int) -> _Floats: ...
def weigh(
    results: _Floats, sizes: _Floats, seed: int, weights: _Floats
) -> tuple[npt.NDArray[np.bool_], float, float]: ...
def values_agree(
    got: _Floats,
    wanted: _Floats,
    finite: npt.NDArray[np.bool_],
    sizes: _Floats,
    tolerance: float,
) -> bool: ...
def slopes_agree(
    rows: _Ints,
    cols: _Ints,
    values: _Floats,
    direction: _Floats,
    wanted: _Floats,
    finite: npt.NDArray[np.bool_],
    sizes: _Floats,
    tolerance: float,
) -> bool: ...
def inner_product(values: _Floats, direction: _Floats) -> tuple[float, float]: ...
def square_form(
    rows: _Ints, cols: _Ints, values: _Floats, direction: _Floats
) -> tuple[float, float]: ...
