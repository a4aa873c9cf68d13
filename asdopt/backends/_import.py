"""Optional packages, imported at the moment a backend that needs them is chosen."""

from __future__ import annotations

import importlib
from typing import Any

from asdopt._errors import MissingDependencyError

__all__ = ["optional"]


def optional(module: str, extra: str) -> Any:
    """Import a module of an optional package.

    Raises
    ------
    MissingDependencyError
        It is not installed; the message has the pip line.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            f"the backend {extra!r} was asked for, but {error.name} is not installed; it is "
            f'optional: pip install "asdopt[{extra}]"'
        ) from error
