"""What an owner added to a copy: names of the module, methods, a constructor.

An addition is carried over as it stands if it needs nothing that our file does not have.
"""

from __future__ import annotations

import ast
import builtins
import textwrap
from dataclasses import dataclass, field
from typing import FrozenSet, List, Mapping, Set, Tuple

from smsc_transports.switch.copies.anatomy import METHODS, Anatomy, state_of_objects, vendors_own
from smsc_transports.switch.copies.constants import DEFAULTS, Constant, plain_assignment
from smsc_transports.switch.files.syntax import FUNCTIONS, bound_names, calls, dotted, needed_names
from smsc_transports.switch.replacement import NEW_SETTINGS, PUBLIC, clashes, shipped

HEAD, MIDDLE, TAIL, IN_CLASS = "head", "middle", "tail", "class"
_GIVEN = set(dir(builtins)) | {"__file__", "__name__", "__package__", "__doc__", "__spec__"}
_ABOVE_SETTINGS = {"datetime", "quote", "sleep", "smtplib", "urlopen"}
_SENDS = ("send_sms", "send_sms_mail")


@dataclass(frozen=True)
class Addition:
    """A statement that the owner added.

    ``place`` says where it goes in our file: HEAD above the settings, MIDDLE below them, TAIL at
    the end, IN_CLASS into the class. ``obstacle`` says why it cannot go there, "" if it can.
    """

    line: int
    words: str
    names: Tuple[str, ...]
    place: str
    obstacle: str
    code: str = field(repr=False)


def read_additions(anatomy: Anatomy, constants: Mapping[str, Constant]) -> List[Addition]:
    """Find what the owner added, in the order of the file.

    ``constants`` are those that our file will set, also those that methods read at each call.
    """
    statements = _added_statements(anatomy, constants)
    members = _added_members(anatomy)
    available = set(_GIVEN) | PUBLIC | set(NEW_SETTINGS) | {anatomy.cls.name}
    for statement in [*statements, *members]:
        available |= set(bound_names(statement))
    own = {name for member in members for name in bound_names(member)} | set(METHODS)
    found = [_of_module(statement, anatomy, constants, available) for statement in statements]
    found += [_of_class(member, anatomy, available, own) for member in members]
    return sorted(found, key=lambda addition: addition.line)


def _added_statements(anatomy: Anatomy, constants: Mapping[str, Constant]) -> List[ast.stmt]:
    return [
        statement
        for statement in anatomy.module
        if not vendors_own(statement, anatomy.cls)
        and (plain_assignment(statement) or ("", None))[0] not in constants
    ]


def _added_members(anatomy: Anatomy) -> List[ast.stmt]:
    """Give what stands in the class beside the vendor's methods, its constants and texts."""
    added: List[ast.stmt] = []
    for statement in anatomy.cls.body:
        names = set(bound_names(statement))
        if names and not names & {*METHODS, *DEFAULTS}:
            added.append(statement)
    return added


def _of_module(
    statement: ast.stmt,
    anatomy: Anatomy,
    constants: Mapping[str, Constant],
    available: Set[str],
) -> Addition:
    code = anatomy.source.segment(statement)
    names = tuple(name for name in bound_names(statement) if name not in DEFAULTS)
    obstacle = _obstacle(statement, code, anatomy, available)
    place = _place(statement, anatomy, constants)
    return Addition(statement.lineno, _words(statement, anatomy), names, place, obstacle, code)


def _of_class(member: ast.stmt, anatomy: Anatomy, available: Set[str], own: Set[str]) -> Addition:
    names = tuple(bound_names(member))
    lines = anatomy.source.text.split("\n")
    first = min([member.lineno, *(node.lineno for node in getattr(member, "decorator_list", ()))])
    code = "\n".join(lines[first - 1 : member.end_lineno])
    wanting = _attributes_of_self(member) - own - set(DEFAULTS)
    obstacle = _missing(textwrap.dedent(code), available)
    if names == ("__init__",) and state_of_objects(anatomy):
        obstacle = "our methods do not read what it sets"
    elif wanting:
        obstacle = f"it uses self.{sorted(wanting)[0]}, which our class does not have"
    if isinstance(member, FUNCTIONS):
        words = "constructor" if names == ("__init__",) else f"method {names[0]}"
    else:
        words = f"attribute {', '.join(names)} of the class"
    return Addition(member.lineno, words, names, IN_CLASS, obstacle, code)


def _place(statement: ast.stmt, anatomy: Anatomy, constants: Mapping[str, Constant]) -> str:
    """Keep the order: what a constant may be made with stands above it, the rest below."""
    if statement.lineno > anatomy.cls.lineno:
        return TAIL
    made = [constant.line for constant in constants.values() if constant.code]
    if set(bound_names(statement)) & {*DEFAULTS, "*"}:
        return HEAD if all(statement.lineno <= line for line in made) else MIDDLE
    return HEAD if made and statement.lineno < max(made) else MIDDLE


def _words(statement: ast.stmt, anatomy: Anatomy) -> str:
    names = ", ".join(bound_names(statement))
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        module = getattr(statement, "module", "")
        return f"import of {names if names != '*' else f'all names of {module}'}"
    if isinstance(statement, FUNCTIONS):
        return f"function {statement.name}"
    if isinstance(statement, ast.ClassDef):
        return f"class {statement.name}"
    if _sends_at_import(statement):
        return "sends an SMS whenever the file is imported"
    if _is_main(statement):
        return "part that runs when the file is started as a program"
    if any(dotted(call.func) == anatomy.cls.name for call in calls(statement)) and names:
        return f"instance {names}"
    word = "names" if "," in names else "name"
    return f"{word} {names}" if names else "statement that runs when the file is imported"


def _is_main(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__name__" in {
        node.id for node in ast.walk(statement.test) if isinstance(node, ast.Name)
    }


def _sends_at_import(statement: ast.stmt) -> bool:
    if _is_main(statement) or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return False
    functions = (call.func for call in calls(statement))
    return any(isinstance(one, ast.Attribute) and one.attr in _SENDS for one in functions)


def _obstacle(statement: ast.stmt, code: str, anatomy: Anatomy, available: Set[str]) -> str:
    if anatomy.source.python2:
        return "the file is Python 2"
    taken = clashes(statement, shipped())
    if taken:
        return f"our file needs the name {sorted(taken)[0]} for itself"
    return _missing(code, available)


def _missing(code: str, available: Set[str]) -> str:
    try:
        missing = needed_names(code) - available
    except SyntaxError:
        return "it cannot be taken out of the file"
    if not missing or "*" in available:
        return ""
    return f"it uses {sorted(missing)[0]}, which our file does not have"


def obstacle_of_constant(constant: Constant, additions: List[Addition]) -> str:
    """Say why a constant's value cannot stand in our file, "" if it can."""
    above = {name for one in additions if one.place == HEAD for name in one.names}
    return _missing(constant.code or "0", _GIVEN | _ABOVE_SETTINGS | set(DEFAULTS) | above)


def _attributes_of_self(node: ast.AST) -> Set[str]:
    return {
        part.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute)
        and dotted(part.value) == "self"
        and isinstance(part.ctx, ast.Load)
    }


def names_added(additions: List[Addition]) -> FrozenSet[str]:
    """Give the names that a copy has beyond the vendor's."""
    return frozenset(name for addition in additions for name in addition.names)
