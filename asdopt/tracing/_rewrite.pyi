import ast

PREFIX: str
HOOK: str
CALL1: str
CALL2: str

class Rewriter:
    catches: bool
    def __init__(self, implicit: bool) -> None: ...
    def function(self, node: ast.AST, class_name: str | None = None) -> ast.AST: ...
