"""No secret is left in a text, however it is encoded there, nor in what repr shows."""

from __future__ import annotations

import base64
import html
import json
from typing import Callable, Dict, List, Tuple
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from smsc_transports import Request, Settings
from smsc_transports.reporting.redaction import MASK, SHORT, redact, without_user
from smsc_transports.values.encoding import Argument
from smsc_transports.values.request import FaceNames

SECRETS = ("my-login", "p@ss wörd/1")


@pytest.mark.parametrize(
    ("text", "secrets", "redacted"),
    [
        # By the name of the parameter, whether the value is known or not.
        ("login=me&psw=x%26y&apikey=k", (), "login=***&psw=***&apikey=***"),
        ("GET /?login=me&psw=x HTTP/1.1", (), "GET /?login=***&psw=*** HTTP/1.1"),
        ("LOGIN=me PSW='x'", (), "LOGIN=*** PSW=***'x'"),
        ('{"url": "?psw=x"}', (), '{"url": "?psw=***"}'),
        ("psw=", (), "psw=***"),
        # Other parameters stay as they are.
        ("phones=1&mes=psw&id=5", (), "phones=1&mes=psw&id=5"),
        ("mylogin=1&psw2=2&xpsw=3", (), "mylogin=1&psw2=2&xpsw=3"),
        ("login failed", (), "login failed"),
        # By value.
        ("no such user: my-login", SECRETS, "no such user: ***"),
        ("my-login:p@ss wörd/1:0::0,0,:7999:text", SECRETS, "***:***:0::0,0,:7999:text"),
        ("MY-LOGIN is unknown", SECRETS, "*** is unknown"),
        ("nothing to hide", SECRETS, "nothing to hide"),
        ("nothing to hide", (), "nothing to hide"),
        ("nothing to hide", ("",), "nothing to hide"),
        # Percent-encoded, in any charset, with any letters and whatever counts as safe.
        ("at /p%40ss%20w%C3%B6rd/1!", SECRETS, "at /***!"),
        ("at /p%40ss%20w%c3%b6rd%2f1!", SECRETS, "at /***!"),
        ("at /p%40ss+w%C3%B6rd%2F1!", SECRETS, "at /***!"),
        ("%EF%E0%F0%EE%EB%FC", ("пароль",), "***"),  # windows-1251
        ("%D0%C1%D2%CF%CC%D8", ("пароль",), "***"),  # koi8-r
        ("%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C", ("пароль",), "***"),
        # As repr prints it.
        (repr("it's"), ("it's",), '"***"'),
        (repr("it's \"so\""), ("it's",), "'*** \"so\"'"),
        (repr("back\\slash\n"), ("back\\slash",), "'***\\n'"),
        (repr("пароль".encode("koi8-r")), ("пароль",), "b'***'"),
        (repr(b"it's \"so\""), ("it's",), "b'*** \"so\"'"),
        # As bytes of a server that were read as if they were latin-1.
        ("пароль".encode().decode("latin-1"), ("пароль",), "***"),
        # In HTML and in JSON, with whatever letters.
        ("P&#228;/ss P&#xE4;&sol;ss P&auml;/ss", ("Pä/ss",), "*** *** ***"),
        (r"P\u00e4\/ss P\u00E4/ss", ("Pä/ss",), "*** ***"),
        (r"\ud83d\ude00face &#128512;fac&#101;", ("😀face",), "*** ***"),
        ("&nothing; &#; &#xFFFFFFFF; %zz \\q", ("secret",), "&nothing; &#; &#xFFFFFFFF; %zz \\q"),
        # A secret that looks encoded itself.
        ("a%41&amp; a%2541%26amp%3B a%41&amp;amp;", ("a%41&amp;",), "*** *** ***"),
        # By the user of a URL, whether known or not.
        ("no amqp://me:word@host/x", (), "no amqp://***@host/x"),
        ("see https://host/x@y", (), "see https://host/x@y"),
        # With the line ends of a mail.
        (r"b'secret\r\n:0' secret%0D", ("secret\n",), "b'***:0' ***"),
        # In base64, by itself or among other things.
        ("bXktbG9naW4=", SECRETS, "***"),
        ("bXktbG9naW4", SECRETS, "***"),
        ("bXktbG9nb24=", SECRETS, "bXktbG9nb24="),  # another login
        ("5 words that are not base64 at all", SECRETS, "5 words that are not base64 at all"),
        # A login within the password does not cut it in two.
        ("shop-secret", ("shop", "shop-secret"), "***"),
        ("shop-secret and shop", ("shop", "shop-secret"), "*** and ***"),
        # Secrets that overlap or touch are one.
        ("abcdefg", ("abcde", "cdefg"), "***"),
        ("abcdeabcde", ("abcde",), "***"),
        # One that no charset can encode.
        ("bXktbG9naW4= \udcffx1", ("\udcffx1",), "bXktbG9naW4= ***"),
        # Under four characters only where they stand alone.
        ("connection named 4124 timed_out", ("on", "me", "12"), "connection named 4124 timed_out"),
        ("ответили: на", ("ти", "е"), "ответили: на"),
        ("no user 'on' (on): on, x=on&y=2", ("on",), "no user '***' (***): ***, x=***&y=2"),
        ("'ти' 1-2, m3.", ("ти", "1-2", "m3"), "'***' ***, ***."),
        (r"b'\r\non:1'", ("on",), r"b'\r\n***:1'"),
        ("xabcdx", ("abcd",), "x***x"),
        # A secret that is a mask hides nothing and harms nothing.
        ("1 * 2", ("*",), "1 *** 2"),
        ("\\1 and \\g<0>", ("\\1",), "*** and \\g<0>"),
    ],
)  # fmt: skip
def test_redacted(text: str, secrets: Tuple[str, ...], redacted: str) -> None:
    assert redact(text, secrets) == redacted


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("line", "redacted"),
    [
        ("AUTH PLAIN " + in_base64("\0me\0secret"), "AUTH PLAIN ***"),
        ("'AUTH PLAIN " + in_base64("\0me\0secret") + "\\r\\n'", "'AUTH PLAIN ***\\r\\n'"),
        ("AUTH LOGIN " + in_base64("me"), "AUTH LOGIN ***"),
        (in_base64("secret") + "\r\n", "***\r\n"),
        # CRAM-MD5: the login and a digest that needs no hiding.
        (in_base64("me " + "0123456789abcdef" * 2), "***"),
        ("Authorization: Basic " + in_base64("me:secret"), "Authorization: Basic ***"),
        ("334 " + in_base64("Password:"), "334 " + in_base64("Password:")),
    ],
)  # fmt: skip
def test_authentication_lines_are_redacted(line: str, redacted: str) -> None:
    assert redact(line, ("me", "secret")) == redacted


# Proxies


@pytest.mark.parametrize(
    "url",
    [
        "http://user-1:w%26rd%2F2@127.0.0.1:8080",
        "user-1:w&rd/2@127.0.0.1",
        "socks5://user-1:w%26rd/2@[::1]:1",
    ],
)
@pytest.mark.parametrize("name", ["http_proxy", "HTTPS_PROXY", "all_proxy"])
def test_the_password_of_a_proxy_is_a_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, url: str
) -> None:
    monkeypatch.setenv(name, url)
    said = f"user-1 w&amp;rd/2 w%26rd%2f2 {in_base64('user-1:w&rd/2')} 127.0.0.1 ::1"
    assert redact(said) == "*** *** *** *** 127.0.0.1 ::1"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://me:a://b@c@host:1", "http://***@host:1"),
        ("me:a://b@host", "***@host"),
        ("//me@host/", "//***@host/"),
        ("https://host/", "https://host/"),
    ],
)
def test_a_url_without_its_user(url: str, shown: str) -> None:
    assert without_user(url) == shown


# Any secret, in any encodings, among anything

LETTERS = st.one_of(
    st.characters(min_codepoint=32, max_codepoint=126),
    st.sampled_from("%&<>'\"\\/+ =:;#x0541abnёЯж😀é€ÃÂ\n\t"),
    st.characters(exclude_categories=["Cs"]),
)
PIECES = st.sampled_from(
    ["%41", "%25", "&amp;", "amp;", "&#65;", "\\n", "\\u0041", "41", "%", "\\"]
)
BORDER = "\ud800"  # of the category left out above, so that no secret holds it
SECRET = st.one_of(
    st.text(LETTERS, min_size=1, max_size=20),
    st.lists(st.one_of(PIECES, LETTERS), min_size=1, max_size=8).map("".join),
).filter(lambda text: text not in MASK and MASK not in text and redact(text) == text)


def in_bytes(text: str, pattern: str, charset: str = "utf-8") -> str:
    return "".join(pattern.format(byte) for byte in text.encode(charset))


def in_numbers(text: str, pattern: str) -> str:
    return "".join(pattern.format(ord(character)) for character in text)


ENCODINGS: Dict[str, Callable[[str], str]] = {
    "repr": lambda text: repr(text)[1:-1],
    "repr with both quotes": lambda text: repr(text + "'\"")[1:-4],
    "repr of bytes": lambda text: repr(text.encode())[2:-1],
    "repr of bytes in koi8-r": lambda text: repr(text.encode("koi8-r"))[2:-1],
    "ascii": lambda text: ascii(text)[1:-1],
    "percent": quote,
    "percent, slashes too": lambda text: quote(text, safe=""),
    "percent, plus signs": quote_plus,
    "percent, small digits": lambda text: in_bytes(text, "%{:02x}"),
    "percent in windows-1251": lambda text: quote(text, encoding="windows-1251"),
    "percent in koi8-r": lambda text: in_bytes(text, "%{:02X}", "koi8-r"),
    "HTML": html.escape,
    "HTML without quotes": lambda text: html.escape(text, quote=False),
    "HTML with &apos;": lambda text: html.escape(text).replace("&#x27;", "&apos;"),
    "HTML in ASCII": lambda text: html.escape(text).encode("ascii", "xmlcharrefreplace").decode(),
    "HTML in decimal numbers": lambda text: in_numbers(text, "&#{:03};"),
    "HTML in hexadecimal numbers": lambda text: in_numbers(text, "&#x{:X};"),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON in Unicode": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON as PHP writes it": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
}


@settings(max_examples=120)
@given(SECRET, st.lists(st.sampled_from(sorted(ENCODINGS)), max_size=3))
@example("e", ["percent", "percent"])
@example("密码", ["JSON", "JSON", "JSON"])
@example("QzX&<w>\"o'/рд+1", ["percent, plus signs", "HTML", "JSON"])
def test_no_secret_is_left_in_encodings_within_each_other(secret: str, names: List[str]) -> None:
    text = secret
    for name in names:
        try:
            text = ENCODINGS[name](text)
        except UnicodeEncodeError:
            assume(False)
    assert redact(f"{BORDER}{text}{BORDER}", [secret]) == f"{BORDER}{MASK}{BORDER}"


@given(SECRET.filter(lambda text: "\\" not in text), st.data())
def test_no_secret_is_left_whose_characters_are_each_encoded_otherwise(
    secret: str, data: st.DataObject
) -> None:
    text = ""
    for character in secret:
        name = data.draw(st.sampled_from(["", *sorted(ENCODINGS)]))
        try:
            text += ENCODINGS[name](character) if name else character
        except UnicodeEncodeError:
            text += character
    assert redact(f"{BORDER}{text}{BORDER}", [secret]) == f"{BORDER}{MASK}{BORDER}"


@given(SECRET)
def test_no_secret_is_left_in_base64(secret: str) -> None:
    words = [in_base64(secret), in_base64(f"\0login\0{secret}"), in_base64(f"{secret}:password")]
    for word in (*words, quote(words[0], safe="")):
        assert redact(f"{BORDER}{word}{BORDER}", [secret]) == f"{BORDER}{MASK}{BORDER}"


LONG = SECRET.filter(lambda text: len(text) >= SHORT)


@given(LONG, LONG, st.text(max_size=30), st.text(max_size=30))
def test_no_secret_is_left_in_any_surroundings(
    login: str, password: str, before: str, after: str
) -> None:
    text = f"{before} {login}:{password} {after} {quote(password)}"
    redacted = redact(text, [login, password])
    for secret in (login, password):
        assert secret not in redacted.replace(MASK, BORDER)


@given(st.text(max_size=100))
def test_text_without_secrets_is_left_alone(text: str) -> None:
    assume("=" not in text)
    assert redact(text, ["a secret that is nowhere in there"]) == text


# repr


@given(SECRET, SECRET, SECRET, SECRET)
@example("e", "s", "1", "0")
def test_repr_of_settings_is_the_same_whatever_the_secrets_are(
    login: str, password: str, smtp_login: str, smtp_password: str
) -> None:
    of_call = Settings(
        login=login, password=password, smtp_login=smtp_login, smtp_password=smtp_password
    )
    assert repr(of_call) == str(of_call) == repr(Settings())
    for name in ("login=", "password=", "smtp_login=", "smtp_password="):
        assert name not in repr(of_call)


@given(SECRET, SECRET, st.text(LETTERS, max_size=20))
def test_repr_of_a_request_shows_neither_secrets_nor_what_is_sent(
    login: str, password: str, text: str
) -> None:
    of_call = Settings(login=login, password=password)
    argument = Argument(f"phones=79990001122&mes={quote(text)}", "utf-8")
    request = Request("send", argument, of_call, face=FaceNames(urlopen=lambda: None))
    read = (request.query, request.fields, request.text, request.phones)  # kept, once read
    assert read[1]["mes"] == text
    assert repr(request) == f"Request(command='send', settings={Settings()!r}, fmt=1)"


def test_repr_of_settings_still_shows_what_helps() -> None:
    of_call = Settings(login="me", password="secret", host="smsc.kz", transport="smtp")
    assert "host='smsc.kz'" in repr(of_call)
    assert "transport='smtp'" in repr(of_call)
