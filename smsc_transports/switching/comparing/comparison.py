"""Puts a copy and ours through the same scenes, and judges each."""

from __future__ import annotations

import ast
import os
import re
import time
from pathlib import Path
from typing import Dict, List, Mapping, NamedTuple, Sequence, Set, Tuple

from smsc_transports.switching.comparing import calls
from smsc_transports.switching.comparing.calls import Scene
from smsc_transports.switching.comparing.causes import Cause, causes
from smsc_transports.switching.comparing.program import CannotCompare, Fields, Program
from smsc_transports.switching.comparing.sides import File
from smsc_transports.switching.copies import VENDORS, Copy, Takeover
from smsc_transports.switching.environment import look_ups
from smsc_transports.switching.known_editions import SECRETS
from smsc_transports.switching.masking import texts_to_hide, with_dummies
from smsc_transports.switching.migrating import CannotMigrate, migrated_text
from smsc_transports.switching.module_level import NEW_SETTINGS
from smsc_transports.switching.reading import copy_of, read_copy
from smsc_transports.switching.secret_texts import is_secret
from smsc_transports.switching.sources import UnreadableFile, parse_source

SAME, NUMBERED, KNOWN, DIFFERENT = "the same", "numbered", "known", "different"
IMPORT = Scene("its import", "import")
DUMMY = "dummy"
SECONDS_IN_ALL = 120.0  # of all calls; usually it is one
MOST_STOPPED = 3  # calls; each takes seconds
_MAY_BE_UNSET = ("SMSC_POST", "SMSC_HTTPS", "SMSC_DEBUG", "SMTP_LOGIN", "SMTP_PASSWORD")
# What neither side is to see: proxies, and settings that only ours has.
_LEFT_OUT = re.compile(
    f".*_proxy|{'|'.join(NEW_SETTINGS)}|SMSC_SANDBOX.*|SMSC_PLUGINS|SMSC_BLOCK_PLUGINS",
    re.IGNORECASE,
)


class Verdict(NamedTuple):
    """One scene: what it came to, the number or the reason, and where the sides differ."""

    scene: Scene
    kind: str
    reason: str = ""
    causes: Sequence[Cause] = ()


class Result(NamedTuple):
    """All verdicts; ``left_out`` are names of scenes whose settings one side does not have."""

    copy: Copy
    verdicts: List[Verdict]
    left_out: List[str]
    secrets: List[str]


def compare(path: Path) -> Result:
    """Compare a copy with ours. Raises CannotCompare."""
    copy, files = _read(path)
    missing = missing_environment(copy, os.environ)
    if missing:
        given = " ".join(f"{name}=..." for name in missing)
        raise CannotCompare(
            f"It reads {', '.join(missing)} from the environment, which is not set here. "
            f"Give any values; nothing leaves this machine: {given} smsc compare {path}"
        )
    program = Program(files, _environment(copy))
    end = time.monotonic() + SECONDS_IN_ALL
    try:
        loaded = program.load()
        own, our = (side["constants"] for side in loaded)
        settable = set(own) & set(our) - _fixed(copy)
        chosen = [scene for scene in _scenes(copy) if set(scene.settings) <= settable]
        stopped = 0
        seen: List[Tuple[Scene, Fields, Fields]] = [(IMPORT, loaded[0], loaded[1])]
        for scene in chosen:
            values = [{**_set(each, settable), **scene.settings} for each in (own, our)]
            both = [program.call(side, scene, values[side]) for side in (0, 1)]
            stopped += "stopped" in both[0]
            if time.monotonic() > end:
                raise CannotCompare(f"Its calls take more than {SECONDS_IN_ALL:g} seconds.")
            if stopped > MOST_STOPPED:
                raise CannotCompare(f"Its {scene.method} {both[0]['stopped']}, in many calls.")
            if scene.name == calls.PLAIN_SEND:
                _refuse_a_hollow_run(both[0])
            seen.append((scene, both[0], both[1]))
    finally:
        program.stop()
    left_out = [scene.name for scene in _scenes(copy) if scene not in chosen]
    found = re.search(r"charset=([^&']*)", str(seen[1][2]["wire"]))
    charset = found[1] if found else "utf-8"
    verdicts = [_judge(copy, scene, yours, ours, charset) for scene, yours, ours in seen]
    secrets = [own.get(name) for name in SECRETS]
    secrets += [value for name, value in os.environ.items() if is_secret(name)]
    secrets += texts_to_hide(copy.source.tree)
    return Result(copy, verdicts, left_out, [one for one in secrets if isinstance(one, str)])


def missing_environment(copy: Copy, environment: Mapping[str, str]) -> List[str]:
    """Give the environment variables that the copy cannot do without and that are not set."""
    needed = [name for takeover in copy.takeovers for name in _needed(takeover)]
    return [name for name in dict.fromkeys(needed) if name not in environment]


def _needed(takeover: Takeover) -> List[str]:
    try:
        tree = ast.parse(takeover.text)
    except SyntaxError:
        return list(takeover.needs_environment)
    bears_none: List[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            bears_none += node.values[:-1]
        elif isinstance(node, (ast.Compare, ast.UnaryOp)):
            bears_none += ast.iter_child_nodes(node)
    # With a default, or where None will do, it need not be set.
    may_be_unset = takeover.name in _MAY_BE_UNSET
    return [
        one.name
        for one in look_ups(tree)
        if isinstance(one.node, ast.Subscript)
        or not (one.optional or may_be_unset or one.node in bears_none)
    ]


def _read(path: Path) -> Tuple[Copy, List[File]]:
    """Read the copy; give the texts to run, with dummies in the place of typed-in secrets."""
    try:
        copy = read_copy(path)
        if copy.kind != VENDORS:
            raise CannotCompare("It is no copy of the vendor's file.")
        dummies = parse_source(path, copy.source.encoded(with_dummies(copy.source, DUMMY)))
        ours = migrated_text(copy_of(dummies), force=True)
    except UnreadableFile as error:
        raise CannotCompare(f"{str(error).rstrip('.')}.") from None
    except CannotMigrate as error:
        raise CannotCompare(f"Ours cannot be composed for it: {error}.") from None
    texts = (dummies.text, ours)
    return copy, [File(os.path.abspath(path), text, copy.class_name) for text in texts]


def _fixed(copy: Copy) -> Set[str]:
    """Give the settings that the copy takes from elsewhere than the constant of the name."""
    typed = {"SMSC_HTTPS"} if copy.sending.https is not None else set()
    return typed.union(*copy.overrides.values())


def _environment(copy: Copy) -> Dict[str, str]:
    """Give this environment, with dummies for the account of the gateway."""
    kept = {name: value for name, value in os.environ.items() if not _LEFT_OUT.fullmatch(name)}
    for name in copy.needs_environment:
        if kept.get(name) and is_secret(name):
            kept[name] = DUMMY
    return {**kept, "TZ": "UTC"}


def _scenes(copy: Copy) -> List[Scene]:
    has_keys = "apikey" in copy.source.text
    return [one for one in calls.scenes() if has_keys or one.settings.get("SMSC_LOGIN") != ""]


def _set(constants: Fields, settable: Set[str]) -> Fields:
    """Give the constants to set before a call: as they were, but for the account."""
    found = {
        name: value for name, value in constants.items() if not isinstance(value, (dict, list))
    }
    for name in settable & set(SECRETS):
        if isinstance(constants[name], str) and constants[name]:
            found[name] = DUMMY
    return found


def _refuse_a_hollow_run(seen: Fields) -> None:
    """Raise if the copy does not work here: what it would do then is not known."""
    if not any("sent" in attempt for attempt in seen["wire"]):
        refused = f"{', '.join(seen['refused'])} is not allowed here" if seen["refused"] else ""
        why = seen.get("error") or seen.get("stopped") or refused
        why = why or "it returns without asking any host"
        raise CannotCompare(f"Its send_sms does not send here: {why}. What it lacks is not known.")


def _judge(copy: Copy, scene: Scene, yours: Fields, ours: Fields, charset: str) -> Verdict:
    yours, ours = ({k: v for k, v in side.items() if k not in ("error", "constants")}
                   for side in (yours, ours))  # fmt: skip
    if yours == ours:
        return Verdict(scene, SAME)
    found = causes(yours, ours)
    if not found:
        return Verdict(scene, NUMBERED, "D16")
    utf8 = str(scene.settings.get("SMSC_CHARSET", charset)).lower() in ("utf-8", "utf8")
    may = calls.MAY_DIFFER.get(scene.number, ()) if scene.number != "D1" or not utf8 else ()
    left = [cause for cause in found if cause.what not in may and calls.ANYTHING not in may]
    if not left:
        return Verdict(scene, NUMBERED, scene.number)
    reason = _named_by_check(copy, scene) or _fewer_formats(copy, yours, ours)
    return Verdict(scene, KNOWN if reason else DIFFERENT, reason, left)


def _named_by_check(copy: Copy, scene: Scene) -> str:
    """Give the change that check names and that may be why a scene differs."""
    if scene.method not in (*copy.compared, IMPORT.method):
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
    unknown = yours.get("raises") == "IndexError" and "result" in ours
    return f"edition {copy.edition} knows fewer formats" if unknown else ""
