"""Puts a copy and ours through the same scenes, and judges each."""

from __future__ import annotations

import ast
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Set

from smsc_transports.switching.comparing import calls, numbered
from smsc_transports.switching.comparing.calls import Scene
from smsc_transports.switching.comparing.causes import Cause, causes, same_but_for_escapes
from smsc_transports.switching.comparing.child.fence import SILENCE
from smsc_transports.switching.comparing.gateway import SILENT, Gateway
from smsc_transports.switching.comparing.program import (
    NOTHING_SEEN,
    SECONDS_A_CALL,
    SECONDS_OF_SILENCE,
    SITE,
    CannotCompare,
    Fields,
    Program,
)
from smsc_transports.switching.migrating import CannotMigrate, migrated_text
from smsc_transports.switching.reading import VENDORS, Copy, Takeover, read_copy
from smsc_transports.switching.sources import UnreadableFile

SAME, NUMBERED, KNOWN, DIFFERENT = "the same", "numbered", "known", "different"
IMPORT = Scene("its import", "import", ())
_SECRET = re.compile("login|user|passw|psw|_pwd|key|token|secret", re.IGNORECASE)
_CREDENTIALS = ("SMSC_LOGIN", "SMSC_PASSWORD", "SMTP_LOGIN", "SMTP_PASSWORD")
_MAY_BE_UNSET = ("SMSC_POST", "SMSC_HTTPS", "SMSC_DEBUG", "SMTP_LOGIN", "SMTP_PASSWORD")
# What neither side is to see: proxies, and settings that only ours has.
_LEFT_OUT = re.compile(
    ".*_proxy|SMSC_(HOST|TRANSPORT|FAILOVER|TIMEOUT|DEADLINE|SLOTS|SANDBOX.*|PLUGINS|BLOCK_PLUGINS)",
    re.IGNORECASE,
)


class Verdict(NamedTuple):
    """One scene: what it came to, the number or the reason, and where the sides differ."""

    scene: Scene
    kind: str
    reason: str = ""
    causes: Sequence[Cause] = ()
    yours: Mapping[str, Any] = MappingProxyType({})
    ours: Mapping[str, Any] = MappingProxyType({})


class Result(NamedTuple):
    """All verdicts; ``left_out`` are names of scenes whose settings one side does not have."""

    copy: Copy
    verdicts: List[Verdict]
    left_out: List[str]
    secrets: List[str]


def compare(path: Path, python: str = sys.executable) -> Result:
    """Compare a copy with ours. Raises CannotCompare."""
    copy, text = _read(path)
    missing = missing_environment(copy, os.environ)
    if missing:
        given = " ".join(f"{name}=..." for name in missing)
        raise CannotCompare(
            f"It reads {', '.join(missing)} from the environment, which is not set here. "
            f"Give any values; nothing leaves this machine: {given} smsc compare {path}"
        )
    with ExitStack() as stack:
        environment = _environment(copy)
        sides = [
            _Side(Program(path, copy.source.text, copy.class_name, python, environment)),
            _Side(Program(path, text, copy.class_name, python, environment, SITE)),
        ]
        for side in sides:
            stack.callback(side.program.stop)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(_Side.load, sides))
            settable = set(sides[0].constants) & set(sides[1].constants) - _fixed(copy)
            dummies = _dummies(sides[0].constants, settable)
            for side in sides:
                side.dummies = {
                    name: value for name, value in dummies.items() if side.constants[name]
                }
            chosen = _scenes(copy, settable)
            left_out = [scene.name for scene in chosen if not set(scene.settings) <= settable]
            chosen = [scene for scene in chosen if scene.name not in left_out]
            list(pool.map(lambda side: side.run(chosen), sides))
    _refuse_a_hollow_run(sides[0])
    secrets = _secrets(copy, sides[0].constants)
    return Result(copy, _verdicts(copy, sides[0], sides[1]), left_out, secrets)


def missing_environment(copy: Copy, environment: Mapping[str, str]) -> List[str]:
    """Give the environment variables that the copy cannot do without and that are not set."""
    needed = [name for takeover in copy.takeovers for name in _needed(takeover)]
    return [name for name in dict.fromkeys(needed) if name not in environment]


def _needed(takeover: Takeover) -> List[str]:
    try:
        tree = ast.parse(takeover.text)
    except SyntaxError:
        return list(takeover.needs_environment)
    found = []
    for node in ast.walk(tree):
        # With a default, or where None will do, it need not be set.
        if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
            if takeover.name not in _MAY_BE_UNSET:
                found.append(getattr(node.args[0], "value", None))
        elif isinstance(node, ast.Subscript):
            found += [getattr(part, "value", None) for part in ast.walk(node.slice)]
    return [name for name in takeover.needs_environment if name in found]


def _read(path: Path) -> Any:
    try:
        copy = read_copy(path)
        if copy.kind != VENDORS:
            raise CannotCompare("It is no copy of the vendor's file.")
        return copy, migrated_text(copy, force=True)
    except UnreadableFile as error:
        raise CannotCompare(f"{str(error).rstrip('.')}.") from None
    except CannotMigrate as error:
        raise CannotCompare(f"Ours cannot be composed for it: {error}.") from None


def _fixed(copy: Copy) -> Set[str]:
    """Give the settings that the copy takes from elsewhere than the constant of the name."""
    typed = {"SMSC_HTTPS"} if copy.https is not None else set()
    return typed | {*(name for given in copy.overrides.values() for name in given)}


def _environment(copy: Copy) -> Dict[str, str]:
    """Give this environment, with dummies for the account of the gateway."""
    kept = {name: value for name, value in os.environ.items() if not _LEFT_OUT.fullmatch(name)}
    for name in copy.needs_environment:
        if kept.get(name) and _SECRET.search(name):
            kept[name] = f"dummy {name}"
    return {**kept, "TZ": "UTC"}


def _dummies(constants: Fields, settable: Set[str]) -> Fields:
    return {
        name: f"dummy {name}"
        for name in _CREDENTIALS
        if name in settable and isinstance(constants[name], str) and constants[name]
    }


def _scenes(copy: Copy, settable: Set[str]) -> List[Scene]:
    chosen = calls.scenes()
    if "apikey" in copy.source.text and "SMSC_LOGIN" in settable:
        chosen.insert(1, calls.with_an_api_key())
    return chosen


class _Side:
    """One side, and what it did in each scene."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.constants: Fields = {}
        self.dummies: Fields = {}
        self.seen: Dict[str, Fields] = {}
        self.scenes: List[Scene] = []
        self.error = ""
        self._stuck: Dict[str, str] = {}

    def load(self) -> None:
        with Gateway() as gateway:
            told = self.program.load(gateway)
        self.constants = told["constants"]
        self.seen[IMPORT.name] = {**_observed([told], gateway.wire), "outcomes": []}
        self.scenes.append(IMPORT)

    def run(self, scenes: List[Scene]) -> None:
        for scene in scenes:
            self._run(scene)
            if scene.name == calls.PLAIN_SEND:
                self._run(calls.at_the_limit(_length(self.seen[scene.name])))

    def _run(self, scene: Scene) -> None:
        told: List[Fields] = []
        wire: List[Fields] = []
        settings = {**self.constants, **self.dummies, **scene.settings}
        plain = (str, int, float, type(None))
        settings = {name: value for name, value in settings.items() if isinstance(value, plain)}
        silent = SILENT in scene.script
        if silent and "SMSC_TIMEOUT" in self.constants:
            settings["SMSC_TIMEOUT"] = SILENCE
        for place, (args, keywords) in enumerate(scene.calls):
            if scene.method in self._stuck:
                told.append({**NOTHING_SEEN, "stopped": self._stuck[scene.method]})
                continue
            with Gateway(scene.script, scene.rest) as gateway:
                told.append(
                    self.program.call(
                        scene.method,
                        args,
                        keywords,
                        settings,
                        gateway,
                        new=place == 0,
                        seconds=SECONDS_OF_SILENCE if silent else SECONDS_A_CALL,
                    )
                )
            wire += gateway.wire
            if "stopped" in told[-1] and not silent:
                # Each further call would take seconds.
                self._stuck[scene.method] = told[-1]["stopped"]
        if scene.name == calls.PLAIN_SEND and not wire:
            self.error = str(told[0].get("error") or told[0].get("stopped") or "")
        self.seen[scene.name] = _observed(told, wire)
        self.scenes.append(scene)


def _observed(told: List[Fields], wire: List[Fields]) -> Fields:
    fields = ("result", "raises", "stopped")
    return {
        "outcomes": [{name: each[name] for name in fields if name in each} for each in told],
        "printed": "".join(each["printed"] for each in told),
        "refused": sorted({what for each in told for what in each["refused"]}),
        "pauses": [pause for each in told for pause in each["pauses"]],
        "wire": wire,
    }


def _length(plain: Fields) -> int:
    """Give the number of characters of the parameters of the plain message."""
    for attempt in plain["wire"]:
        return len(attempt.get("body") or attempt.get("sent", "").partition("?")[2])
    return 0


def _refuse_a_hollow_run(side: _Side) -> None:
    """Raise if the copy does not work here: what it would do then is not known."""
    if not any("sent" in attempt for attempt in side.seen[calls.PLAIN_SEND]["wire"]):
        why = side.error or "it returns without asking any host"
        raise CannotCompare(f"Its send_sms does not send here: {why}. What it lacks is not known.")


def _verdicts(copy: Copy, own: _Side, our: _Side) -> List[Verdict]:
    scenes = {scene.name: scene for scene in our.scenes}
    charset = re.search(r"charset=([^&]*)", str(our.seen[calls.PLAIN_SEND]["wire"]))
    base = {
        "SMSC_CHARSET": charset[1] if charset else "utf-8",
        "SMSC_POST": "'body'" in str(our.seen[calls.PLAIN_SEND]["wire"]),
        "SMTP_LOGIN": "AUTH" in str(our.seen["a letter"]["wire"]),
    }
    found = []
    for name, scene in scenes.items():
        yours, ours = own.seen[name], our.seen[name]
        settings = {**base, **scene.settings}
        found.append(_judge(copy, scene, yours, ours, settings, our.seen))
    return found


def _judge(
    copy: Copy,
    scene: Scene,
    yours: Fields,
    ours: Fields,
    settings: Fields,
    others: Mapping[str, Fields],
) -> Verdict:
    if yours == ours:
        return Verdict(scene, SAME)
    if same_but_for_escapes(yours, ours):
        return Verdict(scene, NUMBERED, "D16")
    against = ours
    if scene.number:
        against = numbered.vendors(scene.number, ours, settings, others)
        if same_but_for_escapes(yours, against):
            return Verdict(scene, NUMBERED, scene.number)
    # What the vendor's file would do is the nearer one where a number is due as well.
    where = min((causes(yours, against), causes(yours, ours)), key=len)
    reason = _named_by_check(copy, scene) or _fewer_formats(copy, yours, ours)
    return Verdict(scene, KNOWN if reason else DIFFERENT, reason, where, yours, ours)


def _named_by_check(copy: Copy, scene: Scene) -> str:
    """Give the change that check names and that may be why a scene differs."""
    if scene.method not in (*copy.methods, IMPORT.method):
        return f"{scene.method} was taken out"
    involved = [scene.method, calls.RAW, "class", "module", "ifs"]
    lines = [
        f"line {refusal.line} ({refusal.method})"
        for refusal in copy.refusals
        if refusal.method in involved
    ]
    more = f" and {len(lines) - 2} more" if len(lines) > 2 else ""
    return f"changed in {', '.join(lines[:2])}{more}" if lines else ""


def _fewer_formats(copy: Copy, yours: Fields, ours: Fields) -> str:
    pairs = [pair for pair in zip(yours["outcomes"], ours["outcomes"]) if pair[0] != pair[1]]
    unknown = all(own.get("raises") == "IndexError" and "result" in our for own, our in pairs)
    return f"edition {copy.edition} knows fewer formats" if pairs and unknown else ""


def _secrets(copy: Copy, constants: Fields) -> List[str]:
    """Give the texts that no output may show, the longest first."""
    found = [constants.get(name) for name in _CREDENTIALS]
    found += [value for name, value in os.environ.items() if _SECRET.search(name)]
    for node in ast.walk(copy.source.tree):
        pairs = []
        if isinstance(node, ast.Assign):
            pairs = [(ast.dump(target), node.value) for target in node.targets]
        elif isinstance(node, ast.keyword):
            pairs = [(node.arg or "", node.value)]
        for name, value in pairs:
            if _SECRET.search(name):
                found += [getattr(part, "value", None) for part in ast.walk(value)]
    for method in copy.overrides.values():
        for name, text in method.items():
            if name in _CREDENTIALS:
                found.append(text.strip("'\""))
    for takeover in copy.takeovers:
        if takeover.name in _CREDENTIALS:
            found.append(takeover.text.strip("'\""))
    texts = {text for text in found if isinstance(text, str) and text}
    return sorted(texts, key=len, reverse=True)
