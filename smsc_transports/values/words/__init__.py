"""The gateway's numbers in words, in Ukrainian, Russian and English.

Each language is a module with the same four tables. Source of the meanings: the vendor's HTTP
pages and public clients that restate them.
"""

from __future__ import annotations

import os
import re
from typing import Any, Mapping, Optional

from smsc_transports.values.words import en, ru, uk

LANGUAGES: Mapping[str, Any] = {"uk": uk, "ru": ru, "en": en}
ENGLISH = "en"

_LOCALE = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # the order of gettext


def read_language(value: Any) -> str:
    """Read SMSC_LANG. Raises ValueError."""
    language = _language_of(str(value))
    if language not in LANGUAGES:
        raise ValueError("'uk', 'ru' or 'en'")
    return language


def language(environ: Optional[Mapping[str, str]] = None) -> str:
    """Name the language of the user: SMSC_LANG, else the locale's, else English."""
    environ = os.environ if environ is None else environ
    wanted = _language_of(environ.get("SMSC_LANG", ""))
    if wanted in LANGUAGES:
        return wanted
    given = next((environ[name] for name in _LOCALE if environ.get(name)), "")
    known = (each for each in map(_language_of, given.split(":")) if each in LANGUAGES)
    return next(known, ENGLISH)


def status_text(code: int, language: str = ENGLISH) -> str:
    """Name the status of a message; of an undocumented one the number is told."""
    words = LANGUAGES[language]
    return str(words.STATUSES.get(code) or words.UNKNOWN_STATUS.format(code))


def delivery_error_text(code: int, language: str = ENGLISH) -> str:
    """Say why a message was not delivered; of an undocumented reason the number is told."""
    words = LANGUAGES[language]
    return str(words.DELIVERY_ERRORS.get(code) or words.UNKNOWN_ERROR.format(code))


def error_text(code: int, command: str = "send", language: str = ENGLISH) -> str:
    """Name an error of the gateway, whose meaning may depend on the command."""
    words = LANGUAGES[language]
    known = {**words.ERRORS, **words.ERRORS_OF.get(command, {})}
    return str(known.get(code) or words.UNKNOWN_ERROR.format(code))


def _language_of(locale: str) -> str:
    return re.split(r"[_.@-]", locale.strip().lower())[0]
