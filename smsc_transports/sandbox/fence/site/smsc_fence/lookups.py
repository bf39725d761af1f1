"""The functions that look names up and connect, with the gateway's names led to the sandbox."""

import _socket
import errno
import socket
from typing import Any, Callable, Dict, List, Tuple

from . import traffic
from .plan import Target, current

_genuine: Dict[Tuple[Any, str], Any] = {}


def put_up() -> None:
    """Take the place of the functions in ``socket`` and of those below it."""
    replacements: List[Tuple[Any, str, Callable[[Any], Any]]] = [
        # The inner one first: gevent, and code that imported the outer function before, use it.
        (_socket, "getaddrinfo", _inner_getaddrinfo),
        (socket, "getaddrinfo", _getaddrinfo),
        (_socket, "gethostbyname", _gethostbyname),
        (socket, "gethostbyname", _gethostbyname),
        (_socket, "gethostbyname_ex", _gethostbyname_ex),
        (socket, "gethostbyname_ex", _gethostbyname_ex),
        (socket.socket, "connect", _connect),
        (socket.socket, "connect_ex", _connect_ex),
        (socket.socket, "sendto", _sendto),
        (socket.socket, "send", traffic.sending),
        (socket.socket, "sendall", traffic.sending),
        (socket.socket, "sendmsg", traffic.sending_parts),
        # Last, since the class above is made of it: gevent's, and others to come, will be too.
        (_socket, "socket", _inner_socket),
        (socket, "SocketType", _inner_socket),
    ]
    for owner, name, make in replacements:
        if not hasattr(owner, name):  # sendmsg, on some systems
            continue
        _genuine[owner, name] = getattr(owner, name)
        setattr(owner, name, make(_genuine[owner, name]))


def take_down() -> None:
    """Give all functions their place back."""
    while _genuine:
        (owner, name), function = _genuine.popitem()
        if function is getattr(_socket.socket, name, None) and owner is not _socket:
            delattr(owner, name)  # it was inherited
        else:
            setattr(owner, name, function)


def _target(host: object, port: object = None) -> Any:
    plan = current()
    return plan.target(host, port) if plan is not None else None


def _getaddrinfo(genuine: Any) -> Any:
    def getaddrinfo(
        host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> Any:
        target = _target(host, port)
        if target is not None:
            _must_be_looked_up(host, flags)
            host = target.stand_in
        return genuine(host, port, family, type, proto, flags)

    return getaddrinfo


def _inner_getaddrinfo(genuine: Any) -> Any:
    """As the outer one, but give the sandbox's own address, not to be translated later."""

    def getaddrinfo(
        host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> Any:
        target = _target(host, port)
        if target is None or host == target.stand_in:
            return genuine(host, port, family, type, proto, flags)
        _must_be_looked_up(host, flags)
        found = genuine(target.stand_in, port, family, type, proto, flags)
        return [(*each[:4], _found(host, each[4])) for each in found]

    def _found(host: Any, address: Tuple[Any, ...]) -> Tuple[Any, ...]:
        target = _target(host, address[1])
        return address if target is None or target.address is None else target.address

    return getaddrinfo


def _must_be_looked_up(host: Any, flags: int) -> None:
    if flags & socket.AI_NUMERICHOST:
        text = host.decode("latin-1") if isinstance(host, bytes) else str(host)
        if not text.strip("[]")[-1:].isdigit():
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def _gethostbyname(genuine: Any) -> Any:
    def gethostbyname(host: Any) -> Any:
        target = _target(host)
        return genuine(host) if target is None else target.stand_in

    return gethostbyname


def _gethostbyname_ex(genuine: Any) -> Any:
    def gethostbyname_ex(host: Any) -> Any:
        target = _target(host)
        return genuine(host) if target is None else (host, [], [target.stand_in])

    return gethostbyname_ex


def _connect(genuine: Any) -> Any:
    def connect(self: Any, address: Any) -> Any:
        target = _target_of(address)
        if target is None:
            return genuine(self, address)
        if target.address is None:
            raise ConnectionRefusedError(errno.ECONNREFUSED, _closed(address))
        return genuine(self, _for(self, target))

    return connect


def _connect_ex(genuine: Any) -> Any:
    def connect_ex(self: Any, address: Any) -> Any:
        target = _target_of(address)
        if target is None:
            return genuine(self, address)
        return errno.ECONNREFUSED if target.address is None else genuine(self, _for(self, target))

    return connect_ex


def _inner_socket(genuine: Any) -> Any:
    class InnerSocket(genuine):  # type: ignore[misc]
        __slots__ = ()
        connect = _connect(genuine.connect)
        connect_ex = _connect_ex(genuine.connect_ex)
        sendto = _sendto(genuine.sendto)
        send = traffic.sending(genuine.send)
        sendall = traffic.sending(genuine.sendall)

    InnerSocket.__name__ = InnerSocket.__qualname__ = "socket"
    return InnerSocket


def _sendto(genuine: Any) -> Any:
    """Refuse packets to the gateway, and questions put to a name server about its names."""

    def sendto(self: Any, data: Any, *given: Any) -> Any:
        plan = current()
        to = given[-1] if given else None
        if plan is not None and isinstance(to, tuple) and len(to) > 1:
            if to[1] == 53:
                traffic.question(bytes(data))
            if plan.rank(to[0]) is not None:
                traffic.refuse(f"a packet to {to[0]}")
        return genuine(self, data, *given)

    return sendto


def _target_of(address: Any) -> Any:
    if isinstance(address, (tuple, list)) and len(address) >= 2:
        return _target(address[0], address[1])
    return None


def _for(sock: Any, target: Target) -> Tuple[Any, ...]:
    assert target.address is not None
    host, port = target.address
    if sock.family == socket.AF_INET6:
        host = "::ffff:" + host
    return host, port


def _closed(address: Any) -> str:
    return f"the sandbox has nothing at port {address[1]} of the gateway"
