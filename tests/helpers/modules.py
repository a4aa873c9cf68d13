"""Files imported as modules, as those of users are."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def load(path: Path, name: str | None = None) -> ModuleType:
    """Import a file by its path; no assert of it is rewritten.

    Parameters
    ----------
    path : Path
    name : str, optional
        Of the module; the file's unless given.

    Returns
    -------
    ModuleType
    """
    spec = importlib.util.spec_from_file_location(name or path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
