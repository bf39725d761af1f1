"""What the gateway's SOAP service consists of, and the WSDL that says so to foreign clients.

Source: the vendor's SOAP page and a stored WSDL of smsc.ru. ``apikey`` and ``sms_cnt`` are on the
page and not in that WSDL, which is older.
"""

from __future__ import annotations

from typing import Dict, Iterable, List, NamedTuple, Tuple
from xml.sax.saxutils import escape

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


class Operation(NamedTuple):
    """One operation; ``endpoint`` is its page by HTTP.

    ``asked`` are the elements of a request in the order of the WSDL, with a question mark those
    that may be missing; ``told`` those of a result, all of which may. ``keyed``: an API key may
    stand in the place of login and password.
    """

    name: str
    endpoint: str
    asked: Tuple[str, ...]
    response: str
    result: str
    told: Tuple[str, ...]
    keyed: bool = False

    @property
    def known(self) -> Tuple[str, ...]:
        """The names of all elements that a request may have."""
        credentials = _KEYED if self.keyed else _CREDENTIALS
        return tuple(name.rstrip("?") for name in (*credentials, *self.asked))


_CREDENTIALS = ("login", "psw")
_KEYED = ("login?", "psw?", "apikey?")
_SEND = ("phones", "mes", "id?", "sender?", "time?")
_SENT = ("id", "balance", "cost", "cnt", "error")
_PRICE = ("cost", "cnt", "error")
_STATUS = (
    "status", "last_date", "last_timestamp", "err", "error", "send_date", "send_timestamp",
    "phone", "cost", "sender_id", "status_name", "message", "operator", "region", "sms_cnt",
)  # fmt: skip

OPERATIONS: Dict[str, Operation] = {
    "balance": Operation(
        "get_balance", "balance", (), "BalanceResponse", "balanceresult", ("balance", "error"),
        keyed=True),
    "send": Operation("send_sms", "send", _SEND, "SendResponse", "sendresult", _SENT),
    "send2": Operation(
        "send_sms2", "send", (*_SEND, "query?"), "Send2Response", "sendresult",
        (*_SENT, "errors")),
    "cost": Operation(
        "get_sms_cost", "send", ("phones", "mes"), "CostResponse", "costresult", _PRICE),
    "cost2": Operation(
        "get_sms_cost2", "send", ("phones", "mes", "query"), "Cost2Response", "costresult",
        _PRICE),
    "status": Operation(
        "get_status", "status", ("phone", "id", "all?"), "StatusResponse", "statusresult",
        _STATUS, keyed=True),
    "status2": Operation(
        "get_status2", "status", ("phone", "id", "all?", "query"), "Status2Response",
        "statusresult", _STATUS, keyed=True),
}  # fmt: skip
"""By the element that a request consists of."""


def wsdl(url: str) -> str:
    """The description of the service at ``url``, which is also its namespace."""
    address = escape(url, {'"': "&quot;"})
    schema = "".join(_types(element, each) for element, each in OPERATIONS.items())
    messages = "".join(_messages(element, each) for element, each in OPERATIONS.items())
    port = "".join(_port_operation(each) for each in OPERATIONS.values())
    binding = "".join(_binding_operation(each, address) for each in OPERATIONS.values())
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" '
        f'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" '
        f'xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:tns="{address}" targetNamespace="{address}">\n'
        f'<wsdl:types><xsd:schema targetNamespace="{address}">\n{schema}{_ERROR}'
        f"</xsd:schema></wsdl:types>\n{messages}"
        f'<wsdl:portType name="ServiceSoap">\n{port}</wsdl:portType>\n'
        f'<wsdl:binding name="ServiceSoap" type="tns:ServiceSoap">\n'
        f'<soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>\n'
        f"{binding}</wsdl:binding>\n"
        f'<wsdl:service name="Service"><wsdl:port name="ServiceSoap" binding="tns:ServiceSoap">'
        f'<soap:address location="{address}"/></wsdl:port></wsdl:service>\n</wsdl:definitions>\n'
    )


def _types(element: str, operation: Operation) -> str:
    credentials = _KEYED if operation.keyed else _CREDENTIALS
    told = _fields(f"{name}?" for name in operation.told if name != "errors")
    if "errors" in operation.told:
        told += '<xsd:element minOccurs="0" maxOccurs="unbounded" name="errors" type="tns:Error"/>'
    response = operation.response
    return (
        f'<xsd:element name="{element}">'
        f"{_sequence(_fields((*credentials, *operation.asked)))}</xsd:element>\n"
        f"{_sequence(told, f'{response}Type')}\n"
        f'<xsd:element name="{response}">'
        + _sequence(f'<xsd:element name="{operation.result}" type="tns:{response}Type"/>')
        + "</xsd:element>\n"
    )


def _fields(names: Iterable[str]) -> str:
    return "".join(
        f'<xsd:element minOccurs="{0 if name.endswith("?") else 1}" maxOccurs="1" '
        f'name="{name.rstrip("?")}" type="xsd:string"/>'
        for name in names
    )


def _sequence(inside: str, name: str = "") -> str:
    named = f' name="{name}"' if name else ""
    return f"<xsd:complexType{named}><xsd:sequence>{inside}</xsd:sequence></xsd:complexType>"


_ERROR = _sequence(_fields(["phone", "status"]), "Error") + "\n"


def _messages(element: str, operation: Operation) -> str:
    parts: List[Tuple[str, str]] = [("In", element), ("Out", operation.response)]
    return "".join(
        f'<wsdl:message name="{element.capitalize()}{way}">'
        f'<wsdl:part name="parameters" element="tns:{part}"/></wsdl:message>\n'
        for way, part in parts
    )


def _port_operation(operation: Operation) -> str:
    name = operation.response[: -len("Response")]
    return (
        f'<wsdl:operation name="{operation.name}"><wsdl:input message="tns:{name}In"/>'
        f'<wsdl:output message="tns:{name}Out"/></wsdl:operation>\n'
    )


def _binding_operation(operation: Operation, address: str) -> str:
    body = '<soap:body use="literal"/>'
    return (
        f'<wsdl:operation name="{operation.name}"><soap:operation soapAction="{address}"/>'
        f"<wsdl:input>{body}</wsdl:input><wsdl:output>{body}</wsdl:output></wsdl:operation>\n"
    )
