"""The report as one HTML page, with two plots, that needs no network."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from html import escape
from typing import Iterable, List, Tuple, Union

from smsc_transports.bulk.report import Summary

_MOST_BARS = 12
_BAR, _GAP, _LABELS, _BARS, _VALUES = 22, 10, 340, 400, 130  # pixels

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --bar: #2f6fb0; --line: #8884; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto;
  padding: 0 1rem; }}
table {{ border-collapse: collapse; }}
td {{ padding: .2rem 1.5rem .2rem 0; border-bottom: 1px solid var(--line); }}
td + td {{ text-align: right; font-variant-numeric: tabular-nums; }}
svg {{ width: 100%; height: auto; }}
text {{ font: 14px system-ui, sans-serif; fill: currentColor; }}
rect {{ fill: var(--bar); }}
</style>
<h1>{title}</h1>
<p>{about}</p>
<table>{table}</table>
<h2>Messages by status</h2>
{statuses}
<h2>Cost by operator or country</h2>
{costs}
</html>
"""


def page(name: str, summary: Summary) -> str:
    """Write the report of a run over the file of this name."""
    facts: List[Tuple[str, object]] = [("rows", summary.rows), *sorted(summary.outcomes.items())]
    facts += [("parts sent", summary.parts), ("cost", summary.cost)]
    cells = (f"<tr><td>{escape(k)}</td><td>{escape(_told(v))}</td></tr>" for k, v in facts)
    return _PAGE.format(
        title=escape(f"Messages of {name}"),
        about=f"{datetime.now():%Y-%m-%d %H:%M}",
        table="".join(cells),
        statuses=_bars("statuses", summary.statuses.items()),
        costs=_bars("costs", summary.costs.items()),
    )


Amount = Union[int, Decimal]


def _bars(id: str, values: Iterable[tuple[str, Amount]]) -> str:
    """Draw a bar for each value, the largest first; the smallest ones become one bar."""
    ranked: List[Tuple[str, Amount]] = sorted(values, key=lambda pair: pair[1], reverse=True)
    if not ranked:
        return "<p>None were sent.</p>"
    rest = ranked[_MOST_BARS:]
    if rest:
        ranked = [*ranked[:_MOST_BARS], (f"{len(rest)} others", sum(v for _, v in rest))]
    largest = float(max(value for _, value in ranked)) or 1.0
    drawn = [_bar(place, *pair, largest) for place, pair in enumerate(ranked)]
    width, height = _LABELS + _BARS + _VALUES, len(ranked) * (_BAR + _GAP)
    return f'<svg id="{id}" viewBox="0 0 {width} {height}" role="img">{"".join(drawn)}</svg>'


def _bar(place: int, label: str, value: Amount, largest: float) -> str:
    top = place * (_BAR + _GAP)
    length = max(_BARS * float(value) / largest, 1)
    middle = top + _BAR * 0.72
    shown = label if len(label) <= 42 else label[:41] + "…"
    return (
        f'<text x="{_LABELS - 10}" y="{middle}" text-anchor="end">{escape(shown)}'
        f"<title>{escape(label)}</title></text>"
        f'<rect x="{_LABELS}" y="{top}" width="{length:.1f}" height="{_BAR}" rx="3"/>'
        f'<text x="{_LABELS + length + 8:.1f}" y="{middle}">{_told(value)}</text>'
    )


def _told(value: object) -> str:
    return f"{value:,}" if isinstance(value, (int, Decimal)) else str(value)
