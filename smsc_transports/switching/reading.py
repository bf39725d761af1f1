"""Reads a copy of the vendor's file: what is taken over, and what is refused. Nothing is run.

A copy is compared with the vendor's edition. A difference is either one of a few that surely work
the same in our file (:class:`Takeover`), or it is refused (:class:`Refusal`).
"""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Dict, Mapping, Optional, Set

from smsc_transports.switching import known_editions
from smsc_transports.switching.constants import Unknown, constants
from smsc_transports.switching.copies import OTHER, OURS, SHIPPED, VENDORS, Copy, Takeover, shipped
from smsc_transports.switching.fingerprints import (
    MAILING,
    METHODS,
    SENDING,
    compare_method,
    is_vendors_ifs,
    methods_of,
)
from smsc_transports.switching.hosts import host_setting, hosts_asked
from smsc_transports.switching.known_editions import DEFAULTS
from smsc_transports.switching.methods import read_method
from smsc_transports.switching.module_level import NEW_SETTINGS, read_module_level
from smsc_transports.switching.sources import (
    Function,
    Source,
    UnreadableFile,
    bound_names,
    read_source,
)
from smsc_transports.values.encoding import FORMAT_FLAGS, fitting_charset

__all__ = ["OURS", "SHIPPED", "VENDORS", "Copy", "Unknown", "UnreadableFile",
            "constants", "copy_of", "read_copy"]  # fmt: skip


def read_copy(path: Path) -> Copy:
    """Read a file; it is neither imported nor run. Raises UnreadableFile."""
    return copy_of(read_source(path))


def copy_of(source: Source) -> Copy:
    """Tell what a file is, and of a copy all that its owner changed."""
    if _is_ours(source):
        return Copy(source.path, OURS, source)
    cls = _find_class(source.tree)
    if cls is None:
        return Copy(source.path, OTHER, source)
    ours = shipped()
    [class_of_ours] = (node for node in ours.tree.body if isinstance(node, ast.ClassDef))
    module = read_module_level(source, cls, ours)
    copy = Copy(source.path, VENDORS, source, class_name=cls.name, module=module)
    _read_class(copy, cls)
    own, usual = methods_of(cls), methods_of(class_of_ours)
    for name in METHODS:
        if name in own:
            read_method(copy, name, own[name], usual[name])
        elif name == SENDING:
            copy.refuse(name, cls, "the method is missing", "the vendor's method")
        else:
            copy.notes.append(f"{name} was taken out; our file has it")
    copy.edition = _edition(copy)
    _read_module_level(copy)
    _read_formats(copy, own)
    if SENDING in own:
        _read_hosts(copy, own[SENDING])
    copy.takeovers.sort(key=lambda one: one.line)
    copy.refusals.sort(key=lambda one: one.line)
    return copy


def _is_ours(source: Source) -> bool:
    imports_us = any(
        isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "smsc_transports"
        for node in ast.walk(source.tree)
    )
    classes = [node for node in source.tree.body if isinstance(node, ast.ClassDef)]
    own = [(cls, methods_of(cls)) for cls in classes]
    whole = [pair for pair in own if set(METHODS) <= set(pair[1])]
    return imports_us and bool(whole) and not any(_resembles(*pair) for pair in whole)


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
    compared = [compare_method(own[name], cls.name) for name in METHODS if name in own]
    return sum(len(one.differing) * 2 < len(one.digests) for one in compared) >= 2


def _read_class(copy: Copy, cls: ast.ClassDef) -> None:
    bases = [getattr(base, "id", "") for base in cls.bases]
    if cls not in copy.source.tree.body:
        copy.refuse("class", cls, "the class stands inside something else", "move it out")
    elif bases not in ([], ["object"]) or cls.keywords or cls.decorator_list:
        why = "the class has a base, a metaclass or a decorator"
        copy.refuse("class", cls, why, f"class {cls.name}(object):")
    if cls.name != "SMSC":
        copy.notes.append(f"its class is called {cls.name}; ours gets that name too")
    own = methods_of(cls)
    for node in cls.body:
        name = getattr(node, "name", "")
        if name in METHODS and own.get(name) is not node:
            copy.refuse(name, node, "the method is defined twice", "one of them")
    for statement in copy.source.tree.body:
        if getattr(statement, "name", "") == "ifs" and not is_vendors_ifs(statement):
            copy.refuse("ifs", statement, "the helper was changed", "the vendor's helper")


def _read_module_level(copy: Copy) -> None:
    module, note = copy.module, copy.notes.append
    for name, node in module.literals.items():
        if (type(node.value), node.value) != (type(DEFAULTS[name]), DEFAULTS[name]):
            copy.take(name, node)
    for statement in [*module.carried, *module.members]:
        copy.take(", ".join(bound_names(statement)) or "statement", statement)
    for obstacle in module.obstacles:
        copy.refuse("module", obstacle.node, obstacle.why, obstacle.write)
    charset = getattr(module.literals.get("SMSC_CHARSET"), "value", "utf-8")
    if isinstance(charset, str) and charset.lower() not in ("utf-8", "utf8"):
        goes = fitting_charset(charset)
        note(f"in {charset!r} the copy sends UTF-8 under that name, ours text in {goes!r}")
    login = module.literals.get("SMSC_LOGIN")
    if known_editions.WITHOUT_KEY["digest"] in _digests(copy) and not (login and login.value):
        note(known_editions.NO_API_KEY)
    given = set(module.literals) | module.bound()
    read = {name for one in copy.compared.values() for name, node in one.holes
            if getattr(node, "id", "") == name}  # fmt: skip
    for name, value in DEFAULTS.items():
        if name in read - given:
            note(f"{name}, which it needs, is not set in it; in ours: {value!r}")
    for name in filter(os.environ.get, NEW_SETTINGS):
        note(f"{name} is set in the environment: ours follows it, it does not")
    runs = ", ".join(str(one.lineno) for one in module.tail if isinstance(one, ast.Expr))
    if runs:
        note(f"it does something when it is imported (line {runs}); so will ours")


def _read_formats(copy: Copy, own: Mapping[str, Function]) -> None:
    """Take the list of formats over where ours would not do; one that is shorter only raised."""
    methods = [name for name in ("send_sms", "get_sms_cost") if name in own]
    given = {copy.compared[name].slots.formats or () for name in methods}
    differing = [each for each in given if each != tuple(FORMAT_FLAGS)[: len(each)]]
    if differing and len(given) > 1:
        why = "send_sms and get_sms_cost have different lists of formats"
        copy.refuse(methods[0], own[methods[0]], why, "one list in both")
    elif differing:
        copy.formats = differing[0]
        _say(copy, "formats", own[methods[0]], repr(list(copy.formats)))


def _read_hosts(copy: Copy, function: Function) -> None:
    """Find the SMSC_HOST; refuse where there is none that makes ours ask the same hosts."""
    copy.host = copy.domain or None
    if copy.sending.https is not None:
        _say(copy, "SMSC_HTTPS", function, repr(copy.sending.https))
    hosts = hosts_asked(copy.sending)
    mail_to = copy.compared[MAILING].slots.mail_to if MAILING in copy.compared else ""
    setting = host_setting(hosts, mail_to, _mail_settings(copy)) if hosts else None
    tries = f"{len(hosts)} {'try' if len(hosts) == 1 else 'tries'}: {', '.join(hosts)}"
    if setting is None:
        if not any(one.method == SENDING for one in copy.refusals):
            to = mail_to or "nobody"
            why = f"no SMSC_HOST makes ours ask the same ({tries}, mail to {to})"
            write = "the vendor's hosts; or smsc migrate --force, and then SMSC_HOST by hand"
            if not hosts:
                why, write = "which hosts it asks is not certain", "the vendor's five tries"
            copy.refuse(SENDING, function, why, write)
        return
    copy.host = setting
    if setting != "smsc.ua":
        more = f" ({tries})" if setting != hosts[0] else ""
        _say(copy, "SMSC_HOST", function, f'"{setting}"', more)


def _say(copy: Copy, name: str, method: Function, text: str, more: str = "") -> None:
    """Take over what has no text of its own in the copy."""
    copy.takeovers.append(Takeover(name, text, method.lineno, text + more))


def _mail_settings(copy: Copy) -> Dict[str, object]:
    """Give the settings for mail whose values are known."""
    known = {**DEFAULTS, **{name: node.value for name, node in copy.module.literals.items()}}
    unknown = copy.module.bound().union(*copy.overrides.values())
    return {name: value for name, value in known.items()
            if name.startswith("SMTP") and name not in unknown}  # fmt: skip


def _digests(copy: Copy) -> Set[str]:
    return {digest for one in copy.compared.values() for digest in one.digests}


def _edition(copy: Copy) -> str:
    """Name the edition by its code; 1.7 and 1.8 differ in more than is compared."""
    digests, known = _digests(copy), known_editions.REFUSED_STATEMENTS
    refused = {known[digest] for digest in digests if digest in known}
    if SENDING not in copy.compared:
        return "unknown"
    if known_editions.EDITION_1_8 in refused:
        return "1.7" if " 1.7 (" in copy.source.text[:300] else "1.8"
    if known_editions.THIRD_BUILD in refused:
        return known_editions.THIRD_BUILD
    if known_editions.WITHOUT_KEY["digest"] not in digests:
        return "2.0, second build"
    sends = copy.compared.get("send_sms")
    formats = (sends.slots.formats if sends else None) or ()
    return "2.0, first build" if len(formats) >= known_editions.FORMATS_OF_FIRST_2_0 else "1.9"
