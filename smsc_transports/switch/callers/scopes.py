"""The scopes of a program: which names they bind, and to what.

Reading is without regard to order: a name means whatever is ever bound to it in its scope.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Sequence, Tuple, Union

from smsc_transports.switch.files.syntax import FUNCTIONS, dotted

MODULE, CLASS, FUNCTION = "module", "class", "function"


@dataclass(frozen=True)
class Imported:
    """A name bound by an import; ``name`` is None where it is the module itself."""

    module: str
    level: int
    name: Optional[str]


@dataclass(frozen=True)
class Value:
    """A name bound to the value of an expression, which belongs to ``scope``."""

    node: ast.expr
    scope: Scope


@dataclass(frozen=True)
class Annotated:
    """A parameter that is said to be of a class."""

    node: ast.expr
    scope: Scope


@dataclass(frozen=True)
class Defined:
    """A name bound by a definition: the scope of a function or class."""

    scope: Scope


@dataclass(frozen=True)
class Self:
    """The first parameter of a method: an object of the class, or the class itself."""

    scope: Scope


@dataclass(frozen=True)
class Unknown:
    """A name bound to what cannot be read: a parameter, the variable of a loop."""


Binding = Union[Imported, Value, Annotated, Defined, Self, Unknown]


@dataclass(eq=False)
class Scope:
    """A module, class or function; ``attributes`` are those set on self in a class."""

    kind: str
    node: ast.AST
    parent: Optional[Scope] = None
    names: Dict[str, List[Binding]] = field(default_factory=dict)
    stars: List[Tuple[str, int]] = field(default_factory=list)
    attributes: Dict[str, List[Binding]] = field(default_factory=dict)
    outer: Dict[str, Scope] = field(default_factory=dict)

    def bind(self, name: str, binding: Binding) -> None:
        """Add a meaning to a name; ``global`` and ``nonlocal`` are respected."""
        self.outer.get(name, self).names.setdefault(name, []).append(binding)

    @property
    def name(self) -> str:
        """The name of a function or class, "" for a module."""
        return getattr(self.node, "name", "")

    @property
    def module(self) -> Scope:
        """The scope of the module."""
        return self if self.parent is None else self.parent.module

    @property
    def enclosing_class(self) -> Optional[Scope]:
        """The class whose code this is, None outside of one."""
        if self.kind == CLASS or self.parent is None:
            return self if self.kind == CLASS else None
        return self.parent.enclosing_class


class Scopes(ast.NodeVisitor):
    """All scopes of a program.

    ``of`` gives the scope in which a node stands, ``parents`` the node around it.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope(MODULE, tree)
        self.of: Dict[ast.AST, Scope] = {}
        self.parents: Dict[ast.AST, ast.AST] = {}
        self._scope = self.module
        self.visit(tree)

    def visit(self, node: ast.AST) -> None:
        """Note where the node stands, and go on to what is in it."""
        self.of[node] = self._scope
        for child in ast.iter_child_nodes(node):
            self.parents[child] = node
        super().visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Open the scope of a function."""
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """Open the scope of a coroutine."""
        self._function(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Open the scope of a class."""
        scope = Scope(CLASS, node, self._scope)
        self._scope.bind(node.name, Defined(scope))
        for part in [*node.decorator_list, *node.bases, *node.keywords]:
            self.visit(part)
        self._within(scope, node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Open the scope of a lambda; its parameters hide what is outside."""
        scope = Scope(FUNCTION, node, self._scope)
        for parameter in _parameters(node.args):
            scope.bind(parameter.arg, Unknown())
        self._within(scope, [node.body])

    def visit_Import(self, node: ast.Import) -> None:
        """Bind modules."""
        for alias in node.names:
            if alias.asname:
                self._scope.bind(alias.asname, Imported(alias.name, 0, None))
            else:
                root = alias.name.split(".")[0]
                self._scope.bind(root, Imported(root, 0, None))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Bind names of a module."""
        for alias in node.names:
            if alias.name == "*":
                self._scope.stars.append((node.module or "", node.level))
            else:
                binding = Imported(node.module or "", node.level, alias.name)
                self._scope.bind(alias.asname or alias.name, binding)

    def visit_Global(self, node: ast.Global) -> None:
        """Send later bindings to the module."""
        self._scope.outer.update(dict.fromkeys(node.names, self._scope.module))

    def visit_Assign(self, node: ast.Assign) -> None:
        """Bind the targets."""
        for target in node.targets:
            self._assign(target, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Bind an annotated target."""
        if node.value is not None:
            self._assign(node.target, node.value)
        self.generic_visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        """Bind the target of ``:=``."""
        self._assign(node.target, node.value)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        """Bind what no assignment bound: the variable of a loop, of "with", of "del"."""
        if not isinstance(node.ctx, ast.Load) and not self._is_assigned(node):
            self._scope.bind(node.id, Unknown())

    def _is_assigned(self, node: ast.Name) -> bool:
        parent = self.parents.get(node)
        if isinstance(parent, (ast.Tuple, ast.List)):
            parent = self.parents.get(parent)
        return isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr))

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._scope.bind(target.id, Value(value, self._scope))
        elif isinstance(target, ast.Attribute):
            self._assign_attribute(target, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            values: List[Optional[ast.expr]] = [None] * len(target.elts)
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(values):
                values = list(value.elts)
            for part, content in zip(target.elts, values):
                if content is not None:
                    self._assign(part, content)
                elif isinstance(part, ast.Name):
                    self._scope.bind(part.id, Unknown())

    def _assign_attribute(self, target: ast.Attribute, value: ast.expr) -> None:
        owner = self._scope.enclosing_class
        if owner is not None and dotted(target.value) in ("self", "cls"):
            owner.attributes.setdefault(target.attr, []).append(Value(value, self._scope))

    def _function(self, node: Union[ast.FunctionDef, ast.AsyncFunctionDef]) -> None:
        scope = Scope(FUNCTION, node, self._scope)
        self._scope.bind(node.name, Defined(scope))
        outside = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        for part in outside:
            self.visit(part)
        is_static = "staticmethod" in [dotted(decorator) for decorator in node.decorator_list]
        for place, parameter in enumerate(_parameters(node.args)):
            if place == 0 and self._scope.kind == CLASS and not is_static:
                scope.bind(parameter.arg, Self(self._scope))
            elif parameter.annotation is not None:
                scope.bind(parameter.arg, Annotated(parameter.annotation, self._scope))
            else:
                scope.bind(parameter.arg, Unknown())
        self._within(scope, node.body)

    def _within(self, scope: Scope, nodes: Sequence[ast.AST]) -> None:
        before, self._scope = self._scope, scope
        for node in nodes:
            self.visit(node)
        self._scope = before


def _parameters(arguments: ast.arguments) -> List[ast.arg]:
    positional = [*getattr(arguments, "posonlyargs", []), *arguments.args]
    rest = [arguments.vararg, arguments.kwarg]
    return [*positional, *arguments.kwonlyargs, *(one for one in rest if one is not None)]


def is_function(scope: Scope) -> bool:
    """Tell the scope of a function that has a name."""
    return isinstance(scope.node, FUNCTIONS)
