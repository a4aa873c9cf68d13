"""The environment of processes that find modules compiled, as installed ones are."""

from __future__ import annotations

import os
from functools import cache
from tempfile import TemporaryDirectory

__all__ = ["with_bytecode"]


@cache
def _folder() -> TemporaryDirectory[str]:
    # Emptied with this process: the modules of all systems are compiled once for each run.
    return TemporaryDirectory(prefix="asdopt-bytecode-")


def with_bytecode() -> dict[str, str]:
    """Return the environment, with a folder for compiled modules that no setting turns off."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": _folder().name}
