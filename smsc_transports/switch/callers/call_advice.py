"""What our file does where a program calls a method of the class."""

from __future__ import annotations

import ast
import itertools
import re
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

from smsc_transports.switch.callers.differences import in_order
from smsc_transports.switch.callers.face import Face
from smsc_transports.switch.callers.place import BETTER, NEEDS_A_LINE, SAME, Place
from smsc_transports.switch.callers.spot import Spot, module_of, shown
from smsc_transports.switch.copies.anatomy import METHODS
from smsc_transports.switch.copies.edit import Reading
from smsc_transports.switch.copies.method_edits import SIGNATURES, lists_of_phones
from smsc_transports.switch.copies.results import RAISES, TRUTH, Result
from smsc_transports.switch.files.syntax import dotted, texts

_UNSAFE = re.compile(r"[^\x21-\x7e]")
_LIST = "list="  # a list holds texts, and those hold anything
_OLD_PARAMETERS = {"flash": "format=1", "timezone": 'query="tz=..."'}
_NETWORK_ERRORS = (
    "ConnectionError",
    "HTTPError",
    "IOError",
    "OSError",
    "URLError",
    "error",
    "timeout",
)
_ERRORS = "from smsc_transports.values.errors import GatewayError, TransportError"
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
    result = face.results.get(method)
    if result is not None:
        yield from _needs_of_result(spot, result, method, name)
    elif face.raises_network_errors and spot.catching(*_NETWORK_ERRORS):
        why = "this copy raises network errors, which are caught here; ours gives ['', '']"
        yield Need(why, _raising(method, name, "except (GatewayError, TransportError)"))
    yield from _needs_of_arguments(spot, call, face, method, name)
    if face.copy is not None and method != "get_balance":
        yield from _needs_of_values(call, face.copy.reading, method, name)


def _needs_of_own_method(face: Face, method: str, name: str) -> Iterator[Need]:
    may_be_missing = face.copy is None or method in face.lost
    if may_be_missing and not face.has_method_with_us(method):
        receiver = name.rpartition(".")[0]
        yield Need(f"our class has no method {method}", (f"{method}({receiver}, ...)",))


def _needs_of_result(spot: Spot, result: Result, method: str, name: str) -> Iterator[Need]:
    if result.kind == RAISES:
        why = f"this copy {result.words} on an error, ours gives {_given(method)}"
        handler = f"except (GatewayError, TransportError)  # was {result.exception}"
        yield Need(why, _raising(method, name, handler))
    elif spot.is_used:
        why = f"this copy {result.words}, ours gives {_given(method)}"
        if result.kind == TRUTH and method != "get_balance":
            yield Need(f"{why}, which is always true", (f"{name}(...).ok",))
        else:
            yield Need(why, (f"{name}(...)  # and what follows from it",))


def _given(method: str) -> str:
    return "the amount as text, or False" if method == "get_balance" else "the reply"


def _raising(method: str, name: str, handler: str) -> Tuple[str, ...]:
    """Give the lines that raise where our file does not."""
    if method == "get_balance":
        return (f"if {name}() is False: ...",)
    return (f"{name}(...).raise_for_error()", handler, _ERRORS)


def _needs_of_arguments(
    spot: Spot, call: ast.Call, face: Face, method: str, name: str
) -> Iterator[Need]:
    """Tell of arguments that our method takes elsewhere, by another name, or not at all."""
    theirs, ours = face.parameters(method), tuple(SIGNATURES[method])
    given = arguments_of(call, theirs)
    count = len(_by_place(call))
    stays = theirs[:count] == ours[:count]
    strange = [one for one in given if one not in ours]
    fails_today = face.copy is not None and not set(given) <= set(theirs)
    if fails_today or (stays and not strange):
        return
    used = [one for one in strange if not _is_false(given[one])]
    kept = [f"{one}=..." for one in given if one in ours]
    new = [_OLD_PARAMETERS[one] for one in used if one in _OLD_PARAMETERS]
    why = f"our {method} has no parameter {', '.join(strange)}"
    if not strange:
        why = f"the parameters of our {method} stand in another order"
    write = [f"{name}({', '.join([*kept, *new])})"]
    if "charset" in used:
        module = module_of(spot, face)
        write = [*module.imports, f"{module.name}.SMSC_CHARSET = ...", *write]
    yield Need(why, tuple(write))


def _needs_of_values(call: ast.Call, reading: Reading, method: str, name: str) -> Iterator[Need]:
    arguments = arguments_of(call, tuple(SIGNATURES[method]))
    phones = arguments.get("phones")
    theirs = reading.anatomy.methods.get(method)
    if theirs and lists_of_phones(theirs) and phones is not None and not _is_text(phones):
        why = "this copy takes a list of phones, ours a text"
        if not isinstance(phones, (ast.List, ast.Tuple, ast.ListComp)):
            why += "; if it is a list here"
        yield Need(why, (f'{name}(",".join({shown(phones)}), ...)',))
    number = arguments.get("format")
    if reading.behaviour.bot and isinstance(number, ast.Constant) and number.value == _BOT:
        why = "with format=12 this build sends the sender as bot"
        yield Need(why, (f'{name}(..., format=12, query="bot=...")  # in the place of sender',))


def _better(spot: Spot, call: ast.Call, method: str, face: Face) -> Iterator[str]:
    arguments = arguments_of(call, face.parameters(method))
    if method == "send_sms_mail":
        if _may_be_cyrillic(arguments):
            yield "D4"
    elif not face.posts:
        for name in {"query", "id", "translit"} & set(arguments):
            yield from _better_in_a_get(spot.at(arguments[name]))
    if method == "get_status" and not _is_false(arguments.get("all")):
        yield "D5"


def _better_in_a_get(argument: Spot) -> Iterator[str]:
    """Tell what a GET did not bear in a parameter that is not quoted."""
    texts_are_known = isinstance(argument.node, ast.Constant)
    for part in argument.texts:
        if _UNSAFE.search(part) or (_LIST in part and not texts_are_known):
            yield "D2"
        if "#" in part:
            yield "D3"


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
    found = dict(zip(parameters, _by_place(call)))
    found.update({keyword.arg: keyword.value for keyword in call.keywords if keyword.arg})
    return found


def _by_place(call: ast.Call) -> List[ast.expr]:
    """Give the arguments whose parameters are known by their place."""
    return list(itertools.takewhile(lambda one: not isinstance(one, ast.Starred), call.args))


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
