"""Keeps a file under test on this machine: connections go to the gateway on loopback or nowhere.

The functions that look up and connect are replaced by ones that ask the gateway for an address.
Whatever goes around them (a program started, a library loaded, a socket made by hand) ends at an
audit hook, which Python calls before it acts and which cannot be removed. What was refused is kept:
it is a part of what the file does.
"""

from __future__ import annotations

import builtins
import errno
import importlib
import io
import os
import smtplib
import socket
import ssl
import sys
from functools import partial
from typing import Any, Callable, Dict, List, Set, Tuple

from smsc_transports.switching.comparing.gateway import SCHEMES, Gateway

# Compiled, with a network of their own that Python does not hear of.
NETWORK_MODULES = (
    "MySQLdb", "PyQt5", "PyQt6", "PySide2", "PySide6", "_mysql", "cffi", "curl_cffi",
    "cx_Oracle", "grpc", "oracledb", "psycopg2", "psycopg_c", "pycares", "pycurl", "pymssql",
    "pyodbc", "uvloop", "zmq",
)  # fmt: skip
# Events of the audit hook, what they mean, and the argument to show.
_PROGRAM, _SECOND = "starting a program:", "a second process"
_MEANINGS: Dict[str, Tuple[str, int]] = {
    **dict.fromkeys(("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr",
                     "socket.getnameinfo"), ("a look-up of", 0)),
    **dict.fromkeys(("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.startfile",
                     "pty.spawn"), (_PROGRAM, 0)),
    **dict.fromkeys(("os.fork", "os.forkpty"), (_SECOND, 0)),
    **dict.fromkeys(("syslog.syslog", "syslog.openlog"), ("the log of the system", 9)),
    "os.spawn": (_PROGRAM, 1),
    "os.kill": ("a signal to process", 0),
    "socket.sendto": ("a packet to", 1),
    "ctypes.call_function": ("a function by its address", 0),
}  # fmt: skip
# All that the module os tells of is refused, but for these: they change nothing outside.
_HARMLESS = {f"os.{name}" for name in (
    "chdir", "fwalk", "getxattr", "listdir", "listxattr", "putenv", "scandir", "unsetenv", "walk",
    "add_dll_directory", "listdrives", "listmounts", "listvolumes")}  # fmt: skip
# Functions that no hook hears of, by module and name.
_UNHEARD = (
    ("_posixsubprocess", "fork_exec", _SECOND),
    ("_posixshmem", "shm_open", "shared memory:"),
    *((module, name, f"os.{name}:") for module in ("os", "posix") for name in ("mkfifo", "mknod")),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
_LOOPBACK = ("127.0.0.1", "::1", "localhost")

Address = Tuple[str, int]


class Fence:
    """Stands around this process from :meth:`put_up` on."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._refused: List[str] = []
        self._granted: Set[Address] = set()

    def put_up(self) -> None:
        """Close everything; there is no way to open it again."""
        sys.addaudithook(self._audit)
        connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
        replacements: Dict[Any, Dict[str, Any]] = {
            socket: {"getaddrinfo": self._look_up, "getfqdn": lambda _name="": "client.example"},
            socket.socket: {
                "connect": lambda sock, address: connect(sock, self._way(address)),
                "connect_ex": lambda sock, address: connect_ex(sock, self._way(address)),
                # The genuine one would resolve a name before anybody is asked.
                "sendto": lambda _sock, _data, *given: self._refuse(f"a packet to {given[-1]!r}"),
                # What is asked of the TLS connections that plain ones stand for.
                "getpeercert": lambda *_: {},
                "version": lambda _sock: "TLSv1.3",
                "selected_alpn_protocol": lambda _sock: None,
                "unwrap": lambda sock: sock,
            },
            ssl.SSLContext: {
                "wrap_socket": lambda context, sock, *_, **__: self._without_tls(context, sock),
                "load_default_certs": lambda *_: None,  # takes long, and nobody asks them
            },
            smtplib: {"SMTP": self._gateway.mail_class()},
            builtins: {"open": self._open},
            io: {"open": self._open},
        }
        for owner, functions in replacements.items():
            for name, function in functions.items():
                setattr(owner, name, function)
        self._refuse_unheard()

    def taken(self) -> List[str]:
        """Give what was refused since the last time; addresses granted until now are void."""
        self._granted.clear()
        taken, self._refused = self._refused, []
        return sorted(set(taken))

    def _refuse(self, what: str) -> Any:
        self._refused.append(what)
        raise PermissionError(errno.EACCES, f"smsc compare does not allow {what}")

    def _look_up(self, host: Any, port: Any, *_: Any, **__: Any) -> List[Any]:
        """Stand in for ``socket.getaddrinfo``."""
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", self._address(host, port))]

    def _way(self, address: Any) -> Any:
        """Give the address to connect to in the place of another."""
        if not isinstance(address, tuple):
            self._refuse(f"a connection to {address!r}")
        return self._address(*address[:2])

    def _address(self, host: Any, port: Any) -> Address:
        if (host, port) in self._granted:
            return host, port
        host = host.decode("latin-1") if isinstance(host, bytes) else str(host)
        if not str(port).isdecimal():
            self._refuse(f"a look-up of {host}")
        if int(port) not in SCHEMES:
            self._refuse(f"a connection to {host}:{port}")
        address = self._gateway.resolve(host, int(port))
        if address is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        self._granted.add(address)
        return address

    def _without_tls(self, context: ssl.SSLContext, sock: socket.socket) -> socket.socket:
        """Stand in for the handshake; keep whether the certificate would be checked."""
        checked = context.verify_mode == ssl.CERT_REQUIRED
        self._gateway.secured(sock.getpeername()[1], checked)
        return sock

    def _open(self, file: Any, mode: str = "r", *args: Any, **options: Any) -> Any:
        """Stand in for ``open``: what would be written goes nowhere."""
        if not isinstance(file, int) and set(mode) & set("wax+") and file != os.devnull:
            self._refused.append(f"writing to {os.fspath(file)!r}")
            file, mode = os.devnull, mode.replace("x", "w")
        return _open(file, mode, *args, **options)

    def _audit(self, event: str, args: Tuple[Any, ...]) -> None:
        if event in _MEANINGS or (event.startswith("os.") and event not in _HARMLESS):
            what, position = _MEANINGS.get(event, (f"{event}:", 0))
            self._refuse_call(what, *args[position:])
        elif event == "socket.connect" and args[1][:2] not in self._granted:
            self._refuse(f"a connection to {args[1]!r}")
        elif event == "import" and args[0].partition(".")[0] in NETWORK_MODULES:
            self._refused.append(f"the module {args[0]}")
            raise ImportError(f"smsc compare does not allow the module {args[0]}", name=args[0])
        elif event in _JUDGED:
            reason = _JUDGED[event](*args)
            if reason:
                self._refuse(reason)

    def _refuse_unheard(self) -> None:
        """Refuse what acts without telling any hook (multiprocessing does)."""
        for module, name, what in _UNHEARD:
            try:
                functions = vars(importlib.import_module(module))
            except ImportError:  # not on this system
                continue
            if name in functions:
                functions[name] = partial(self._refuse_call, what)

    def _refuse_call(self, what: str, *given: Any, **_: Any) -> Any:
        """Refuse an act, with the first word of what it is about: more may hold a password."""
        first = next((arg for arg in given if arg), "") if what != _SECOND else ""
        if isinstance(first, (list, tuple)):
            first = first[0]
        text = os.fsdecode(first) if isinstance(first, bytes) else str(first)
        self._refuse(f"{what} {text.partition(' ')[0]}".strip())


_open = open


def _serving(_sock: Any, address: Any) -> str:
    # urllib3 tries at its import whether ::1 is available, and accepts an error.
    at_home = isinstance(address, tuple) and address[0] in _LOOPBACK
    return "" if at_home else f"serving at {address!r}"


def _socket_by_hand(sock: Any, *_: Any) -> str:
    # Only Python's own class asks us for the way.
    return "" if isinstance(sock, socket.socket) else "a socket of the module _socket"


def _writing(path: Any, mode: Any, flags: Any) -> str:
    writes = set(mode) & set("wax+") if isinstance(mode, str) else flags & _WRITING
    harmless = isinstance(path, int) or path == os.devnull
    return f"writing to {path!r}" if writes and not harmless else ""


def _function(_library: Any, name: Any) -> str:
    return "" if str(name).lstrip("_").startswith("Py") else f"the function {name} of a library"


def _database(name: Any, *_: Any) -> str:
    return "" if os.fsdecode(name) == ":memory:" else f"the database {os.fsdecode(name)!r}"


_JUDGED: Dict[str, Callable[..., str]] = {
    "socket.bind": _serving,
    "socket.__new__": _socket_by_hand,
    "socket.sendmsg": lambda _sock, address: f"a packet to {address!r}" if address else "",
    # Without a name it is Python itself, which the module ctypes opens at its import.
    "ctypes.dlopen": lambda name: f"the library {name}" if name is not None else "",
    "ctypes.dlsym": _function,
    "open": _writing,
    "sqlite3.connect": _database,
}
