"""Build of the compiled modules; everything else stands in pyproject.toml.

Every ``.pyx`` file below ``asdopt/`` and ``adapters/`` becomes an extension module by itself,
so that adding one needs no entry here. Before that, ``asdopt/_codegen.py`` writes the C
headers that are generated from the operator table.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, setup

ROOT = Path(__file__).resolve().parent
# Folder on disk -> import path. asdopt/adapters is a symlink to adapters and is not followed.
SOURCE_ROOTS = {"asdopt": "asdopt", "adapters": "asdopt.adapters"}
# -fno-math-errno: sqrt becomes one instruction; nothing here reads errno.
COMPILE_ARGS = ["/O2"] if sys.platform == "win32" else ["-O3", "-fno-math-errno", "-pthread"]


def generate_headers() -> None:
    """Write the generated C headers, by loading the generator without importing asdopt."""
    path = ROOT / "asdopt" / "_codegen.py"
    if not path.exists():
        return
    spec = importlib.util.spec_from_file_location("_asdopt_codegen", path)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"cannot load the code generator {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    module.write(ROOT / "asdopt")


def find_files(folder: str, *suffixes: str) -> list[str]:
    """List the files below a folder with one of the suffixes, relative, symlinks not followed."""
    found = [
        os.path.relpath(os.path.join(parent, name), ROOT)
        for parent, _, names in os.walk(ROOT / folder, followlinks=False)
        for name in names
        if name.endswith(suffixes)
    ]
    return sorted(path.replace(os.sep, "/") for path in found)


def extensions() -> list[Extension]:
    """Make one extension per ``.pyx`` file, rebuilt when a header or the table changes."""
    depends = [path for folder in SOURCE_ROOTS for path in find_files(folder, ".h")]
    depends += [name for name in ("asdopt/_ops.py", "asdopt/_codegen.py") if (ROOT / name).exists()]
    found = []
    for folder, package in SOURCE_ROOTS.items():
        for source in find_files(folder, ".pyx"):
            stem = source.removeprefix(f"{folder}/").removesuffix(".pyx")
            found.append(
                Extension(
                    f"{package}.{stem.replace('/', '.')}",
                    [source],
                    include_dirs=["asdopt", np.get_include()],
                    define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
                    extra_compile_args=COMPILE_ARGS,
                    extra_link_args=[] if sys.platform == "win32" else ["-pthread"],
                    depends=depends,
                )
            )
    return found


os.chdir(ROOT)  # the paths above are relative, as setuptools wants them
generate_headers()
setup(
    ext_modules=cythonize(extensions(), language_level=3, include_path=["."]),
    options={"build_ext": {"parallel": os.cpu_count() or 1}},
)
