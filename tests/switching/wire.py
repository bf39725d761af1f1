"""Runs files with the class SMSC against a scripted server; what went over the wire, as JSON.

Started as a process of its own: ``wire.py FILE...``. Every name resolves to this process, every
connection ends here, whatever port it was for; nothing can leave.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import smtplib
import socket
import sys
import threading
from typing import Any, Dict, List, Tuple
from urllib.parse import parse_qsl, urlsplit

ANSWERS = {
    "send": "1,1,0.5,10",
    "cost": "0.5,1",
    "status": "1,1700000000,0,1699999999,79,0.5,shop,done,a,b",
    "balance": "10",
}
PHONE = "79161234567"
SILENT = 99

CALLS: List[Tuple[str, Tuple[Any, ...], Dict[str, Any], int]] = [
    ("send_sms", (PHONE, "test"), {}, 0),
    ("send_sms", (PHONE, "Привет, мир"), {"sender": "Моя лавка", "time": "0124"}, 0),
    ("send_sms", (PHONE, "test"), {"id": "new", "query": "maxsms=3&valid=01:00", "format": 1}, 0),
    ("send_sms", (PHONE, "test"), {"format": 10, "translit": 1, "sender": ""}, 0),
    ("send_sms", (PHONE, "x" * 2500), {}, 0),
    ("send_sms", (PHONE, "test"), {}, 2),
    ("send_sms", (PHONE, "test"), {}, SILENT),
    ("get_sms_cost", (PHONE, "test"), {"format": 3}, 0),
    ("get_status", (12, PHONE), {"all": 1}, 0),
    ("get_balance", (), {}, 0),
    ("send_sms_mail", (PHONE, "test"), {"id": 5}, 0),
]

_wire: List[Any] = []
_left_to_fail = [0]
_names: Dict[str, str] = {}
_connect, _resolve = socket.socket.connect, socket.getaddrinfo


class _Mail:
    """A mail server that writes down what it is told."""

    def __init__(self, host: str = "", port: int = 0, *_rest: Any, **_more: Any) -> None:
        _wire.append(["mail server", host])

    def login(self, user: str, password: str) -> None:
        _wire.append(["mail login", user, password])

    def sendmail(self, sender: str, to: Any, text: Any) -> Dict[str, Any]:
        text = text.decode("utf-8") if isinstance(text, bytes) else text
        last = text.replace("\r\n", "\n").split("\n\n", 1)[1]
        _wire.append(["mail", sender, [to] if isinstance(to, str) else list(to), last])
        return {}

    def __getattr__(self, _name: str) -> Any:
        return lambda *_given, **_more: None


def _serve(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            _answer(connection)


def _answer(connection: socket.socket) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        got = connection.recv(65536)
        if not got:
            return
        received += got
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines[1:])}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    method, target, _ = lines[0].split(" ")
    url = urlsplit(target)
    query = url.query or body.decode("latin-1")
    fields = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    host = headers["host"]
    host = host[: -len(":80")] if host.endswith(":80") else host  # the same address
    _wire.append([method, host, url.path, fields])
    if _left_to_fail[0]:
        _left_to_fail[0] -= 1
        return
    command = url.path.rpartition("/")[2][: -len(".php")]
    text = ANSWERS["cost" if ("cost", "1") in fields else command]
    answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}"
    connection.sendall(answer.encode("ascii"))


def _fence(port: int) -> None:
    def resolve(host: Any, service: Any, *_rest: Any, **_more: Any) -> List[Any]:
        name = host.decode() if isinstance(host, bytes) else str(host)
        address = _names.setdefault(name, f"127.77.0.{len(_names) + 1}")
        number = int(service or 0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, number))]

    def connect(self: socket.socket, address: Any) -> None:
        name = next((n for n, a in _names.items() if a == address[0]), str(address[0]))
        if address[1] == 443:
            _wire.append(["TLS", name])
            raise ConnectionRefusedError
        _connect(self, ("127.0.0.1", port))

    socket.getaddrinfo = resolve  # type: ignore[assignment]
    socket.socket.connect = connect  # type: ignore[assignment,method-assign]


def observe(path: str) -> List[Any]:
    """Load a file and make the calls; what each gave and sent."""
    _wire.clear()
    seen: List[Any] = []
    try:
        spec = importlib.util.spec_from_file_location("observed", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        with contextlib.redirect_stdout(io.StringIO()):
            spec.loader.exec_module(module)
    except Exception as error:
        return [["import", type(error).__name__]]
    seen.append(["import", list(_wire)])
    cls = next(v for v in vars(module).values() if hasattr(v, "get_sms_cost"))
    for name, given, named, failing in CALLS:
        _wire.clear()
        _left_to_fail[0] = failing
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                result: Any = getattr(cls() if isinstance(cls, type) else cls, name)(
                    *given, **named
                )
            result = list(result) if isinstance(result, list) else result
        except Exception as error:
            result = f"raised {type(error).__name__}"
        seen.append([name, result, list(_wire)])
    return seen


def main() -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(20)
    threading.Thread(target=_serve, args=(listener,), daemon=True).start()
    _fence(listener.getsockname()[1])
    smtplib.SMTP = _Mail  # type: ignore[assignment,misc]
    sys.path.insert(0, os.getcwd())
    found = {}
    for path in sys.argv[1:]:
        sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
        found[path] = observe(path)
        sys.path.pop(0)
        for name in ("access", "shop_settings"):
            sys.modules.pop(name, None)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
