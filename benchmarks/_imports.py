"""Time of importing each system, in fresh processes, beyond numpy and scipy.sparse."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from benchmarks._bytecode import with_bytecode

_MODULES = ("asdopt", "casadi", "pyoptinterface.ipopt", "jax", "asdex", "pyomo.environ")
_CODE = """
import time, numpy, scipy.sparse
start = time.perf_counter()
import {module}
print(time.perf_counter() - start)
"""


def time_imports(rounds: int) -> dict[str, list[float]]:
    """Seconds by module, one a round, the modules in turn; a first round is not counted."""
    able = [module for module in _MODULES if find_spec(module.split(".")[0])]
    found: dict[str, list[float]] = {module: [] for module in able}
    for turn in range(rounds + 1):
        for module in able:
            shown = subprocess.run(
                [sys.executable, "-c", _CODE.format(module=module)],
                capture_output=True,
                text=True,
                cwd=Path(__file__).parents[1],
                check=False,
                env=with_bytecode(),
            )
            if turn and shown.returncode == 0:
                found[module].append(float(shown.stdout.split()[-1]))
    return found
