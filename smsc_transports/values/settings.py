"""The settings of one call, read from the face's constants and from the environment.

The face is a file that people edit, copy and assign to, so the settings are read afresh for
every call; after that they are one immutable value which plugins may replace.
"""

from __future__ import annotations

import dataclasses
import math
import os
import re
import socket
from dataclasses import dataclass, field
from typing import (
    Any,
    Callable,
    Dict,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    TypeVar,
)

from smsc_transports.reporting.notices import warn_once
from smsc_transports.reporting.redaction import MASK
from smsc_transports.values.hidden import Hidden
from smsc_transports.values.hosts import DEFAULT_HOST, domain_of, expand_hosts, read_hosts
from smsc_transports.values.mistakes import warn_of_charset, warn_of_missing_account
from smsc_transports.values.places import passwords_in, read_queue, read_slots
from smsc_transports.values.words import read_language

DEFAULT_SMTP_SERVER = "send.smsc.ua"
DEFAULT_SMTP_FROM = "api@smsc.ua"
FAILOVER_MODES = ("legacy", "safe")
SMPP_SPLITS = ("payload", "sar", "udh")
SMPP_PORT, SMPP_TLS_PORT = 3700, 3443
LONGEST_SECONDS = 1_000_000.0
"""What a longer time counts as; sockets refuse to wait longer than 24 days."""


class Timeout(NamedTuple):
    """Seconds for making a connection, for having the whole answer after that, and for both.

    ``total`` is what is left of the call; it includes looking up names and TLS.
    """

    connect: float
    read: float
    total: float = math.inf


DEFAULT_TIMEOUT = Timeout(5.0, 60.0)


@dataclass(frozen=True)
class Settings:
    """What a call is to be made with; the fields are named after the face's constants.

    ``timeout`` is in seconds; ``deadline`` is in seconds for the whole call, or None.
    """

    login: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    post: Any = False
    https: Any = False
    charset: str = "utf-8"
    debug: Any = False
    smtp_from: str = DEFAULT_SMTP_FROM
    smtp_server: str = DEFAULT_SMTP_SERVER
    smtp_login: str = field(default="", repr=False)
    smtp_password: str = field(default="", repr=False)
    smpp_password: str = field(default="", repr=False)
    smpp_server: str = ""
    smpp_tls: bool = False
    smpp_split: str = "payload"
    host: str = DEFAULT_HOST
    transport: str = ""
    failover: str = "legacy"
    timeout: Timeout = DEFAULT_TIMEOUT
    deadline: Optional[float] = None
    slots: str = field(default="", repr=False)
    queue: str = field(default="", repr=False)

    def replace(self, **changes: Any) -> Settings:
        """Give a copy with some fields changed."""
        return dataclasses.replace(self, **changes)

    @property
    def secrets(self) -> Tuple[str, ...]:
        """Every value that no log, repr or exception may show."""
        mail = (self.smtp_login, self.smtp_password)
        shared = (*passwords_in(self.slots), *passwords_in(self.queue))
        values = (self.login, self.password, *mail, self.smpp_password, *shared)
        texts = (v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in values)
        return tuple(text for text in texts if isinstance(text, str) and text)

    @property
    def hosts(self) -> List[str]:
        """The addresses of the gateway in the order of trying."""
        return expand_hosts(self.host)

    @property
    def smtp_servers(self) -> List[str]:
        """The mail servers in the order of trying."""
        if self.smtp_server == DEFAULT_SMTP_SERVER:
            return [f"send.{self.domain}"]
        servers = [server.strip() for server in str(self.smtp_server).split(",")]
        return [server for server in servers if server] or [""]

    @property
    def smpp_servers(self) -> List[str]:
        """The SMPP servers in the order of trying, each with its port."""
        given = [each.strip() for each in str(self.smpp_server).split(",") if each.strip()]
        servers = given or [f"smpp.{self.domain}", f"smpp2.{self.domain}"]
        port = SMPP_TLS_PORT if self.smpp_tls else SMPP_PORT
        has_port = re.compile(r"[^:]+:\d+|\[.*\]:\d+")
        return [each if has_port.fullmatch(each) else f"{each}:{port}" for each in servers]

    @property
    def mail_from(self) -> str:
        """The sender of an e-mail to the gateway."""
        return f"api@{self.domain}" if self.smtp_from == DEFAULT_SMTP_FROM else self.smtp_from

    @property
    def mail_to(self) -> str:
        """The recipient of an e-mail to the gateway."""
        return f"send@send.{self.domain}"

    @property
    def domain(self) -> str:
        """The gateway's domain, where the first host is one or its mirror; else the vendor's."""
        return domain_of(self.host)


def read_settings(
    constants: Mapping[str, Any], environ: Optional[Mapping[str, str]] = None
) -> Settings:
    """Read the settings from a face's globals and from the environment.

    A value in the module wins over the environment. For a value that cannot be understood a
    warning is printed once and the default is used, so that no message is lost to a typo.
    """
    environ = Hidden(os.environ if environ is None else environ)

    def new(name: str) -> Any:
        value = constants.get(name)
        return environ.get(name, "") if value is None or value == "" else value

    # What may be refused comes first, while no local variable holds a password.
    _understood("SMSC_LANG", environ.get("SMSC_LANG"), read_language, "")
    public = Settings(
        post=constants.get("SMSC_POST", False),
        https=constants.get("SMSC_HTTPS", False),
        charset=constants.get("SMSC_CHARSET", "utf-8"),
        debug=constants.get("SMSC_DEBUG", False),
        smtp_from=constants.get("SMTP_FROM", DEFAULT_SMTP_FROM),
        smtp_server=constants.get("SMTP_SERVER", DEFAULT_SMTP_SERVER),
        host=read_hosts(new("SMSC_HOST")),
        transport=str(new("SMSC_TRANSPORT")),
        failover=_failover(new("SMSC_FAILOVER")),
        timeout=_times(new("SMSC_TIMEOUT")),
        deadline=_deadline(new("SMSC_DEADLINE")),
        slots=_slots(new("SMSC_SLOTS")),
        queue=_queue(new("SMSC_QUEUE")),
        smpp_server=str(new("SMPP_SERVER")),
        smpp_tls=_understood("SMPP_TLS", new("SMPP_TLS"), _switch, False),
        smpp_split=_understood("SMPP_SPLIT", new("SMPP_SPLIT"), _split, "payload"),
    )
    warn_of_charset(public.charset)
    login, password = constants.get("SMSC_LOGIN", ""), constants.get("SMSC_PASSWORD", "")
    if not login and not password:
        if environ.get("SMSC_LOGIN") or environ.get("SMSC_PASSWORD"):
            login, password = environ.get("SMSC_LOGIN", ""), environ.get("SMSC_PASSWORD", "")
        else:
            warn_of_missing_account(environ)
    return public.replace(
        login=login,
        password=password,
        smtp_login=constants.get("SMTP_LOGIN", ""),
        smtp_password=constants.get("SMTP_PASSWORD", ""),
        smpp_password=new("SMPP_PASSWORD"),
    )


def read_changes(changes: Mapping[str, Any]) -> Dict[str, Any]:
    """Read what a plugin changes as the constants are read; "" and None change nothing there."""
    readers: Dict[str, Callable[[Any], Any]] = {
        "host": read_hosts,
        "transport": str,
        "failover": _failover,
        "timeout": _times,
        "slots": _slots,
        "queue": _queue,
    }
    read = {name: value for name, value in changes.items() if name not in readers}
    for name, reader in readers.items():
        if changes.get(name) not in (None, ""):
            read[name] = reader(changes[name])
    if "deadline" in changes:  # None means that there is none
        read["deadline"] = _deadline(changes["deadline"])
    return read


def _failover(value: Any) -> str:
    return _understood("SMSC_FAILOVER", value, _mode, "legacy")


def _times(value: Any) -> Timeout:
    return _understood("SMSC_TIMEOUT", value, _timeout, default_timeout())


def _deadline(value: Any) -> Optional[float]:
    return _understood("SMSC_DEADLINE", value, _seconds, None)


def _slots(value: Any) -> str:
    return _understood("SMSC_SLOTS", value, read_slots, "")


def _queue(value: Any) -> str:
    return _understood("SMSC_QUEUE", value, read_queue, "")


def default_timeout() -> Timeout:
    """Give the timeout for a call that sets none: the program's own socket default, if any."""
    seconds = socket.getdefaulttimeout()
    return DEFAULT_TIMEOUT if not seconds else Timeout(seconds, seconds)


T = TypeVar("T")

_MAY_HOLD_A_PASSWORD = re.compile("@|%40|password", re.IGNORECASE)


def _understood(name: str, value: Any, parse: Callable[[Any], T], default: T) -> T:
    """Parse a setting; for one that cannot be parsed warn once and use the default."""
    if value is None or value == "":
        return default
    try:
        return parse(value)
    except ValueError as error:
        shown = repr(value)
        if isinstance(value, str) and _MAY_HOLD_A_PASSWORD.search(value):
            shown = MASK
        problem = f"{name} is {shown}, but it must be {error}. The default is used instead."
        warn_once(problem, name)
        return default


def _mode(value: Any) -> str:
    mode = str(value).strip().lower()
    if mode not in FAILOVER_MODES:
        raise ValueError("'legacy' or 'safe'")
    return mode


def _split(value: Any) -> str:
    split = str(value).strip().lower()
    if split not in SMPP_SPLITS:
        raise ValueError("'payload', 'sar' or 'udh'")
    return split


def _switch(value: Any) -> bool:
    switches = {"0": False, "false": False, "1": True, "true": True}
    word = str(value).strip().lower()
    if word not in switches:
        raise ValueError("True or False, in the environment 1 or 0")
    return switches[word]


def _seconds(value: Any) -> float:
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ValueError("a number of seconds above 0")
    return min(seconds, LONGEST_SECONDS)


def _timeout(value: Any) -> Timeout:
    if isinstance(value, Timeout):
        return value
    parts: Sequence[Any] = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)):
        parts = [parts]
    try:
        connect, read = parts * 2 if len(parts) == 1 else parts
        return Timeout(_seconds(connect), _seconds(read))
    except ValueError:
        raise ValueError(
            "a number of seconds above 0, or two for connecting and reading: "
            "(5, 60), in the environment '5,60'"
        ) from None
