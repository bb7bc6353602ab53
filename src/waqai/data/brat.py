"""Reads and writes folders of brat: `ID.txt` with an article's text and `ID.ann` with its annotation, in pairs.

    T1	GPE 19 23	دمشق
    T2	KILL 1 7	قُتِلَ
    E1	KILL:T2 LOCATION:T1 TARGET:T3
    A1	Factuality E1 ACTUAL
    R1	OF Arg1:T4 Arg2:T3

Entities are text-bound annotations, triggers events, roles their arguments (`TARGET2` for the second filler),
factuality an attribute, OF and CAUSE relations. `annotation.conf` is generated from the ontology. Offsets are
characters. Spans over several lines are written, as brat wants them, in pieces. What brat cannot hold is counted.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from waqai.audit import Audit
from waqai.data.files import file_name
from waqai.data.json_lines import first_line, not_utf8, write_bytes
from waqai.data.marks import Drawing, Link, Mark, count_losses, draw, fit_span, undraw
from waqai.errors import InputError, must
from waqai.ontology import Ontology, load_ontology
from waqai.records import AnnotatedArticle

FACTUALITY = "Factuality"

_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBERED = re.compile(r"(.*\D)\d+")
_SPAN = re.compile(r"(\S+) (\d+ \d+(?:;\d+ \d+)*)")


@dataclass(slots=True)
class _Parsed:
    """The lines of one `.ann` file, by kind."""

    bounds: dict[str, Mark] = field(default_factory=dict)
    events: dict[str, tuple[str, list[tuple[str, str]]]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    factualities: dict[str, str] = field(default_factory=dict)


def read_brat(folder: Path | str, *, ontology: Ontology | None = None, audit: Audit) -> tuple[AnnotatedArticle, ...]:
    """Return the articles of a folder of brat and of the folders below it, sorted by path.

    A text without annotation is an article without mentions. Passed over and counted: notes, normalisations,
    equivalences, other attributes, and marks whose offsets fit nothing (`brat.mark_lost`). A discontinuous mark is
    read from its first character to its last (`brat.mark_joined`) unless only space lies between its pieces.

    Raises:
        InputError: There is no `.txt` file, a file is not UTF-8, or a line is none of brat's.
    """
    folder, ontology = Path(folder), ontology or load_ontology()
    paths = sorted(folder.rglob("*.txt"))
    if not paths:
        raise InputError(f"the folder {str(folder)!r} must hold brat's .txt and .ann files, but holds no .txt file.")
    articles = []
    for path in paths:
        ann = path.with_suffix(".ann")
        article_id = path.relative_to(folder).with_suffix("").as_posix()
        drawing = _read_ann(_decode(ann) if ann.exists() else "", _decode(path), article_id, str(ann), audit)
        articles.append(undraw(drawing, ontology, form="brat", where=str(ann), audit=audit))
    return tuple(articles)


def write_brat(
    articles: Sequence[AnnotatedArticle], folder: Path | str, *, ontology: Ontology | None = None, audit: Audit
) -> None:
    """Write a folder of `.txt` and `.ann` files, named by the articles' ids, with `annotation.conf`.

    Lost and counted: scores, values, tuples, model, date, source and meta; ids that are no file names, or that
    another has, are changed (`brat.id_changed`), stray surrogates replaced (`brat.surrogate_replaced`).

    Raises:
        OutputError: A file cannot be written.
    """
    folder, ontology = Path(folder), ontology or load_ontology()
    used: set[str] = set()
    for article in articles:
        name = file_name(article.id, used)
        if name != article.id:
            audit.add("brat.id_changed", article.id)
        if _SURROGATE.search(article.text):
            audit.add("brat.surrogate_replaced", article.id)
        count_losses(article, form="brat", keeps=frozenset(), audit=audit)
        text = _SURROGATE.sub("\ufffd", article.text)
        write_bytes([text.encode()], folder / f"{name}.txt")
        write_bytes(
            [f"{line}\n".encode() for line in _ann_lines(draw(article), text, ontology)], folder / f"{name}.ann"
        )
    write_bytes([brat_config(ontology).encode()], folder / "annotation.conf")


def brat_config(ontology: Ontology) -> str:
    """Return brat's `annotation.conf` for an ontology."""

    def names(types: Sequence[str]) -> str:
        return "|".join(types)

    lines = ["[entities]", *ontology.entity_names, "", "[relations]"]
    lines += [f"{r.name}\tArg1:{names(r.head)}, Arg2:{names(r.tail)}" for r in ontology.relations]
    lines += ["", "[events]"]
    for event in ontology.event_names:
        roles = [f"{role.name}*:{names(role.fillers)}" for role in ontology.roles if event in role.event_types]
        lines.append(f"{event}\t{', '.join(roles)}".rstrip())
    lines += ["", "[attributes]", f"{FACTUALITY}\tArg:<EVENT>, Value:{names(ontology.factualities)}", ""]
    return "\n".join(lines)


def _ann_lines(drawing: Drawing, text: str, ontology: Ontology) -> Iterator[str]:
    """Yield the lines of an `.ann` file."""
    names: dict[str, str] = {}
    triggers: dict[str, str] = {}
    for number, mark in enumerate(drawing.marks, 1):
        pieces = [
            (mark.start + piece.start(), mark.start + piece.end())
            for piece in re.finditer(r"[^\r\n]+", text[mark.start : mark.end])
        ]
        spans = ";".join(f"{start} {end}" for start, end in pieces)
        yield f"T{number}\t{mark.type} {spans}\t{' '.join(text[start:end] for start, end in pieces)}"
        if mark.factuality is None:
            names[mark.id] = f"T{number}"
        else:
            names[mark.id] = f"E{len(triggers) + 1}"
            triggers[mark.id] = f"T{number}"
    arguments: dict[str, list[str]] = defaultdict(list)
    others = []
    for link in drawing.links:
        if link.head in triggers and link.type in ontology.role_names:
            count = sum(_plain_role(role.split(":")[0]) == link.type for role in arguments[link.head]) + 1
            arguments[link.head].append(f"{link.type}{count if count > 1 else ''}:{names[link.tail]}")
        else:
            others.append(link)
    attributes = 0
    for mark in drawing.marks:
        if mark.id in triggers:
            attributes += 1
            yield f"{names[mark.id]}\t{' '.join((f'{mark.type}:{triggers[mark.id]}', *arguments[mark.id]))}"
            yield f"A{attributes}\t{FACTUALITY} {names[mark.id]} {mark.factuality}"
    for number, link in enumerate(others, 1):
        yield f"R{number}\t{link.type} Arg1:{names[link.head]} Arg2:{names[link.tail]}"


def _read_ann(ann: str, raw: str, article_id: str, path: str, audit: Audit) -> Drawing:
    text, parsed = raw.removeprefix("\ufeff"), _Parsed()
    for number, line in enumerate(ann.removeprefix("\ufeff").split("\n"), 1):
        where = f"{path}, line {number}"
        if line.strip():
            _read_line(line.rstrip("\r"), raw, parsed, where, audit)
    triggers = Counter(trigger for trigger, _ in parsed.events.values())
    marks = [mark for name, mark in parsed.bounds.items() if name not in triggers]
    links = list(parsed.links)
    for name, (trigger, arguments) in parsed.events.items():
        bound = parsed.bounds.get(trigger)
        if bound is None:
            audit.add("brat.event_without_trigger", path)
            continue
        factuality = parsed.factualities.get(name)
        marks.append(Mark(id=name, type=bound.type, start=bound.start, end=bound.end, factuality=factuality))
        links += [Link(type=role, head=name, tail=filler) for role, filler in arguments]
    return Drawing(id=article_id, text=text, marks=marks, links=links)


def _read_line(line: str, raw: str, parsed: _Parsed, where: str, audit: Audit) -> None:
    name, _, rest = line.partition("\t")
    match name[:1]:
        case "T":
            head, _, surface = rest.partition("\t")
            found = _SPAN.fullmatch(head)
            if not found:
                raise InputError(must("line", "like `T1\\tTYPE 0 5\\ttext`", line, where, "Mend or remove it."))
            offsets = [tuple(map(int, piece.split(" "))) for piece in found[2].split(";")]
            start, end = offsets[0][0], offsets[-1][1]
            for (_, left), (right, _) in pairwise(offsets):
                if raw[left:right].strip():
                    audit.add("brat.mark_joined", where)
                    surface = raw[start:end]
            span = fit_span(raw, start, end, surface)
            mark_of_order = 1 if raw.startswith("\ufeff") else 0  # brat counts it, though it is the file's
            if span is None:
                audit.add("brat.mark_lost", where)
            else:
                start, end = (position - mark_of_order for position in span)
                parsed.bounds[name] = Mark(id=name, type=found[1], start=start, end=end)
        case "E":
            pairs = [_pair(item, line, where) for item in rest.split()]
            if not pairs:
                raise InputError(must("line", "like `E1\\tTYPE:T1 ROLE:T2`", line, where, "Mend or remove it."))
            parsed.events[name] = (pairs[0][1], [(_plain_role(role), filler) for role, filler in pairs[1:]])
        case "R":
            kind, *ends = rest.split()
            pairs = [_pair(end, line, where) for end in ends]
            if len(pairs) != 2:
                raise InputError(must("line", "like `R1\\tTYPE Arg1:T1 Arg2:T2`", line, where, "Mend or remove it."))
            parsed.links.append(Link(type=kind, head=pairs[0][1], tail=pairs[1][1]))
        case "A" | "M":
            kind, *values = rest.split()
            if kind == FACTUALITY and len(values) == 2:
                parsed.factualities[values[0]] = values[1]
            else:
                audit.add("brat.attribute_dropped", where)
        case "#" | "N" | "*":
            audit.add({"#": "brat.note_dropped", "N": "brat.norm_dropped", "*": "brat.equiv_dropped"}[name[0]], where)
        case _:
            raise InputError(must("line", "a line of brat's (T, E, R, A, M, N, # or *)", line, where, "Remove it."))


def _plain_role(role: str) -> str:
    """Return the role without the number that brat appends to its second and later fillers."""
    numbered = _NUMBERED.fullmatch(role)
    return numbered[1] if numbered else role


def _pair(item: str, line: str, where: str) -> tuple[str, str]:
    key, colon, value = item.partition(":")
    if not (key and colon and value):
        raise InputError(must("line", "with pairs like ROLE:T1", line, where, "Mend or remove it."))
    return key, value


def _decode(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(not_utf8(error, str(path))) from error
    except OSError as error:
        raise InputError(f"the file must be readable, but: {first_line(error)} ({path}).") from error
