"""Tells what an owner changed in the vendor's methods, statement by statement.

A method is brought into a normal form, and of each statement the hash is taken. Gone in it are
layout, comments, docstrings, annotations and the names of local variables. Five things are cut
out and told apart, since they can be taken over: what stands where a setting is read (a *hole*),
the gateway's host names, the number of tries, the list of formats, and defaults of parameters.
Whatever else differs from the vendor's editions shows as a statement with another hash.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import hashlib
import re
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Dict, FrozenSet, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from smsc_transports.switching.known_editions import EDITIONS, SETTINGS
from smsc_transports.switching.sources import (
    FUNCTIONS,
    Function,
    dotted,
    index_of,
    root_name,
)

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
_SENDING_PARAMETERS = ("self", "phones", "message", "translit", "time", "id", "format", "sender")
PARAMETERS: Mapping[str, Tuple[str, ...]] = {
    "send_sms": (*_SENDING_PARAMETERS, "query"),
    "send_sms_mail": _SENDING_PARAMETERS,
    "get_sms_cost": ("self", "phones", "message", "translit", "format", "sender", "query"),
    "get_status": ("self", "id", "phone", "all"),
    "get_balance": ("self",),
    "_smsc_send_cmd": ("self", "cmd", "arg"),
}

_HOST = re.compile(r"(?P<before>(?:https?)?://|\.|)(?P<host>[\w-]+(?:\.[\w-]+)+(?::\d+)?|"
                   r"[\w-]+:\d+)(?P<after>/sys/|/)\Z")  # fmt: skip
_MAIL_TO = re.compile(r"send@send\.(?P<host>[\w.-]+)\Z")
_LOOK_UPS = {"get", "getenv"}
_DROPPED = {"annotation", "ctx", "decorator_list", "kind", "returns", "type_comment", "type_params"}
_BODIES = ("body", "orelse", "handlers", "finalbody")
_TRIED_LITERALS = 12
"""Statements have fewer literals; one with more is not searched for a setting typed into it."""


class Hole(NamedTuple):
    """Where a statement reads a setting: the vendor's name for it and what stands there."""

    name: str
    node: ast.expr
    line: int


class Statement(NamedTuple):
    """A statement in normal form: its hash, its local variables, what stands in its holes."""

    digest: str
    variables: Tuple[str, ...]
    holes: Tuple[ast.expr, ...]
    node: ast.AST


class Known(NamedTuple):
    """A statement of an edition: its hash, its local variables by number, the settings it reads."""

    digest: str
    variables: Tuple[str, ...]
    settings: Tuple[str, ...]


@dataclass
class Slots:
    """What was cut out of a method: hosts by the text around them, tries, formats, recipient."""

    hosts: Dict[str, str] = field(default_factory=dict)
    tries: Optional[int] = None
    formats: Optional[Tuple[str, ...]] = None
    mail_to: str = ""


@dataclass(frozen=True)
class Comparison:
    """A method beside the nearest edition: the holes, and the statements that differ."""

    edition: str
    holes: Tuple[Hole, ...]
    differing: Tuple[ast.AST, ...]
    slots: Slots


def compare_method(
    function: Function, class_name: str, editions: Optional[Mapping[str, str]] = None
) -> Comparison:
    """Compare a method with the vendor's editions and give the nearest."""
    known = EDITIONS[function.name] if editions is None else editions
    compared = [
        (_differing(function, class_name, label, _parsed(text)), label)
        for label, text in known.items()
    ]
    best = min(compared, key=lambda pair: len(pair[0].differing))
    return best[0]


def prints_of(function: Function, class_name: str) -> str:
    """Give the fingerprint of a method as the table of editions has it."""
    numbers: Dict[str, str] = {}
    entries = []
    for one in _Normal(function, class_name).statements():
        variables = [numbers.setdefault(name, str(len(numbers))) for name in one.variables]
        head = "/".join([one.digest, ",".join(variables)])
        entries.append("+".join([head, *(dotted(hole) for hole in one.holes)]))
    return " ".join(entries)


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
        known = name == "getattr" or (name.rpartition(".")[2] in _LOOK_UPS and "." in name)
        return (known or name == "getenv") and all(is_look_up(one) for one in node.args)
    return False


def _parsed(text: str) -> List[Known]:
    found = []
    for entry in text.split():
        head, *settings = entry.split("+")
        digest, _, variables = head.partition("/")
        found.append(Known(digest, tuple(filter(None, variables.split(","))), tuple(settings)))
    return found


def _differing(
    function: Function, class_name: str, label: str, known: Sequence[Known]
) -> Comparison:
    normal = _Normal(function, class_name)
    own = normal.statements()
    holes: List[Hole] = []
    differing: List[ast.AST] = []
    theirs: Dict[str, str] = {}
    matcher = difflib.SequenceMatcher(
        a=[one.digest for one in own], b=[entry.digest for entry in known], autojunk=False
    )
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "insert":  # statements of the edition that are not there any more
            differing.append(own[max(0, i1 - 1)].node if own else function)
        for offset, one in enumerate(own[i1:i2]):
            entry = known[j1 + offset] if j1 + offset < j2 else None
            fitted = (
                None if entry is None or i2 - i1 != j2 - j1 else normal.fitted(one, entry.digest)
            )
            if fitted is None or entry is None or not _same_variables(fitted, entry, theirs):
                differing.append(one.node)
                continue
            line = getattr(one.node, "lineno", function.lineno)
            holes += [Hole(name, node, line) for name, node in zip(entry.settings, fitted.holes)]
    return Comparison(label, tuple(holes), tuple(differing), normal.slots)


def _same_variables(own: Statement, known: Known, theirs: Dict[str, str]) -> bool:
    """Tell whether the local variables play the same parts in the whole method."""
    pairs = list(zip(own.variables, known.variables))
    return all(
        theirs.setdefault(f"own {name}", number) == number
        and theirs.setdefault(f"known {number}", name) == name
        for name, number in pairs
    )


class _Normal:
    """Brings the statements of one method into the normal form, the same on every Python."""

    def __init__(self, function: Function, class_name: str) -> None:
        self._function = function
        self._class_name = class_name
        self._parameters = {argument.arg for argument in ast.walk(function.args)
                            if isinstance(argument, ast.arg)}  # fmt: skip
        stored = {node.id for node in ast.walk(function)
                  if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}  # fmt: skip
        self._locals = stored - self._parameters
        self._variables: List[str] = []
        self._holes: List[ast.expr] = []
        self._forced: FrozenSet[int] = frozenset()
        self._places: Dict[int, Tuple[int, str]] = {}
        self.slots = Slots()

    def statements(self) -> List[Statement]:
        """Give the statements in the order of their lines."""
        body = self._function.body
        if body and ast.get_docstring(self._function) is not None:
            body = body[1:]
        found: List[Statement] = []
        self._add(body, 0, "body", found)
        return found

    def fitted(self, statement: Statement, digest: str) -> Optional[Statement]:
        """Give the statement, with what stands in its holes, if it is a known one, else None.

        Where it is not as it stands, a text or a number typed into it may be the setting.
        """
        if statement.digest == digest:
            return statement
        literals = [node for node in _heads(statement.node) if isinstance(node, ast.Constant)]
        if len(literals) > _TRIED_LITERALS:
            return None
        for count in (1, 2):
            for chosen in combinations(literals, count):
                self._forced = frozenset(id(node) for node in chosen)
                tried = self._statement(statement.node, *self._places[id(statement.node)])
                self._forced = frozenset()
                if tried.digest == digest:
                    return tried
        return None

    def _add(self, nodes: Sequence[Any], depth: int, place: str, found: List[Statement]) -> None:
        for node in nodes:
            if isinstance(node, ast.Pass):
                continue
            self._places[id(node)] = (depth, place)
            found.append(self._statement(node, depth, place))
            for name in _BODIES:
                inner = getattr(node, name, None)
                if isinstance(inner, list):
                    self._add(inner, depth + 1, name, found)

    def _statement(self, node: ast.AST, depth: int, place: str) -> Statement:
        self._holes, self._variables = [], []
        form = (depth, place, self._head(node))
        digest = hashlib.sha256(repr(form).encode("utf-8")).hexdigest()[:12]
        return Statement(digest, tuple(self._variables), tuple(self._holes), node)

    def _head(self, node: ast.AST) -> Any:
        if isinstance(node, ast.ExceptHandler):
            # Ours lets Ctrl-C through, whichever of the three is written.
            any_error = node.type is None or dotted(node.type) in ("Exception", "BaseException")
            if any_error and node.name is None:
                return ("except",)
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.List, ast.Tuple)):
            texts = [getattr(one, "value", None) for one in node.value.elts]
            sends = self._function.name in ("send_sms", "get_sms_cost")
            if sends and all(isinstance(text, str) for text in texts):
                self.slots.formats = tuple(str(text) for text in texts)
                return ("formats", self._of(node.targets))
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            return (
                "Assign",
                ("targets", (self._of(node.target),)),
                ("value", self._of(node.value)),
            )
        return self._fields(node, skipped=_BODIES)

    def _of(self, node: Any) -> Any:
        if isinstance(node, list):
            return tuple(self._of(one) for one in node)
        if not isinstance(node, ast.AST):
            return node
        if id(node) in self._forced or self._is_hole(node):
            self._holes.append(node)  # type: ignore[arg-type]
            return ("setting",)
        if isinstance(node, ast.Name):
            return ("name", self._variable(node.id) if node.id in self._locals else node.id)
        if isinstance(node, ast.Constant):
            return self._constant(node.value)
        if isinstance(node, ast.Compare) and self._function.name == SENDING:
            return self._compare(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return ("sum", *self._sum(node))
        if type(node).__name__ == "Index":
            return self._of(node.value)  # type: ignore[attr-defined]
        return self._fields(node, skipped=())

    def _variable(self, name: str) -> str:
        if name not in self._variables:
            self._variables.append(name)
        return f"local {self._variables.index(name)}"

    def _fields(self, node: ast.AST, skipped: Sequence[str]) -> Any:
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
        if isinstance(value, str) and self._function.name == SENDING:
            match = _HOST.match(value)
            if match:
                around = f"{match.group('before')} {match.group('after')}"
                self.slots.hosts[around] = match.group("host")
                return ("host", around)
        if isinstance(value, str) and self._function.name == MAILING:
            match = _MAIL_TO.match(value)
            if match:
                self.slots.mail_to = match.group("host")
                return ("mail to",)
        return ("constant", type(value).__name__, repr(value))

    def _compare(self, node: ast.Compare) -> Any:
        """Cut the number of tries out of the loop's condition."""
        last = node.comparators[-1]
        if (
            dotted(node.left) in self._locals
            and len(node.ops) == 1
            and isinstance(node.ops[0], (ast.Lt, ast.LtE))
            and isinstance(last, ast.Constant)
            and type(last.value) is int
        ):
            self.slots.tries = last.value - isinstance(node.ops[0], ast.Lt)
            return ("tries", self._of(node.left))
        return self._fields(node, skipped=())

    def _sum(self, node: ast.BinOp) -> List[Any]:
        """Flatten a sum, and bring the protocol at its head into one form."""
        parts: List[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
            parts.insert(0, left.right)
            left = left.left
        parts.insert(0, left)
        if self._function.name == SENDING:
            chosen = _protocol(parts[0])
            if chosen is not None:
                return [("protocol", self._of(chosen)), *map(self._of, parts[1:])]
            typed = re.match(r"(https?)(://.*)", str(getattr(parts[0], "value", "")))
            if typed and isinstance(parts[0], ast.Constant):
                given = ast.Constant(value=typed.group(1) == "https")
                self._holes.append(ast.copy_location(given, parts[0]))
                rest = self._constant(typed.group(2))
                return [("protocol", ("setting",)), rest, *map(self._of, parts[1:])]
        return [self._of(part) for part in parts]

    def _is_hole(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return node.id in SETTINGS or self._is_foreign(node.id)
        if not isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)) or not is_look_up(node):
            return False
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        if names & set(SETTINGS) or names & self._locals:
            return False
        root = root_name(node)
        if root == "self" or root == self._class_name:
            first = next(
                one for one in ast.walk(node) if dotted(getattr(one, "value", None)) == root
            )
            return getattr(first, "attr", "") not in (*METHODS, "") and not (
                names - {root} & self._parameters
            )
        if names & self._parameters:
            return False
        return root == "getattr" or self._is_foreign(root)

    def _is_foreign(self, name: str) -> bool:
        return not (
            name in self._locals
            or name in self._parameters
            or name in VENDOR_GLOBALS
            or name in BUILTINS
            or name == self._class_name
        )


def _protocol(node: ast.AST) -> Optional[ast.expr]:
    """Give the condition of ``ifs(condition, "https", "http")``, in either way of writing it."""
    if isinstance(node, ast.Call) and dotted(node.func) == "ifs" and len(node.args) == 3:
        condition, yes, no = node.args
    elif isinstance(node, ast.IfExp):
        condition, yes, no = node.test, node.body, node.orelse
    else:
        return None
    arms = (getattr(yes, "value", None), getattr(no, "value", None))
    return condition if arms == ("https", "http") else None


def _heads(node: ast.AST) -> List[ast.AST]:
    """Give the nodes of a statement without the statements inside it."""
    found: List[ast.AST] = []
    for name, value in ast.iter_fields(node):
        if name in _BODIES and isinstance(value, list):
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST):
                found += ast.walk(one)
    return found


def is_vendors_ifs(function: ast.AST, editions: Optional[Mapping[str, str]] = None) -> bool:
    """Tell the vendor's helper ``ifs`` from one that was changed."""
    if not isinstance(function, FUNCTIONS) or function.decorator_list:
        return False
    arguments = [argument.arg for argument in function.args.args]
    plain = isinstance(function, ast.FunctionDef) and arguments == ["cond", "val1", "val2"]
    if not plain or function.args.defaults or function.args.vararg or function.args.kwarg:
        return False
    known = EDITIONS["ifs"] if editions is None else editions
    return prints_of(function, "") in known.values()
