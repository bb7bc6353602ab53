r"""Reads and writes tags in columns: a word a line, a blank line between sentences, a tag column for each layer.

    -DOCSTART-	O	O

    # id = a1
    # text_json = "قصف وزارة الدفاع الروسية."
    قصف	B-SHELLING	O
    وزارة	B-ORG	O
    الدفاع	I-ORG	O
    الروسية	I-ORG	B-GPE
    .	O	O

The outermost layer stands first. Triggers are spans as entities are. Columns cannot hold roles, relations,
factuality, scores, or a span that begins or ends inside a word; what is lost is counted in an audit.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from waqai.audit import Audit
from waqai.data.files import READ_ERRORS, open_bytes
from waqai.data.json_lines import first_line, not_utf8, write_bytes
from waqai.errors import InputError, must
from waqai.ontology import Ontology, load_ontology
from waqai.records import AnnotatedArticle, EntityMention, EventMention
from waqai.text import Word, segment, split_sentences

DOCUMENT_START = "-DOCSTART-"

_TAG = re.compile(r"O|([BIESLU])-(\S+)")
_COMMENT = re.compile(r"#\s*(?P<key>\w+)\s*=\s*(?P<value>.*)")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True, kw_only=True)
class _Block:
    """The lines of one article while it is read."""

    where: str
    default_id: str
    about: dict[str, str] = field(default_factory=dict)
    sentences: list[list[list[str]]] = field(default_factory=list)


def read_conll(path: Path | str, *, ontology: Ontology | None = None, audit: Audit) -> tuple[AnnotatedArticle, ...]:
    """Return the articles of a file of tagged words: IOB2, IOB1, IOBES or BILOU, columns parted by tabs or spaces.

    The word is the first column; each column whose first value is a tag is a layer, others (a part of speech) are
    passed over, counted as `conll.column_ignored`. Where `-DOCSTART-` lines stand, they begin articles; else every
    block between blank lines is one. `# id = …`, `# date = …`, `# source = …` describe an article. Its text is
    `# text_json = …` (or `# text = …`) where the words are found in it, else the words joined by one space and
    the sentences by a line break; offsets refer to that. A tag that continues nothing begins a span, counted as
    `conll.tag_repaired`. Types that the ontology has for events become triggers, of its first factuality, counted
    as `conll.factuality_assumed`.

    Raises:
        InputError: The file cannot be read, is not UTF-8, or a line has too few columns or a tag that is none.
    """
    path, ontology = Path(path), ontology or load_ontology()
    return tuple(_read_block(block, ontology, audit) for block in _read_blocks(path, audit))


def write_conll(articles: Sequence[AnnotatedArticle], path: Path | str, *, audit: Audit) -> None:
    """Write articles as tagged words of `waqai.text.segment`, IOB2, as many layers as the deepest nesting has.

    A span that begins or ends inside a word is widened to it (`conll.span_widened`). Left out are spans that cross
    another (`conll.span_crosses`) or have no word (`conll.span_without_word`); arguments, relations, factualities and
    `meta`, each counted as `conll.…_dropped`; articles without words; and scores, values and tuples.

    Raises:
        OutputError: The file cannot be written.
    """
    laid_out = [_layers(article, segment(article.text), audit) for article in articles]
    depth = max(1, max((len(layers) for layers in laid_out), default=1))

    def lines() -> Iterator[bytes]:
        for article, layers in zip(articles, laid_out, strict=True):
            _count_losses(article, audit)
            yield "\n".join((*_article_lines(article, layers, depth), "")).encode()

    write_bytes(lines(), Path(path))


def _read_blocks(path: Path, audit: Audit) -> Iterator[_Block]:
    block: _Block | None = None
    documents = False
    tag_columns: list[int] | None = None
    new_sentence = True
    for number, line in _lines(path):
        where = f"{path}, line {number}"
        comment = _COMMENT.fullmatch(line)
        if line.startswith(DOCUMENT_START):
            if block and block.sentences:
                yield block
            documents, block, new_sentence = True, None, True
            continue
        if not line.strip():
            if block and block.sentences and not documents:
                yield block
                block = None
            new_sentence = True
            continue
        if block is None:
            block = _Block(where=where, default_id=f"{path.name}:{number}")
        if comment:
            block.about[comment["key"]] = comment["value"].strip()
            continue
        cells = line.split("\t") if "\t" in line else re.split(" +", line.strip(" "))
        if tag_columns is None:
            tag_columns = [i for i, cell in enumerate(cells) if i and _TAG.fullmatch(cell)]
            if tag_columns and len(tag_columns) < len(cells) - 1:
                audit.add("conll.column_ignored", where, len(cells) - 1 - len(tag_columns))
        block.sentences += [[]] if new_sentence else []
        block.sentences[-1].append(_checked(cells, tag_columns, where))
        new_sentence = False
    if block and block.sentences:
        yield block


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    r"""Yield numbered lines; only `\n` or `\r\n` ends one, so that rare separators stay in their words."""
    try:
        with open_bytes(path) as stream:
            for number, line in enumerate(stream, 1):
                text = line.decode("utf-8").removesuffix("\n").removesuffix("\r")
                yield number, text.removeprefix("\ufeff") if number == 1 else text
    except UnicodeDecodeError as error:
        raise InputError(not_utf8(error, str(path))) from error
    except READ_ERRORS as error:
        raise InputError(f"the file must be readable to its end, but: {first_line(error)} ({path}).") from error


def _checked(cells: list[str], tag_columns: list[int], where: str) -> list[str]:
    """Return the word and its tags."""
    if not tag_columns or len(cells) <= tag_columns[-1] or not cells[0].strip():
        needed = (tag_columns or [1])[-1] + 1
        remedy = "Give each line a word and its tags, parted by tabs or spaces."
        raise InputError(must("line", f"of {needed} columns with tags like B-PER", cells, where, remedy))
    for column in tag_columns:
        if not _TAG.fullmatch(cells[column]):
            remedy = "Tags are O, B-TYPE, I-TYPE, or those of IOBES and BILOU."
            raise InputError(must(f"column {column + 1}", "a tag", cells[column], where, remedy))
    return [cells[0], *(cells[column] for column in tag_columns)]


def _read_block(block: _Block, ontology: Ontology, audit: Audit) -> AnnotatedArticle:
    text, places = _place_words(block, audit)
    spans: list[tuple[int, int, str]] = []
    first = 0
    for sentence in block.sentences:
        rows = places[first : first + len(sentence)]
        first += len(sentence)
        for layer in zip(*(row[1:] for row in sentence), strict=True):
            for begin, end, kind in _decode_tags(layer, block.where, audit):
                spans.append((rows[begin].start, rows[end - 1].end, kind))
    spans.sort(key=lambda span: (span[0], -span[1]))
    entities: list[EntityMention] = []
    events: list[EventMention] = []
    for start, end, kind in spans:
        if kind in ontology.event_names:
            audit.add("conll.factuality_assumed", block.where)
            events.append(
                EventMention(
                    id=f"v{len(events) + 1}",
                    type=kind,
                    factuality=ontology.factualities[0],
                    start=start,
                    end=end,
                    text=text[start:end],
                )
            )
        else:
            entities.append(
                EntityMention(id=f"e{len(entities) + 1}", type=kind, start=start, end=end, text=text[start:end])
            )
    return AnnotatedArticle(
        id=block.about.get("id", block.default_id),
        text=text,
        date=block.about.get("date"),
        source=block.about.get("source"),
        entities=tuple(entities),
        events=tuple(events),
    )


def _place_words(block: _Block, audit: Audit) -> tuple[str, list[Word]]:
    """Return the text and where each word stands in it."""
    words = [row[0] for sentence in block.sentences for row in sentence]
    given: object = block.about.get("text")
    if "text_json" in block.about:
        try:
            given = json.loads(block.about["text_json"])
        except ValueError:
            given = None
    if isinstance(given, str):
        found = _align(given, words)
        if found:
            return given, found
    if "text" in block.about or "text_json" in block.about:
        audit.add("conll.text_mismatch", block.where)
    places: list[Word] = []
    at = 0
    for sentence in block.sentences:
        for row in sentence:
            places.append(Word(at, at + len(row[0])))
            at += len(row[0]) + 1
    return "\n".join(" ".join(row[0] for row in sentence) for sentence in block.sentences), places


def _align(text: str, words: Sequence[str]) -> list[Word] | None:
    """Return where the words stand in the text, or None if anything visible is left between them."""
    plain, at, places = _SURROGATE.sub("\ufffd", text), 0, []
    for word in words:
        start = plain.find(word, at)
        if start < 0 or segment(plain[at:start]):
            return None
        at = start + len(word)
        places.append(Word(start, at))
    return None if segment(plain[at:]) else places


def _decode_tags(tags: Sequence[str], where: str, audit: Audit) -> Iterator[tuple[int, int, str]]:
    """Yield half-open word ranges with their types.

    >>> list(_decode_tags(["B-PER", "I-PER", "B-PER", "O", "I-LOC", "S-LOC"], "", Audit()))
    [(0, 2, 'PER'), (2, 3, 'PER'), (4, 5, 'LOC'), (5, 6, 'LOC')]
    """
    begin, kind = 0, ""
    for index, tag in enumerate(tags):
        prefix, _, new_kind = tag.partition("-")
        continues = prefix in ("I", "E", "L") and new_kind == kind
        if kind and not continues:
            yield begin, index, kind
            kind = ""
        if prefix != "O" and not continues:
            begin, kind = index, new_kind
            if prefix in ("I", "E", "L"):
                audit.add("conll.tag_repaired", where)
        if kind and prefix in ("E", "L", "S", "U"):
            yield begin, index + 1, kind
            kind = ""
    if kind:
        yield begin, len(tags), kind


def _layers(article: AnnotatedArticle, words: Sequence[Word], audit: Audit) -> list[list[tuple[int, int, str]]]:
    """Return the spans as half-open word ranges by layer, outermost first."""
    ranges: dict[tuple[int, int, str], None] = {}
    mentions: tuple[EntityMention | EventMention, ...] = (*article.entities, *article.events)
    for mention in mentions:
        inside = [i for i, word in enumerate(words) if word.start < mention.end and mention.start < word.end]
        if not inside:
            audit.add("conll.span_without_word", article.id)
            continue
        if (words[inside[0]].start, words[inside[-1]].end) != (mention.start, mention.end):
            audit.add("conll.span_widened", article.id)
        ranges.setdefault((inside[0], inside[-1] + 1, mention.type))
    layers: list[list[tuple[int, int, str]]] = []
    placed: list[tuple[int, int, int]] = []
    for begin, end, kind in sorted(ranges, key=lambda span: (span[0], -span[1])):
        around = [span for span in placed if span[1] > begin]
        if any(span[1] < end for span in around):
            audit.add("conll.span_crosses", article.id)
            continue
        level = max((span[2] + 1 for span in around), default=0)
        layers += [[]] if level == len(layers) else []
        layers[level].append((begin, end, kind))
        placed.append((begin, end, level))
    return layers


def _article_lines(article: AnnotatedArticle, layers: list[list[tuple[int, int, str]]], depth: int) -> Iterator[str]:
    words = segment(article.text)
    tags = [["O"] * depth for _ in words]
    inner: set[int] = set()
    for level, layer in enumerate(layers):
        for begin, end, kind in layer:
            for index in range(begin, end):
                tags[index][level] = f"{'B' if index == begin else 'I'}-{kind}"
            inner.update(range(begin + 1, end))
    yield "\t".join((DOCUMENT_START, *["O"] * depth))
    yield ""
    yield f"# id = {' '.join(_SURROGATE.sub(chr(0xFFFD), article.id).split())}"
    for key, value in (("date", article.date), ("source", article.source)):
        if value is not None:
            yield f"# {key} = {' '.join(_SURROGATE.sub(chr(0xFFFD), value).split())}"
    yield f"# text_json = {json.dumps(article.text, ensure_ascii=bool(_SURROGATE.search(article.text)))}"
    for number, sentence in enumerate(split_sentences(article.text, words)):
        if number and sentence.start not in inner:
            yield ""
        for index in sentence:
            word = _SURROGATE.sub("\ufffd", article.text[words[index].start : words[index].end])
            yield "\t".join((word, *tags[index]))
    yield ""


def _count_losses(article: AnnotatedArticle, audit: Audit) -> None:
    losses = {
        "conll.argument_dropped": sum(len(event.arguments) for event in article.events),
        "conll.relation_dropped": len(article.relations),
        "conll.factuality_dropped": len(article.events),
        "conll.meta_dropped": len(article.meta),
        "conll.article_without_words": 0 if segment(article.text) else 1,
    }
    for reason, amount in losses.items():
        if amount:
            audit.add(reason, article.id, amount)
