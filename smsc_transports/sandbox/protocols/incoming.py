"""From a request on the wire to decoded parameters, and to a text of it without secrets."""

from __future__ import annotations

import json
from typing import Dict, List, Optional, Tuple
from urllib.parse import unquote_to_bytes

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from smsc_transports.sandbox.protocols import soap
from smsc_transports.sandbox.rules.parameters import Fields
from smsc_transports.sandbox.rules.refused import Refused

DEFAULT_CHARSET = "windows-1251"
CHARSETS = ("windows-1251", "utf-8", "koi8-r")
SECRETS = frozenset(("login", "psw", "apikey"))
MASK = "***"
_HIDDEN_HEADERS = frozenset(("authorization", "proxy-authorization", "cookie"))
_SHOWN_BODY = 20000  # characters

Pair = Tuple[bytes, bytes]


def charset(fields: Fields) -> str:
    """The charset of request and answer; an unknown one counts as not given."""
    name = fields.get("charset", "").strip().lower()
    return name if name in CHARSETS else DEFAULT_CHARSET


async def read(request: web.BaseRequest) -> Tuple[Fields, str]:
    """The parameters and the masked text of the request; :class:`Refused` for a broken body."""
    path, _, query = request.raw_path.partition("?")
    pairs = _urlencoded(query.encode("utf-8", "surrogateescape"))
    shown_query = _shown_urlencoded(pairs)
    body = ""
    if request.method == "POST":
        more, body = await _body(request)
        pairs += more
    return _decoded(pairs), _raw(request, path + ("?" + shown_query if query else ""), body)


async def read_soap(request: web.BaseRequest) -> Tuple[soap.Call, str]:
    """The call in a SOAP envelope, and its parameters as masked text. Raises ``soap.Fault``."""
    call = soap.read(await request.read())
    shown = "\n".join(
        f"{name}: {MASK if name in SECRETS else value}" for name, value in call.fields.items()
    )
    return call, _raw(request, request.path, f"{call.operation.name}\n{shown}")


def _raw(request: web.BaseRequest, target: str, body: str) -> str:
    head = [f"{request.method} {target}"]
    head += [
        f"{name}: {MASK if name.lower() in _HIDDEN_HEADERS else value}"
        for name, value in request.headers.items()
    ]
    return "\n".join(head) + ("\n\n" + body[:_SHOWN_BODY] if body else "")


async def read_json(request: web.BaseRequest) -> Tuple[Fields, str]:
    """The same for ``/rest/send/``, whose parameters are a JSON object in utf-8."""
    try:
        body = json.loads((await request.read()).decode("utf-8"))
        if not isinstance(body, dict):
            raise ValueError
    except (ValueError, RecursionError):
        raise Refused(1, "the body must be a JSON object") from None
    fields = {_clean(name): _plain(value) for name, value in body.items()}
    shown = {name: MASK if name in SECRETS else value for name, value in fields.items()}
    raw = f"POST {request.raw_path.partition('?')[0]}\n\n"
    raw += json.dumps(shown, ensure_ascii=False, indent=1)
    return {"charset": "utf-8", "fmt": "3", **fields}, raw[:_SHOWN_BODY]


def _plain(value: object) -> str:
    """A JSON value as the form would carry it."""
    if isinstance(value, list):
        return ",".join(map(_plain, value))
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else _clean(str(value))


async def _body(request: web.BaseRequest) -> Tuple[List[Pair], str]:
    if request.content_type.startswith("multipart/"):
        return await _multipart(request)
    pairs = _urlencoded(await request.read())
    return pairs, _shown_urlencoded(pairs)


def _urlencoded(text: bytes) -> List[Pair]:
    pairs = []
    for item in text.split(b"&"):
        if item:
            name, _, value = item.partition(b"=")
            pairs.append((_unquoted(name), _unquoted(value)))
    return pairs


def _unquoted(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def _decoded(pairs: List[Pair]) -> Fields:
    """Names and values as text; as in PHP the last one of a name counts."""
    raw: Dict[str, bytes] = {name.decode("ascii", "replace"): value for name, value in pairs}
    encoding = charset({"charset": raw.get("charset", b"").decode("ascii", "replace")})
    return {name: value.decode(encoding, "replace") for name, value in raw.items()}


def _shown_urlencoded(pairs: List[Pair]) -> str:
    """Written anew from the decoded pairs, so that no spelling of a name hides a secret."""
    encoding = charset(_decoded(pairs))
    shown = []
    for name, value in pairs:
        word = name.decode("ascii", "replace")
        shown.append(f"{word}={MASK if word in SECRETS else value.decode(encoding, 'replace')}")
    return "&".join(shown)


async def _multipart(request: web.BaseRequest) -> Tuple[List[Pair], str]:
    pairs: List[Pair] = []
    shown = []
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise Refused(1, "nested multipart body")
            name, value = part.name or "", bytes(await part.read(decode=True))
            if part.filename is not None:
                shown.append(f"{name}: file {part.filename}, {len(value)} bytes")
                pairs.append((b"file", part.filename.encode("utf-8", "replace")))
                continue
            pairs.append((name.encode("ascii", "replace"), value))
    except (
        ValueError,
        LookupError,
        RuntimeError,
        AssertionError,
        web.RequestPayloadError,
        HttpProcessingError,
    ) as error:
        raise Refused(1, "broken multipart body") from error
    encoding = charset(_decoded(pairs))
    for name_bytes, value in pairs:
        word = name_bytes.decode("ascii", "replace")
        if word != "file":
            text = MASK if word in SECRETS else value.decode(encoding, "replace")
            shown.append(f"{word}: {text}")
    return pairs, "\n".join(shown)


def masked_mail(text: str) -> str:
    """The line of an e-mail, ``login:psw:...``, with both masked; one without them, wholly."""
    parts = text.split(":", 2)
    return f"{MASK}:{MASK}:{parts[2]}" if len(parts) == 3 else MASK


def decoded(text: bytes, charset_name: Optional[str], default: str) -> Tuple[str, str]:
    """``text`` by the charset of that name, or by ``default`` if there is no such; which one."""
    for name in (charset_name or default, default):
        try:
            return _clean(text.decode(name, "replace")), name
        except (LookupError, UnicodeError):
            continue
    return "", default


def _clean(text: str) -> str:
    """Without halves of surrogate pairs, which JSON can carry and nothing else can."""
    return text.encode("utf-8", "replace").decode("utf-8")
