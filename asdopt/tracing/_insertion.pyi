from types import CodeType
from typing import Any

IS_KNOWN: bool
FUSED: frozenset[str]

def insert_hooks(code: CodeType, helpers: tuple[Any, ...]) -> tuple[CodeType, bool]: ...
