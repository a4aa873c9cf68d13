import numpy as np
import numpy.typing as npt

from asdopt.tracing._tape import Tape

_Int = npt.NDArray[np.int32]

def accumulate(
    tape: Tape, outputs: _Int, max_steps: int
) -> tuple[_Int, _Int, npt.NDArray[np.float64]] | None: ...
