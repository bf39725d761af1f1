"""The gateway's SOAP service: envelopes become parameters, answers become envelopes."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Tuple
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from smsc_transports.sandbox.protocols.soap_wsdl import OPERATIONS, SOAP, Operation
from smsc_transports.sandbox.rules.formats import Answer, status_row
from smsc_transports.sandbox.rules.gateway import Balance, Sent, Statuses
from smsc_transports.sandbox.rules.parameters import Fields
from smsc_transports.sandbox.rules.refused import Refused

ElementTree.register_namespace("SOAP-ENV", SOAP)


class Fault(Exception):
    """A request that is no call of an operation; the text is for the author of the client."""


class Call(NamedTuple):
    """An operation and the parameters that the same request by HTTP would have."""

    operation: Operation
    fields: Fields

    @property
    def endpoint(self) -> str:
        """The page that would be asked by HTTP."""
        return self.operation.endpoint


def read(body: bytes) -> Call:
    """The call in an envelope. Raises :class:`Fault`."""
    try:
        parser = ElementTree.XMLParser(target=_Builder())
        root = ElementTree.fromstring(body, parser)
    except (ElementTree.ParseError, ValueError, LookupError):
        raise Fault("Bad Request: no XML") from None
    body_element = root.find(f"{{{SOAP}}}Body")
    asked = None if body_element is None else next(iter(body_element), None)
    name = "" if asked is None else asked.tag.rpartition("}")[2]
    if root.tag != f"{{{SOAP}}}Envelope" or asked is None or name not in OPERATIONS:
        raise Fault(f"Procedure '{name}' not present")
    operation = OPERATIONS[name]
    # A field in a namespace is not the one of the WSDL, and so is not there.
    given = {child.tag: child.text or "" for child in asked}
    fields = {name: given[name] for name in operation.known if name in given}
    further = dict(parse_qsl(fields.pop("query", ""), keep_blank_values=True, errors="replace"))
    for name in ("login", "psw", "apikey"):
        further.pop(name, None)
    fields = {**further, **fields, "charset": "utf-8"}
    if operation.endpoint == "send":
        fields["cost"] = "1" if operation.result == "costresult" else "3"
    return Call(operation, fields)


class _Builder(ElementTree.TreeBuilder):
    def doctype(self, *_: Any) -> None:
        raise Fault("DTD are not supported by SOAP")


def check(endpoint: str, fields: Fields) -> None:
    """Error 1 for what the operation has no answer for."""
    if endpoint == "status" and "," in fields.get("id", ""):
        raise Refused(1, "SOAP answers for one message at a time")


def write(call: Call, answer: Answer, namespace: str) -> bytes:
    """``answer`` as the operation's result."""
    response = ElementTree.Element(f"{{{namespace}}}{call.operation.response}")
    result = ElementTree.SubElement(response, call.operation.result)
    values, errors = _values(answer)
    for name in call.operation.told:
        if name in values:
            ElementTree.SubElement(result, name).text = values[name]
    for error in errors if "errors" in call.operation.told else ():
        item = ElementTree.SubElement(result, "errors")
        for name, value in error.items():
            ElementTree.SubElement(item, name).text = value
    return _enveloped(response)


def fault(error: Fault) -> bytes:
    """The envelope that says what is wrong with a request."""
    element = ElementTree.Element(f"{{{SOAP}}}Fault")
    ElementTree.SubElement(element, "faultcode").text = "SOAP-ENV:Client"
    ElementTree.SubElement(element, "faultstring").text = str(error)
    return _enveloped(element)


def _values(answer: Answer) -> Tuple[Dict[str, str], List[Dict[str, str]]]:
    if isinstance(answer, Refused):
        refused = {"error": str(answer.code)}
        return ({"id": answer.message_id, **refused} if answer.message_id else refused), []
    if isinstance(answer, Sent):
        given = {"cnt": answer.count, "cost": answer.cost, "balance": answer.balance}
        values = {name: str(value) for name, value in given.items()}
        if answer.message_id is not None:
            values["id"] = answer.message_id
        wrong = (each for each in answer.listed if each.wrong)
        return values, [{"phone": each.phone, "status": str(each.fate)} for each in wrong]
    if isinstance(answer, Balance):
        return {"balance": str(answer.amount)}, []
    assert isinstance(answer, Statuses)
    if not answer.records:  # deleted
        return {"error": "0"}, []
    row = status_row(answer.records[0], answer, False)
    return {name: str(value) for name, value in row.items()}, []


def _enveloped(inside: ElementTree.Element) -> bytes:
    envelope = ElementTree.Element(f"{{{SOAP}}}Envelope")
    ElementTree.SubElement(envelope, f"{{{SOAP}}}Body").append(inside)
    written: bytes = ElementTree.tostring(envelope, "utf-8", xml_declaration=True)
    return written.replace(b"\r", b"&#13;")
