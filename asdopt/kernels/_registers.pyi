from collections.abc import Hashable

import numpy as np
import numpy.typing as npt

class Compiled:
    code: npt.NDArray[np.void]
    num_registers: int
    num_gathered: int
    num_staged: int
    data: list[int]
    index: list[tuple[str, Hashable]]

def read_factor(code: npt.NDArray[np.void], row: int) -> None: ...
