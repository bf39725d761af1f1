"""Questions to a syntax tree that several readers ask."""

from __future__ import annotations

import ast
import symtable
import warnings
from typing import Dict, Iterator, List, Optional, Set, Tuple, Union

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def methods(cls: ast.ClassDef) -> Dict[str, Function]:
    """Give the methods of a class by their names; of two with one name, the one in force."""
    return {node.name: node for node in cls.body if isinstance(node, FUNCTIONS)}


def texts(node: ast.AST) -> Iterator[str]:
    """Give the text literals in a node, the fixed parts of f-strings among them."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def texts_in_order(node: ast.AST) -> List[str]:
    """Give the text literals in a node in the order of the file."""
    literals = [
        (part.lineno, part.col_offset, part.value)
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    return [value for _, _, value in sorted(literals)]


def dotted(node: Optional[ast.AST]) -> str:
    """Give a name, or names joined by dots, as text; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """Give the calls in a node."""
    return (part for part in ast.walk(node) if isinstance(part, ast.Call))


def index_of(node: ast.Subscript) -> ast.AST:
    """Give the index of a subscript; Python 3.8 has a node around it."""
    inner: ast.AST = node.slice
    return inner.value if type(inner).__name__ == "Index" else inner  # type: ignore[attr-defined]


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Give the nodes of a function's body without those of functions and classes inside it."""
    body = getattr(function, "body", [])
    pending: List[ast.AST] = list(body) if isinstance(body, list) else [body]  # of a lambda
    while pending:
        node = pending.pop(0)
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(node))


def bound_names(statement: ast.AST) -> Dict[str, int]:
    """Give the names that a statement of a module binds there, each with its line.

    A star import binds "*".
    """
    bound: Dict[str, int] = {}
    pending: List[ast.AST] = [statement]
    while pending:
        node = pending.pop(0)
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            bound[node.name] = node.lineno
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                bound[alias.asname or alias.name.split(".")[0]] = node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound[node.id] = node.lineno
        elif isinstance(node, ast.ExceptHandler) and node.name:
            pending.extend(node.body)
        elif not isinstance(
            node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
        ):
            pending.extend(ast.iter_child_nodes(node))
    return bound


def needed_names(code: str) -> Set[str]:
    """Give the names that code of a module takes from outside of itself.

    Raises:
        SyntaxError: the code does not stand by itself.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(code, "<code>", "exec", dont_inherit=True)  # symtable lets a stray "return" pass
    top = symtable.symtable(code, "<code>", "exec")
    given = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}
    given |= {symbol.get_name() for symbol in top.get_symbols() if symbol.is_imported()}
    needed: Set[str] = set()
    pending = [top]
    while pending:
        table = pending.pop()
        pending.extend(table.get_children())
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (table is top or symbol.is_global()):
                needed.add(symbol.get_name())
    return needed - given


def literal(node: Optional[ast.AST]) -> Tuple[bool, object]:
    """Tell whether a node is a literal, and its value."""
    try:
        return True, ast.literal_eval(node)  # type: ignore[arg-type]
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return False, None


def defaults(function: Function) -> Dict[str, Optional[ast.expr]]:
    """Give the parameters of a method in their order, without self, each with its default."""
    arguments = function.args
    positional = [*getattr(arguments, "posonlyargs", []), *arguments.args]
    padding: List[Optional[ast.expr]] = [None] * (len(positional) - len(arguments.defaults))
    pairs = list(zip(positional, [*padding, *arguments.defaults]))[1:]
    pairs += list(zip(arguments.kwonlyargs, arguments.kw_defaults))
    return {parameter.arg: default for parameter, default in pairs}
