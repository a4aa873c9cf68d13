"""What solvers print, where Python's output is not the process's: notebooks, tests, redirection.

Enters: ``sys.stdout``, and of Ipopt its print level. Leaves: whether the two differ, and a file
that Ipopt writes to in place of the C library's stdout and that is passed on line by line.
Jupyter passes the C library's stdout on by itself on some systems only, and late: in another
order, or under another cell.
"""

from __future__ import annotations

import os
import sys
import tempfile
import weakref
from contextlib import suppress
from typing import Any

__all__ = ["ForwardedOutput", "is_replaced"]

STDOUT = 1


def is_replaced() -> bool:
    """Whether what Python prints goes elsewhere than what the C library prints."""
    try:
        return sys.stdout is not None and sys.stdout.fileno() != STDOUT
    except (AttributeError, OSError, ValueError):
        return True  # a stream without a file


class ForwardedOutput:
    """A temporary file that Ipopt writes to and ``sys.stdout`` receives.

    Attributes
    ----------
    path : str
        For Ipopt's option ``output_file``.
    """

    def __init__(self) -> None:
        descriptor, self.path = tempfile.mkstemp(prefix="ipopt-", suffix=".txt")
        self._file = os.fdopen(descriptor, encoding="utf-8", errors="replace")
        weakref.finalize(self, _remove, self._file, self.path)

    def rewind(self) -> None:
        """Begin again: a new Ipopt empties the file."""
        self._file.seek(0)

    def forward(self) -> None:
        """Print what Ipopt wrote since the last call."""
        text = self._file.read()
        if text and sys.stdout is not None:
            sys.stdout.write(text)
            sys.stdout.flush()


def _remove(file: Any, path: str) -> None:
    file.close()
    with suppress(OSError):  # Windows keeps a file that Ipopt has open
        os.unlink(path)
