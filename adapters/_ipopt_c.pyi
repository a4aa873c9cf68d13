from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["IpoptBinding", "IpoptLibrary"]

_FloatArray = npt.NDArray[np.float64]

class IpoptLibrary:
    path: str
    version: tuple[int, ...]
    def __init__(self, path: str) -> None: ...

class IpoptBinding:
    binding: IpoptLibrary
    def __init__(
        self,
        n: int,
        m: int,
        problem_obj: Any,
        lb: npt.ArrayLike,
        ub: npt.ArrayLike,
        cl: npt.ArrayLike,
        cu: npt.ArrayLike,
    ) -> None: ...
    def close(self) -> None: ...
    def add_option(self, name: str, value: str | int | float) -> None: ...
    def set_problem_scaling(
        self,
        obj_scaling: float = 1.0,
        x_scaling: npt.ArrayLike | None = None,
        g_scaling: npt.ArrayLike | None = None,
    ) -> None: ...
    def solve(
        self,
        x: npt.ArrayLike,
        lagrange: npt.ArrayLike = (),
        zl: npt.ArrayLike = (),
        zu: npt.ArrayLike = (),
    ) -> tuple[_FloatArray, dict[str, Any]]: ...
    def get_current_iterate(self, scaled: bool = False) -> dict[str, _FloatArray] | None: ...
