"""HTML: one self-contained right-to-left page to look at, with the text's spans highlighted and the tuples below.

No script and nothing from outside; it prints, and follows the reader's light or dark setting. Articles are written as
they come; for thousands of articles a page is large, and a table (CSV, Parquet) serves better.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from importlib.resources import files

from waqai.inference.writers import arabic_names
from waqai.inference.writers.destination import Destination, Writer
from waqai.inference.writers.html_text import Mark, escaped, highlighted, value_parts
from waqai.inference.writers.rows import tuples_of
from waqai.records import SLOTS, AnnotatedArticle, EventTuple, Filler, Value

_HEAD = """<!DOCTYPE html>
<html lang="ar" dir="rtl">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>وقائع · Waqai</title>
<style>
{style}</style>
</head>
<body>
<header class="page">
<h1>وقائع</h1>
<p lang="en" dir="ltr">Waqai: events in Arabic news, who did what to whom, where, when, how many, and who says so.</p>
</header>
<section class="legend" aria-label="المفتاح، legend">
<ul>
{legend}
</ul>
<label><input type="checkbox" id="labels"> أظهر الأنواع في النص <bdi lang="en">show types</bdi></label>
</section>
<main>
"""

_EMPTY = '<p class="none">لا وقائع في هذا النص <bdi lang="en">no events</bdi></p>\n'


class HtmlWriter(Writer):
    """Writes one section an article; the page is in its place only once it is finished."""

    def __init__(self, destination: Destination) -> None:
        super().__init__(destination)
        self._articles = 0
        self._tuples = 0
        self._errors = 0
        style = files("waqai.inference.writers").joinpath("page.css").read_text(encoding="utf-8")
        self._write(_HEAD.format(style=style, legend="\n".join(_legend())))

    def write(self, article: AnnotatedArticle) -> None:
        """Write the text with its highlighted spans, and the table of its tuples."""
        self._articles += 1
        tuples = tuples_of(article)
        self._tuples += len(tuples)
        prefix = f"a{self._articles}"
        anchors = {event.id: f"{prefix}-{number}" for number, event in enumerate(article.events, 1)}
        self._write(
            f'<article id="{prefix}">\n{_heading(article)}'
            f'<p class="text" dir="auto">{highlighted(article.text, _marks(article, anchors))}</p>\n'
            f"{_table(tuples, anchors) if tuples else _EMPTY}</article>\n"
        )

    def write_error(self, article_id: str, where: str, message: str) -> None:
        """Write a section that says which article could not be read, and why."""
        self._errors += 1
        self._write(
            f'<article class="error">\n<h2><bdi>{escaped(article_id)}</bdi></h2>\n'
            f'<p class="message" dir="auto">{escaped(message)}</p>\n<p class="meta"><bdi>{escaped(where)}</bdi></p>\n'
            "</article>\n"
        )

    def end(self) -> None:
        """Write how much there was."""
        counts = [f"articles: {self._articles:,}", f"events: {self._tuples:,}"]
        if self._errors:
            counts.append(f"articles not read: {self._errors:,}")
        self._write(f'</main>\n<footer lang="en" dir="ltr">{" · ".join(counts)}</footer>\n</body>\n</html>\n')

    def _write(self, page: str) -> None:
        self.destination.write(page.encode("utf-8"))


def _legend() -> list[str]:
    """Return the items of the legend: a trigger of each factuality, then the entity types."""
    triggers = [
        f'<li><mark class="trigger {name}">حدث: {arabic}</mark> <bdi lang="en">{name}</bdi></li>'
        for name, arabic in arabic_names.FACTUALITIES.items()
    ]
    entities = [
        f'<li><mark class="entity {name}">{arabic}</mark> <bdi lang="en">{name}</bdi></li>'
        for name, arabic in arabic_names.ENTITY_TYPES.items()
    ]
    return triggers + entities


def _heading(article: AnnotatedArticle) -> str:
    facts = [f"<bdi>{escaped(fact)}</bdi>" for fact in (article.date, article.source) if fact]
    if article.model:
        facts.append(f'<bdi class="model">{escaped(article.model)}</bdi>')
    if article.coverage is not None and article.coverage < 1:
        facts.append(f"<strong>قُرئ منه {article.coverage:.0%}</strong>")
    meta = f'<p class="meta">{" · ".join(facts)}</p>\n' if facts else ""
    return f"<h2><bdi>{escaped(article.id)}</bdi></h2>\n{meta}"


def _marks(article: AnnotatedArticle, anchors: Mapping[str, str]) -> list[Mark]:
    """Return the marks of entities and triggers, with what is known of each to show on hover."""
    entities = [
        Mark(
            start=e.start,
            end=e.end,
            classes=f"entity {_css_name(e.type)}",
            title=_title(e.type, arabic_names.ENTITY_TYPES, e.score, value_parts(e.value, e.text)),
            label=e.type,
        )
        for e in article.entities
    ]
    triggers = [
        Mark(
            start=v.start,
            end=v.end,
            classes=f"trigger {_css_name(v.factuality)}",
            title=_title(v.type, arabic_names.EVENT_TYPES, v.score, [v.factuality]),
            label=v.type,
            anchor=anchors[v.id],
        )
        for v in article.events
    ]
    return entities + triggers


def _title(kind: str, names: Mapping[str, str], score: float | None, more: Sequence[str]) -> str:
    """Return what is shown on hover, each part isolated from the direction of the others."""
    parts = [kind, names.get(kind, ""), *more, "" if score is None else f"{score:.2f}"]
    return " · ".join(f"\u2068{part}\u2069" for part in parts if part)


def _table(tuples: tuple[EventTuple, ...], anchors: Mapping[str, str]) -> str:
    """Return the table of one article's tuples; a slot that none of them fills has no column."""
    slots = [slot for slot in SLOTS if any(getattr(t, slot) for t in tuples)]
    scored = any(t.score is not None for t in tuples)
    heads = [("الواقعة", "event"), *((arabic_names.SLOTS[slot], slot) for slot in slots), ("الثبوت", "factuality")]
    heads += [("الثقة", "score")] if scored else []
    head = "".join(f'<th scope="col">{arabic} <bdi lang="en">{english}</bdi></th>' for arabic, english in heads)
    rows = "".join(f"<tr>{_row(t, slots, anchors, scored=scored)}</tr>\n" for t in tuples)
    return (
        '<div class="scroll"><table>\n<caption>وقائع النص</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )


def _row(event_tuple: EventTuple, slots: list[str], anchors: Mapping[str, str], *, scored: bool) -> str:
    action = f"<bdi>{escaped(event_tuple.action)}</bdi>"
    if event_tuple.event in anchors:
        action = f'<a href="#{anchors[event_tuple.event]}">{action}</a>'
    kind = [event_tuple.type, arabic_names.EVENT_TYPES.get(event_tuple.type, "")]
    cells = [f'<th scope="row">{action}{_small(kind)}{_small(_code_parts(event_tuple.codes))}</th>']
    for slot in slots:
        fillers = "".join(map(_filler, getattr(event_tuple, slot)))
        cells.append(f"<td>{f'<ul>{fillers}</ul>' if fillers else ''}</td>")
    name = event_tuple.factuality
    arabic = arabic_names.FACTUALITIES.get(name, "")
    cells.append(f'<td><span class="factuality {_css_name(name)}">{arabic}</span>{_small([name])}</td>')
    if scored:
        score = "" if event_tuple.score is None else f"{event_tuple.score:.2f}"
        cells.append(f'<td class="score">{score}</td>')
    return "".join(cells)


def _filler(filler: Filler) -> str:
    score = "" if filler.score is None else f' title="{filler.score:.2f}"'
    return f"<li{score}><bdi>{escaped(filler.text)}</bdi>{_small(value_parts(filler.value, filler.text))}</li>"


def _small(parts: Sequence[str]) -> str:
    """Return a line of small parts, each in its own direction; a number alone would take that of the page."""
    isolated = " · ".join(f'<bdi dir="{_direction(part)}">{escaped(part)}</bdi>' for part in parts if part)
    return f"<small>{isolated}</small>" if isolated else ""


def _code_parts(codes: Value | None) -> list[str]:
    """Return the PLOVER and ACLED codes, each as `SCHEME event / mode`."""
    parts = []
    for scheme, names in (("PLOVER", ("plover_event", "plover_mode")), ("ACLED", ("acled_event", "acled_sub_event"))):
        known = [str((codes or {})[name]) for name in names if (codes or {}).get(name)]
        parts += [f"{scheme} {' / '.join(known)}"] if known else []
    return parts


def _direction(text: str) -> str:
    return "rtl" if any(unicodedata.bidirectional(char) in ("R", "AL") for char in text) else "ltr"


def _css_name(name: str) -> str:
    """Return a type's name as one CSS class."""
    return "".join(char if char.isalnum() else "_" for char in name)
