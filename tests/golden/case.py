"""One recorded case, and the blocks that cases are built of."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping, NamedTuple, Sequence, Tuple

from tests.golden.gateway import Step


class Text(str):
    """A str by another class, as templating libraries make them."""


class Case(NamedTuple):
    """A call, the settings it is made with, and what the gateway does about it.

    ``script`` has one step for each attempt; ``console`` is the encoding of stdout.
    """

    name: str
    method: str
    args: Tuple[Any, ...]
    keywords: Dict[str, Any]
    settings: Dict[str, Any]
    script: Tuple[Step, ...]
    console: str

    @property
    def group(self) -> str:
        """The part of the name before the colon."""
        return self.name.partition(": ")[0]

    def describe(self) -> Dict[str, Any]:
        """Return what goes in, as text, to stand beside what comes out."""
        arguments = [repr(value) for value in self.args]
        arguments += [f"{name}={value!r}" for name, value in self.keywords.items()]
        return {
            "call": f"{self.method}({', '.join(arguments)})",
            "settings": ", ".join(f"{name}={value!r}" for name, value in self.settings.items()),
            "script": [_step_as_text(step) for step in self.script],
            "console": self.console,
        }


def _step_as_text(step: Step) -> Any:
    if isinstance(step, bytes):
        return step.decode("latin-1")
    return f"<{step}>" if isinstance(step, str) else dict(step)


PHONE = "79999999999"
ACCOUNT = {"SMSC_LOGIN": "login", "SMSC_PASSWORD": "password"}
POST = {"SMSC_POST": True}
HTTPS = {"SMSC_HTTPS": True}
DEBUG = {"SMSC_DEBUG": True}
APIKEY = {"SMSC_LOGIN": "", "SMSC_PASSWORD": "the-api-key"}
CYRILLIC = "Привет"


def charset(name: Any) -> Dict[str, Any]:
    """Give the setting of a charset."""
    return {"SMSC_CHARSET": name}


def _caller(method: str) -> Callable[..., Case]:
    def call(
        name: str,
        /,
        *args: Any,
        given: Mapping[str, Any] = {},
        script: Sequence[Step] = (),
        console: str = "utf-8",
        **keywords: Any,
    ) -> Case:
        replies = tuple(script) or (DEFAULT_SCRIPT[method],)
        return Case(name, method, args, keywords, {**ACCOUNT, **given}, replies, console)

    return call


send = _caller("send_sms")
cost = _caller("get_sms_cost")
status = _caller("get_status")
balance = _caller("get_balance")
command = _caller("_smsc_send_cmd")
by_mail = _caller("send_sms_mail")

# A plain call of every HTTP method, for what is the same in all of them.
PLAIN_CALLS: Tuple[Tuple[str, Callable[..., Case], Tuple[Any, ...]], ...] = (
    ("send_sms", send, (PHONE, "test")),
    ("get_sms_cost", cost, (PHONE, "test")),
    ("get_status", status, (1234, PHONE)),
    ("get_balance", balance, ()),
)


def these(*values: Any) -> Tuple[Any, ...]:
    """Give values of different types as one sequence."""
    return values


# Answers, byte by byte. Every one closes the connection, so that one attempt is one connection.


def http(status: str, body: bytes = b"", *headers: str) -> bytes:
    """Return a whole answer; its length is declared unless `headers` say otherwise."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", *headers]
    if not any(line.startswith(("Content-Length", "Transfer-Encoding")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def ok(text: str, encoding: str = "utf-8") -> bytes:
    """Answer 200 with this text."""
    return http("200 OK", text.encode(encoding))


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Answer 200 in chunks."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return http("200 OK", body + end, "Transfer-Encoding: chunked")


def redirect(status: str, location: str) -> bytes:
    """Answer with a redirect."""
    return http(status, b"moved", f"Location: {location}")


SENT = ok("1234,1,0.50,99.50")
EMPTY = http("200 OK")
BROKEN = http("500 Internal Server Error", b"oops")
MISSING = http("404 Not Found", b"<html>no such page</html>")
TRUNCATED = http("200 OK", b"1234,1,0.50", "Content-Length: 17")
GARBAGE = b"this is not HTTP at all\r\n\r\n"
UNDECODABLE = http("200 OK", b"1234,\xff\xfe,0.50,99.50")

# With nothing to change, the mail server takes everything.
MAIL: Dict[str, str] = {}

DEFAULT_SCRIPT: Dict[str, Step] = {
    "send_sms": SENT,
    "get_sms_cost": ok("0.50,1"),
    "get_status": ok("1,1577836800,0"),
    "get_balance": ok("99.50"),
    "_smsc_send_cmd": ok("OK"),
    "send_sms_mail": MAIL,
}
