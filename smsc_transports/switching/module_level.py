"""The statements of a copy outside the vendor's methods: settings, and what the owner added.

They are carried over as they stand, in their order. What could change how our methods work is not
carried but refused.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, field
from typing import Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from smsc_transports.switching.fingerprints import BUILTINS, METHODS, VENDOR_GLOBALS
from smsc_transports.switching.known_editions import DEFAULTS
from smsc_transports.switching.sources import (
    FUNCTIONS,
    Source,
    bound_names,
    dotted,
    imports,
    own_scope,
    plain_assignment,
    root_name,
)

NEW_SETTINGS = (
    "SMSC_HOST",
    "SMSC_TRANSPORT",
    "SMSC_FAILOVER",
    "SMSC_TIMEOUT",
    "SMSC_DEADLINE",
    "SMSC_SLOTS",
    "SMSC_QUEUE",
)
VENDORS_IMPORTS = {
    ("datetime", "datetime"),
    ("time", "sleep"),
    ("", "smtplib"),
    ("urllib", "urlopen"),
    ("urllib", "quote"),
    ("urllib2", "urlopen"),
    ("urllib.request", "urlopen"),
    ("urllib.request", "quote"),
    ("urllib.parse", "quote"),
}
_NETWORK = {"socket", "ssl", "urllib", "http", "smtplib"}
_UNKNOWN = "what it sets cannot be known without running it"
_STEERING = {
    "install_opener": "it changes how urlopen works, which ours does not use",
    "setdefaulttimeout": "ours has its own timeout: SMSC_TIMEOUT",
    "_create_unverified_context": "ours verifies certificates, always",
    "_create_default_https_context": "ours verifies certificates, always",
    **dict.fromkeys(
        ("setattr", "exec", "eval", "globals", "vars", "setitem", "__dict__", "__globals__",
         "f_globals"), _UNKNOWN),
}  # fmt: skip
_SPECIAL = {"__getattribute__", "__getattr__", "__new__", "__slots__", "__init_subclass__"}
_MAIN = ast.dump(ast.parse('__name__ == "__main__"', mode="eval").body)
_MOVE = "move this into a file of its own, or delete it, and migrate again"


class Obstacle(NamedTuple):
    """A statement that is not carried over, and why."""

    node: ast.stmt
    why: str
    write: str = _MOVE


@dataclass
class ModuleLevel:
    """What stands outside the vendor's methods.

    ``literals`` are settings given once as a plain value; ``head`` and ``tail`` are the statements
    before and after the class, ``members`` those in it; ``exported`` are the names that a star
    import gives.
    """

    literals: Dict[str, ast.Constant] = field(default_factory=dict)
    head: List[ast.stmt] = field(default_factory=list)
    tail: List[ast.stmt] = field(default_factory=list)
    members: List[ast.stmt] = field(default_factory=list)
    obstacles: List[Obstacle] = field(default_factory=list)
    exported: List[str] = field(default_factory=list)

    @property
    def carried(self) -> List[ast.stmt]:
        """All statements of the module that are carried over."""
        return [*self.head, *self.tail]

    def bound(self) -> Set[str]:
        """Give the names that the carried statements bind."""
        return names_of(self.carried)

    def export(self, names: Sequence[str]) -> None:
        """Add names that a star import gives."""
        new = (name for name in names if not name.startswith("_") and name not in self.exported)
        self.exported.extend(new)


def read_module_level(source: Source, cls: ast.ClassDef, ours: Source) -> ModuleLevel:
    """Sort the statements of a copy; ``ours`` is our own file, whose names must stay free."""
    found = ModuleLevel()
    times = _times_bound(source.tree)
    lost: Set[str] = set()
    where = found.head
    for statement in source.tree.body:
        names = bound_names(statement)
        setting = _literal_setting(statement)
        if statement is cls:
            where = found.tail
        elif _is_docstring(statement) or getattr(statement, "module", "") == "__future__":
            continue
        elif _is_vendors(statement):
            pass
        elif setting and where is found.head and times[setting[0]] == 1 and not times["*"]:
            # Moved up to our settings only where nothing else can give the name another value.
            found.literals[setting[0]] = setting[1]
        else:
            obstacle = _obstacle(statement, names, ours, cls.name) or _needs(statement, lost)
            if obstacle is not None:
                found.obstacles.append(obstacle)
                lost |= set(names) - names_of(ours.tree.body)
                continue
            lost -= set(names)
            where.append(statement)
        found.export([] if _is_of_main(statement) else names)
    _sort_members(found, source, cls, ours)
    return found


def names_of(statements: Sequence[ast.stmt]) -> Set[str]:
    """Give the names that statements bind."""
    return {name for statement in statements for name in bound_names(statement)}


def _times_bound(tree: ast.Module) -> Counter[str]:
    """Count what may bind, or otherwise change, each name of the module."""
    times = Counter(name for statement in tree.body for name in bound_names(statement))
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            times.update(node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            times[node.attr] += 1  # perhaps of the module itself
    return times


def _sort_members(found: ModuleLevel, source: Source, cls: ast.ClassDef, ours: Source) -> None:
    own = next((one for one in ours.tree.body if isinstance(one, ast.ClassDef)), cls)
    taken = names_of(own.body) | _SPECIAL
    for member in cls.body:
        if _is_docstring(member) or isinstance(member, ast.Pass):
            continue
        if isinstance(member, FUNCTIONS) and member.name in METHODS:
            continue
        plain = isinstance(member, (*FUNCTIONS, ast.Assign, ast.AnnAssign))
        alone = not source.lines[member.lineno - 1][: member.col_offset].strip()
        if not plain or not alone or set(bound_names(member)) & taken:
            why = "this part of the class could change how its methods work"
        else:
            why = _steering(member, cls.name, ours) or _method_in_class_body(member)
        if why:
            found.obstacles.append(Obstacle(member, why))
        else:
            found.members.append(member)


def _method_in_class_body(member: ast.stmt) -> str:
    """Say which method a member names while the class is made: ours come in another class."""
    parts = [*member.decorator_list, member.args] if isinstance(member, FUNCTIONS) else [member]
    for node in (node for part in parts for node in ast.walk(part)):
        if isinstance(node, ast.Name) and node.id in METHODS:
            return f"{node.id} does not stand beside it in our file"
    return ""


def _obstacle(
    statement: ast.stmt, names: List[str], ours: Source, class_name: str
) -> Optional[Obstacle]:
    if "*" in names:
        module = "." * getattr(statement, "level", 0) + (getattr(statement, "module", "") or "")
        why = "which names the star import gives cannot be known without running it"
        return Obstacle(statement, why, f"from {module} import the, names, that, are, needed")
    own = {pair for one in ours.tree.body for pair in imports(one)} | VENDORS_IMPORTS
    harmless = own if imports(statement) or _is_of_main(statement) else frozenset()
    for name in sorted(bound_names(statement, harmless)):
        if name in NEW_SETTINGS:
            return Obstacle(statement, f"{name} is a setting of our file", f"rename {name}")
        if name in VENDOR_GLOBALS | {class_name, "SMSC"} | BUILTINS:
            return Obstacle(statement, f"{name} is what the vendor's methods work with")
        if name in names_of(ours.tree.body) - set(DEFAULTS):
            write = "delete the line" if name == "__all__" else f"rename {name}"
            return Obstacle(statement, f"our file has its own {name}", write)
    if any(isinstance(node, ast.Delete) for node in own_scope(statement)):
        return Obstacle(statement, "it deletes names")
    if any(getattr(node, "id", "") == "locals" for node in own_scope(statement)):
        return Obstacle(statement, _UNKNOWN)
    reason = _steering(statement, class_name, ours)
    return Obstacle(statement, reason) if reason else None


def _needs(statement: ast.stmt, lost: Set[str]) -> Optional[Obstacle]:
    """Refuse what could not run without something that is refused itself."""
    read = [node.id for node in own_scope(statement) if isinstance(node, ast.Name)]
    needed = next((name for name in read if name in lost), "")
    return Obstacle(statement, f"it needs {needed}, which is refused too") if needed else None


def _steering(statement: ast.AST, class_name: str, ours: Source) -> str:
    """Say how a statement reaches into what our methods work with, "" if it does not."""
    taken = (names_of(ours.tree.body) - set(DEFAULTS)) | VENDOR_GLOBALS | BUILTINS | {class_name}
    for node in ast.walk(statement):
        name = getattr(node, "attr", "") or getattr(node, "id", "") or getattr(node, "name", "")
        if name in _STEERING:
            return _STEERING[name]
        if isinstance(node, ast.Constant) and node.value in NEW_SETTINGS:
            return f"our file reads {node.value} in the environment too"
        clash = set(node.names) & taken if isinstance(node, ast.Global) else set()
        clash |= _bound_in_passing(node) & {*taken, *DEFAULTS}
        if clash:
            return f"it sets {sorted(clash)[0]}, which the methods work with"
        stored = isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))
        # Of another object than a method's own it may be a module that our methods work with.
        if stored and isinstance(node, ast.Attribute) and not _is_of_self(node):
            return f"it sets {dotted(node) or node.attr}, which our methods may work with"
        if stored and isinstance(node, ast.Subscript):
            inside = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
            if inside & {"__dict__", "modules"} or root_name(node) == class_name:
                return "it sets a part of a module or a class, which our methods may work with"
        if isinstance(node, ast.Call):
            given = {dotted(argument).split(".")[0] for argument in node.args} & _NETWORK
            if given:
                return f"what it does with {sorted(given)[0]} may change how requests are sent"
    return ""


def _bound_in_passing(node: ast.AST) -> Set[str]:
    """Give what ``:=`` or a pattern of ``match`` binds, wherever that stands."""
    if isinstance(node, ast.NamedExpr):
        return {node.target.id}
    if not type(node).__name__.startswith("Match"):
        return set()
    return {name for name in (getattr(node, "name", ""), getattr(node, "rest", "")) if name}


def _is_vendors(statement: ast.stmt) -> bool:
    """Tell an import of the vendor's, and the place of its helper."""
    helper = isinstance(statement, ast.FunctionDef) and statement.name == "ifs"
    return helper or (bool(imports(statement)) and imports(statement) <= VENDORS_IMPORTS)


def _is_of_self(node: ast.Attribute) -> bool:
    return dotted(node.value) == "self" and node.attr not in {*METHODS, *VENDOR_GLOBALS}


def _literal_setting(statement: ast.stmt) -> Optional[Tuple[str, ast.Constant]]:
    name, value = plain_assignment(statement) or ("", None)
    return (name, value) if name in DEFAULTS and isinstance(value, ast.Constant) else None


def _is_of_main(statement: ast.stmt) -> bool:
    """Tell what does nothing when the file is imported: ``if __name__ == "__main__"``."""
    test = statement.test if isinstance(statement, ast.If) and not statement.orelse else None
    return test is not None and ast.dump(test) == _MAIN


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
