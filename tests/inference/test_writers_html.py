import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_articles import plain_article, predicted_article

from waqai.inference.writers import open_writer
from waqai.inference.writers.html_text import Mark, escaped, highlighted, value_parts
from waqai.records import AnnotatedArticle, EntityMention, EventMention

VOID = {"meta", "input"}


class Page(HTMLParser):
    """Reads a page strictly: every element is closed by its own end, nothing comes from outside, no script."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.data: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.data.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def written(path: Path, *articles: AnnotatedArticle) -> str:
    with open_writer(path) as writer:
        for article in articles:
            writer.write(article)
        writer.write_error("a<9>", "in.jsonl, line 9", "`text` must be a string, but is <i> instead.")
    return path.read_text(encoding="utf-8")


def mark(start: int, end: int, name: str) -> Mark:
    return Mark(start=start, end=end, classes=name, title="")


def test_the_page_is_whole_and_needs_nothing(tmp_path: Path) -> None:
    source = written(tmp_path / "out.html", predicted_article(), plain_article())
    page = Page(source)
    assert page.all("html") == [{"lang": "ar", "dir": "rtl"}]
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.elements}
    assert not re.search(r"https?:|url\(|@import", source)
    assert "articles: 2 · events: 2 · articles not read: 1" in source
    assert len(page.all("article")) == 3


def test_spans_tuples_and_values_are_shown(tmp_path: Path) -> None:
    source = written(tmp_path / "out.html", predicted_article())
    page = Page(source)
    assert '<mark class="trigger ACTUAL" title="\u2068SHELLING\u2069 · \u2068قصف\u2069' in source
    assert 'data-label="ORG">القوات الروسية</mark>' in source
    assert '<bdi>أمس</bdi><small><bdi dir="ltr">2017-08-21</bdi></small>' in source
    assert '<bdi dir="ltr">PLOVER ASSAULT / heavy-weapons</bdi>' in source
    assert '<bdi>12</bdi><small><bdi dir="rtl">مدنياً</bdi></small>' in source
    assert {"href": "#a1-1"} in page.all("a")
    assert "a1-1" in [attributes.get("id") for attributes in page.all("mark")]
    heads = [data for data in page.data if data in {"actor", "target", "instrument", "source", "count", "score"}]
    assert heads == ["actor", "target", "count", "score"]  # no tuple has an instrument or a source


def test_an_article_without_events_says_so(tmp_path: Path) -> None:
    assert "لا وقائع في هذا النص" in written(tmp_path / "out.html", plain_article())


def test_partial_coverage_is_said(tmp_path: Path) -> None:
    partial = AnnotatedArticle(id="a", text="نص", tuples=(), coverage=0.5)
    assert "قُرئ منه 50%" in written(tmp_path / "out.html", partial)


def test_nothing_in_an_article_becomes_markup(tmp_path: Path) -> None:
    attack = '"><script>alert(1)</script>\x00\ud800'
    entity = EntityMention(
        id='e"', type=attack, start=0, end=len(attack), text=attack, value={"name": attack + "2", "country": attack}
    )
    event = EventMention(id='v"', type=attack, factuality=attack, start=2, end=9, text=attack[2:9])
    article = AnnotatedArticle(
        id=attack, text=attack, date=attack, source=attack, entities=(entity,), events=(event,), model=attack
    )
    page = Page(written(tmp_path / "out.html", article))
    assert "script" not in {tag for tag, _ in page.elements}
    assert "a<9>" in page.data


def test_nested_and_crossing_spans() -> None:
    assert highlighted("abcd", [mark(1, 3, "out"), mark(1, 2, "in")]) == (
        'a<mark class="out"><mark class="in">b</mark>c</mark>d'
    )
    assert highlighted("abcd", [mark(0, 2, "x"), mark(1, 3, "y")]) == (
        '<mark class="x">a<mark class="y">b</mark></mark><mark class="y continued">c</mark>d'
    )


def test_a_mark_in_pieces_has_one_anchor() -> None:
    crossing = [mark(0, 2, "x"), Mark(start=1, end=3, classes="y", title="t", label="Y", anchor="here")]
    assert highlighted("abc", crossing).count('id="here"') == 1


@settings(deadline=None)
@given(
    st.text(alphabet="اب<&\n", min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.integers(1, 6)), max_size=6),
)
def test_every_character_is_under_its_marks(text: str, spans: list[tuple[int, int]]) -> None:
    marks = [mark(a, min(a + n, len(text)), f"m{i}") for i, (a, n) in enumerate(spans) if a < len(text)]
    found: list[tuple[str, frozenset[str]]] = []

    class Reader(HTMLParser):
        stack: list[str] = []  # noqa: RUF012

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.stack = [*self.stack, str(dict(attrs)["class"]).split()[0]]

        def handle_endtag(self, tag: str) -> None:
            self.stack = self.stack[:-1]

        def handle_data(self, data: str) -> None:
            found.extend((char, frozenset(self.stack)) for char in data)

    reader = Reader()
    reader.feed(highlighted(text, marks))
    reader.close()
    assert reader.stack == []
    assert found == [
        (char, frozenset(m.classes for m in marks if m.start <= at < m.end)) for at, char in enumerate(text)
    ]


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (None, []),
        ({"value": None, "low": None}, []),
        ({"value": 1500, "comparator": "=", "unit": "USD"}, ["1,500", "USD"]),
        ({"value": 2.5, "comparator": "~"}, ["~ 2.5"]),
        ({"low": 20, "high": 30}, ["20–30"]),
        ({"low": 100, "comparator": ">="}, [">= 100–…"]),
        ({"start": "2017-08-01", "end": "2017-08-31"}, ["2017-08-01/2017-08-31"]),
        ({"start": "2017", "end": None}, ["2017/…"]),
        ({"name": "حلب", "latitude": 36.20124, "longitude": 37.0, "country": "SY"}, ["حلب", "SY", "36.2012, 37"]),
        ({"name": "كما هو", "class": "civilians"}, ["civilians"]),
        ({"strange": [1]}, []),
    ],
)
def test_values_in_few_characters(value: dict[str, object] | None, parts: list[str]) -> None:
    assert value_parts(value, "كما هو") == parts


def test_escaping() -> None:
    assert escaped("<a href='x'>&\x07\ud800") == "&lt;a href=&#x27;x&#x27;&gt;&amp;\ufffd\ufffd"
