"""Mistakes in settings that would otherwise pass without a word."""

from __future__ import annotations

from typing import Any, Mapping

from smsc_transports.reporting.notices import warn_once
from smsc_transports.values.encoding import fitting_charset

API_KEY = "SMSC_APIKEY"
WHERE_THE_KEY_GOES = (
    f"{API_KEY} in the environment is not a setting: an API key goes into SMSC_PASSWORD, and "
    f"SMSC_LOGIN stays empty."
)


def warn_of_charset(charset: Any) -> None:
    """Tell once of a charset that no text can be sent in."""
    if isinstance(charset, str) and fitting_charset(charset) != charset:
        warn_once(
            f"SMSC_CHARSET is {charset!r}, but it must be 'utf-8', 'windows-1251' or 'koi8-r'. "
            f"utf-8 is used instead.",
            "SMSC_CHARSET",
        )


def warn_of_missing_account(environ: Mapping[str, str]) -> None:
    """Warn once of an API key in a variable that is not read, where no account is set."""
    if environ.get(API_KEY):
        warn_once(WHERE_THE_KEY_GOES, API_KEY)
