"""Answers are read as http.client reads them, and no byte of one is taken for the next."""

from __future__ import annotations

import http.client
import socket
import time
from typing import Callable, Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsc_transports.answers import MAX_ANSWER_BYTES, AnswerReader
from smsc_transports.errors import OutcomeUnknown

from .gateway import PATIENCE, REPLY

OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(REPLY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"

Read = Callable[[socket.socket], Optional[bytes]]


def read_from(data: bytes, read: Read) -> Optional[bytes]:
    """Read what a server sends before it hangs up; None: no answer."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        return read(ours)


def by_http_client(sock: socket.socket) -> Optional[bytes]:
    with http.client.HTTPResponse(sock) as response:
        try:
            response.begin()
            body = response.read()
        except (http.client.HTTPException, ValueError):
            return None
        return None if response.status >= 300 else body


def by_us(sock: socket.socket) -> Optional[bytes]:
    try:
        answer = AnswerReader(sock, time.monotonic() + PATIENCE).read()
    except OutcomeUnknown:
        return None
    return None if answer.status >= 300 else answer.body


status_lines = st.sampled_from(
    [
        "HTTP/1.1 200 OK", "HTTP/1.0 200 OK", "HTTP/1.1 200", "HTTP/1.1  200  OK",
        "HTTP/1.1 204 No", "HTTP/1.1 201 Created", "HTTP/1.1 302 Found", "HTTP/1.1 500 No",
        "HTTP/1.1 20 OK", "HTTP/1.1 OK", "HTTP/1.1", "HTTP/1.1 200OK", "http/1.1 200 OK",
        "1234,1,0.50,99.50", "", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK",
    ]
)  # fmt: skip
headers = st.lists(
    st.sampled_from(
        [
            "Server: nginx", "content-length: 17", "Content-Length:5", "CONTENT-LENGTH: 99",
            "Content-Length: 0", "Transfer-Encoding: chunked", "transfer-encoding: Chunked",
            "Transfer-Encoding: identity", "Connection: close", "Connection: Keep-Alive",
            "Set-Cookie: a=b", "Set-Cookie: c=d", "X-Cyrillic: \xd0\xb9", "Empty:",
        ]
    ),
    max_size=4,
    unique_by=lambda header: header.partition(":")[0].lower(),
)  # fmt: skip
chunks = st.lists(
    st.sampled_from(
        [
            "5\r\n1234,\r\n", "5;x=y\r\n1,0.5\r\n", "A\r\n0123456789\r\n", "0\r\n\r\n",
            "00\r\n\r\n", "0\r\nX: y\r\n\r\n", "x\r\n", "\r\n",
        ]
    )
).map("".join)  # fmt: skip
bodies = st.one_of(st.sampled_from([REPLY.decode(), "", "12345", "x" * 99]), chunks)
line_ends = st.sampled_from(["\r\n", "\n"])


@settings(max_examples=500, deadline=None)
@given(status_lines, headers, bodies, line_ends, st.integers(0, 200))
def test_every_answer_means_what_it_means_to_http_client(
    status_line: str, headers: str, body: str, end: str, cut_off: int
) -> None:
    whole = (end.join([status_line, *headers, "", ""]) + body).encode("latin-1")
    for sent in (whole, whole[:cut_off]):
        if sent.rstrip(b"\r").endswith((b"\n0", b"\n00")):
            continue  # a size that may be cut short, which http.client takes for the last chunk
        # An empty answer is none to the loop that asked.
        assert (read_from(sent, by_us) or None) == (read_from(sent, by_http_client) or None), sent


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 17\r\nContent-Length: 5\r\n\r\n" + REPLY,
        OK + b"Content-Length: 17, 17\r\n\r\n" + REPLY,
        OK + b"Content-Length: -1\r\n\r\n" + REPLY,
        OK + CHUNKED + b"\r\n-5\r\n" + REPLY,
        OK + CHUNKED + b"\r\n0x5\r\n12345\r\n0\r\n\r\n",
    ],
)
def test_an_answer_of_doubtful_length_is_none(answer: bytes) -> None:
    assert read_from(answer, by_us) is None


@pytest.mark.parametrize(
    "endless",
    [
        OK + b"X: y\r\n" * 200_000,
        OK + b"X: " + b"y" * 2 * MAX_ANSWER_BYTES,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50_000,
        OK + CHUNKED + b"\r\n" + b"1\r\nx\r\n" * 200_000 + b"0\r\n\r\n",
    ],
    ids=["headers", "a header", "interim answers", "chunks"],
)
def test_an_answer_that_wraps_megabytes_around_its_body_is_none(endless: bytes) -> None:
    class Source:
        """A socket that has much to say."""

        sent = 0

        def settimeout(self, seconds: float) -> None:
            pass

        def recv(self, size: int) -> bytes:
            self.sent += size
            return endless[self.sent - size : self.sent]

    with pytest.raises(OutcomeUnknown, match="longer than"):
        AnswerReader(Source(), time.monotonic() + PATIENCE).read()


KNOWN = LENGTH + b"\r\n" + REPLY
LAST = CHUNKED + b"\r\n11\r\n" + REPLY + b"\r\n0\r\n"
LEAVE_THE_CONNECTION = {
    "length": OK + KNOWN,
    "chunks": OK + LAST + b"\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.0 that says so": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + KNOWN,
}
USE_IT_UP = {
    "Connection: close": OK + b"Connection: Close\r\n" + KNOWN,
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\n" + KNOWN,
    "a byte too many": OK + KNOWN + b"7",
    "a second answer": (OK + KNOWN) * 2,
    "trailers": OK + LAST + b"X: y\r\n\r\n",
    "until it is closed": OK + b"\r\n" + REPLY,
    "a redirect": b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
}


def leaves_connection(answer: bytes) -> bool:
    def read(sock: socket.socket) -> bytes:
        reader = AnswerReader(sock, time.monotonic() + PATIENCE)
        reader.read()
        return b"yes" if reader.leaves_connection else b"no"

    return read_from(answer, read) == b"yes"


@pytest.mark.parametrize("answer", LEAVE_THE_CONNECTION.values(), ids=LEAVE_THE_CONNECTION)
def test_a_connection_can_be_kept_after_an_answer_that_ends_by_itself(answer: bytes) -> None:
    assert leaves_connection(answer)


@pytest.mark.parametrize("answer", USE_IT_UP.values(), ids=USE_IT_UP)
def test_a_connection_is_not_kept_when_anything_else_may_come(answer: bytes) -> None:
    assert not leaves_connection(answer)
