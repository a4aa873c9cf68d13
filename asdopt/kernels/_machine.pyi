import numpy as np
import numpy.typing as npt

from asdopt.kernels._affine import AffineTape
from asdopt.kernels._job import Job

_Floats = npt.NDArray[np.float64]

class Machine:
    is_finite: bool
    def __init__(
        self,
        num_inputs: int,
        num_outputs: int,
        objective: Job,
        outputs: Job,
        gradient: Job,
        jacobian: Job,
        hessian: Job,
        first_inputs: npt.NDArray[np.bool_],
        parameters: _Floats,
        maps: AffineTape | None,
    ) -> None: ...
    def set_parameters(self, parameters: _Floats) -> None: ...
    def set_threads(self, number: int) -> None: ...
    def objective(self, x: _Floats) -> float: ...
    def outputs(self, x: _Floats, out: _Floats | None = None) -> _Floats: ...
    def gradient(self, x: _Floats, out: _Floats | None = None) -> _Floats: ...
    def jacobian(self, x: _Floats, out: _Floats | None = None, keep: bool = False) -> _Floats: ...
    def forget(self) -> None: ...
    def hessian(self, x: _Floats, weights: _Floats, out: _Floats | None = None) -> _Floats: ...
    def lagrangian_hessian(
        self, x: _Floats, factor: float, multipliers: _Floats, out: _Floats | None = None
    ) -> _Floats: ...
