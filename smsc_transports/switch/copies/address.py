"""Where a copy sends and how often it tries."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Iterator, List, Optional, Tuple

from smsc_transports.switch.copies.anatomy import Anatomy
from smsc_transports.switch.copies.constants import Constant
from smsc_transports.switch.files.syntax import Function, calls, dotted, texts, texts_in_order

DOMAINS = ("smsc.ua", "smsc.ru", "smsc.kz", "smscentre.com")
DOMAIN = re.compile(r"smsc\.(?:ua|ru|kz)|smscentre\.com", re.IGNORECASE)
HOST_OF_URL = re.compile(r"(?:^|//)([A-Za-z0-9.-]+(?::\d+)?)(?=/sys/)")
TRIES = 5


@dataclass(frozen=True)
class Address:
    """What a copy asks.

    ``domain`` is the gateway's that the copy was made for, "" if it names none; ``hosts`` are
    those it tries, in order, () where they cannot be told; ``tries`` is None where it cannot be
    counted. ``timeout`` is the code of the seconds given to urlopen, "" without. Lines tell where
    the URL, the loop and the timeout stand.
    """

    domain: str
    hosts: Tuple[str, ...]
    line: int
    tries: Optional[int]
    tries_line: int
    timeout: str
    timeout_line: int

    @property
    def setting(self) -> str:
        """What SMSC_HOST has to be for the same hosts."""
        if not self.hosts or self.hosts == mirrors(self.domain):
            return self.domain
        return ",".join(self.hosts)


def mirrors(domain: str) -> Tuple[str, ...]:
    """Give the hosts that our file tries for a domain."""
    return (domain, *(f"www{number}.{domain}" for number in range(2, TRIES + 1)))


def is_number(code: str) -> bool:
    """Tell a number that is typed in."""
    try:
        float(code)
    except ValueError:
        return False
    return True


def read_address(anatomy: Anatomy, smtp_server: Optional[Constant]) -> Address:
    """Read where a copy sends."""
    sending = anatomy.sending
    body: ast.stmt = sending or anatomy.cls
    host, line = _host(body)
    loop = _loop(sending) if sending else None
    tries = _tries(loop, sending) if sending else None
    timeout = _timeout(anatomy)
    return Address(
        domain=_domain(host, body, anatomy, smtp_server),
        hosts=_hosts(host, tries, body),
        line=line,
        tries=tries,
        tries_line=loop.lineno if loop else line,
        timeout=anatomy.source.segment(timeout) if timeout else "",
        timeout_line=timeout.lineno if timeout else 0,
    )


def _host(body: ast.stmt) -> Tuple[str, int]:
    """Give the host in the URL, "" where it is put together otherwise, and its line."""
    for node in ast.walk(body):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            match = HOST_OF_URL.search(node.value)
            if match:
                return match.group(1).lower(), node.lineno
    return "", body.lineno


def _hosts(host: str, tries: Optional[int], body: ast.stmt) -> Tuple[str, ...]:
    """Give the hosts that a copy tries, one after the other."""
    if not host or not tries or tries < 1:
        return ()
    for call in calls(body):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "replace" and call.args[1:]:
            old = "".join(texts(call.args[0])).lstrip(":/")
            new = [part.strip(":/") for part in texts_in_order(call.args[1])]
            if new[:1] == ["www"] and old:
                numbered = (f"www{number}{''.join(new[1:])}/" for number in range(2, tries + 1))
                others = [f"{host}/".replace(old, one).rstrip("/") for one in numbered]
                return tuple(dict.fromkeys([host, *others]))
    return (host,) if host not in DOMAINS else ()


def _domain(host: str, body: ast.stmt, anatomy: Anatomy, server: Optional[Constant]) -> str:
    candidates = [host, *texts(body), *texts(anatomy.cls), server.code if server else ""]
    for text in candidates:
        match = DOMAIN.search(text)
        if match:
            return match.group().lower()
    return ""


def _loop(sending: Function) -> Optional[ast.stmt]:
    for node in ast.walk(sending):
        if isinstance(node, (ast.While, ast.For)):
            return node
    return None


def _tries(loop: Optional[ast.stmt], sending: Function) -> Optional[int]:
    if isinstance(loop, ast.While):
        return _tries_of_while(loop, sending)
    if isinstance(loop, ast.For):
        return _tries_of_for(loop)
    return 1


def _tries_of_while(loop: ast.While, sending: Function) -> Optional[int]:
    for test in ast.walk(loop.test):
        if not isinstance(test, ast.Compare) or not isinstance(test.left, ast.Name):
            continue
        bound = test.comparators[0]
        if not isinstance(bound, ast.Constant) or not isinstance(bound.value, int):
            continue
        counter = test.left.id
        start = _starts(counter, sending)
        if start is None or not isinstance(test.ops[0], (ast.Lt, ast.LtE)):
            return None
        # One that counts on within an "if" counts twice at one of the tries.
        extra = sum(
            isinstance(step, ast.AugAssign) and dotted(step.target) == counter
            for statement in loop.body
            if isinstance(statement, ast.If)
            for step in ast.walk(statement)
        )
        return bound.value - start + isinstance(test.ops[0], ast.LtE) - extra
    return None


def _starts(counter: str, sending: Function) -> Optional[int]:
    for statement in sending.body:
        if isinstance(statement, ast.Assign) and dotted(statement.targets[0]) == counter:
            value = statement.value
            if isinstance(value, ast.Constant) and isinstance(value.value, int):
                return value.value
    return None


def _tries_of_for(loop: ast.For) -> Optional[int]:
    if isinstance(loop.iter, (ast.Tuple, ast.List)):
        return len(loop.iter.elts)
    if isinstance(loop.iter, ast.Call) and dotted(loop.iter.func) == "range":
        bounds: List[int] = []
        for argument in loop.iter.args:
            if not isinstance(argument, ast.Constant) or not isinstance(argument.value, int):
                return None
            bounds.append(argument.value)
        return len(range(*bounds))
    return None


def _timeout(anatomy: Anatomy) -> Optional[ast.expr]:
    return next(_timeouts(anatomy), None)


def _timeouts(anatomy: Anatomy) -> Iterator[ast.expr]:
    for call in calls(anatomy.cls):
        if dotted(call.func).rpartition(".")[2] == "urlopen":
            for keyword in call.keywords:
                if keyword.arg == "timeout":
                    yield keyword.value
