"""Shows what a call would put on the wire; nothing here sends or asks.

The face writes the request with ``_smsc_send_cmd`` replaced, and each transport gives what it
would send.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Tuple, Union

from smsc_transports.call import choose
from smsc_transports.cli.program import settings_in_call
from smsc_transports.cli.terminal import printable
from smsc_transports.plugins.manager import plugin_manager
from smsc_transports.plugins.transport import Transport
from smsc_transports.reporting.redaction import redact
from smsc_transports.transports.http import HttpTransport
from smsc_transports.transports.smpp import SmppTransport
from smsc_transports.transports.smpp.messages import messages_of
from smsc_transports.transports.smtp import SmtpTransport, write_mail
from smsc_transports.transports.soap import SoapTransport
from smsc_transports.values.errors import ConfigurationError, TransportError, Unsupported
from smsc_transports.values.reply import NO_ANSWER
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Settings


def preview(face: Any, call: Callable[[Any], Any]) -> Dict[str, Any]:
    """Give what ``call``, a function of an object like ``SMSC()``, would send, without secrets.

    Plugins are asked for settings and their choice as for a real call. Raises ConfigurationError.
    """
    manager = plugin_manager()
    manager.scan()
    settings = settings_in_call(face)
    command, argument = _written(face, call)
    request = Request(command, argument, settings)
    return {
        "failover": settings.failover,
        "id_of_ours": settings.failover == "safe" and request.billable and not request.id,
        "transports": [_described(each, request) for each in _chosen(manager, request)],
    }


def _chosen(manager: Any, request: Request) -> List[Transport]:
    try:
        return choose(manager, request)
    except TransportError as error:
        raise ConfigurationError(f"{error}.") from error


def why_no_question(face: Any, call: Callable[[Any], Any]) -> str:
    """Say why ``call``, a question, is not put to the gateway; "" if it may be.

    A third-party transport is not asked: it might send.
    """
    settings = settings_in_call(face)
    if not settings.login and not settings.password:
        return "SMSC_LOGIN and SMSC_PASSWORD are empty"
    command, argument = _written(face, call)
    chosen = _chosen(plugin_manager(), Request(command, argument, settings))
    strangers = [each.name for each in chosen if not each.is_gateway]
    return f"{', '.join(strangers)} is not asked in a dry run" if strangers else ""


def show(found: Dict[str, Any], as_json: bool, **about: Any) -> None:
    """Print a preview."""
    if as_json:
        print(json.dumps({**about, "outcome": "dry run", **found}, ensure_ascii=False))
        return
    line = f"line {about['line']}, " if "line" in about else ""
    lines = [f"dry run, nothing is sent: {line}{about['phones']}"]
    if found["id_of_ours"]:
        lines.append("SMSC_FAILOVER is safe: an id is chosen when it is sent, in place of id=0")
    if "parts" in found:
        lines.append(_estimated(found))
    for transport in found["transports"]:
        lines += _in_words(transport)
    print(printable("\n  ".join(lines)))


def _estimated(found: Dict[str, Any]) -> str:
    parts, cost = found["parts"], found["cost"]
    counted = "" if parts is None else f"{parts} part{'' if parts == 1 else 's'} for each number, "
    return counted + (f"cost not known ({found['no_cost']})" if cost is None else f"cost {cost}")


def addresses_of(transport: Transport, request: Request) -> List[str]:
    """List the addresses of a transport; raises ConfigurationError if a plugin fails."""
    try:
        return list(transport.addresses(request))
    except Exception as error:
        reason = redact(f"{type(error).__name__}: {error}", request.settings.secrets)
        raise ConfigurationError(
            f"The transport {transport.name} cannot list its addresses: {reason}. Fix its plugin."
        ) from error


def _written(face: Any, call: Callable[[Any], Any]) -> Tuple[str, str]:
    """Let the face write the command and the argument of a call."""
    written: List[Tuple[str, str]] = []

    class Unsent(face.SMSC):  # type: ignore[misc]
        def _smsc_send_cmd(self, cmd: str, arg: str = "") -> List[str]:
            written.append((cmd, arg))
            return list(NO_ANSWER)

    call(Unsent())
    return written[0]


def _described(transport: Transport, request: Request) -> Dict[str, Any]:
    addresses = addresses_of(transport, request)
    content: Dict[str, Any] = {}
    if isinstance(transport, (HttpTransport, SoapTransport)):
        content = _page(transport, request, addresses[0])
    elif isinstance(transport, SmtpTransport):
        content = _mail(request)
    elif isinstance(transport, SmppTransport):
        content = _messages(request)
    return {"name": transport.name, "addresses": addresses, **content}


def _page(
    transport: Union[HttpTransport, SoapTransport], request: Request, address: str
) -> Dict[str, Any]:
    try:
        ask = transport.ask(request, address)
    except Unsupported as error:
        return {"unsupported": str(error)}
    return {
        "method": "GET" if ask.body is None else "POST",
        "url": redact(ask.url, request.settings.secrets),
        "body": None if ask.body is None else _masked(ask.body, request.settings),
    }


def _messages(request: Request) -> Dict[str, Any]:
    try:
        messages = messages_of(request)
    except Unsupported as error:
        return {"unsupported": str(error)}
    shown = []
    for message in messages:
        first = message.submits[0]
        about = {"phone": first["destination_addr"], "from": first["source_addr"]}
        coding = {"data_coding": first["data_coding"], "parts": message.parts}
        shown.append({**about, "submits": len(message.submits), **coding})
    return {"messages": shown}


def _mail(request: Request) -> Dict[str, str]:
    try:
        mail = write_mail(request)
    except Unsupported as error:
        return {"unsupported": str(error)}
    return {
        "from": request.settings.mail_from,
        "to": request.settings.mail_to,
        "mail": _masked(mail if isinstance(mail, bytes) else mail.encode(), request.settings),
    }


def _masked(raw: bytes, settings: Settings) -> str:
    """Mask the secrets while they are bytes, and give the text, which is utf-8 or as declared."""
    clean = redact(raw.decode("latin-1"), settings.secrets).encode("latin-1")
    try:
        return clean.decode("utf-8")
    except UnicodeDecodeError:
        return clean.decode(settings.charset, "replace")


def _in_words(found: Dict[str, Any]) -> List[str]:
    order = " (in this order)" if len(found["addresses"]) > 1 else ""
    lines = [f"by {found['name']} to {', '.join(found['addresses'])}{order}"]
    if "url" in found:
        lines.append(f"{found['method']} {found['url']}")
        lines += [found["body"]] if found["body"] else []
    elif "mail" in found:
        lines.append(f"an e-mail from {found['from']} to {found['to']}:")
        lines += [f"  {line}" for line in found["mail"].splitlines()]
    elif "messages" in found:
        for each in found["messages"]:
            said = ", ".join(f"{name} {value}" for name, value in each.items() if value != "")
            lines.append(f"submit_sm: {said}")
    elif "unsupported" in found:
        lines.append(f"cannot carry it: {found['unsupported']}")
    else:
        lines.append("its plugin does not show what it sends")
    return lines
