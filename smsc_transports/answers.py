"""Reads the answer to an HTTP request: within a time, up to a length, and no byte too many.

http.client can do it too, but it spends more on the headers of an answer, of which few matter
here, than the rest of a call takes altogether.
"""

from __future__ import annotations

import re
import socket
import time
from typing import Any, Dict, NamedTuple, Optional, Tuple

from smsc_transports.errors import OutcomeUnknown

MAX_ANSWER_BYTES = 1024 * 1024
MAX_OTHER_BYTES = 64 * 1024
"""How much there may be around the body: headers, and the sizes of chunks."""


class Answer(NamedTuple):
    """An HTTP response; ``body`` is empty where the status is not a success."""

    status: int
    location: Optional[str]
    body: bytes


class AnswerReader:
    """Reads one answer from a socket; ``deadline`` is a value of ``time.monotonic()``.

    Raises OutcomeUnknown for what is no answer, or too long, or cut short; socket.timeout and
    other OSErrors as the socket does.
    """

    def __init__(self, sock: Any, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline
        self._received = bytearray()
        self._read = 0  # how many of the received bytes are dealt with
        self._leaves_connection = False

    def read(self) -> Answer:
        """Read the answer; without success not its body."""
        status = 100
        while 100 <= status < 200:  # an interim answer: the true one follows
            version, status = self._status()
            headers = self._headers()
        location = headers.get("location")
        if status >= 300:
            return Answer(status, location, b"")
        connection = headers.get("connection", "").lower()
        is_kept = "keep-alive" in connection if version == "HTTP/1.0" else "close" not in connection
        self._leaves_connection = is_kept
        return Answer(status, location, self._body(status, headers))

    @property
    def leaves_connection(self) -> bool:
        """Whether the connection can carry another exchange: nothing more comes of this one."""
        return self._leaves_connection and self._read == len(self._received)

    def _status(self) -> Tuple[str, int]:
        version, code = [*self._line().split(None, 2), "", ""][:2]
        if not version.startswith("HTTP/") or not re.fullmatch("[1-9][0-9][0-9]", code):
            raise OutcomeUnknown("the answer is not HTTP")
        return version, int(code)

    def _headers(self) -> Dict[str, str]:
        """Read the headers up to the empty line; names in lower case, of equal ones the first."""
        headers: Dict[str, str] = {}
        for line in iter(self._line, ""):
            name, _, value = line.partition(":")
            first = headers.setdefault(name.lower(), value.strip())
            if first != value.strip() and name.lower() == "content-length":
                raise OutcomeUnknown("the answer has two lengths")
        return headers

    def _body(self, status: int, headers: Dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunks()
        length = "0" if status == 204 else headers.get("content-length")
        if length is None:
            return self._everything()
        if not length.isdecimal():
            raise OutcomeUnknown("the answer has a length that is no number")
        return self._exactly(int(length))

    def _chunks(self) -> bytes:
        body = b""
        while True:
            digits = self._line().partition(";")[0].strip()
            if not re.fullmatch("[0-9a-fA-F]+", digits):
                raise OutcomeUnknown("a chunk of the answer has no size")
            size = int(digits, 16)
            if size == 0:
                # Whatever else may follow is not waited for.
                self._leaves_connection &= self._received[self._read :] == b"\r\n"
                self._read = len(self._received)
                return body
            body += self._exactly(size)
            self._exactly(2)
            _require_bearable(len(body))

    def _everything(self) -> bytes:
        """Read until the server hangs up."""
        self._leaves_connection = False
        while self._receive():
            _require_bearable(len(self._received) - self._read)
        return bytes(self._received[self._read :])

    def _exactly(self, size: int) -> bytes:
        _require_bearable(size)
        end = self._read + size
        while len(self._received) < end:
            self._receive_more()
        start, self._read = self._read, end
        return bytes(self._received[start:end])

    def _line(self) -> str:
        while True:
            end = self._received.find(b"\n", self._read)
            if end >= 0:
                line = self._received[self._read : end]
                self._read = end + 1
                return line.decode("latin-1").rstrip("\r")
            self._receive_more()

    def _receive_more(self) -> None:
        if not self._receive():
            cut = "in the middle of" if self._received else "without"
            raise OutcomeUnknown(f"the server hung up {cut} its answer")
        _require_bearable(len(self._received) - MAX_OTHER_BYTES)

    def _receive(self) -> int:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout("the answer was not complete in time")
        self._sock.settimeout(left)
        piece = self._sock.recv(MAX_OTHER_BYTES)
        self._received += piece
        return len(piece)


def _require_bearable(size: int) -> None:
    if size > MAX_ANSWER_BYTES:
        raise OutcomeUnknown(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
