"""Where a copy has its login and password from, if not from the constants of its module."""

from __future__ import annotations

import ast
from typing import Dict, Iterator, List, Optional

from smsc_transports.switch.copies.additions import obstacle_of_constant
from smsc_transports.switch.copies.anatomy import Anatomy, state_of_objects
from smsc_transports.switch.copies.constants import (
    COMPUTED,
    DEFAULTS,
    ENVIRONMENT,
    Constant,
    constant_of,
)
from smsc_transports.switch.copies.edit import (
    NEEDS_A_LINE,
    NOTHING_TO_DO,
    TAKEN_OVER,
    Edit,
    Reading,
)
from smsc_transports.switch.files.syntax import calls, defaults, dotted, index_of

_ACCOUNT = ("SMSC_LOGIN", "SMSC_PASSWORD")
_ACCOUNT_LINES = (
    "smsc_api.SMSC_LOGIN, smsc_api.SMSC_PASSWORD = ..., ...  # the module, before the first call",
    "smsc = SMSC()  # for two accounts: two copies of our file, each with its own constants",
)
_NAMED = 2
_NOTHING = ('""', "''", "None")


def read_at_calls(anatomy: Anatomy) -> Dict[str, Constant]:
    """Find the constants whose values the methods of a copy read anew at each call."""
    return {
        name: constant_of(name, value, anatomy.source)
        for name, value in expressions_for_constants(anatomy).items()
    }


def expressions_for_constants(anatomy: Anatomy) -> Dict[str, ast.expr]:
    """Give what the methods have in the places of constants, such as os.environ["SMS_LOGIN"]."""
    found: Dict[str, ast.expr] = {}
    for method in anatomy.methods.values():
        for node in ast.walk(method):
            name = _environment_key(node)
            if name in DEFAULTS and isinstance(node, ast.expr):
                found[name] = node
    quoted = [
        call.args[0]
        for call in (calls(anatomy.sending) if anatomy.sending else ())
        if dotted(call.func) == "quote" and call.args
    ]
    for name, value in zip(
        _ACCOUNT, sorted(quoted, key=lambda node: (node.lineno, node.col_offset))
    ):
        is_known = dotted(value) in DEFAULTS or dotted(value).startswith(("self.", "cls."))
        if not is_known and not dotted(value).startswith(f"{anatomy.cls.name}."):
            found.setdefault(name, value)
    return found


def _environment_key(node: ast.AST) -> str:
    """Give the name of the environment variable that an expression reads, "" for any other."""
    key: Optional[ast.AST] = None
    if isinstance(node, ast.Subscript) and dotted(node.value) == "os.environ":
        key = index_of(node)
    elif isinstance(node, ast.Call) and dotted(node.func) in ("os.getenv", "os.environ.get"):
        key = node.args[0] if node.args else None
    value = key.value if isinstance(key, ast.Constant) else None
    return value if isinstance(value, str) else ""


def account_edits(reading: Reading) -> Iterator[Edit]:
    """Tell a copy whose account does not stand in the constants of the module."""
    yield from _of_objects(reading)
    yield from _at_calls(reading)


def _of_objects(reading: Reading) -> Iterator[Edit]:
    anatomy = reading.anatomy
    state = state_of_objects(anatomy)
    constructor = anatomy.methods.get("__init__")
    in_class = {name for name, constant in reading.constants.items() if constant.in_class}
    names = ", ".join(f"self.{name}" for name in sorted(state)[:_NAMED])
    words = f"methods read {names}{', ...' if len(state) > _NAMED else ''}; ours read the module's"
    if constructor is not None and state:
        parameters = ", ".join(defaults(constructor))
        words = f"constructor SMSC({parameters}) that gives each object its own settings"
        yield Edit("constructor", constructor.lineno, words, NEEDS_A_LINE, _ACCOUNT_LINES)
    elif state and set(state) <= in_class and _has_account(reading):
        yield Edit("attributes", min(state.values()), words, NOTHING_TO_DO)
    elif state:
        yield Edit("attributes", min(state.values()), words, NEEDS_A_LINE, _ACCOUNT_LINES)


def _has_account(reading: Reading) -> bool:
    given = [reading.constants[name] for name in _ACCOUNT if name in reading.constants]
    return len(given) == len(_ACCOUNT) and all(one.shown not in _NOTHING for one in given)


def _at_calls(reading: Reading) -> Iterator[Edit]:
    for name, constant in reading.read_at_calls.items():
        words = f"{name} is read at each call from {constant.shown}{constant.note}"
        carried = constant.origin == ENVIRONMENT
        if carried and not obstacle_of_constant(constant, reading.additions):
            yield Edit("account", constant.line, words, TAKEN_OVER)
        else:
            write = (f"smsc_api.{name} = {constant.shown}  # where the program starts",)
            yield Edit("account", constant.line, words, NEEDS_A_LINE, write)


def taken_from_calls(reading: Reading) -> List[Constant]:
    """Give what is read at calls and becomes a constant of our file.

    Our file reads SMSC_LOGIN and SMSC_PASSWORD from the environment by itself, at each call.
    """
    return [
        constant
        for name, constant in reading.read_at_calls.items()
        if constant.origin != COMPUTED
        and not (name in _ACCOUNT and f'"{name}"' in _quoted(constant))
    ]


def _quoted(constant: Constant) -> str:
    return constant.code.replace("'", '"')
