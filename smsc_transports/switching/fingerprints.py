"""Finds what an owner changed in the vendor's methods, statement by statement.

Each statement is brought into a normal form without layout, comments, docstrings and annotations,
and the hash of that is compared with the hashes of the vendor's edition. Four things are left out
of the hash and kept apart, since migrate takes them over: what stands where a setting is read (a
*hole*), the host names, the number of tries, and the list of formats.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from smsc_transports.switching import known_editions
from smsc_transports.switching.known_editions import SETTINGS
from smsc_transports.switching.sources import FUNCTIONS, Function, dotted, index_of, root_name

METHODS = (
    "send_sms",
    "send_sms_mail",
    "get_sms_cost",
    "get_status",
    "get_balance",
    "_smsc_send_cmd",
)
SENDING, MAILING = "_smsc_send_cmd", "send_sms_mail"
VENDOR_GLOBALS = frozenset({"ifs", "quote", "urlopen", "sleep", "smtplib", "datetime"})
BUILTINS = frozenset(dir(builtins))

_HOST = re.compile(r"(?P<protocol>https?)?(?P<before>://|\.|)(?P<host>[\w-]+(?:\.[\w-]+)+(?::\d+)?|"
                   r"[\w-]+:\d+)(?P<after>/sys/|/)\Z")  # fmt: skip
_MAIL_TO = re.compile(r"send@send\.(?P<host>[\w.-]+)\Z")
_LOOK_UPS = {"get", "getenv"}
_DROPPED = {"annotation", "ctx", "decorator_list", "kind", "returns", "type_comment", "type_params"}
_BODIES = ("body", "orelse", "handlers", "finalbody")


class Hole(NamedTuple):
    """Where a method reads a setting: the vendor's name for it and what stands there."""

    name: str
    node: ast.expr


class Statement(NamedTuple):
    """The hash of a statement, and what stands in its holes."""

    digest: str
    holes: Tuple[ast.expr, ...]
    node: ast.AST


@dataclass
class Slots:
    """What a method has of its own: hosts by the text around them, protocol, tries, formats."""

    hosts: Dict[str, str] = field(default_factory=dict)
    https: Optional[bool] = None
    tries: Optional[int] = None
    formats: Optional[Tuple[str, ...]] = None
    mail_to: str = ""


class Comparison(NamedTuple):
    """A method beside the vendor's.

    ``differing`` are statements that the vendor's does not have, ``gaps`` those after which some
    of the vendor's are missing.
    """

    holes: List[Hole]
    differing: List[Statement]
    gaps: List[ast.AST]
    digests: List[str]
    slots: Slots


def compare_method(function: Function, class_name: str) -> Comparison:
    """Compare a method with the vendor's."""
    normal = _Normal(function, class_name)
    own = normal.statements()
    known = [entry.split("+") for entry in known_editions.EDITION[function.name].split()]
    found = Comparison([], [], [], [one.digest for one in own], normal.slots)
    keyless = known_editions.WITHOUT_KEY
    matcher = difflib.SequenceMatcher(
        a=[keyless["instead of"] if one == keyless["digest"] else one for one in found.digests],
        b=[entry[0] for entry in known],
        autojunk=False,
    )
    for kind, i1, i2, j1, _j2 in matcher.get_opcodes():
        if kind == "insert":
            found.gaps.append(own[i1 - 1].node if i1 else function)
        for one, entry in zip(own[i1:i2], known[j1:] if kind == "equal" else []):
            account = one.digest == keyless["digest"]
            names = keyless["settings"].split("+") if account else entry[1:]
            found.holes.extend(map(Hole, names, one.holes))
        if kind != "equal":
            found.differing.extend(own[i1:i2])
    return found


def prints_of(function: Function, class_name: str) -> str:
    """Give the fingerprint of a method as the table of the edition has it."""
    return " ".join(
        "+".join([one.digest, *map(dotted, one.holes)])
        for one in _Normal(function, class_name).statements()
    )


def is_vendors_ifs(function: ast.AST) -> bool:
    """Tell the vendor's helper ``ifs`` from one that was changed."""
    if not isinstance(function, ast.FunctionDef) or function.decorator_list:
        return False
    arguments = function.args
    names = [argument.arg for argument in arguments.args]
    more = arguments.defaults or arguments.vararg or arguments.kwarg or arguments.kwonlyargs
    plain = names == ["cond", "val1", "val2"] and not more
    return plain and prints_of(function, "") == known_editions.EDITION["ifs"]


def is_look_up(node: ast.AST) -> bool:
    """Tell an expression that only looks something up, so that reading it twice is as once."""
    if isinstance(node, (ast.Name, ast.Constant)):
        return True
    if isinstance(node, ast.Attribute):
        return is_look_up(node.value) and not isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Subscript):
        return is_look_up(node.value) and isinstance(index_of(node), ast.Constant)
    if isinstance(node, ast.Call) and not node.keywords:
        name = dotted(node.func)
        known = name in ("getattr", "getenv") or ("." in name and name.split(".")[-1] in _LOOK_UPS)
        return known and all(is_look_up(one) for one in node.args)
    return False


class _Normal:
    """Brings the statements of one method into the normal form, the same on every Python."""

    def __init__(self, function: Function, class_name: str) -> None:
        self._function = function
        self._class_name = class_name
        self._parameters = {one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg)}
        stored = {one.id for one in ast.walk(function)
                  if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}  # fmt: skip
        self._locals = stored - self._parameters
        self._holes: List[ast.expr] = []
        self.slots = Slots()

    def statements(self) -> List[Statement]:
        """Give the statements in the order of their lines."""
        body = self._function.body
        found: List[Statement] = []
        self._add(body[ast.get_docstring(self._function) is not None :], 0, "body", found)
        return found

    def _add(
        self, nodes: Sequence[ast.AST], depth: int, place: str, found: List[Statement]
    ) -> None:
        for node in nodes:
            self._holes = []
            form = repr((depth, place, self._head(node))).encode("utf-8")
            digest = hashlib.sha256(form).hexdigest()[:12]
            found.append(Statement(digest, tuple(self._holes), node))
            for name in _BODIES:
                inner = getattr(node, name, None)
                if isinstance(inner, list):
                    self._add(inner, depth + 1, name, found)

    def _head(self, node: ast.AST) -> Any:
        """Give a statement without the statements inside it."""
        if isinstance(node, ast.ExceptHandler) and node.name is None:
            broad = node.type is None or dotted(node.type) in ("Exception", "BaseException")
            if broad:  # ours lets Ctrl-C through, whichever of the three is written
                return ("except",)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List):
            texts = [getattr(one, "value", None) for one in node.value.elts]
            sends = self._function.name in ("send_sms", "get_sms_cost")
            if sends and all(isinstance(text, str) for text in texts):
                self.slots.formats = tuple(map(str, texts))
                return ("formats", self._of(node.targets))
        return self._fields(node, skipped=_BODIES)

    def _of(self, node: Any) -> Any:
        if isinstance(node, list):
            return tuple(self._of(one) for one in node)
        if not isinstance(node, ast.AST):
            return node
        if self._is_hole(node):
            self._holes.append(node)  # type: ignore[arg-type]
            return ("setting",)
        if isinstance(node, ast.Constant):
            return self._constant(node.value)
        if isinstance(node, ast.Compare) and self._limits_tries(node):
            return ("tries", self._of(node.left))
        if type(node).__name__ == "Index":  # Python 3.8
            return self._of(node.value)  # type: ignore[attr-defined]
        return self._fields(node)

    def _fields(self, node: ast.AST, skipped: Sequence[str] = ()) -> Any:
        # What is empty is left out: later Pythons have more fields than earlier ones.
        return (
            type(node).__name__,
            *(
                (name, self._of(value))
                for name, value in ast.iter_fields(node)
                if name not in _DROPPED
                and not (name in skipped and isinstance(value, list))
                and value not in (None, [])
            ),
        )

    def _constant(self, value: Any) -> Any:
        text = value if isinstance(value, str) else ""
        match = _HOST.match(text)
        if match and self._function.name == SENDING:
            if match["protocol"]:
                self.slots.https = match["protocol"] == "https"
                untyped = text[len(match["protocol"]) :]
                written = f'ifs(SMSC_HTTPS, "https", "http") + "{untyped}"'
                return self._of(ast.parse(written, mode="eval").body)
            around = f"{match['before']} {match['after']}"
            self.slots.hosts[around] = match["host"]
            return ("host", around)
        match = _MAIL_TO.match(text)
        if match and self._function.name == MAILING:
            self.slots.mail_to = match["host"]
            return ("mail to",)
        return ("constant", type(value).__name__, repr(value))

    def _limits_tries(self, node: ast.Compare) -> bool:
        """Tell the loop's condition, and keep its number."""
        last = node.comparators[-1]
        number = last.value if isinstance(last, ast.Constant) else None
        if (
            self._function.name != SENDING
            or dotted(node.left) not in self._locals
            or len(node.ops) != 1
            or not isinstance(node.ops[0], (ast.Lt, ast.LtE))
            or not isinstance(number, int)
        ):
            return False
        self.slots.tries = number - isinstance(node.ops[0], ast.Lt)
        return True

    def _is_hole(self, node: ast.AST) -> bool:
        """Tell what may stand in the place of a setting: a name or look-up of the owner's."""
        if isinstance(node, ast.Name):
            return node.id in SETTINGS or self._is_foreign(node.id)
        if not isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)) or not is_look_up(node):
            return False
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        root = root_name(node)
        if root in ("self", self._class_name):
            own = [part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)]
            return len(names) == 1 and bool(own) and own[-1] not in METHODS
        if names & (set(SETTINGS) | self._locals | self._parameters):
            return False
        return root == "getattr" or self._is_foreign(root)

    def _is_foreign(self, name: str) -> bool:
        known = (self._locals, self._parameters, VENDOR_GLOBALS, BUILTINS, {self._class_name})
        return not any(name in names for names in known)


def methods_of(cls: ast.ClassDef) -> Dict[str, Function]:
    """Give the methods of a class by name."""
    return {node.name: node for node in cls.body if isinstance(node, FUNCTIONS)}
