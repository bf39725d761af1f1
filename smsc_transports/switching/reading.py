"""Reads a copy of the vendor's file: what is taken over, and what is refused. Nothing is run.

A copy is compared with the vendor's edition. A difference is either one of a few that surely work
the same in our file (:class:`Takeover`), or it is refused (:class:`Refusal`).
"""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Dict, Mapping, Optional, Set, Tuple

from smsc_transports.switching import fingerprints
from smsc_transports.switching.constants import Unknown, constants
from smsc_transports.switching.copies import (
    OTHER,
    OURS,
    SHIPPED,
    VENDORS,
    Copy,
    Refusal,
    Takeover,
    shipped,
)
from smsc_transports.switching.findings import Findings
from smsc_transports.switching.fingerprints import (
    MAILING,
    METHODS,
    SENDING,
    Comparison,
    methods_of,
)
from smsc_transports.switching.hosts import host_setting, hosts_asked
from smsc_transports.switching.known_editions import (
    DEFAULTS,
    EDITION_1_8,
    FORMATS_OF_FIRST_2_0,
    NO_API_KEY,
    REFUSED_STATEMENTS,
    SETTINGS,
    THIRD_BUILD,
    WITHOUT_KEY,
)
from smsc_transports.switching.methods import Methods
from smsc_transports.switching.module_level import NEW_SETTINGS, read_module_level
from smsc_transports.switching.sources import (
    Function,
    Source,
    UnreadableFile,
    bound_names,
    parse_source,
    read_bytes,
)
from smsc_transports.values.encoding import FORMAT_FLAGS

__all__ = ["OURS", "SHIPPED", "VENDORS", "Copy", "Refusal", "Takeover", "Unknown",
           "UnreadableFile", "constants", "copy_of", "read_copy"]  # fmt: skip


def read_copy(path: Path) -> Copy:
    """Read a file; it is neither imported nor run.

    Raises:
        UnreadableFile: it cannot be read as Python.
    """
    return copy_of(parse_source(path, read_bytes(path)))


def copy_of(source: Source) -> Copy:
    """Tell what a file is, and of a copy all that its owner changed."""
    if _is_ours(source):
        return Copy(source.path, OURS, source)
    cls = _find_class(source.tree)
    if cls is None:
        return Copy(source.path, OTHER, source)
    return _Reader(source, cls).copy()


def _is_ours(source: Source) -> bool:
    imports_us = any(
        isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "smsc_transports"
        for node in ast.walk(source.tree)
    )
    classes = [node for node in source.tree.body if isinstance(node, ast.ClassDef)]
    return imports_us and any(set(METHODS) <= set(methods_of(cls)) for cls in classes)


def _find_class(tree: ast.AST) -> Optional[ast.ClassDef]:
    """Find the vendor's class by its methods, whatever it is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            own = methods_of(node)
            if "send_sms" in own and (SENDING in own or _resembles(node, own)):
                return node
    return None


def _resembles(cls: ast.ClassDef, own: Mapping[str, Function]) -> bool:
    """Tell a class two of whose methods are at least half the vendor's."""
    compared = [fingerprints.compare_method(own[name], cls.name) for name in METHODS if name in own]
    return sum(len(one.differing) * 2 < len(one.digests) for one in compared) >= 2


class _Reader:
    """Reads one copy, part by part."""

    def __init__(self, source: Source, cls: ast.ClassDef) -> None:
        self._source = source
        self._cls = cls
        ours = shipped()
        [own] = (node for node in ours.tree.body if isinstance(node, ast.ClassDef))
        self._module = read_module_level(source, cls, ours)
        self._found = Findings(source)
        self._methods = Methods(self._found, self._module, cls, methods_of(own))
        self._compared: Dict[str, Comparison] = {}
        self._own = methods_of(cls)

    def copy(self) -> Copy:
        """Read all of it."""
        self._class()
        found = self._found
        for name in METHODS:
            if name in self._own:
                self._compared[name] = self._methods.read(name, self._own[name])
            elif name == SENDING:
                found.refuse(name, self._cls, "the method is missing", "the vendor's method")
            else:
                found.notes.append(f"{name} was taken out; our file has it")
        self._module_level()
        sending = self._compared.get(SENDING)
        formats, host = self._formats(), self._hosts(sending) if sending else None
        return Copy(
            path=self._source.path,
            kind=VENDORS,
            source=self._source,
            edition=self._edition(),
            class_name=self._cls.name,
            domain=sending.slots.hosts.get(":// /sys/", "") if sending else "",
            takeovers=tuple(sorted(found.takeovers, key=lambda one: one.line)),
            refusals=tuple(sorted(found.refusals, key=lambda one: one.line)),
            notes=tuple(found.notes),
            methods=tuple(self._own),
            host=host,
            https=sending.slots.https if sending else None,
            formats=formats,
            overrides=self._methods.overrides,
            defaults=self._methods.defaults,
            module=self._module,
        )

    def _class(self) -> None:
        cls, refuse = self._cls, self._found.refuse
        bases = [getattr(base, "id", "") for base in cls.bases]
        if cls not in self._source.tree.body:
            refuse("class", cls, "the class stands inside something else", "move it out")
        elif bases not in ([], ["object"]) or cls.keywords or cls.decorator_list:
            why = "the class has a base, a metaclass or a decorator"
            refuse("class", cls, why, f"class {cls.name}(object):")
        for node in cls.body:
            name = getattr(node, "name", "")
            if name in METHODS and self._own.get(name) is not node:
                refuse(name, node, "the method is defined twice", "one of them")
        for statement in self._source.tree.body:
            named = getattr(statement, "name", "") == "ifs"
            if named and not fingerprints.is_vendors_ifs(statement):
                refuse("ifs", statement, "the helper was changed", "the vendor's helper")

    def _module_level(self) -> None:
        module, note = self._module, self._found.notes.append
        for name, node in module.literals.items():
            if (type(node.value), node.value) != (type(DEFAULTS[name]), DEFAULTS[name]):
                self._found.take(name, node)
        for statement in [*module.carried, *module.members]:
            self._found.take(", ".join(bound_names(statement)) or "statement", statement)
        for obstacle in module.obstacles:
            self._found.refuse("module", obstacle.node, obstacle.why, obstacle.write)
        login = module.literals.get("SMSC_LOGIN")
        if WITHOUT_KEY["digest"] in self._digests() and not (login and login.value):
            note(NO_API_KEY)
        read = {name for one in self._compared.values() for name, node in one.holes
                if getattr(node, "id", "") == name}  # fmt: skip
        for name in SETTINGS:
            if name in read - set(module.literals) - module.bound():
                default = f"in ours: {DEFAULTS[name]!r}"
                note(f"{name}, which it needs, is not set in it; {default}")
        for name in filter(os.environ.get, NEW_SETTINGS):
            note(f"{name} is set in the environment: ours follows it, it does not")
        runs = ", ".join(str(one.lineno) for one in module.tail if isinstance(one, ast.Expr))
        if runs:
            note(f"it does something when it is imported (line {runs}); so will ours")
        if self._cls.name != "SMSC":
            note(f"its class is called {self._cls.name}; ours gets that name too")

    def _formats(self) -> Tuple[str, ...]:
        """Give the list of formats where ours would not do; one that is shorter only raised."""
        methods = [name for name in ("send_sms", "get_sms_cost") if name in self._compared]
        given = {self._compared[name].slots.formats or () for name in methods}
        own = {each for each in given if each != tuple(FORMAT_FLAGS)[: len(each)]}
        if not own:
            return ()
        node = self._own[methods[0]]
        if len(given) > 1:
            why = "send_sms and get_sms_cost have different lists of formats"
            self._found.refuse(methods[0], node, why, "one list in both")
            return ()
        formats = own.pop()
        self._found.say("formats", node, repr(list(formats)))
        return formats

    def _hosts(self, sending: Comparison) -> Optional[str]:
        """Give the SMSC_HOST; refuse where there is none that asks the same hosts."""
        first, node = sending.slots.hosts.get(":// /sys/"), self._own[SENDING]
        refused = any(one.method == SENDING for one in self._found.refusals)
        if sending.slots.https is not None:
            self._found.say("SMSC_HTTPS", node, repr(sending.slots.https))
        hosts = hosts_asked(sending.slots)
        if hosts is None:
            if not refused:
                why = "which hosts it asks is not certain"
                self._found.refuse(SENDING, node, why, "the vendor's loop of five tries")
            return first
        mailing = self._compared.get(MAILING)
        mail_to = mailing.slots.mail_to if mailing else ""
        setting = host_setting(hosts, mail_to, self._mail_settings())
        tries = f"{len(hosts)} {'try' if len(hosts) == 1 else 'tries'}: {', '.join(hosts)}"
        if setting is None and not refused:
            why = f"no SMSC_HOST makes ours ask the same ({tries}, mail to {mail_to or 'nobody'})"
            write = "the vendor's hosts; or smsc migrate --force, and then SMSC_HOST by hand"
            self._found.refuse(SENDING, node, why, write)
        if setting is None:
            return first
        if setting != "smsc.ua":
            more = f" ({tries})" if setting != hosts[0] else ""
            self._found.say("SMSC_HOST", node, f'"{setting}"', more)
        return setting

    def _mail_settings(self) -> Dict[str, object]:
        """Give the settings for mail whose values are known."""
        known = {
            name: node.value for name, node in self._module.literals.items() if name[:4] == "SMTP"
        }
        unknown = self._module.bound().union(*self._methods.overrides.values())
        return {name: value for name, value in {**DEFAULTS, **known}.items()
                if name[:4] == "SMTP" and name not in unknown}  # fmt: skip

    def _edition(self) -> str:
        """Name the edition by its code; 1.7 and 1.8 differ in more than is compared."""
        if SENDING not in self._compared:
            return "unknown"
        digests = self._digests()
        refused = {edition for digest, edition in REFUSED_STATEMENTS.items() if digest in digests}
        if EDITION_1_8 in refused:
            return "1.7" if " 1.7 (" in self._source.text[:300] else "1.8"
        if THIRD_BUILD in refused:
            return THIRD_BUILD
        if WITHOUT_KEY["digest"] not in digests:
            return "2.0, second build"
        sends = self._compared.get("send_sms")
        formats = (sends.slots.formats if sends else None) or ()
        return "2.0, first build" if len(formats) >= FORMATS_OF_FIRST_2_0 else "1.9"

    def _digests(self) -> Set[str]:
        return {digest for one in self._compared.values() for digest in one.digests}
