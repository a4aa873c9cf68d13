import numpy as np
import numpy.typing as npt

from asdopt.tracing._tape import Tape

def adopted(tape: Tape, other: Tape, ids: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]: ...
def depends_on_stale(tape: Tape, ids: npt.NDArray[np.int32]) -> bool: ...
