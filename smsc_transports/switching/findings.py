"""Collects what is found in a copy: what is taken over, what is refused, and what is noted."""

from __future__ import annotations

import ast
from typing import List

from smsc_transports.switching.copies import AT_IMPORT, Refusal, Takeover
from smsc_transports.switching.literals import environment_names, masked
from smsc_transports.switching.sources import Function, Node, Source, line_numbers


class Findings:
    """All findings in one source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.takeovers: List[Takeover] = []
        self.refusals: List[Refusal] = []
        self.notes: List[str] = []

    def refuse(self, method: str, node: ast.AST, why: str, write: str, last: int = 0) -> None:
        """Refuse a statement, with its lines, or with all lines up to ``last``."""
        first, starts = line_numbers(node)[0], self._source.starts
        shown = masked(self._source, starts[first - 1], starts[last or last_line(node)] - 1)
        lines = tuple(line.strip() for line in shown.split("\n") if line.strip())
        self.refusals.append(Refusal(method, first, lines, why, write))

    def take(self, name: str, node: Node, when: str = AT_IMPORT) -> None:
        """Take an expression or a statement over, once."""
        text = self._source.segment(node)
        if not any((one.name, one.text, one.when) == (name, text, when) for one in self.takeovers):
            shown, names = masked(self._source, *self._source.span(node)), environment_names(node)
            self.takeovers.append(Takeover(name, text, node.lineno, shown, when, names))

    def say(self, name: str, method: Function, text: str, more: str = "") -> None:
        """Take over what has no text of its own in the copy."""
        self.takeovers.append(Takeover(name, text, method.lineno, text + more))

    def text(self, node: ast.AST) -> str:
        """Give the source of a node."""
        return self._source.segment(node)


def last_line(node: ast.AST) -> int:
    """Give the last line of a statement, of a compound one that of its head."""
    first, last = line_numbers(node)
    body = getattr(node, "body", None)
    return max(first, body[0].lineno - 1) if isinstance(body, list) else last
