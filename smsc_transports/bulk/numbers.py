"""Checks phone numbers and writes them the international way."""

from __future__ import annotations

import re
from typing import NamedTuple, Optional

from smsc_transports.values.errors import ConfigurationError, did_you_mean
from smsc_transports.values.extras import required

_PLAIN = re.compile(r"\+?[0-9\s().-]+")
_ROUNDED = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
_DECIMAL = re.compile(r"([0-9]{7,})\.0+")


class WrongNumber(ValueError):
    """It is no phone number; the text says why."""


class Number(NamedTuple):
    """A number as the gateway takes it unchanged, ``+380501112233``, and its country, ``UA``."""

    phone: str
    country: str


class Numbers:
    """Checks numbers; national ones are those of ``region``, a code of two letters."""

    def __init__(self, region: Optional[str] = None) -> None:
        self._library = required("phonenumbers", "bulk", "smsc bulk")
        self._region = None if region is None else region.upper()
        known = self._library.SUPPORTED_REGIONS
        if self._region is not None and self._region not in known:
            hint = did_you_mean(self._region, known)
            raise ConfigurationError(f"There is no region {region!r}, such as UA or KZ.{hint}")

    def check(self, text: str) -> Number:
        """Give the number that is written there. Raises WrongNumber."""
        written = text.strip().lstrip("'")  # a spreadsheet's mark for "this is text"
        if not written or written in ("0", "None", "nan"):
            raise WrongNumber("there is no number")
        if _ROUNDED.fullmatch(written):
            raise WrongNumber(
                f"a spreadsheet has rounded the number to {written}; format the column as text"
            )
        decimal = _DECIMAL.fullmatch(written)
        written = decimal[1] if decimal else written
        if not _PLAIN.fullmatch(written):
            raise WrongNumber(f"{text.strip()[:40]!r} is no phone number")
        # National first; the gateway also takes international ones without a plus.
        for candidate, region in ((written, self._region), ("+" + written, None)):
            number = self._parsed(candidate, region)
            if number is not None:
                return number
        raise WrongNumber(f"{text.strip()[:40]!r} is no valid phone number")

    def _parsed(self, text: str, region: Optional[str]) -> Optional[Number]:
        if region is None and not text.startswith("+"):
            return None
        try:
            number = self._library.parse(text, region)
        except self._library.NumberParseException:
            return None
        if not self._library.is_valid_number(number):
            return None
        country = self._library.region_code_for_number(number) or ""
        return Number(f"+{number.country_code}{_national(number)}", country)


def _national(number: object) -> str:
    zeros = getattr(number, "number_of_leading_zeros", None) or 1
    leading = "0" * zeros if getattr(number, "italian_leading_zero", False) else ""
    return f"{leading}{getattr(number, 'national_number', '')}"
