"""An article's text with its spans highlighted, as HTML: spans may nest, and may cross.

A span that crosses another is written in pieces. Marks have no padding to their sides, for that would break the
joining of Arabic letters where a span begins inside a word. The page around is `html_page`'s.
"""

import html
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waqai.inference.writers.rows import clean

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A highlighted span: its CSS classes, what is shown on hover, a label, and an anchor to link to."""

    start: int
    end: int
    classes: str
    title: str
    label: str = ""
    anchor: str = ""


def escaped(text: str) -> str:
    """Return text safe inside an element or a quoted attribute; what no page can hold becomes U+FFFD.

    >>> escaped('<b title="x">')
    '&lt;b title=&quot;x&quot;&gt;'
    """
    return html.escape(_CONTROLS.sub("\ufffd", clean(text)), quote=True)


def highlighted(text: str, marks: Sequence[Mark]) -> str:
    """Return the text as HTML with a `<mark>` around each span.

    >>> highlighted("ab", [Mark(start=1, end=2, classes="e", title="X")])
    'a<mark class="e" title="X">b</mark>'
    """
    ordered = sorted(marks, key=lambda m: (m.start, -m.end))
    bounds = sorted({0, len(text), *(m.start for m in ordered), *(m.end for m in ordered)})
    parts: list[str] = []
    open_marks: list[int] = []
    active: list[int] = []
    upcoming = 0
    for start, end in itertools.pairwise(bounds):
        active = [index for index in active if ordered[index].end > start]
        while upcoming < len(ordered) and ordered[upcoming].start == start:
            active.append(upcoming)
            upcoming += 1
        shared = 0
        while shared < min(len(active), len(open_marks)) and active[shared] == open_marks[shared]:
            shared += 1
        parts.append("</mark>" * (len(open_marks) - shared))
        parts += [_open_tag(ordered[index], continued=ordered[index].start < start) for index in active[shared:]]
        open_marks = list(active)
        parts.append(escaped(text[start:end]))
    parts.append("</mark>" * len(open_marks))
    return "".join(parts)


def _open_tag(mark: Mark, *, continued: bool) -> str:
    attributes = {"class": mark.classes + (" continued" if continued else ""), "title": mark.title}
    attributes |= {} if continued else {"data-label": mark.label, "id": mark.anchor}
    return "<mark" + "".join(f' {name}="{escaped(value)}"' for name, value in attributes.items() if value) + ">"


def value_parts(value: Mapping[str, Any] | None, text: str = "") -> list[str]:
    """Return a normalised value in a few short parts, whatever it is the value of; what equals `text` is left out.

    >>> value_parts({"value": 50, "comparator": ">", "of": "غارة"})
    ['> 50', 'غارة']
    >>> value_parts({"start": "2017-08-21", "end": "2017-08-21", "granularity": "day"})
    ['2017-08-21']
    """
    known = {name: item for name, item in (value or {}).items() if item is not None and item != ""}
    parts: list[str] = []
    if "value" in known or "low" in known or "high" in known:
        low, high = known.get("low", "…"), known.get("high", "…")
        number = _number(known["value"]) if "value" in known else f"{_number(low)}–{_number(high)}"
        comparator = known.get("comparator", "=")
        parts.append(number if comparator == "=" else f"{comparator} {number}")
        parts += [str(known[name]) for name in ("unit", "of") if name in known]
    elif "start" in known or "end" in known:
        ends = [str(known.get(name, "…")) for name in ("start", "end")]
        parts.append(ends[0] if ends[0] == ends[1] else "/".join(ends))
    else:
        parts += [str(known[name]) for name in ("name", "class", "country") if name in known]
        if "latitude" in known and "longitude" in known:
            parts.append(f"{_number(known['latitude'])}, {_number(known['longitude'])}")
    return [part for part in parts if part != text]


def _number(value: Any) -> str:
    """Return a number without the noise of its binary form: at most four decimals, thousands set apart."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4f}".rstrip("0").rstrip(".")
