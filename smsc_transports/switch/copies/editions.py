"""Tells the vendor's editions apart, by what the code does.

The version in the header is a hint only: owners cut it off, and three different files carry the
text "2.0 (03.07.2019)".
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Iterator, Optional, Tuple

from smsc_transports.switch.copies.anatomy import Anatomy
from smsc_transports.switch.files.syntax import calls, defaults, dotted, texts

BUILDS = {1: "first build", 2: "second build", 3: "third build"}

_HEADER = re.compile(r"^#.*?верси\w\s+(\d+\.\d+)", re.MULTILINE | re.IGNORECASE)
_HEADER_LINES = 5
_NEW_FORMATS, _FORMATS_OF_1_9, _FORMATS_OF_1_7 = 10, 9, 6
FORMATS = {("1.8", 0): 9, ("1.9", 0): 9, ("2.0", 1): 11, ("2.0", 2): 13, ("2.0", 3): 13}
"""How many formats the editions list, by version and build."""


@dataclass(frozen=True)
class Edition:
    """An edition of the vendor's file.

    ``version`` is "" where the code is none of the known ones; ``build`` counts the files that
    all call themselves 2.0, and is 0 for other versions. ``header`` is the version that the file
    gives itself, "" if it does not.
    """

    version: str
    build: int
    header: str

    def __str__(self) -> str:
        if not self.version:
            return "an edition that is not known"
        build = f", {BUILDS[self.build]}" if self.build else ""
        return f"edition {self.version}{build}"

    @property
    def header_is_wrong(self) -> bool:
        """The file calls itself by another version than its code has."""
        return bool(self.header and self.version) and self.header != self.version


@dataclass(frozen=True)
class Behaviour:
    """What tells editions apart, and what a caller may notice of them."""

    formats: Tuple[str, ...]
    old_signature: bool
    api_key: bool
    bot: bool
    pauses: bool
    old_mirrors: bool
    decodes: bool
    catches: bool
    is_whole: bool
    python2: bool

    @property
    def bytes_text(self) -> bool:
        """On Python 3 the fields of a reply begin with b'."""
        return self.is_whole and not self.decodes and not self.python2

    @property
    def raises(self) -> bool:
        """Network errors come through to the caller."""
        return self.is_whole and not self.catches


def read_behaviour(anatomy: Anatomy) -> Behaviour:
    """Read what a copy does."""
    sending: ast.AST = anatomy.sending or anatomy.cls
    called = {dotted(call.func).rpartition(".")[2] for call in calls(sending)}
    attributes = {node.attr for node in ast.walk(sending) if isinstance(node, ast.Attribute)}
    literals = list(texts(sending))
    return Behaviour(
        formats=_formats(anatomy),
        old_signature="flash" in defaults(anatomy.methods["send_sms"]),
        api_key=any("apikey=" in text for text in literals),
        bot=any("bot=" in text for text in texts(anatomy.methods["send_sms"])),
        pauses="sleep" in called,
        old_mirrors=any("www2." in text for text in literals),
        decodes="decode" in attributes,
        catches=any(isinstance(node, ast.Try) for node in ast.walk(sending)),
        is_whole=anatomy.sending is not None,
        python2=anatomy.source.python2 is not None,
    )


def tell_edition(anatomy: Anatomy, behaviour: Behaviour) -> Edition:
    """Tell the edition of a copy."""
    header = read_header(anatomy.source.text)
    version, build = _version(behaviour, header)
    return Edition(version, build, header)


def remarks(edition: Edition, behaviour: Behaviour) -> Iterator[str]:
    """Say in what the edition itself, not its owner, differs from the 2.0 that ours follows."""
    if edition.header_is_wrong:
        yield f"its header says {edition.header}, its code is {edition.version}"
    if behaviour.bot:
        yield 'with format=12 it sends the sender as bot; ours takes query="bot=..." for that'
    if behaviour.pauses:
        yield "it waits between its tries; ours asks the next host at once, as 2.0 does"
    if behaviour.bytes_text:
        yield 'on Python 3 its replies are texts such as "b\'1"; ours are plain, as those of 2.0'
    if behaviour.raises:
        yield "it raises network errors; ours gives ['', ''], or False for the balance"


def read_header(text: str) -> str:
    """Give the version that the head of a file names, "" if it names none."""
    match = _HEADER.search("\n".join(text.split("\n")[:_HEADER_LINES]))
    return match.group(1) if match else ""


def _version(behaviour: Behaviour, header: str) -> Tuple[str, int]:
    count = len(behaviour.formats)
    if behaviour.old_signature:
        return "1.0", 0
    if behaviour.old_mirrors or (behaviour.pauses and not behaviour.decodes):
        # 1.7 and 1.8 differ by their formats; where an owner added some, the header decides.
        return ("1.7" if count <= _FORMATS_OF_1_7 or header == "1.7" else "1.8"), 0
    if behaviour.api_key:
        return "2.0", 3 if behaviour.bot else 2
    if count >= _NEW_FORMATS:
        return "2.0", 1
    if count == _FORMATS_OF_1_9:
        return "1.9", 0
    return "", 0


def _formats(anatomy: Anatomy) -> Tuple[str, ...]:
    """Give the flags of the formats as the copy lists them."""
    longest: Optional[Tuple[str, ...]] = None
    for node in ast.walk(anatomy.source.tree):
        if isinstance(node, (ast.List, ast.Tuple)):
            flags = tuple(_text(element) for element in node.elts)
            if "flash=1" in flags and len(flags) > len(longest or ()):
                longest = flags
    return longest or ()


def _text(node: ast.AST) -> str:
    value = node.value if isinstance(node, ast.Constant) else ""
    return value if isinstance(value, str) else ""
