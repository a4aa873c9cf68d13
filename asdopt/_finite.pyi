import numpy as np
import numpy.typing as npt

def all_finite(values: npt.NDArray[np.float64]) -> bool: ...
