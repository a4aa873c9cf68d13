from typing import TypeGuard

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

def is_plain(values: object, size: int) -> TypeGuard[FloatArray]: ...
def is_output(values: object) -> bool: ...
def joined(first: float, rest: FloatArray) -> FloatArray: ...
