from typing import Any

import numpy as np
import numpy.typing as npt

_Ints = npt.NDArray[np.int32]
_Starts = npt.NDArray[np.intp]
_Bytes = npt.NDArray[np.uint8]

def find_positions(indptr: _Starts, cols: _Ints, rows: _Ints, columns: _Ints) -> _Ints: ...
def find_entries(
    indptr: _Starts,
    cols: _Ints,
    rows: _Ints,
    columns: _Ints,
    keys: list[tuple[int, int]],
    shift: int,
    lower: bool,
) -> _Ints: ...
def count_places(places: _Ints, counts: _Ints) -> None: ...
def fill_blocks(sources: list[Any], count: int, out: npt.NDArray[Any]) -> None: ...
def shared_count(rows: _Ints, indptr: _Starts, most: int, claimed: _Bytes) -> int: ...
def choose_modes(
    index: _Ints, kinds: _Bytes, num_instances: int, counts: _Ints, modes: _Bytes, stored: _Bytes
) -> None: ...
def find_whole_rows(places: list[_Ints], counts: _Ints) -> tuple[_Ints, _Bytes, _Bytes, int]: ...
def row_modes(
    index: _Ints,
    row: int,
    num_instances: int,
    size: int,
    whole: _Bytes,
    modes: _Bytes,
    stored: _Bytes,
) -> None: ...
def order_modes(
    index: _Ints, row: int, num_instances: int, order: _Bytes, modes: _Bytes
) -> None: ...
