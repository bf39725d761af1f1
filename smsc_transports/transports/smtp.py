"""Sending by e-mail: the gateway takes a message from the text of an e-mail.

Its line is ``login:password:id:time:translit,format,sender:phones:text``, or ends in ``::list``
(the vendor's SMTP page). The gateway does not answer there.
"""

from __future__ import annotations

import functools
import io
import re
import smtplib
import socket
import sys
import time
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, Sequence, Union

from smsc_transports.plugins.hookspecs import hookimpl
from smsc_transports.plugins.transport import Transport
from smsc_transports.reporting.redaction import redact
from smsc_transports.transports.deadline import TimedReader, connect
from smsc_transports.transports.replaced import replaced_smtp
from smsc_transports.values.encoding import FORMAT_FLAGS, MailArgument, fitting_charset
from smsc_transports.values.errors import NotSent, OutcomeUnknown, TransportError, Unsupported
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Settings, Timeout

_CARRIED = {"phones", "mes", "list", "id", "time", "tz", "translit", "format", "sender", "cost"}
_FLAG_NAMES = {flag.split("=")[0] for flag in FORMAT_FLAGS if flag}
_IN_LISTS = ("time", "tz", "translit", "format", "sender")
_BEFORE_TEXT = (*_IN_LISTS, "id", "phones")
_LINE_END = re.compile(r"\r\n|\n|\r")
_FAILURES = (OSError, smtplib.SMTPException, ValueError)
_REFUSALS = (smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError)


class SmtpTransport(Transport):
    """Sends by e-mail; the reply is ``id,parts,,``: cost and balance are not known there."""

    name = "smtp"
    commands = frozenset({"send"})
    is_gateway = True

    def addresses(self, request: Request) -> Sequence[str]:
        """List the mail servers."""
        return request.settings.smtp_servers

    def exchange(self, request: Request, address: str, timeout: Timeout) -> str:
        """Hand the e-mail to one mail server."""
        try:
            mail = write_mail(request)
            with _connected(request, address, timeout) as server:
                _hand_over(server, request.settings, mail)
        except _FAILURES as error:
            _clean(error, request.settings.secrets)
            raise _failure(NotSent, error) from error
        except TransportError:
            raise
        except Exception as error:  # of what a test suite put in the place of smtplib.SMTP
            _clean(error, request.settings.secrets)
            raise
        return f"{request.id or 0},{parts_of(request)},,"


@contextmanager
def _connected(request: Request, address: str, timeout: Timeout) -> Iterator[Any]:
    server = _connect(request, address, timeout)
    try:
        yield server
    except Exception:
        _leave(server)
        raise
    except BaseException:  # Ctrl-C: the server may be what takes so long
        server.close()
        raise
    _leave(server)


def _connect(request: Request, address: str, timeout: Timeout) -> Any:
    replaced = replaced_smtp(request.face.smtp)
    if replaced is not None:
        return replaced(address)
    host, port = address, 0
    if address.startswith("["):  # smtplib does not read the port behind an IPv6 address
        host, _, rest = address[1:].partition("]")
        port = int(rest[1:] or 0)
    server = _watched(request.face.smtp or smtplib.SMTP)
    return server(request.settings.secrets, timeout, host, port)


@functools.lru_cache(maxsize=8)
def _watched(base: Any) -> Callable[..., Any]:
    """Make smtplib's class keep to the timeout and hide secrets in its debug output.

    Not made at import: a test suite may import this while it has smtplib patched.
    """

    class Server(base):  # type: ignore[misc]
        file: Any
        data_began = False

        def __init__(self, secrets: Sequence[str], limits: Timeout, host: str, port: int) -> None:
            self._secrets = secrets
            self._end = time.monotonic() + min(limits.connect + limits.read, limits.total)
            self._connect_seconds = limits.connect
            try:
                super().__init__(host, port, timeout=limits.connect)
            except BaseException:
                self.close()
                raise

        def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002
            return connect(host, port, min(time.monotonic() + self._connect_seconds, self._end))

        def getreply(self) -> Any:
            if self.file is None and self.sock is not None:
                raw = self.sock.makefile("rb", buffering=0)
                self.file = io.BufferedReader(TimedReader(raw, self.sock, self._end))
            return super().getreply()

        def data(self, msg: Union[str, bytes]) -> Any:
            self.data_began = True
            return super().data(msg)

        def _print_debug(self, *args: Any) -> None:
            text = redact(" ".join(str(arg) for arg in args), self._secrets)
            print(text, file=sys.stderr)

    return Server


def _hand_over(server: Any, settings: Settings, mail: Union[str, bytes]) -> None:
    if settings.debug:
        server.set_debuglevel(1)
    if settings.smtp_login:
        server.login(settings.smtp_login, settings.smtp_password)
    try:
        server.sendmail(settings.mail_from, settings.mail_to, mail)
    except _FAILURES as error:
        if _is_refusal(error) or not getattr(server, "data_began", True):
            raise
        _clean(error, settings.secrets)
        raise _failure(OutcomeUnknown, error) from error


def _is_refusal(error: BaseException) -> bool:
    """Tell a refusal from a confirmation by another code than ``250`` (RFC 5321, 4.2.1)."""
    if type(error) is smtplib.SMTPResponseException:  # smtplib's own, for a line too long to read
        return False
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 600
    return isinstance(error, _REFUSALS)


def _leave(server: Any) -> None:
    """Close the connection; an accepted e-mail stays accepted if QUIT fails."""
    try:
        server.quit()
    except _FAILURES:
        server.close()


def _failure(kind: Callable[..., TransportError], error: BaseException) -> TransportError:
    timed_out = any(isinstance(e, socket.timeout) for e in (error, error.__context__))
    return kind(f"{type(error).__name__}: {error}", timed_out=timed_out)


def _clean(error: BaseException, secrets: Sequence[str]) -> None:
    """Mask the secrets in an exception: in what a server said, or in what it got."""
    error.args = tuple(_cleaned(arg, secrets) for arg in error.args)
    for name in ("smtp_error", "recipients", "object"):
        if hasattr(error, name):
            setattr(error, name, _cleaned(getattr(error, name), secrets))


def _cleaned(value: Any, secrets: Sequence[str]) -> Any:
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, bytes):
        return redact(value.decode("latin-1"), secrets).encode("latin-1")
    if isinstance(value, dict):
        return {key: _cleaned(inner, secrets) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(_cleaned(inner, secrets) for inner in value)
    return value


def write_mail(request: Request) -> Union[str, bytes]:
    """Write the e-mail, with credentials: never log it. Raises Unsupported.

    An ASCII one stays ``str``, which smtplib sends as it always did.
    """
    line = _line(request)
    charset = request.settings.charset
    if not line.isascii():
        charset = fitting_charset(charset, line)
    mail = f"Content-Type: text/plain; charset={charset}\n\n{line}"
    return mail if mail.isascii() else _LINE_END.sub("\r\n", mail).encode(charset)


def _line(request: Request) -> str:
    fields = request.fields
    lost = sorted(set(fields) - _CARRIED - _FLAG_NAMES)
    if lost:
        raise Unsupported(f"a mail cannot carry {', '.join(lost)}")
    if not isinstance(request.argument, MailArgument):
        if not request.phones:
            raise Unsupported("a mail needs phones or list")
        _refuse_ambiguous(request)
    when = fields.get("time", "") + ("," + fields["tz"] if "tz" in fields else "")
    how = ",".join((fields.get("translit", "0"), _format(fields), fields.get("sender", "")))
    what = f":{fields['list']}" if "list" in fields else f"{fields['phones']}:{request.text}"
    login, password = request.settings.login, request.settings.password
    return ":".join((login, password, fields.get("id", "0"), when, how, what))


def _refuse_ambiguous(request: Request) -> None:
    """Refuse what the gateway would read as another field: its line has no escape."""
    settings, fields = request.settings, request.fields
    secret = {"the login": settings.login, "the password": settings.password}
    for name, value in {**secret, **{name: fields.get(name, "") for name in _BEFORE_TEXT}}.items():
        if ":" in value or "\n" in value or "\r" in value:
            raise Unsupported(f"a mail cannot carry a colon or a line break in {name}")
        if "," in value and name in _IN_LISTS:
            raise Unsupported(f"a mail cannot carry a comma in {name}")
    text = f"{request.text}{fields.get('list', '')}".lower()
    if "[text]" in text or "[/text]" in text:
        raise Unsupported("a mail cannot carry [text], which is its own mark")


def _format(fields: Dict[str, str]) -> str:
    """Give the number of the message format, named by number (mail) or by flag (HTTP)."""
    flags = {f"{name}={value}" for name, value in fields.items()}
    numbers = [n for n, flag in enumerate(FORMAT_FLAGS, 1) if flag in flags]
    return fields.get("format", str(numbers[0] if numbers else 0))


def parts_of(request: Request) -> int:
    """Count the parts that the message takes with every recipient."""
    from smsc_transports.values import parts as segmentation  # only here: its tables are long

    style = {"1": 1, "2": 2}.get(request.fields.get("translit", "0"))
    messages = [[",".join(request.phones), request.text]]
    if "list" in request.fields:
        lines = request.fields["list"].splitlines()
        messages = [line.split(":", 1) for line in lines if ":" in line]
    total = 0
    for phones, text in messages:
        recipients = [phone for phone in re.split("[,;]", phones) if phone.strip()]
        sent = text if style is None else segmentation.transliterate(text, style)
        total += len(recipients) * len(segmentation.segment(sent).parts)
    return total


@hookimpl
def smsc_transports() -> List[Transport]:
    """Give the transport for e-mail."""
    return [SmtpTransport()]
