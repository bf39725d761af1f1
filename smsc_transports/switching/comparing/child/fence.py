"""Keeps a file under test on this machine: connections go to the parent's gateway or nowhere.

The functions that look up and connect are replaced by ones that ask the parent for an address on
loopback. Whatever goes around them (a program started, a library loaded, a socket made by hand)
ends at an audit hook, which Python calls before it acts and which cannot be removed. What was
refused is kept: it is a part of what the file does.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import socket
import ssl
import sys
from typing import Any, Callable, Dict, List, Set, Tuple
from weakref import WeakSet

from .channel import Channel

INTERRUPTED = "Ctrl-C"
NO_SUCH_NAME = "no such name"
SILENCE = 0.2  # seconds that a program with a timeout waits for a silent host

# Compiled, with a network of their own that Python does not hear of.
NETWORK_MODULES = (
    "MySQLdb", "PyQt5", "PyQt6", "PySide2", "PySide6", "_mysql", "cffi", "curl_cffi",
    "cx_Oracle", "grpc", "oracledb", "psycopg2", "psycopg_c", "pycares", "pycurl", "pymssql",
    "pyodbc", "uvloop", "zmq",
)  # fmt: skip

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
_FILE_CHANGES = (
    "remove", "rename", "rmdir", "mkdir", "truncate", "link", "symlink", "chmod", "chown", "utime",
    "setxattr", "removexattr",
)  # fmt: skip

Address = Tuple[str, int]


class ScriptedInterrupt(KeyboardInterrupt):
    """Ctrl-C out of the script, told apart from one of the person at the keyboard."""


class PlainSocket(socket.socket):
    """Stands for a TLS connection: the gateway takes plain bytes, the parent is told of the TLS."""

    def getpeercert(self, _binary: bool = False) -> Any:
        """Give no certificate."""
        return {}

    def version(self) -> str:
        """Name a version."""
        return "TLSv1.3"

    def selected_alpn_protocol(self) -> None:
        """Have agreed on no protocol."""

    def unwrap(self) -> socket.socket:
        """Be the plain socket already."""
        return self


class Fence:
    """Stands around this process from :meth:`put_up` on."""

    def __init__(self, channel: Channel) -> None:
        self._refused: List[str] = []
        self._channel = channel
        self._granted: Set[Address] = set()
        self._silent: Set[Address] = set()
        self._silent_sockets: WeakSet[socket.socket] = WeakSet()
        self._checks = self._make_checks()

    def put_up(self) -> None:
        """Close everything; there is no way to open it again."""
        sys.addaudithook(self._audit)
        connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
        self._set_timeout = socket.socket.settimeout
        replacements: Dict[Any, Dict[str, Any]] = {
            socket: {"getaddrinfo": self._look_up, "getfqdn": lambda _name="": "client.example"},
            socket.socket: {
                "connect": lambda sock, address: connect(sock, self._way(sock, address)),
                "connect_ex": lambda sock, address: connect_ex(sock, self._way(sock, address)),
                "settimeout": self._wait_at_most,
                # The genuine one would resolve a name before anybody is asked.
                "sendto": lambda _sock, _data, *given: self._refuse(f"a packet to {given[-1]!r}"),
            },
            ssl.SSLContext: {
                "wrap_socket": self._without_tls,
                "load_default_certs": lambda *_: None,  # takes long, and nobody asks them
            },
            builtins: {"open": self._open},
            io: {"open": self._open},
        }
        for owner, functions in replacements.items():
            for name, function in functions.items():
                setattr(owner, name, _method(function) if isinstance(owner, type) else function)
        self._close_the_back_door()

    def taken(self) -> List[str]:
        """Give what was refused since the last time; addresses granted until now are void."""
        self._granted.clear()
        taken, self._refused = self._refused, []
        return sorted(set(taken))

    def _refuse(self, what: str) -> Any:
        self._refused.append(what)
        raise PermissionError(errno.EACCES, f"smsc compare does not allow {what}")

    # Look-ups and connections

    def _look_up(self, host: Any, port: Any, *_: Any, **__: Any) -> List[Any]:
        """Stand in for ``socket.getaddrinfo``."""
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", self._address(host, port))]

    def _way(self, sock: socket.socket, address: Any) -> Any:
        """Give the address to connect to in the place of another."""
        if not isinstance(address, tuple):
            self._refuse(f"a connection to {address!r}")
        if address[:2] not in self._granted:
            address = self._address(*address[:2])
        if address[:2] in self._silent:
            self._silent_sockets.add(sock)
            self._wait_at_most(sock, sock.gettimeout())
        return address

    def _address(self, host: Any, port: Any) -> Address:
        if (host, port) in self._granted:
            return host, port
        host = host.decode("latin-1") if isinstance(host, bytes) else str(host)
        if not str(port).isdecimal():
            self._refuse(f"a look-up of {host}")
        answer = self._channel.ask(resolve=[host, int(port)])["answer"]
        if answer == INTERRUPTED:
            raise ScriptedInterrupt
        if answer == NO_SUCH_NAME:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if answer is None:
            self._refuse(f"a connection to {host}:{port}")
        address = (answer[0], answer[1])
        self._granted.add(address)
        if answer[2]:
            self._silent.add(address)
        return address

    def _wait_at_most(self, sock: socket.socket, seconds: Any) -> None:
        """Stand in for ``settimeout``: where nothing will ever come, a short wait does."""
        if sock in self._silent_sockets and seconds is not None:
            seconds = min(float(seconds), SILENCE)
        self._set_timeout(sock, seconds)

    def _without_tls(self, context: ssl.SSLContext, sock: socket.socket, *_: Any, **__: Any) -> Any:
        """Stand in for the handshake; whether the certificate would be checked is told."""
        checked = context.verify_mode == ssl.CERT_REQUIRED
        self._channel.tell(tls=checked, port=sock.getpeername()[1])
        silent, timeout = sock in self._silent_sockets, sock.gettimeout()
        plain = PlainSocket(fileno=sock.detach())
        if silent:
            self._silent_sockets.add(plain)
        plain.settimeout(timeout)
        return plain

    # Files

    def _open(self, file: Any, mode: str = "r", *args: Any, **options: Any) -> Any:
        """Stand in for ``open``: what would be written goes nowhere."""
        if not isinstance(file, int) and set(mode) & set("wax+") and file != os.devnull:
            self._refused.append(f"writing to {os.fspath(file)!r}")
            file, mode = os.devnull, mode.replace("x", "w")
        return _open(file, mode, *args, **options)

    # The audit hook

    def _audit(self, event: str, args: Tuple[Any, ...]) -> None:
        check = self._checks.get(event)
        if check is not None:
            check(*args)

    def _make_checks(self) -> Dict[str, Callable[..., None]]:
        """Give what to do about each event that Python tells of."""

        def refusing(what: str, position: int = 0) -> Callable[..., None]:
            return lambda *args: self._refuse(f"{what} {_shown(args[position:])}".strip())

        program = "starting a program:"
        checks: Dict[str, Callable[..., None]] = {
            "socket.connect": self._check_connection,
            "socket.bind": self._check_server,
            "socket.__new__": self._check_socket,
            "socket.sendto": refusing("a packet to", 1),
            "socket.sendmsg": self._check_packet,
            "socket.getnameinfo": refusing("a look-up of"),
            "subprocess.Popen": refusing(program),
            "os.system": refusing(program),
            "os.exec": refusing(program),
            "os.posix_spawn": refusing(program),
            "os.spawn": refusing(program, 1),
            "os.startfile": refusing(program),
            "pty.spawn": refusing(program),
            "os.fork": refusing("a second process"),
            "os.forkpty": refusing("a second process"),
            "os.kill": refusing("a signal to process"),
            "os.killpg": refusing("a signal to process"),
            "syslog.syslog": refusing("a line in the log of the system:", 1),
            "syslog.openlog": refusing("the log of the system"),
            "ctypes.dlopen": self._check_library,
            "ctypes.dlsym": self._check_function,
            "ctypes.call_function": refusing("a function by its address"),
            "import": self._check_import,
            "open": self._check_file,
            "sqlite3.connect": self._check_database,
        }
        for lookup in ("getaddrinfo", "gethostbyname", "gethostbyaddr"):
            checks[f"socket.{lookup}"] = refusing("a look-up of")
        for change in _FILE_CHANGES:
            checks[f"os.{change}"] = refusing(f"os.{change}:")
        return checks

    def _check_connection(self, _sock: Any, address: Any) -> None:
        if not isinstance(address, tuple) or address[:2] not in self._granted:
            self._refuse(f"a connection to {address!r}")

    def _check_server(self, _sock: Any, address: Any) -> None:
        # urllib3 asks at its import whether ::1 can be had, and takes no for an answer.
        if not isinstance(address, tuple) or address[0] not in ("127.0.0.1", "::1", "localhost"):
            self._refuse(f"serving at {address!r}")

    def _check_socket(self, sock: Any, *_: Any) -> None:
        # Only Python's own class asks us for the way.
        if not isinstance(sock, socket.socket):
            self._refuse("a socket of the module _socket")

    def _check_packet(self, _sock: Any, address: Any) -> None:
        if address:
            self._refuse(f"a packet to {address!r}")

    def _check_library(self, name: Any) -> None:
        # Without a name it is Python itself, which the module ctypes opens at its import.
        if name is not None:
            self._refuse(f"the library {name}")

    def _check_function(self, _library: Any, name: Any) -> None:
        if not str(name).lstrip("_").startswith("Py"):
            self._refuse(f"the function {name} of a library")

    def _check_import(self, module: str, *_: Any) -> None:
        if module.partition(".")[0] in NETWORK_MODULES:
            self._refused.append(f"the module {module}")
            raise ImportError(f"smsc compare does not allow the module {module}", name=module)

    def _check_file(self, path: Any, mode: Any, flags: Any) -> None:
        writes = set(mode) & set("wax+") if isinstance(mode, str) else flags & _WRITING
        if writes and not isinstance(path, int) and path != os.devnull:
            self._refuse(f"writing to {path!r}")

    def _check_database(self, database: Any, *_: Any) -> None:
        name = os.fsdecode(database)
        if name != ":memory:":
            self._refuse(f"the database {name!r}")

    def _close_the_back_door(self) -> None:
        """Refuse what starts a process without telling any hook (multiprocessing does)."""
        try:
            import _posixsubprocess
        except ImportError:  # not on this system
            return
        setattr(  # noqa: B010  (the stub has no such name to assign to)
            _posixsubprocess, "fork_exec", lambda *_: self._refuse("a second process")
        )


_open = open


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a plain function, which a class hands its objects to."""
    return lambda *args, **keywords: function(*args, **keywords)


def _shown(args: Tuple[Any, ...]) -> str:
    """Give the first word of what an event is about: further ones may hold a password."""
    first = next((arg for arg in args if arg), "")
    if isinstance(first, (list, tuple)):
        first = first[0]
    text = os.fsdecode(first) if isinstance(first, bytes) else str(first)
    return text.partition(" ")[0]
