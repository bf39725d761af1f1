"""What the owner of a copy changed in the vendor's methods."""

from __future__ import annotations

import ast
from typing import Dict, Iterator, List, Mapping, Optional, Tuple

from smsc_transports.switch.copies.anatomy import METHODS, SENDING, Anatomy
from smsc_transports.switch.copies.constants import DEFAULTS
from smsc_transports.switch.copies.edit import (
    NEEDS_A_LINE,
    NOTHING_TO_DO,
    TAKEN_OVER,
    Edit,
    Reading,
)
from smsc_transports.switch.copies.fingerprints import (
    debug_blocks,
    has_vendors_debug_lines,
    is_logger,
    says,
)
from smsc_transports.switch.copies.results import Result
from smsc_transports.switch.files.syntax import (
    Function,
    calls,
    defaults,
    dotted,
    literal,
    own_nodes,
)

SIGNATURES: Mapping[str, Mapping[str, Optional[str]]] = {
    "send_sms": {
        "phones": None,
        "message": None,
        "translit": "0",
        "time": '""',
        "id": "0",
        "format": "0",
        "sender": "False",
        "query": '""',
    },
    "send_sms_mail": {
        "phones": None,
        "message": None,
        "translit": "0",
        "time": '""',
        "id": "0",
        "format": "0",
        "sender": '""',
    },
    "get_sms_cost": {
        "phones": None,
        "message": None,
        "translit": "0",
        "format": "0",
        "sender": "False",
        "query": '""',
    },
    "get_status": {"id": None, "phone": None, "all": "0"},
    "get_balance": {},
    SENDING: {"cmd": None, "arg": '""'},
}
"""The parameters of the methods with their defaults as code, None where there is none."""

_OLD_PARAMETERS = {"flash", "timezone", "charset"}


def method_edits(reading: Reading) -> Iterator[Edit]:
    """Tell what is changed in the methods."""
    yield from _parameters(reading)
    yield from _results(reading)
    yield from _lists_of_phones(reading)
    yield from _debug_lines(reading)
    yield from _missing(reading)


def vendors_methods(anatomy: Anatomy) -> Iterator[Tuple[str, Function]]:
    """Give the vendor's methods that a copy has."""
    return ((name, anatomy.methods[name]) for name in METHODS if name in anatomy.methods)


def _parameters(reading: Reading) -> Iterator[Edit]:
    for name, function in vendors_methods(reading.anatomy):
        given, expected = defaults(function), SIGNATURES[name]
        if list(given) != list(expected):
            yield _other_signature(name, function, list(given))
            continue
        for parameter, default in given.items():
            if _is_changed(default, expected[parameter]):
                shown = reading.anatomy.source.segment(default) if default else "no default"
                words = f"{name}: {parameter} is {shown} unless given"
                line = default.lineno if default else function.lineno
                fate = TAKEN_OVER if default and literal(default)[0] else NEEDS_A_LINE
                write = (f"smsc.{name}(..., {parameter}=...)",) if fate == NEEDS_A_LINE else ()
                yield Edit("default", line, words, fate, write)


def changed_defaults(name: str, function: Function) -> Iterator[Tuple[str, ast.expr]]:
    """Give the parameters whose defaults are changed to literals, which ours can take over."""
    given, expected = defaults(function), SIGNATURES[name]
    if list(given) != list(expected):
        return
    for parameter, default in given.items():
        is_literal = default is not None and literal(default)[0]
        if default is not None and is_literal and _is_changed(default, expected[parameter]):
            yield parameter, default


def _is_changed(default: Optional[ast.expr], expected: Optional[str]) -> bool:
    if default is None or expected is None:
        return (default is None) != (expected is None)
    return repr(literal(default)) != repr((True, ast.literal_eval(expected)))


def _other_signature(name: str, function: Function, given: List[str]) -> Edit:
    ours = ", ".join(SIGNATURES[name])
    words = f"{name} has other parameters than ours: {', '.join(given)}"
    if _OLD_PARAMETERS & set(given):
        write = ('flash=1 becomes format=1, timezone=3 becomes query="tz=3"',)
    else:
        write = (f"smsc.{name}({ours})",)
    return Edit("signature", function.lineno, words, NEEDS_A_LINE, write)


def _results(reading: Reading) -> Iterator[Edit]:
    methods: Dict[Result, List[str]] = {}
    for name, result in reading.results.items():
        methods.setdefault(result, []).append(name)
    for result, names in methods.items():
        words = f"{', '.join(names)} {result.words}"
        yield Edit("result", result.line, words, NEEDS_A_LINE, (_instead(result, names[0]),))


def _instead(result: Result, name: str) -> str:
    call = f"smsc.{name}(...)"
    if result.exception:
        return f"{call}.raise_for_error()  # raises GatewayError, NotSent or OutcomeUnknown"
    return f"{call}  # the amount as text, or False" if name == "get_balance" else f"{call}.ok"


def lists_of_phones(method: Function) -> int:
    """Give the line where a method takes a list of phones, 0 if it does not."""
    for call in calls(method):
        arguments = [dotted(argument) for argument in call.args]
        tests = dotted(call.func) == "isinstance" and arguments[:1] == ["phones"]
        joins = isinstance(call.func, ast.Attribute) and call.func.attr == "join"
        if tests or (joins and "phones" in arguments):
            return call.lineno
    return 0


def _lists_of_phones(reading: Reading) -> Iterator[Edit]:
    for name, function in vendors_methods(reading.anatomy):
        line = lists_of_phones(function)
        if line:
            write = (f'smsc.{name}(",".join(phones), ...)',)
            yield Edit("phones", line, f"{name} takes a list of phones", NEEDS_A_LINE, write)


def _debug_lines(reading: Reading) -> Iterator[Edit]:
    anatomy = reading.anatomy
    if anatomy.source.python2:
        return
    logged: List[str] = []
    others: List[str] = []
    always: List[str] = []
    first = 0
    for name, function in vendors_methods(anatomy):
        if not has_vendors_debug_lines(name, function, anatomy):
            blocks = debug_blocks(function)
            first = first or (blocks[0].lineno if blocks else function.lineno)
            (logged if any(map(_logs, blocks)) else others).append(name)
        outside = _says_outside(function)
        if outside:
            first = first or outside
            always.append(name)
    for names, words in (
        (logged, "debug lines go to a logger in"),
        (others, "debug lines are changed or missing in"),
        (always, "lines are printed or logged without SMSC_DEBUG in"),
    ):
        if names:
            told = f"{words} {', '.join(names)}; ours prints the vendor's while SMSC_DEBUG is on"
            yield Edit("debug", first, told, NOTHING_TO_DO)


def _says_outside(function: Function) -> int:
    inside = {part for block in debug_blocks(function) for part in ast.walk(block)}
    for node in own_nodes(function):
        if isinstance(node, ast.Expr) and node not in inside and says(node):
            return node.lineno
    return 0


def _logs(block: ast.AST) -> bool:
    return any(is_logger(call) for call in calls(block))


def _missing(reading: Reading) -> Iterator[Edit]:
    missing = [name for name in METHODS if name not in reading.anatomy.methods]
    line = reading.anatomy.cls.lineno
    if SENDING in missing:
        words = f"cut off: {', '.join(missing)} missing, so it cannot send"
        yield Edit("missing", line, words, NOTHING_TO_DO)
        return
    used = {node.id for node in ast.walk(reading.anatomy.cls) if isinstance(node, ast.Name)}
    missing += sorted(used & set(DEFAULTS) - set(reading.constants))
    if missing:
        yield Edit("missing", line, f"without {', '.join(missing)}; ours has it", NOTHING_TO_DO)
