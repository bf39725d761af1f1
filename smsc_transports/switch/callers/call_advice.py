"""What our file does where a program calls a method of the class."""

from __future__ import annotations

import ast
import re
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

from ..copies.anatomy import METHODS
from ..copies.edit import Reading
from ..copies.method_edits import SIGNATURES, lists_of_phones
from ..copies.results import RAISES, TRUTH
from ..files.syntax import dotted, texts
from .differences import in_order
from .face import Face
from .place import BETTER, NEEDS_A_LINE, SAME, Place
from .spot import Spot, shown

_UNSAFE = re.compile(r"[^\x21-\x7e]|list=")
_OLD_PARAMETERS = {
    "flash": "format=1",
    "timezone": 'query="tz=..."',
    "charset": "",
}
_NETWORK_ERRORS = (
    "ConnectionError",
    "HTTPError",
    "IOError",
    "OSError",
    "URLError",
    "error",
    "timeout",
)
_ERRORS = "from smsc_transports.errors import GatewayError, TransportError"
_BOT = 12


class Need(NamedTuple):
    """Why a call needs a line, and the line."""

    why: str
    write: Tuple[str, ...]


def advise_call(spot: Spot, face: Face, method: str) -> Place:
    """Say what our file does with one call of a method."""
    call = spot.node
    assert isinstance(call, ast.Call)
    receiver = _receiver(call)
    what = f"{receiver}.{method}(...)"
    path, copy = spot.program.path, face.path
    needs = list(_needs(spot, call, face, method, f"{receiver}.{method}"))
    if needs:
        why = "; ".join(need.why for need in needs)
        write = tuple(line for need in needs for line in need.write)
        return Place(path, spot.line, what, NEEDS_A_LINE, why=why, write=write, copy=copy)
    better = in_order(_better(spot, call, method, face))
    return Place(path, spot.line, what, BETTER if better else SAME, better, copy=copy)


def _receiver(call: ast.Call) -> str:
    value = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    if isinstance(value, ast.Call):
        return f"{dotted(value.func) or '...'}()"
    return shown(value)


def _needs(spot: Spot, call: ast.Call, face: Face, method: str, name: str) -> Iterator[Need]:
    if method not in METHODS:
        yield from _needs_of_own_method(face, method, name)
        return
    yield from _needs_of_result(spot, face, method, name)
    yield from _needs_of_arguments(call, face, method, name)
    if face.copy is not None and method != "get_balance":
        yield from _needs_of_values(call, face.copy.reading, method, name)


def _needs_of_own_method(face: Face, method: str, name: str) -> Iterator[Need]:
    known = face.copy is None or method in face.lost
    if known and not face.has_method_with_us(method):
        yield Need(
            f"our class has no method {method}", (f"{method}({name.rpartition('.')[0]}, ...)",)
        )


def _needs_of_result(spot: Spot, face: Face, method: str, name: str) -> Iterator[Need]:
    result = face.results.get(method)
    if result is not None and result.kind == RAISES:
        if method == "get_balance":
            yield Need(
                f"this copy {result.words}, ours gives False", (f"if {name}() is False: ...",)
            )
        else:
            yield Need(
                f"this copy {result.words} on an error, ours gives the reply",
                (
                    f"{name}(...).raise_for_error()",
                    f"except (GatewayError, TransportError)  # was {result.exception}",
                    _ERRORS,
                ),
            )
    elif result is not None and spot.is_used:
        if result.kind == TRUTH and method != "get_balance":
            why = "this copy gives True or False, ours the reply, which is always true"
            yield Need(why, (f"{name}(...).ok",))
        else:
            ours = (
                "the amount as text, or False" if method == "get_balance" else "the reply, a list"
            )
            why = f"this copy {result.words}, ours gives {ours}"
            yield Need(why, (f"{name}(...)  # and what follows from it",))
    elif face.raises_network_errors and spot.catching(*_NETWORK_ERRORS):
        why = "this copy raises network errors, which are caught here; ours gives ['', '']"
        if method == "get_balance":
            yield Need(why, (f"if {name}() is False: ...",))
        else:
            lines = (f"{name}(...).raise_for_error()", "except (GatewayError, TransportError)")
            yield Need(why, (*lines, _ERRORS))


def _needs_of_arguments(call: ast.Call, face: Face, method: str, name: str) -> Iterator[Need]:
    """Tell of arguments that our method takes elsewhere, by another name, or not at all."""
    theirs, ours = face.parameters(method), tuple(SIGNATURES[method])
    given = [keyword.arg for keyword in call.keywords if keyword.arg is not None]
    count = sum(not isinstance(argument, ast.Starred) for argument in call.args)
    by_place = list(theirs[:count])
    moved = any(name not in ours or ours.index(name) != at for at, name in enumerate(by_place))
    strange = [parameter for parameter in given if parameter not in ours]
    if not moved and not strange:
        return
    if face.copy is not None and not set(strange) <= set(theirs):
        return  # it fails today too
    wanting = [parameter for parameter in [*by_place, *strange] if parameter not in ours]
    kept = [parameter for parameter in [*by_place, *given] if parameter in ours]
    new = [_OLD_PARAMETERS[parameter] for parameter in wanting if _OLD_PARAMETERS.get(parameter)]
    arguments = ", ".join([*(f"{parameter}=..." for parameter in kept), *new])
    if wanting:
        why = f"our {method} has no parameter {', '.join(wanting)}"
    else:
        why = f"the parameters of our {method} stand in another order"
    lines = [f"{name}({arguments})"]
    if "charset" in wanting:
        lines.append('smsc_api.SMSC_CHARSET = "..."  # once, before the first call')
    yield Need(why, tuple(lines))


def _needs_of_values(call: ast.Call, reading: Reading, method: str, name: str) -> Iterator[Need]:
    arguments = arguments_of(call, tuple(SIGNATURES[method]))
    phones = arguments.get("phones")
    takes_lists = (
        lists_of_phones(reading.anatomy.methods[method])
        if (method in reading.anatomy.methods)
        else 0
    )
    if takes_lists and phones is not None and not _is_text(phones):
        sure = isinstance(phones, (ast.List, ast.Tuple, ast.ListComp))
        why = "this copy takes a list of phones, ours a text"
        why = why if sure else f"{why}; if it is a list here"
        yield Need(why, (f'{name}(",".join({shown(phones)}), ...)',))
    number = arguments.get("format")
    if reading.behaviour.bot and isinstance(number, ast.Constant) and number.value == _BOT:
        why = "with format=12 this build sends the sender as bot"
        yield Need(why, (f'{name}(..., format=12, query="bot=...")  # in the place of sender',))


def _better(spot: Spot, call: ast.Call, method: str, face: Face) -> Iterator[str]:
    arguments = arguments_of(call, face.parameters(method))
    for name in ("query", "id", "translit"):
        if method != "send_sms_mail" and name in arguments:
            parts = spot.at(arguments[name]).texts
            if any(_UNSAFE.search(part) for part in parts):
                yield "D2"
            if any("#" in part for part in parts):
                yield "D3"
    if method == "send_sms_mail" and _may_be_cyrillic(arguments):
        yield "D4"
    if method == "get_status" and not _is_false(arguments.get("all")):
        yield "D5"


def _is_false(node: Optional[ast.expr]) -> bool:
    return node is None or (isinstance(node, ast.Constant) and not node.value)


def _may_be_cyrillic(arguments: Dict[str, ast.expr]) -> bool:
    """Tell a letter whose text is not known to be ASCII."""
    message = arguments.get("message")
    if not isinstance(message, ast.Constant):
        return True
    return any(not part.isascii() for value in arguments.values() for part in texts(value))


def arguments_of(call: ast.Call, parameters: Tuple[str, ...]) -> Dict[str, ast.expr]:
    """Give the arguments of a call by the names of the parameters."""
    plain: List[ast.expr] = []
    for argument in call.args:
        if isinstance(argument, ast.Starred):
            break
        plain.append(argument)
    found = dict(zip(parameters, plain))
    found.update({keyword.arg: keyword.value for keyword in call.keywords if keyword.arg})
    return found


def _is_text(node: Optional[ast.AST]) -> bool:
    """Tell an expression that is text, by its form."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (str, bytes))
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)
        return name in ("str", "join", "format", "strip", "replace", "decode", "encode")
    return False
