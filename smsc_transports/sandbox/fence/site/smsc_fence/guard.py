"""Refuses what would still go to the gateway, past the functions that lead to the sandbox.

Python tells of each look-up, connection and import before it happens (3.8 and newer). Libraries
that do these without Python are only told of.
"""

import errno
import re
import sys
from typing import Any, Callable, Dict, Tuple

from .children import why_unfenced
from .plan import current
from .reports import tell

# They look names up and connect by themselves.
PAST_THE_FENCE = ("curl_cffi", "grpc", "pycares", "pycurl", "uvloop")
_PAGE = re.compile(rb"[A-Z]+ \S*/(?:sys/(?:send|status|balance)\.php|rest/send)")
_NAMED = re.compile(rb"(?:[A-Z]+ https?://|CONNECT |[\s\S]*\r\nHost: )([^\s/:]+)")
_RECIPIENT = re.compile(rb"rcpt to:\s*<[^>]*@([^>]+)>", re.IGNORECASE)

_is_hooked = False


def put_up() -> None:
    """Begin to listen; once for the process, since nobody can stop it."""
    global _is_hooked
    for module in PAST_THE_FENCE:
        if module in sys.modules:
            _import(module)
    if not _is_hooked and hasattr(sys, "addaudithook"):
        _is_hooked = True
        sys.addaudithook(_hear)


def _hear(event: str, args: Tuple[Any, ...]) -> None:
    check = _CHECKS.get(event)
    if check is not None and current() is not None:
        check(*args)


def _refuse(what: str) -> None:
    tell(f"refused {what}, so that nothing reaches the real gateway")
    raise PermissionError(errno.EACCES, f"smsc sandbox: refused {what}")


def _look_up(host: Any, *_: Any) -> None:
    plan = current()
    if plan is not None and plan.rank(host) is not None and not _is_stand_in(host):
        _refuse(f"a look-up of {_text(host)}")


def _connection(_sock: Any, address: Any) -> None:
    if isinstance(address, (tuple, list)) and address:
        host = address[0]
        plan = current()
        if plan is not None and plan.rank(host) is not None and not _is_stand_in(host):
            _refuse(f"a connection to {_text(host)}")


def _is_stand_in(host: Any) -> bool:
    return _text(host).startswith("127.")


def _text(host: Any) -> str:
    return bytes(host).decode("latin-1") if isinstance(host, (bytes, bytearray)) else str(host)


def _http(connection: Any, data: Any) -> None:
    """Refuse a request for the gateway that goes to a proxy, or to a host of unknown name."""
    if not isinstance(data, bytes) or _peer_is_sandbox(connection):
        return
    plan = current()
    named = _NAMED.match(data)
    if named and plan is not None and plan.rank(named.group(1)) is not None:
        _refuse(f"a request by {connection.host} for {_text(named.group(1))}")
    if _PAGE.match(data) and not str(_peer(connection)).startswith(("127.", "::1")):
        _refuse(
            f"a request for a page of the gateway at {connection.host} (if that is the gateway, "
            "name it in SMSC_HOST)"
        )


def _letter(connection: Any, data: Any) -> None:
    """Refuse an e-mail to the gateway that some other mail server was to pass on."""
    found = _RECIPIENT.match(data) if isinstance(data, bytes) else None
    plan = current()
    if found and plan is not None and plan.rank(found.group(1)) is not None:
        peer = str(_peer(connection))
        if not _peer_is_sandbox(connection) and not peer.startswith(("127.", "::1")):
            _refuse(f"an e-mail to the gateway by the mail server {peer}")


def _peer_is_sandbox(connection: Any) -> bool:
    plan = current()
    try:
        return plan is not None and plan.is_door(tuple(connection.sock.getpeername()))
    except (AttributeError, OSError, TypeError):
        return False


def _peer(connection: Any) -> Any:
    try:
        return connection.sock.getpeername()[0]
    except (AttributeError, OSError, TypeError, IndexError):
        return ""


def _import(module: str, *_: Any) -> None:
    if module in PAST_THE_FENCE:
        tell(
            f"the program uses {module}, which connects past the sandbox: "
            "what goes by it is not kept from the real gateway"
        )


def _child(_executable: Any, args: Any = (), *_: Any) -> None:
    reason = why_unfenced(args if isinstance(args, (list, tuple)) else [args])
    if reason:
        _refuse(f"a program ({reason})")


_CHECKS: Dict[str, Callable[..., None]] = {
    "socket.getaddrinfo": _look_up,
    "socket.gethostbyname": _look_up,
    "socket.gethostbyaddr": _look_up,
    "socket.connect": _connection,
    "socket.sendto": _connection,
    "socket.sendmsg": _connection,
    "http.client.send": _http,
    "smtplib.send": _letter,
    "import": _import,
    "subprocess.Popen": _child,
    "os.exec": _child,
    "os.posix_spawn": _child,
    "os.system": lambda command: _child(None, ["sh", "-c", command]),
}
