"""SOAP: one attempt against one host's ``/sys/soap.php``.

Source: the vendor's SOAP page and its WSDL (SOAP 1.1, document/literal, UTF-8, every value a text,
no namespace on the fields). It does not say the namespace of a reply, so replies are read by local
names, and an unknown element does not make an accepted message fail.
"""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Optional, Tuple
from urllib.parse import parse_qsl, quote, urlencode

from smsc_transports.plugins.hookspecs import hookimpl
from smsc_transports.plugins.transport import Transport
from smsc_transports.transports import session
from smsc_transports.transports.http import Ask, HttpTransport, longest_idle, page_url
from smsc_transports.transports.replaced import replaced_urlopen
from smsc_transports.values.errors import OutcomeUnknown, Unsupported
from smsc_transports.values.forks import NO_FORK
from smsc_transports.values.request import Request
from smsc_transports.values.settings import Timeout
from smsc_transports.values.words import error_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"


class Operation(NamedTuple):
    """What the WSDL calls a request and its result; ``fields`` in the order that it demands."""

    element: str
    fields: Tuple[str, ...]
    optional: Tuple[str, ...]
    result: str


SEND = Operation("send2", ("phones", "mes"), ("id", "sender", "time"), "sendresult")
PRICE = Operation("cost2", ("phones", "mes"), (), "costresult")
STATUS = Operation("status2", ("phone", "id"), ("all",), "statusresult")
BALANCE = Operation("balance", (), (), "balanceresult")

_OF_THE_FORM = ("cost", "fmt", "charset")
"""Parameters for the form of a reply by HTTP; a reply by SOAP has one form."""

_STATUS = ("status", "last_timestamp", "err")
_HLR = ("imsi", "msc", "mcc", "mnc", "cn", "net", "rcn", "rnet")
_DETAILS = ("send_timestamp", "phone")
_PLACE = ("country", "operator", "region")
_LAST_DETAILS = ("cost", "sender_id", "status_name", "message")
_SENT = {"2": ("id", "cnt", "cost"), "3": ("id", "cnt", "cost", "balance")}
"""The fields of a reply to a send, by the parameter ``cost``; else id and cnt."""

_NOT_IN_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class SoapTransport(Transport):
    """Sends, and asks for price, status and balance, by HTTPS."""

    name = "soap"
    commands = frozenset({"send", "cost", "status", "balance"})
    is_gateway = True

    def ask(self, request: Request, address: str) -> Ask:
        """Write what goes on the wire, with credentials: never log it. Raises Unsupported."""
        url = page_url("https", address, "soap")
        return Ask(url, write_envelope(request, url))

    def exchange(self, request: Request, address: str, timeout: Timeout) -> str:
        """Make one attempt; the answer is in the form and order of the one by HTTP."""
        if replaced_urlopen(request.face.urlopen, 1) is not None:
            # A replacement in old tests expects the vendor's parameters, not XML.
            return HttpTransport("https", "POST").exchange(request, address, timeout)
        url, body = self.ask(request, address)
        answer = session.exchange(
            url,
            body,
            timeout,
            longest_idle(request),
            request.settings.secrets,
            {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{url}"'},
        )
        if not 200 <= answer.status < 300:
            raise OutcomeUnknown(f"HTTP status {answer.status}")
        return read_reply(request, answer.body)

    def close(self) -> None:
        """Close the kept connections."""
        session.close()


def operation_of(request: Request) -> Operation:
    """Give the operation that a request is."""
    if request.command == "send":
        return SEND if request.billable else PRICE
    return STATUS if request.command == "status" else BALANCE


def write_envelope(request: Request, namespace: str) -> bytes:
    """Write a request. Raises Unsupported for what SOAP cannot carry."""
    with NO_FORK:
        from xml.etree import ElementTree  # only here: most programs never need it

    operation = operation_of(request)
    given = _given(request)
    envelope = ElementTree.Element(f"{{{_ENVELOPE}}}Envelope")
    body = ElementTree.SubElement(envelope, f"{{{_ENVELOPE}}}Body")
    asked = ElementTree.SubElement(body, f"{{{namespace}}}{operation.element}")
    values = {**_credentials(request), **dict.fromkeys(operation.fields, "")}
    for name in (*operation.fields, *operation.optional):
        if name in given:
            values[name] = given.pop(name)
    if operation is not BALANCE:
        values["query"] = urlencode(given, quote_via=quote)
    elif given:
        raise Unsupported(f"a question for the balance by SOAP cannot carry {', '.join(given)}")
    for name, value in values.items():
        ElementTree.SubElement(asked, name).text = value
    written: bytes = ElementTree.tostring(envelope, "utf-8", xml_declaration=True)
    return written.replace(b"\r", b"&#13;")  # a reader takes a bare one for a line feed


def _given(request: Request) -> Dict[str, str]:
    """Give the parameters as text that XML can carry."""
    try:
        pairs = parse_qsl(
            request.argument,
            keep_blank_values=True,
            encoding=request.argument_charset,
            errors="strict",
        )
    except UnicodeDecodeError:
        raise Unsupported(
            f"SOAP carries text only, and a parameter is none in {request.argument_charset}; "
            f"binary data can go in hexadecimal, as format 5 (bin=2)"
        ) from None
    given = {name: value for name, value in pairs if name not in _OF_THE_FORM}
    for name, value in given.items():
        _refuse_characters(name, value)
    if given.get("id") == "0" and request.command == "send":
        del given["id"]  # has the gateway choose one, as none does
    if request.command == "status" and "," in given.get("id", ""):
        raise Unsupported("SOAP asks for the status of one message at a time")
    if given.get("del", "0") not in ("", "0"):
        raise Unsupported("a deletion has no documented reply by SOAP")
    return given


def _credentials(request: Request) -> Dict[str, str]:
    login, password = (_text(each) for each in (request.settings.login, request.settings.password))
    for name, value in (("the login", login), ("the password", password)):
        _refuse_characters(name, value)
    if login:
        return {"login": login, "psw": password}
    if request.command == "send":
        raise Unsupported(
            "an API key is documented for status and balance by SOAP, not for sending and prices; "
            "set SMSC_LOGIN, or send by HTTPS"
        )
    return {"apikey": password}


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _refuse_characters(name: str, value: str) -> None:
    if _NOT_IN_XML.search(value):
        raise Unsupported(f"SOAP cannot carry a control character in {name}")


def read_reply(request: Request, body: bytes) -> str:
    """Give the reply as HTTP would: numbers, or JSON where that is asked for.

    Raises OutcomeUnknown for what is no reply.
    """
    operation = operation_of(request)
    found = _result(body, operation.result)
    error = _error(found)
    if request.fmt == 3:
        if error:
            return json.dumps({"error": error_text(error), "error_code": error})
        return json.dumps(found)
    if error:
        return f"{found.get('id') or 0},-{error}"
    if operation is SEND:
        return _joined(found, _SENT.get(request.fields.get("cost", ""), ("id", "cnt")), 2)
    if operation is PRICE:
        return _joined(found, ("cost", "cnt"), 2)
    if operation is BALANCE:
        return _joined(found, ("balance",), 1)
    return _status(found, request.fields.get("all", ""))


def _status(found: Dict[str, str], detail: str) -> str:
    for name in ("last_timestamp", "err"):
        found[name] = found.get(name) or "0"
    names: Tuple[str, ...] = _STATUS
    if any(name in found for name in _HLR):
        names += _HLR
    if detail in ("1", "2") and any(name in found for name in _LAST_DETAILS):
        names += (*_DETAILS, *(_PLACE if detail == "2" else ()), *_LAST_DETAILS)
    return _joined(found, names, 1)


def _joined(found: Dict[str, str], names: Tuple[str, ...], required: int) -> str:
    missing = [name for name in names[:required] if not found.get(name)]
    if missing:
        raise OutcomeUnknown(f"the answer has no {' and no '.join(missing)}")
    return ",".join(found.get(name, "") for name in names)


def _error(found: Dict[str, str]) -> int:
    """Give the error code, 0 for none; the element is missing or 0 where all is well."""
    code = found.pop("error", "").strip() or "0"
    if not code.isdecimal():
        raise OutcomeUnknown("the answer has an error that is no number")
    return int(code)


def _result(body: bytes, name: str) -> Dict[str, str]:
    """Give the fields of the result in an answer by their local names."""
    from xml.etree import ElementTree

    try:
        parser = ElementTree.XMLParser(target=_builder()())
        root = ElementTree.fromstring(body.decode("utf-8"), parser)
    except (ValueError, ElementTree.ParseError):
        raise OutcomeUnknown("the answer is not XML in utf-8") from None
    result: Optional[Element] = next((each for each in root.iter() if _local(each) == name), None)
    if result is None:
        raise OutcomeUnknown(f"the answer has no {name}")
    return {_local(child): child.text or "" for child in result}


@functools.lru_cache(maxsize=1)
def _builder() -> Any:
    from xml.etree import ElementTree

    class Builder(ElementTree.TreeBuilder):
        def doctype(self, *_: Any) -> None:  # its entities could grow without end
            raise OutcomeUnknown("the answer has a document type, which SOAP forbids")

    return Builder


def _local(element: Element) -> str:
    tag: Any = element.tag
    return str(tag).rpartition("}")[2]


@hookimpl
def smsc_transports() -> List[Transport]:
    """Give the SOAP transport."""
    return [SoapTransport()]
