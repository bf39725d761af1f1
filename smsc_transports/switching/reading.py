"""Reads a copy of the vendor's file: what is taken over, and what is refused. Nothing is run.

A copy is compared with the vendor's editions. What differs is either one of a few things that can
be proven to be the same in our file (:class:`Takeover`), or it is refused (:class:`Refusal`).
"""

from __future__ import annotations

import ast
import dataclasses
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Set, Tuple

from smsc_transports.switching import fingerprints
from smsc_transports.switching.constants import Unknown, constants
from smsc_transports.switching.fingerprints import (
    MAILING,
    METHODS,
    PARAMETERS,
    SENDING,
    Comparison,
    Hole,
    is_look_up,
)
from smsc_transports.switching.hosts import host_setting, hosts_asked
from smsc_transports.switching.known_editions import (
    DEFAULTS,
    FORMATS_OF_FIRST_2_0,
    NO_API_KEY,
    REFUSED_EDITIONS,
    SETTINGS,
)
from smsc_transports.switching.literals import environment_names, masked
from smsc_transports.switching.module_level import (
    NEW_SETTINGS,
    ModuleLevel,
    read_module_level,
)
from smsc_transports.switching.sources import (
    FUNCTIONS,
    Function,
    Source,
    UnreadableFile,
    bound_names,
    parse_source,
    read_bytes,
    read_source,
    root_name,
)
from smsc_transports.values.encoding import FORMAT_FLAGS

__all__ = ["Copy", "Refusal", "Takeover", "Unknown", "UnreadableFile", "constants", "read_copy"]

OURS, VENDORS, OTHER = "ours", "vendor's", "other"
SHIPPED = Path(__file__).parents[2] / "smsc_api.py"
"""Our file as it was installed, beside the package."""

AT_IMPORT, AT_EACH_CALL, IN_SIGNATURE = "at import", "at each call", "in a signature"


@dataclass(frozen=True)
class Takeover:
    """Something of the owner's that our file gets too.

    ``name`` is the setting, or what else it is; ``text`` is its source, which may hold a secret;
    ``shown`` is the same with secrets masked. ``when`` says when the copy reads it, and so ours.
    """

    name: str
    text: str = field(repr=False)
    line: int
    shown: str
    when: str = AT_IMPORT
    needs_environment: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Something that is not taken over: where it stands, its lines, and what to write."""

    method: str
    line: int
    lines: Tuple[str, ...]
    why: str
    write: str


@dataclass(frozen=True)
class Copy:
    """A file as it was read.

    ``kind`` is "ours", "vendor's" (a copy of the vendor's file) or "other". The rest is filled for
    a copy only. ``overrides`` are expressions that the copy reads at each call, by our method and
    setting; ``defaults`` by method and parameter; ``host`` is the SMSC_HOST, None if refused.
    """

    path: Path
    kind: str
    source: Source = field(repr=False)
    edition: str = ""
    class_name: str = ""
    domain: str = ""
    takeovers: Tuple[Takeover, ...] = ()
    refusals: Tuple[Refusal, ...] = ()
    notes: Tuple[str, ...] = ()
    methods: Tuple[str, ...] = ()
    host: Optional[str] = None
    formats: Tuple[str, ...] = ()
    overrides: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    defaults: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    module: ModuleLevel = field(default_factory=ModuleLevel, repr=False)

    @property
    def needs_environment(self) -> Tuple[str, ...]:
        """The names of the environment variables that the copy reads."""
        return tuple(dict.fromkeys(n for one in self.takeovers for n in one.needs_environment))

    @property
    def names(self) -> Set[str]:
        """Give every name that the copy, as our file replaces it, has at module level."""
        return self.module.bound() | set(self.module.exported) | set(DEFAULTS)

    @property
    def reads_object(self) -> Set[str]:
        """Give the attributes of the object that are settings in this copy, and in ours then."""
        texts = [text for method in self.overrides.values() for text in method.values()]
        return {text[len("self.") :] for text in texts if text.startswith("self.")}

    @property
    def fallbacks(self) -> Tuple[Tuple[str, object], ...]:
        """Give the settings that are not taken over, with the defaults that they fall back to."""
        given = {*self.module.literals, *self.module.bound(), *self.settings}
        given |= set(self.overrides.get(SENDING, ())) | set(self.overrides.get(MAILING, ()))
        missing = [(name, DEFAULTS[name]) for name in SETTINGS if name not in given]
        if any(one.method == SENDING for one in self.refusals):
            missing.append(("SMSC_HOST", f"{self.host or 'smsc.ua'}, with its mirrors: five tries"))
        return tuple(missing)


def read_copy(path: Path) -> Copy:
    """Read a file; it is neither imported nor run.

    Raises:
        UnreadableFile: it cannot be read as Python.
    """
    return copy_of(parse_source(path, read_bytes(path)))


def shipped() -> Source:
    """Read our own file as it was installed.

    Raises:
        UnreadableFile: it is not there.
    """
    return read_source(SHIPPED)


def copy_of(source: Source) -> Copy:
    """Tell what a file is, and of a copy all that its owner changed."""
    if is_ours(source):
        return Copy(source.path, OURS, source)
    cls = find_class(source.tree)
    if cls is None:
        return Copy(source.path, OTHER, source)
    return _Reader(source, cls).copy()


def is_ours(source: Source) -> bool:
    """Tell whether a file is ours, edited or not."""
    imports_us = any(
        isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "smsc_transports"
        for node in ast.walk(source.tree)
    )
    return imports_us and any(
        isinstance(node, ast.ClassDef) and set(METHODS) <= set(_methods(node))
        for node in source.tree.body
    )


def find_class(tree: ast.AST) -> Optional[ast.ClassDef]:
    """Find the vendor's class by the shape of its methods, whatever it is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            own = _methods(node)
            if "send_sms" in own and (SENDING in own or _resembles(node, own)):
                return node
    return None


def _resembles(cls: ast.ClassDef, own: Mapping[str, Function]) -> bool:
    """Tell a class most of whose methods are nearly the vendor's."""
    alike = 0
    for name in METHODS:
        if name in own:
            compared = fingerprints.compare_method(own[name], cls.name)
            statements = sum(isinstance(node, ast.stmt) for node in ast.walk(own[name]))
            alike += len(compared.differing) * 2 < statements
    return alike >= 2


def _methods(cls: ast.ClassDef) -> Dict[str, Function]:
    return {node.name: node for node in cls.body if isinstance(node, FUNCTIONS)}


class _Reader:
    """Reads one copy, part by part."""

    def __init__(self, source: Source, cls: ast.ClassDef) -> None:
        self._source = source
        self._cls = cls
        self._methods = _methods(cls)
        self._module = read_module_level(source, cls, shipped())
        self._refusals: List[Refusal] = []
        self._takeovers: List[Takeover] = []
        self._notes: List[str] = []
        self._compared: Dict[str, Comparison] = {}
        self._overrides: Dict[str, Dict[str, str]] = {}
        self._settings: Dict[str, str] = {}
        self._defaults: Dict[str, Dict[str, str]] = {}

    def copy(self) -> Copy:
        """Read all of it."""
        self._class()
        for name in METHODS:
            if name in self._methods:
                self._method(self._methods[name])
            elif name == SENDING:
                self._refuse(name, self._cls, "the method is missing", "put the vendor's back")
            else:
                self._notes.append(f"{name} was taken out; our file has it")
        self._module_level()
        self._literals_in_methods()
        formats = self._formats()
        host = self._hosts()
        domain = self._compared[SENDING].slots.hosts.get(":// /sys/", "") if self._known() else ""
        return Copy(
            path=self._source.path,
            kind=VENDORS,
            source=self._source,
            edition=self._edition(),
            class_name=self._cls.name,
            domain=domain,
            takeovers=tuple(sorted(self._takeovers, key=lambda one: one.line)),
            refusals=tuple(sorted(self._refusals, key=lambda one: one.line)),
            notes=tuple(self._notes),
            methods=tuple(self._methods),
            host=host,
            formats=formats,
            overrides=self._overrides,
            settings=self._settings,
            defaults=self._defaults,
            module=self._module,
        )

    def _known(self) -> bool:
        return SENDING in self._compared

    def _refuse(self, method: str, node: ast.AST, why: str, write: str) -> None:
        line = getattr(node, "lineno", self._cls.lineno)
        lines = tuple(masked(self._source, node, line) for line in self._source.lines(node))
        self._refusals.append(Refusal(method, line, lines, why, write))

    def _class(self) -> None:
        cls = self._cls
        bases = [getattr(base, "id", "") for base in cls.bases]
        if cls not in self._source.tree.body:
            self._refuse("class", cls, "the class stands inside something else", "move it out")
        elif bases not in ([], ["object"]) or cls.keywords or cls.decorator_list:
            why = "the class has a base, a metaclass or a decorator"
            self._refuse("class", cls, why, f"class {cls.name}(object):")
        seen: Set[str] = set()
        for node in cls.body:
            if isinstance(node, FUNCTIONS) and node.name in METHODS:
                if node.name in seen:
                    self._refuse(node.name, node, "the method is defined twice", "delete one")
                seen.add(node.name)
        for node in self._source.tree.body:
            named = isinstance(node, ast.FunctionDef) and node.name == "ifs"
            if named and not fingerprints.is_vendors_ifs(node):
                self._refuse("ifs", node, "the helper was changed", "put the vendor's back")

    def _method(self, function: Function) -> None:
        compared = fingerprints.compare_method(function, self._cls.name)
        name = function.name
        self._compared[name] = compared
        self._signature(function)
        self._refuse_differing(name, function, compared)
        if compared.edition in REFUSED_EDITIONS:
            why = REFUSED_EDITIONS[compared.edition]
            if name != "get_sms_cost" or "send_sms" not in self._compared:
                write = "nothing, if your programs do not depend on it: smsc migrate --force"
                self._refusals.append(Refusal(name, function.lineno, (), why, write))
        elif compared.edition == "1.9":
            login = self._module.literals.get("SMSC_LOGIN")
            if not getattr(login, "value", ""):
                self._notes.append(NO_API_KEY)
        self._holes(name, compared.holes)

    def _refuse_differing(self, name: str, function: Function, compared: Comparison) -> None:
        """Refuse the statements that differ; those that follow each other in one."""
        last = -1
        for node in sorted(compared.differing, key=lambda one: getattr(one, "lineno", 0)):
            line = getattr(node, "lineno", 0)
            if node is function:
                self._refuse(name, function, "statements are missing", _ADVICE)
                continue
            previous = self._refusals.pop() if line == last + 1 else None
            self._refuse(name, node, "it is not the vendor's", _advice(self._source, node))
            last = getattr(node, "lineno", 0) + len(self._refusals[-1].lines) - 1
            if previous is not None:
                lines = (*previous.lines, *self._refusals.pop().lines)
                self._refusals.append(dataclasses.replace(previous, lines=lines))

    def _signature(self, function: Function) -> None:
        arguments = function.args
        names = [argument.arg for argument in arguments.args]
        extra = arguments.vararg or arguments.kwarg or arguments.kwonlyargs
        extra = extra or getattr(arguments, "posonlyargs", [])
        expected = PARAMETERS[function.name]
        if tuple(names) != expected or extra or function.decorator_list:
            why = "the parameters, or a decorator, are not the vendor's"
            write = f"def {function.name}({', '.join(expected)}), with the vendor's defaults"
            self._refuse(function.name, function, why, write)
        elif isinstance(function, ast.AsyncFunctionDef):
            self._refuse(function.name, function, "it is asynchronous; ours is not", "def")
        else:
            self._read_defaults(function, expected)

    def _read_defaults(self, function: Function, expected: Tuple[str, ...]) -> None:
        values = function.args.defaults
        given = dict(zip(expected[len(expected) - len(values) :], values))
        for name, node in given.items():
            value = node.value if isinstance(node, ast.Constant) else _UNLIKE
            usual = _usual_defaults().get((function.name, name), _UNLIKE)
            if type(value) is type(usual) and value == usual:
                continue
            text = self._source.segment(node)
            root = root_name(node)
            bound = {n for one in self._module.head for n in bound_names(one)}
            if isinstance(node, ast.Constant) or (is_look_up(node) and root in bound):
                self._defaults.setdefault(function.name, {})[name] = text
                label = f"{function.name}: {name}"
                self._take(label, node, text, IN_SIGNATURE)
            else:
                why = f"the default of {name} is not a plain value"
                self._refuse(function.name, node, why, f"{name}=..., a plain value")
        required = {name for (method, name) in _usual_defaults() if method == function.name}
        for name in sorted(required - set(given)):
            self._refuse(function.name, function, f"{name} has no default", f"{name}=...")
        if set(given) - required:
            why = f"{sorted(set(given) - required)[0]} has a default; ours has none"
            self._refuse(function.name, function, why, "the vendor's parameters")

    def _holes(self, method: str, holes: Tuple[Hole, ...]) -> None:
        """Take over what the method reads where the vendor's reads a setting."""
        by_name: Dict[str, Hole] = {}
        for hole in holes:
            first = by_name.setdefault(hole.name, hole)
            if ast.dump(first.node) != ast.dump(hole.node):
                why = f"{hole.name} is read in two ways in one method"
                self._refuse(method, hole.node, why, f"one and the same for {hole.name}")
                return
        for name, hole in by_name.items():
            text = _text_of(self._source, hole.node)
            if text == name:
                continue
            if not self._can_be_read(hole.node):
                why = f"where {name} stood, what is read here is not known to this file"
                self._refuse(method, hole.node, why, f"{name}, set at the top of the file")
                continue
            self._overrides.setdefault(method, {})[name] = text

    def _can_be_read(self, node: ast.expr) -> bool:
        root = root_name(node)
        known = self._module.bound() | set(self._module.literals) | {self._cls.name, "self"}
        return isinstance(node, ast.Constant) or root in known or root == "getattr"

    def _literals_in_methods(self) -> None:
        """Make a constant of a plain value that every method has in the place of one setting."""
        for name in SETTINGS:
            readers = [m for m, one in self._compared.items() if name in _settings_of(one)]
            texts = {self._overrides.get(method, {}).get(name, name) for method in readers}
            text = next(iter(texts), name)
            plain = len(texts) == 1 and text != name and _is_plain(text)
            node = self._node_of(readers, name)
            if plain and node is not None:
                for method in readers:
                    del self._overrides[method][name]
                self._settings[name] = text
                self._take(name, node, text, AT_IMPORT)
            else:
                for method in readers:
                    given = self._overrides.get(method, {}).get(name)
                    node = self._node_of([method], name)
                    if given is not None and node is not None:
                        self._take(name, node, given, AT_EACH_CALL)

    def _node_of(self, methods: List[str], name: str) -> Optional[ast.expr]:
        holes = (hole for method in methods for hole in self._compared[method].holes)
        return next((hole.node for hole in holes if hole.name == name), None)

    def _module_level(self) -> None:
        for name, node in self._module.literals.items():
            value = node.value if isinstance(node, ast.Constant) else _UNLIKE
            if value != DEFAULTS[name] or type(value) is not type(DEFAULTS[name]):
                self._take(name, node, self._source.segment(node), AT_IMPORT)
        for statement in [*self._module.carried, *self._module.members]:
            names = ", ".join(bound_names(statement)) or "statement"
            self._take(names, statement, self._source.segment(statement), AT_IMPORT)
        plain = {
            hole.name
            for one in self._compared.values()
            for hole in one.holes
            if getattr(hole.node, "id", "") == hole.name
        }
        for name in SETTINGS:
            if name in plain - set(self._module.literals) - self._module.bound():
                value = DEFAULTS[name]
                self._notes.append(f"{name}, which it needs, is not set in it; in ours: {value!r}")
        for name in NEW_SETTINGS:
            if os.environ.get(name):
                self._notes.append(
                    f"{name} is set in the environment: ours follows it, it does not"
                )
        for obstacle in self._module.obstacles:
            self._refuse("module", obstacle.node, obstacle.why, obstacle.write)
        runs = [one.lineno for one in self._module.tail if isinstance(one, ast.Expr)]
        if runs:
            lines = ", ".join(map(str, runs))
            self._notes.append(
                f"it does something when it is imported (line {lines}); so will ours"
            )
        if self._cls.name != "SMSC":
            self._notes.append(f"its class is called {self._cls.name}; ours gets that name too")

    def _take(self, name: str, node: ast.AST, text: str, when: str) -> None:
        shown = masked(self._source, node, text, name)
        for known in self._takeovers:
            if (known.name, known.text, known.when) == (name, text, when):
                return
        line = getattr(node, "lineno", 0)
        environment = environment_names(node)
        self._takeovers.append(Takeover(name, text, line, shown, when, environment))

    def _formats(self) -> Tuple[str, ...]:
        """Give the list of formats where ours would not do; one that is shorter only raised."""
        lists = {
            name: self._compared[name].slots.formats
            for name in ("send_sms", "get_sms_cost")
            if name in self._compared
        }
        given = {formats for formats in lists.values() if formats}
        for formats in given:
            if formats == tuple(FORMAT_FLAGS)[: len(formats)]:
                continue
            if len(given) > 1:
                node = self._methods["send_sms"]
                why = "send_sms and get_sms_cost have different lists of formats"
                self._refuse("send_sms", node, why, "one list in both")
                return ()
            text = repr(list(formats))
            self._take("formats", self._methods["send_sms"], text, AT_IMPORT)
            return formats
        return ()

    def _hosts(self) -> Optional[str]:
        compared = self._compared.get(SENDING)
        if compared is None:
            return None
        first = compared.slots.hosts.get(":// /sys/")
        if compared.edition in REFUSED_EDITIONS:
            return first
        hosts = hosts_asked(compared.slots)
        if hosts is None:
            if not any(one.method == SENDING for one in self._refusals):
                why = "which hosts it asks is not certain"
                self._refuse(
                    SENDING, self._methods[SENDING], why, "the vendor's loop of five tries"
                )
            return first
        mailing = self._compared.get(MAILING)
        mail_to = mailing.slots.mail_to if mailing else ""
        constants = {name: self._value(name) for name in SETTINGS if name.startswith("SMTP")}
        known = {name: value for name, value in constants.items() if value is not _UNLIKE}
        setting = host_setting(hosts, mail_to, known)
        tries = f"{len(hosts)} {'try' if len(hosts) == 1 else 'tries'}: {', '.join(hosts)}"
        if setting is None:
            self._refuse(
                SENDING,
                self._methods[SENDING],
                f"no SMSC_HOST makes ours ask the same ({tries}, mail to {mail_to or 'nobody'})",
                "the vendor's hosts; or smsc migrate --force, and then SMSC_HOST by hand",
            )
            return first
        if setting != "smsc.ua":
            line = self._methods[SENDING].lineno
            shown = f'"{setting}"' if setting == hosts[0] else f'"{setting}" ({tries})'
            self._takeovers.append(Takeover("SMSC_HOST", f'"{setting}"', line, shown))
        return setting

    def _value(self, name: str) -> object:
        """Give the value of a setting that is known for certain, else a mark."""
        if any(name in method for method in self._overrides.values()):
            return _UNLIKE
        if name in self._settings:
            return ast.literal_eval(self._settings[name])
        node = self._module.literals.get(name)
        if isinstance(node, ast.Constant):
            return node.value
        return _UNLIKE if name in self._module.bound() else DEFAULTS[name]

    def _edition(self) -> str:
        compared = self._compared.get(SENDING)
        if compared is None:
            return "unknown"
        text = self._source.text[:300]
        if compared.edition == "1.8":
            return "1.7" if " 1.7 (" in text else "1.8"
        if compared.edition == "2.0":
            sends = self._compared["send_sms"].edition if "send_sms" in self._compared else ""
            return "2.0, third build" if "third" in sends else "2.0, second build"
        formats = self._compared["send_sms"].slots.formats if "send_sms" in self._compared else ()
        return "2.0, first build" if len(formats or ()) >= FORMATS_OF_FIRST_2_0 else "1.9"


_UNLIKE = object()
_ADVICE = "the vendor's lines; do what is needed where the method is called"


def _advice(source: Source, node: ast.AST) -> str:
    text = " ".join(source.lines(node))
    if "timeout" in text:
        return "the vendor's line; then, in our file: SMSC_TIMEOUT = ..., in seconds"
    if "print" in text or "log" in text.lower():
        return "the vendor's line; ours logs to the logger smsc_transports"
    if "import" in text:
        return "the import at the top of the file"
    return _ADVICE


def _text_of(source: Source, node: ast.expr) -> str:
    # A protocol that is typed into the URL has no text of its own.
    return repr(node.value) if isinstance(node, ast.Constant) else source.segment(node)


def _is_plain(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except ValueError:
        return False
    return True


def _settings_of(compared: Comparison) -> Set[str]:
    return {hole.name for hole in compared.holes}


def _usual_defaults() -> Mapping[Tuple[str, str], object]:
    common = {"translit": 0, "format": 0, "time": "", "id": 0, "query": ""}
    table: Dict[Tuple[str, str], object] = {("get_status", "all"): 0, (SENDING, "arg"): ""}
    for method in ("send_sms", MAILING, "get_sms_cost"):
        for name in PARAMETERS[method][3:]:
            table[(method, name)] = common.get(name, "" if method == MAILING else False)
    return table
