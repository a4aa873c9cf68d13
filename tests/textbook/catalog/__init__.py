"""Textbook problems, written as different users write, with their published optima.

Each module registers its problems with the decorator ``textbook``; ``PROBLEMS`` holds them all.
"""

import importlib
from pathlib import Path

from catalog._entry import PROBLEMS, Textbook, textbook

for _path in sorted(Path(__file__).parent.glob("[!_]*.py")):
    importlib.import_module(f"catalog.{_path.stem}")

__all__ = ["PROBLEMS", "Textbook", "textbook"]
