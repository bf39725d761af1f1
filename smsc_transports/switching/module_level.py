"""The statements of a copy outside the vendor's methods: settings, and what the owner added.

They are carried over as they stand, in their order, so that nobody has to understand them. What
could change how our methods work is not carried but refused.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Set, Tuple

from smsc_transports.switching.fingerprints import BUILTINS, METHODS, VENDOR_GLOBALS
from smsc_transports.switching.known_editions import DEFAULTS
from smsc_transports.switching.sources import (
    FUNCTIONS,
    Source,
    UnreadableFile,
    bound_names,
    dotted,
    imports,
    own_scope,
    plain_assignment,
    read_source,
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
_VENDORS_IMPORTS = {
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
_PATCHED = {"ssl", "socket", "urllib", "smtplib", "http", "builtins", "requests", "urllib3"}
_STEERING = {
    "install_opener": "it changes how urlopen works, which ours does not use",
    "_create_unverified_context": "ours verifies certificates, always",
    "_create_default_https_context": "ours verifies certificates, always",
    "setattr": "it sets names that cannot be known without running it",
    "exec": "it sets names that cannot be known without running it",
    "eval": "what it gives cannot be known without running it",
    "globals": "it sets names that cannot be known without running it",
    "vars": "it sets names that cannot be known without running it",
    "setitem": "it sets names that cannot be known without running it",
}
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
    import gives, and ``surely`` tells whether all of them are bound on every way.
    """

    literals: Dict[str, ast.expr] = field(default_factory=dict)
    head: List[ast.stmt] = field(default_factory=list)
    tail: List[ast.stmt] = field(default_factory=list)
    members: List[ast.stmt] = field(default_factory=list)
    obstacles: List[Obstacle] = field(default_factory=list)
    exported: List[str] = field(default_factory=list)
    surely: bool = True

    @property
    def carried(self) -> List[ast.stmt]:
        """All statements of the module that are carried over."""
        return [*self.head, *self.tail]

    def bound(self) -> Set[str]:
        """Give the names that the carried statements bind."""
        return {name for statement in self.carried for name in bound_names(statement)}


def read_module_level(source: Source, cls: ast.ClassDef, ours: Source) -> ModuleLevel:
    """Sort the statements of a copy; ``ours`` is our own file, whose names must stay free."""
    found = ModuleLevel()
    body = source.tree.body
    times: Dict[str, int] = {}
    for statement in body:
        for name in bound_names(statement):
            times[name] = times.get(name, 0) + 1
    for node in ast.walk(source.tree):
        also = list(node.names) if isinstance(node, ast.Global) else []
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            also = [node.attr]  # perhaps of the module itself
        for name in also:
            times[name] = times.get(name, 0) + 1
    taken = {name for one in ours.tree.body for name in bound_names(one)}
    own_all: Optional[List[str]] = None
    where = found.head
    for statement in body:
        if statement is cls:
            where = found.tail
            _export(found, statement, [cls.name])
        elif _is_docstring(statement) or getattr(statement, "module", "") == "__future__":
            continue
        elif isinstance(statement, ast.FunctionDef) and statement.name == "ifs":
            _export(found, statement, ["ifs"])
        elif imports(statement) and imports(statement) <= _VENDORS_IMPORTS:
            _export(found, statement, bound_names(statement))
        elif _listed(statement) is not None and times["__all__"] == 1:
            own_all = _listed(statement)
        else:
            setting = _literal_setting(statement)
            # Moved up to our settings only where nothing else can give the name another value.
            once = setting and times[setting[0]] == 1 and "*" not in times
            if setting and once and where is found.head:
                found.literals[setting[0]] = setting[1]
                _export(found, statement, [setting[0]])
                continue
            names = _names_given(statement, source.path)
            obstacle = _obstacle(statement, names, taken, ours, cls.name)
            if obstacle is not None:
                found.obstacles.append(obstacle)
                continue
            where.append(statement)
            _export(found, statement, names or [])
    if own_all is not None:
        found.exported = own_all
    _sort_members(found, source, cls, ours)
    return found


def _export(found: ModuleLevel, statement: ast.stmt, names: List[str]) -> None:
    for name in names:
        if not name.startswith("_") and name not in found.exported:
            found.exported.append(name)
            plain = not isinstance(statement, (ast.If, ast.For, ast.While, ast.Try))
            found.surely &= plain or bool(imports(statement) <= _VENDORS_IMPORTS)


def _sort_members(found: ModuleLevel, source: Source, cls: ast.ClassDef, ours: Source) -> None:
    own = next((one for one in ours.tree.body if isinstance(one, ast.ClassDef)), None)
    taken = {name for one in (own.body if own else []) for name in bound_names(one)}
    lines = source.text.split("\n")
    for member in cls.body:
        names = set(bound_names(member))
        if _is_docstring(member) or isinstance(member, ast.Pass):
            continue
        if isinstance(member, FUNCTIONS) and member.name in METHODS:
            continue
        plain = isinstance(member, (*FUNCTIONS, ast.Assign, ast.AnnAssign))
        start = member.lineno - 1
        alone = lines[start][: member.col_offset].strip() == ""
        special = {"__getattribute__", "__getattr__", "__new__", "__slots__", "__init_subclass__"}
        if not plain or not alone or names & (taken | special):
            why = "this part of the class could change how its methods work"
            found.obstacles.append(Obstacle(member, why))
        else:
            reason = _steering(member, cls.name) or _vendors_in_class_body(member)
            if reason:
                found.obstacles.append(Obstacle(member, reason))
            else:
                found.members.append(member)


def _vendors_in_class_body(member: ast.stmt) -> str:
    """Say which method is named, while the class is made, as what stands beside the member."""
    parts = [*member.decorator_list, member.args] if isinstance(member, FUNCTIONS) else [member]
    for node in (node for part in parts for node in ast.walk(part)):
        if isinstance(node, ast.Name) and node.id in METHODS:
            return f"{node.id} does not stand beside it in our file"
    return ""


def _obstacle(
    statement: ast.stmt,
    names: Optional[List[str]],
    taken: Set[str],
    ours: Source,
    class_name: str,
) -> Optional[Obstacle]:
    if names is None:
        module = "." * getattr(statement, "level", 0) + (getattr(statement, "module", "") or "")
        return Obstacle(
            statement,
            "which names the star import gives, to this file and to those that star-import it, "
            "cannot be known without running it",
            f"from {module} import the, names, that, are, needed",
        )
    bound = set(names)
    allowed = {one for one in bound if _same_import(statement, one, ours)}
    for name in sorted(bound - allowed):
        if name in NEW_SETTINGS:
            return Obstacle(statement, f"{name} is a setting of our file", f"rename {name}")
        if name in VENDOR_GLOBALS | {class_name, "SMSC"} or name in BUILTINS:
            return Obstacle(statement, f"{name} is what the vendor's methods work with")
        if name in taken - set(DEFAULTS):
            return Obstacle(statement, f"our file has its own {name}", f"rename {name}")
    if any(isinstance(node, ast.Delete) for node in own_scope(statement)):
        return Obstacle(statement, "it deletes names")
    if any(getattr(node, "id", "") == "locals" for node in own_scope(statement)):
        return Obstacle(statement, _STEERING["globals"])
    reason = _steering(statement, class_name)
    return Obstacle(statement, reason) if reason else None


def _steering(statement: ast.AST, class_name: str) -> str:
    """Say how a statement reaches into what our methods work with, "" if it does not."""
    for node in ast.walk(statement):
        name = getattr(node, "attr", "") or getattr(node, "id", "") or getattr(node, "name", "")
        if name in _STEERING:
            return _STEERING[name]
        if isinstance(node, ast.Constant) and node.value in NEW_SETTINGS:
            return f"our file reads {node.value} in the environment too"
        if isinstance(node, ast.Global):
            clash = set(node.names) & (VENDOR_GLOBALS | BUILTINS | {*NEW_SETTINGS, class_name})
            if clash:
                return f"it sets {sorted(clash)[0]}, which the methods work with"
        stored = isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))
        if stored and isinstance(node, (ast.Attribute, ast.Subscript)):
            root = root_name(node)
            attribute = getattr(node, "attr", "")
            if root in _PATCHED | {class_name} or attribute in (*METHODS, *VENDOR_GLOBALS):
                return f"it sets {dotted(node) or root}, which the methods work with"
    return ""


def _literal_setting(statement: ast.stmt) -> Optional[Tuple[str, ast.expr]]:
    assigned = plain_assignment(statement)
    if assigned and assigned[0] in DEFAULTS and isinstance(assigned[1], ast.Constant):
        return assigned
    return None


def _listed(statement: ast.stmt) -> Optional[List[str]]:
    """Give the names of a plain ``__all__``."""
    assigned = plain_assignment(statement)
    if not assigned or assigned[0] != "__all__":
        return None
    try:
        value = ast.literal_eval(assigned[1])
    except ValueError:
        return None
    return [str(name) for name in value]


def _names_given(statement: ast.stmt, path: Path) -> Optional[List[str]]:
    """Give the names that a statement binds; None if a star import cannot be resolved."""
    names = bound_names(statement)
    if "*" not in names:
        return names
    if not isinstance(statement, ast.ImportFrom) or statement.level > 1:
        return None
    file = path.parent.joinpath(*(statement.module or "").split(".")).with_suffix(".py")
    try:
        tree = read_source(file).tree
    except UnreadableFile:
        return None
    given: List[str] = []
    for one in tree.body:
        plain = isinstance(one, (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, *FUNCTIONS,
                                 ast.ClassDef, ast.Expr))  # fmt: skip
        inner = bound_names(one)
        if not plain or "*" in inner or "__all__" in inner or _steering(one, ""):
            return None
        given += [name for name in inner if not name.startswith("_")]
    return given


def _same_import(statement: ast.stmt, name: str, ours: Source) -> bool:
    """Tell an import that gives a name the same thing as our file's own import does."""
    own = {pair for one in ours.tree.body for pair in imports(one)} | _VENDORS_IMPORTS
    given = {pair for pair in imports(statement) if pair[1] == name}
    return bool(given) and given <= own


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
