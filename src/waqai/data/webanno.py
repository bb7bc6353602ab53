r"""Reads and writes WebAnno TSV 3.3, the table of tokens that INCEpTION imports and exports, one file an article.

    #FORMAT=WebAnno TSV 3.3
    #T_SP=webanno.custom.Mention|factuality|label
    #T_RL=webanno.custom.Link|label|BT_webanno.custom.Mention


    #Text=قصف بدمشق
    1-1	0-3	قصف	ACTUAL	SHELLING	_	_
    1-2	4-9	بدمشق	_	_	_	_
    1-2.1	5-9	دمشق	*	GPE	LOCATION	1-1

Entities and triggers are one span layer, `Mention`, so that one relation layer, `Link`, joins them; make both in the
project first (docs/convert.md). Offsets are UTF-16 units. The rules are those of INCEpTION's user guide, "WebAnno TSV
3.3 File format": a part of a token is a sub-token, an annotation over several units or stacked on one has a number.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from waqai.audit import Audit
from waqai.data.files import file_name
from waqai.data.json_lines import first_line, not_utf8, write_bytes
from waqai.data.marks import Drawing, Link, Mark, count_losses, draw, from_utf16, to_utf16, undraw
from waqai.errors import InputError
from waqai.ontology import Ontology, load_ontology
from waqai.records import AnnotatedArticle
from waqai.text import Word, segment, split_sentences

MENTION, LINK = "webanno.custom.Mention", "webanno.custom.Link"
_FORM = "webanno"
_HEAD = "#FORMAT=WebAnno TSV 3"
_LABELS = ("label", "value")
"""The features that may hold a type; `value` is that of INCEpTION's own named entities."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_TEXT_ESCAPES = {"\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\b": "\\b", "\\": "\\\\"}
_TEXT_ESCAPES |= {chr(code): f"\\{chr(code)}" for code in (*range(8), *range(14, 32))}
_TEXT_UNESCAPES = {escaped[1]: plain for plain, escaped in _TEXT_ESCAPES.items()}
_RESERVED = re.compile(r"\\|\[|\]|\||_|->|;|\t|\n|\*")
_VALUE_ESCAPES = {"\t": "\\t", "\n": "\\n"}
_STACKED = re.compile(r"(?<!\\)\|")
_NUMBERED = re.compile(r"(.*?)(?:(?<!\\)\[(\d+)(?:_(\d+))?\])?", re.DOTALL)


def read_webanno(path: Path | str, *, ontology: Ontology | None = None, audit: Audit) -> tuple[AnnotatedArticle, ...]:
    """Return the articles of a `.tsv` file or of a folder of them, sorted by path; an id is the file's name.

    Every span layer with a feature `label` or `value` is read, and every relation layer with one on such a layer; other
    layers are counted as `webanno.layer_dropped`. What TSV cannot record between sentences is read as spaces.

    Raises:
        InputError: There is no `.tsv` file, a file is not UTF-8 or not WebAnno TSV 3, or a row is malformed.
    """
    path, ontology = Path(path), ontology or load_ontology()
    paths = sorted(path.rglob("*.tsv")) if path.is_dir() else [path]
    if not paths:
        raise InputError(f"the folder {str(path)!r} must hold WebAnno's .tsv files, but holds none.")
    articles = []
    for file in paths:
        name = (file.relative_to(path) if path.is_dir() else Path(file.name)).with_suffix("").as_posix()
        articles.append(undraw(_read_file(file, name, audit), ontology, form=_FORM, where=str(file), audit=audit))
    return tuple(articles)


def write_webanno(articles: Sequence[AnnotatedArticle], folder: Path | str, *, audit: Audit) -> None:
    """Write a folder of `.tsv` files, named by the articles' ids.

    Lost and counted: scores, values, tuples, model, date, source and meta; ids that are no file names are changed;
    stray surrogates replaced; what stands before the first word becomes spaces (`webanno.text_changed`); a mention's
    edge outside all words is trimmed (`webanno.span_trimmed`), and one without a word dropped.

    Raises:
        OutputError: A file cannot be written.
    """
    used: set[str] = set()
    for article in articles:
        count_losses(article, form=_FORM, keeps=frozenset(), audit=audit)
        words = segment(article.text)
        name = file_name(article.id, used)
        for reason, found in (
            ("id_changed", name != article.id),
            ("surrogate_replaced", bool(_SURROGATE.search(article.text))),
            ("text_changed", bool(article.text[: words[0].start if words else None].strip(" "))),
        ):
            if found:
                audit.add(f"{_FORM}.{reason}", article.id)
        lines = [f"{line}\n".encode() for line in _file_lines(draw(article), audit)]
        write_bytes(lines, Path(folder) / f"{name}.tsv")


Place = tuple[int, int, int]
"""A unit: the number of its token in the text, and its half-open characters; the whole token or a part of it."""


def _file_lines(drawing: Drawing, audit: Audit) -> Iterator[str]:
    text = _SURROGATE.sub("\ufffd", drawing.text)
    words = segment(text)
    sentences = split_sentences(text, words)
    places, stacks = _place_marks(drawing, words, audit)
    names = _unit_names(words, sentences, stacks)
    numbers: dict[str, int] = {}
    for mark_id, units in places.items():
        if len(units) > 1 or len(stacks[units[0]]) > 1:
            numbers[mark_id] = len(numbers) + 1
    arcs: dict[Place, list[tuple[str, str]]] = defaultdict(list)
    for link in drawing.links:
        if link.head not in places or link.tail not in places:
            audit.add(f"{_FORM}.link_dropped", drawing.id)
            continue
        pair = numbers.get(link.head, 0), numbers.get(link.tail, 0)
        reference = names[places[link.head][0]] + (f"[{pair[0]}_{pair[1]}]" if any(pair) else "")
        arcs[places[link.tail][0]].append((_escape(link.type), reference))
    yield f"{_HEAD}.3"
    yield f"#T_SP={MENTION}|factuality|label"
    yield f"#T_RL={LINK}|label|BT_{MENTION}"
    yield ""
    starts = [words[sentence.start].start for sentence in sentences] + [len(text)]
    for number, sentence in enumerate(sentences):
        yield ""
        for line in text[starts[number] : starts[number + 1]].split("\n"):
            yield f"#Text={''.join(_TEXT_ESCAPES.get(char, char) for char in line)}"
        for unit in (unit for unit in names if unit[0] in sentence):
            stacked = [(mark, f"[{numbers[mark.id]}]" if mark.id in numbers else "") for mark in stacks[unit]]
            cells = [names[unit], "-".join(str(to_utf16(text, at)) for at in unit[1:]), text[unit[1] : unit[2]]]
            cells.append("|".join(f"{_escape(mark.factuality or '') or '*'}{tail}" for mark, tail in stacked) or "_")
            cells.append("|".join(f"{_escape(mark.type)}{tail}" for mark, tail in stacked) or "_")
            cells += ["|".join(column) for column in zip(*arcs[unit], strict=True)] if arcs[unit] else ["_", "_"]
            yield "\t".join([*cells, ""])


def _place_marks(
    drawing: Drawing, words: Sequence[Word], audit: Audit
) -> tuple[dict[str, list[Place]], dict[Place, list[Mark]]]:
    """Return the units of each mark, and the marks of each unit; every token is a unit."""
    stacks: dict[Place, list[Mark]] = {(i, word.start, word.end): [] for i, word in enumerate(words)}
    places: dict[str, list[Place]] = {}
    for mark in drawing.marks:
        units = [
            (i, max(word.start, mark.start), min(word.end, mark.end))
            for i, word in enumerate(words)
            if word.start < mark.end and mark.start < word.end
        ]
        if not units:
            audit.add(f"{_FORM}.span_without_word", drawing.id)
            continue
        if (units[0][1], units[-1][2]) != (mark.start, mark.end):
            audit.add(f"{_FORM}.span_trimmed", drawing.id)
        places[mark.id] = units
        for unit in units:
            stacks.setdefault(unit, []).append(mark)
    return places, stacks


def _unit_names(words: Sequence[Word], sentences: Sequence[range], units: Iterable[Place]) -> dict[Place, str]:
    """Return the name of each unit, such as `1-2` for a token and `1-2.1` for its first part, in file order."""
    whole = [(word.start, word.end) for word in words]
    parts: dict[int, list[Place]] = defaultdict(list)
    for unit in sorted(units):
        if unit[1:] != whole[unit[0]]:
            parts[unit[0]].append(unit)
    names: dict[Place, str] = {}
    for number, sentence in enumerate(sentences, 1):
        for position, token in enumerate(sentence, 1):
            names[(token, *whole[token])] = f"{number}-{position}"
            names |= {part: f"{number}-{position}.{count}" for count, part in enumerate(parts[token], 1)}
    return names


@dataclass(slots=True, kw_only=True)
class _Layer:
    """One layer of the header: where its columns stand and which hold what is read."""

    name: str
    first: int
    size: int
    label: int
    factuality: int | None = None
    base: str | None = None


@dataclass(slots=True)
class _Table:
    """What has been read of a file: its text, its marks, and its links as label, head and tail."""

    text: str = ""
    length: int = 0  # of the text, in UTF-16 units, as are the marks' offsets
    marks: dict[str, Mark] = field(default_factory=dict)
    arcs: list[tuple[str, str, str]] = field(default_factory=list)


def _read_file(path: Path, article_id: str, audit: Audit) -> Drawing:
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise InputError(not_utf8(error, str(path))) from error
    except OSError as error:
        raise InputError(f"the file must be readable, but: {first_line(error)} ({path}).") from error
    if not lines[0].startswith(_HEAD):
        raise InputError(f"the file must begin with {_HEAD!r}, but begins with {lines[0][:40]!r} instead ({path}).")
    body = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    layers = _read_layers(lines[1:body], str(path), audit)
    table = _Table()
    heading: list[str] = []
    for number, raw in enumerate(lines[body:], body + 1):
        line = raw.removesuffix("\r")
        if line.startswith("#Text="):
            heading.append(line.removeprefix("#Text="))
        elif line and not line.startswith("#"):
            try:
                name, offsets, _, *cells = line.split("\t")
                start, end = map(int, offsets.split("-"))
                _add_sentence(table, heading, start)
                heading.clear()
                for layer in layers:
                    _read_cells(table, layer, name, (start, end), cells[layer.first : layer.first + layer.size], audit)
            except (ValueError, IndexError) as error:
                where = f"{path}, line {number}"
                raise InputError(f"the row must be of WebAnno's form, but: {first_line(error)} ({where}).") from error
    marks = []
    for mark in table.marks.values():
        span = from_utf16(table.text, mark.start, mark.end)
        if span is None:
            audit.add(f"{_FORM}.mark_lost", str(path))
        else:
            marks.append(replace(mark, start=span[0], end=span[1]))
    links = [Link(type=label, head=head, tail=tail) for label, head, tail in table.arcs]
    return Drawing(id=article_id, text=table.text, marks=marks, links=links)


def _read_layers(lines: Sequence[str], where: str, audit: Audit) -> list[_Layer]:
    """Return the layers that are read; the columns of the others are counted past."""
    layers: list[_Layer] = []
    column = 0
    for line in lines:
        kind, _, rest = line.strip().partition("=")
        name, *features = rest.split("|")
        size = max(1, len(features))
        label = next((i for i, feature in enumerate(features) if feature in _LABELS), None)
        base = features[-1].removeprefix("BT_") if kind == "#T_RL" and features else None
        known = kind == "#T_SP" or (kind == "#T_RL" and base in {layer.name for layer in layers})
        if known and label is not None:
            factuality = features.index("factuality") if "factuality" in features else None
            layers.append(_Layer(name=name, first=column, size=size, label=label, factuality=factuality, base=base))
        else:
            audit.add(f"{_FORM}.layer_dropped", where)
        column += size
    return layers


def _add_sentence(table: _Table, heading: Sequence[str], start: int) -> None:
    """Append a sentence at its offset; what stood before it, the format cannot tell."""
    if not heading:
        return
    if start < table.length:
        raise ValueError(f"the sentence begins at {start}, before the end of the one before it, {table.length}")
    table.text += " " * (start - table.length) + "\n".join(map(_unescape_text, heading))
    table.length = to_utf16(table.text, len(table.text))


def _read_cells(
    table: _Table, layer: _Layer, unit: str, span: tuple[int, int], cells: Sequence[str], audit: Audit
) -> None:
    """Add one row's marks or links of one layer.

    A mark's id is `LAYER#NUMBER`, or `LAYER@UNIT` where it has no number and so stands alone on its unit.
    """
    if cells[layer.label] == "_":
        return
    labels = _STACKED.split(cells[layer.label])
    if layer.base is not None:
        for label, reference in zip(labels, _STACKED.split(cells[-1]), strict=True):
            source, head, tail = _numbered(reference)
            table.arcs.append((_unescape(label), _mark_id(layer.base, source, head), _mark_id(layer.base, unit, tail)))
        return
    factualities = ["*"] * len(labels) if layer.factuality is None else _STACKED.split(cells[layer.factuality])
    for labelled, qualified in zip(labels, factualities, strict=True):
        value, number, _ = _numbered(labelled)
        factuality = _numbered(qualified)[0]
        mark_id = _mark_id(layer.name, unit, number)
        known = table.marks.get(mark_id)
        if known:
            table.marks[mark_id] = replace(known, start=min(known.start, span[0]), end=max(known.end, span[1]))
        elif value == "*":
            audit.add(f"{_FORM}.mark_without_label", unit)
        else:
            table.marks[mark_id] = Mark(
                id=mark_id,
                type=_unescape(value),
                start=span[0],
                end=span[1],
                factuality=None if factuality == "*" else _unescape(factuality),
            )


def _mark_id(layer: str, unit: str, number: str) -> str:
    return f"{layer}@{unit}" if number in ("", "0") else f"{layer}#{number}"


def _numbered(cell: str) -> tuple[str, str, str]:
    """Return a cell's value and its numbers: `GPE[3]` → GPE, 3; `1-2[0_3]` → 1-2, 0, 3."""
    found = _NUMBERED.fullmatch(cell)
    assert found is not None  # every part of the pattern is optional
    return found[1], found[2] or "", found[3] or ""


def _escape(value: str) -> str:
    return _RESERVED.sub(lambda found: _VALUE_ESCAPES.get(found[0], f"\\{found[0]}"), value)


def _unescape(value: str) -> str:
    return re.sub(r"\\(->|.)", lambda found: {"t": "\t", "n": "\n"}.get(found[1], found[1]), value)


def _unescape_text(line: str) -> str:
    return re.sub(r"\\(.)", lambda found: _TEXT_UNESCAPES.get(found[1], found[0]), line)
