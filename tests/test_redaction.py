"""No secret is left in a text, however it is encoded there, nor in what repr shows."""

from __future__ import annotations

import base64
import re
from typing import List, Tuple
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from smsc_transports import Request, Settings
from smsc_transports.reporting.redaction import MASK, SHORT, redact
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
        # In base64, by itself or among other things.
        ("bXktbG9naW4=", SECRETS, "***"),
        ("bXktbG9naW4", SECRETS, "***"),
        ("bXktbG9nb24=", SECRETS, "bXktbG9nb24="),  # another login
        ("5 words that are not base64 at all", SECRETS, "5 words that are not base64 at all"),
        # A login within the password does not cut it in two.
        ("shop-secret", ("shop", "shop-secret"), "***"),
        ("shop-secret and shop", ("shop", "shop-secret"), "*** and ***"),
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


# Any secret, in any form, among anything

CHARSETS = ("utf-8", "windows-1251", "koi8-r")
CYRILLIC = "".join(map(chr, range(ord("А"), ord("я") + 1)))
LETTERS = st.one_of(
    st.characters(min_codepoint=32, max_codepoint=126),
    st.sampled_from(CYRILLIC + "\\'\" %+&=/:@\t\n"),
    st.characters(exclude_categories=["Cs"]),
)
BORDER = "\ud800"  # of the category left out above, so that no secret holds it
SECRET = st.text(LETTERS, min_size=1, max_size=20).filter(lambda text: text not in MASK)


def forms(secret: str) -> List[str]:
    """Give the forms of a secret in which the libraries and protocols in use write it."""
    found = [secret, repr(secret)[1:-1], repr(secret + "'\"")[1:-4], in_base64(secret)]
    found.append(in_base64(f"\0login\0{secret}"))
    found.append(in_base64(f"\0{secret}\0password"))
    for charset in CHARSETS:
        try:
            raw = secret.encode(charset)
        except UnicodeEncodeError:
            continue
        for encoded in (
            quote(raw),
            quote(raw, safe=""),
            quote_plus(raw),
            quote_plus(raw, safe="/"),
        ):
            found.append(encoded)
            found.append(with_small_digits(encoded))
        found.append(repr(raw)[2:-1])
        found.append(base64.b64encode(raw).decode())
    return found


def with_small_digits(encoded: str) -> str:
    first, *others = encoded.split("%")
    return "%".join([first, *(other[:2].lower() + other[2:] for other in others)])


@given(SECRET)
@example("e")
@example("it's")
@example("both ' and \"")
@example("Pä/ss")
@example("密码")
@example("a b+c%20d")
def test_no_form_of_a_secret_is_left(secret: str) -> None:
    for form in forms(secret):
        assert redact(f"{BORDER}{form}{BORDER}", [secret]) == f"{BORDER}{MASK}{BORDER}", form


@given(SECRET, SECRET, st.text(max_size=30), st.text(max_size=30))
def test_no_secret_is_left_in_any_surroundings(
    login: str, password: str, before: str, after: str
) -> None:
    text = f"{before} {login}:{password} {after} {quote(password)}"
    redacted = redact(text, [login, password])
    for secret in (login, password):
        whole = rf"(?<!\w){re.escape(secret)}(?!\w)" if len(secret) < SHORT else re.escape(secret)
        assert not re.search(whole, redacted.replace(MASK, BORDER))


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
    settings = Settings(
        login=login, password=password, smtp_login=smtp_login, smtp_password=smtp_password
    )
    assert repr(settings) == str(settings) == repr(Settings())
    for name in ("login=", "password=", "smtp_login=", "smtp_password="):
        assert name not in repr(settings)


@given(SECRET, SECRET, st.text(LETTERS, max_size=20))
def test_repr_of_a_request_shows_neither_secrets_nor_what_is_sent(
    login: str, password: str, text: str
) -> None:
    settings = Settings(login=login, password=password)
    argument = Argument(f"phones=79990001122&mes={quote(text)}", "utf-8")
    request = Request("send", argument, settings, face=FaceNames(urlopen=lambda: None))
    read = (request.query, request.fields, request.text, request.phones)  # kept, once read
    assert read[1]["mes"] == text
    assert repr(request) == f"Request(command='send', settings={Settings()!r}, fmt=1)"


def test_repr_of_settings_still_shows_what_helps() -> None:
    settings = Settings(login="me", password="secret", host="smsc.kz", transport="smtp")
    assert "host='smsc.kz'" in repr(settings)
    assert "transport='smtp'" in repr(settings)
