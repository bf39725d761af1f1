"""Refuses what would still go to the gateway, past the functions that lead to the sandbox.

Python reports each look-up, connection and import before it happens (3.8 and newer). Libraries
that do these without Python are only reported.
"""

import sys
from typing import Any, Callable, Dict, Tuple

from .children import why_refused
from .plan import current
from .reports import tell
from .traffic import mail, refuse, request

# They look names up and connect by themselves.
PAST_THE_FENCE = ("curl_cffi", "grpc", "pycares", "pycurl", "uvloop")

_is_hooked = False


def put_up() -> None:
    """Begin to listen; once for the process, since it cannot be stopped."""
    global _is_hooked
    for module in PAST_THE_FENCE:
        if module in sys.modules:
            _import(module)
    if not _is_hooked and hasattr(sys, "addaudithook"):
        _is_hooked = True
        sys.addaudithook(_hear)


def _look_up(host: Any, *_: Any) -> None:
    plan = current()
    if plan is not None and plan.rank(host) is not None and not _is_stand_in(host):
        refuse(f"a look-up of {_text(host)}")


def _connection(_sock: Any, address: Any) -> None:
    if isinstance(address, (tuple, list)) and address:
        host = address[0]
        plan = current()
        if plan is not None and plan.rank(host) is not None and not _is_stand_in(host):
            refuse(f"a connection to {_text(host)}")


def _is_stand_in(host: Any) -> bool:
    return _text(host).startswith("127.")


def _text(host: Any) -> str:
    return bytes(host).decode("latin-1") if isinstance(host, (bytes, bytearray)) else str(host)


def _http(connection: Any, data: Any) -> None:
    """Look at a request before it is encrypted."""
    if isinstance(data, bytes):
        request(getattr(connection, "sock", None), data, connection.host)


def _mail(connection: Any, data: Any) -> None:
    if isinstance(data, bytes):
        mail(getattr(connection, "sock", None), data)


def _import(module: str, *_: Any) -> None:
    if module in PAST_THE_FENCE:
        tell(
            f"the program uses {module}, which connects past the sandbox: "
            "what goes by it is not kept from the real gateway"
        )


def _child(executable: Any, args: Any = (), *_: Any) -> None:
    reason = why_refused(executable, args if isinstance(args, (list, tuple)) else [args])
    if reason:
        refuse(f"a program ({reason})")


_CHECKS: Dict[str, Callable[..., None]] = {
    "socket.getaddrinfo": _look_up,
    "socket.gethostbyname": _look_up,
    "socket.gethostbyaddr": _look_up,
    "socket.connect": _connection,
    "socket.sendto": _connection,
    "socket.sendmsg": _connection,
    "http.client.send": _http,
    "smtplib.send": _mail,
    "import": _import,
    "subprocess.Popen": _child,
    "os.exec": _child,
    "os.posix_spawn": _child,
    "os.system": lambda command: _child(None, ["sh", "-c", command]),
}


def _hear(
    event: str, args: Tuple[Any, ...], checks: Dict[str, Callable[..., None]] = _CHECKS
) -> None:
    # Python's last events come when this module has lost its names.
    check = checks.get(event)
    if check is not None and current() is not None:
        check(*args)
