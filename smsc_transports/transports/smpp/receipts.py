"""Receipts go to the plugins, in a thread of their own: a slow plugin must not stop the sending.

Source: the vendor's SMPP page (its own optional parameters) and third parties (the text).
"""

from __future__ import annotations

import os
import queue
import re
import threading
from contextlib import suppress
from typing import Any, Dict, Optional
from urllib.parse import unquote

from smsc_transports.plugins.manager import plugin_manager
from smsc_transports.reporting.logs import INFO, Log
from smsc_transports.transports.smpp.pdus import Received
from smsc_transports.values import gsm
from smsc_transports.values.receipt import Receipt

MESSAGE_ID, STATE, NETWORK_ERROR, PAYLOAD = 0x001E, 0x0427, 0x0423, 0x0424
COST, PARTS = 0x2000, 0x2002
"""The vendor's own."""

_RECEIPT = 0x3C  # of esm_class: 0 is an incoming message
_STATES = {
    1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD",
    7: "UNKNOWN", 8: "REJECTD",
}  # fmt: skip
_FIELDS = re.compile(r"(\w+):(\S*)")
CLOSING_SECONDS = 2.0

log = Log("smpp")


def read_receipt(pdu: Received) -> Optional[Receipt]:
    """Read a deliver_sm; None if it is an incoming message."""
    if not (pdu.fields.esm_class or 0) & _RECEIPT:
        return None
    text = _text(pdu)
    told: Dict[str, str] = dict(_FIELDS.findall(text))
    error = pdu.tlvs.get(NETWORK_ERROR, b"")
    code = str(int.from_bytes(error[-2:], "big")) if error else told.get("err", "").lstrip("0")
    state = pdu.tlvs.get(STATE, b"\0")
    parts = pdu.tlvs.get(PARTS, b"")
    return Receipt(
        id=_string(pdu.tlvs.get(MESSAGE_ID, b"")) or told.get("id", ""),
        phone=_string(pdu.fields.source_addr or b""),
        status=told.get("stat") or _STATES.get(int.from_bytes(state, "big"), ""),
        error_code=code or ("0" if "err" in told or error else ""),
        cost=_string(pdu.tlvs.get(COST, b"")),
        parts=str(int.from_bytes(parts, "big")) if parts else "",
        text=unquote(text),
    )


def _text(pdu: Received) -> str:
    octets = pdu.tlvs.get(PAYLOAD) or pdu.fields.short_message or b""
    if pdu.fields.data_coding == 8:
        return octets.decode("utf-16-be", "replace")
    return gsm.decode(octets) if not pdu.fields.data_coding else octets.decode("latin-1")


def _string(octets: bytes) -> str:
    return octets.rstrip(b"\0").decode("latin-1")


def are_wanted() -> bool:
    """Tell whether a plugin wants receipts; else the gateway reports to its HTTP handler."""
    return bool(plugin_manager().hook.smsc_receipt.get_hookimpls())


class Dispatcher:
    """Hands receipts to the plugins, in the order in which they came."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._queue: Optional[queue.SimpleQueue[Any]] = None
        self._thread: Optional[threading.Thread] = None

    def take(self, pdu: Received) -> None:
        """Note what came; returns at once."""
        with self._lock:
            if self._queue is None:
                self._queue = queue.SimpleQueue()
                self._thread = threading.Thread(
                    target=_tell, args=(self._queue,), name="smsc-receipts", daemon=True
                )
                self._thread.start()
            self._queue.put(pdu)

    def close(self) -> None:
        """Wait a little until the plugins have got the receipts."""
        with self._lock:
            waiting, thread = self._queue, self._thread
            self._queue = self._thread = None
        if waiting is not None and thread is not None:
            waiting.put(None)
            if thread is not threading.current_thread():
                thread.join(CLOSING_SECONDS)

    def forget(self) -> None:
        """Start anew in a forked process, which has no such thread."""
        self._lock = threading.RLock()
        self._queue = self._thread = None


def _tell(waiting: queue.SimpleQueue[Any]) -> None:
    while True:
        pdu = waiting.get()
        if pdu is None:
            return
        receipt = read_receipt(pdu)
        if receipt is None:
            log.log(INFO, "an incoming message by SMPP was ignored")
            continue
        log.log(INFO, "receipt: message %s is %s", receipt.id, receipt.status)
        with suppress(SystemExit):  # sys.exit() in a plugin must not stop the next receipt
            plugin_manager().report_receipt(receipt)


DISPATCHER = Dispatcher()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=DISPATCHER.forget)
