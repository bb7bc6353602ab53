"""Completes quantities to the phrases that news write: sign, unit, range, comparator; each with its rule.

A phrase is what the annotation guidelines mark as NUM: the number with its comparator, its unit of measure, currency
or percent, without the noun that it counts. Which phrases are reported is `numbers`'s decision.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from waqai.normalization.numbers_words import Amount, Quantity, is_construct, read_quantity
from waqai.normalization.scanning import Scan, lexicon

MAX_COUNTED = 4
"""A comparator after the counted noun (`13 قتيلاً من الجيش على الأقل`) is looked for over this many words."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """The items of a number phrase, both included, its bounds, and `quantity`, the number in it.

    `upper` is the second number of a range. `former` says that the text has it change to another (`ارتفع من 20 إلى 30`:
    20). `outside` are the items beyond the phrase that its value was read from too:
    a comparing verb, a comparator after the counted noun, the noun that makes `ألفا` a dual.
    """

    first: int
    last: int
    low: Amount
    high: Amount | None
    unit: str | None
    comparator: str
    rule: str
    quantity: Quantity
    upper: Quantity | None = None
    outside: tuple[int, ...] = ()
    former: bool = False

    @property
    def exact(self) -> bool:
        """Return whether one amount is said, and not a range."""
        return self.high is not None and self.low == self.high


def read_phrases(scan: Scan, claimed: frozenset[int] = frozenset()) -> Iterator[Phrase]:
    """Yield the number phrases of a text in order; none begins or ends at an item that a date has claimed."""
    index = 0
    for match in lexicon().pattern(SEEDS).finditer(scan.classes):
        if match.start() < index or match.start() in claimed:
            continue
        phrase = _measured(scan, match.start(), claimed)
        if phrase is None or phrase.first < index or phrase.last in claimed:
            continue
        if not phrase.quantity.ordinal:
            phrase = _compared(scan, _ranged(scan, phrase, claimed, index), index)
        yield phrase
        index = phrase.last + 1


SEEDS = (
    "<num|article|zero|unit|one|two|hadi|ten|teen|tens|hundred|hundreds|mag|magacc|magdual|mags|open|few|nayf|several"
    "|ordinal|fraction|pair|measure>"
)


def _measured(scan: Scan, index: int, claimed: frozenset[int]) -> Phrase | None:
    """Return the quantity at an item with its sign and its unit."""
    quantity = _paired(scan, index) or read_quantity(scan, index)
    if quantity is None or any(item in claimed for item in range(quantity.first, quantity.last + 1)):
        return None
    low, high, rule = quantity.low, quantity.high, quantity.rule
    unit, first, last = None, quantity.first, quantity.last
    if quantity.ordinal:
        return Phrase(first, last, low, high, None, "=", rule, quantity)
    if quantity.rule in {"dual unit", "one unit"}:
        unit = scan.lexemes[index].readings["measure"].code
    else:
        unit, last = _unit_after(scan, last)
    if unit and quantity.exact:
        more, last = _half_after(scan, last)
        low, high = low + more, low + more
    if (
        unit is None
        and first
        and scan.touching(first)
        and (scan.has(first - 1, "symbol") or scan.text(first - 1) == "%")
    ):
        readings = scan.lexemes[first - 1].readings
        unit = readings["symbol"].code if "symbol" in readings else readings["percent"]
        first -= 1
    negative = _signed(scan, first, unit)
    degrees = unit is None and scan.has(last + 1, "degree") and scan.has(last + 2, "below_zero")
    if degrees or scan.has(last + 1, "below_zero"):
        negative, last, unit = True, last + 1 + degrees, unit or ("temperature-generic" if degrees else None)
    elif negative:
        first -= 1
    if negative and high is not None:
        low, high, rule = -high, -low, rule + "+negative"
    rule += "+unit" if unit else ""
    outside = (quantity.last + 1,) if is_construct(scan, quantity.last) else ()
    return Phrase(first, last, low, high, unit, quantity.comparator, rule, quantity, outside=outside)


def _paired(scan: Scan, index: int) -> Quantity | None:
    """Return two for a dual (`قتيلان`, `كيلومترين`), one for a unit before a fraction (`ساعة ونصف`)."""
    readings = scan.lexemes[index].readings
    if "pair" in readings:
        return Quantity(index, index, 2, 2, "dual noun")
    if "measure" in readings:
        count = readings["measure"].count
        if count == 2:
            return Quantity(index, index, 2, 2, "dual unit")
        if count == 1 and _half_after(scan, index)[0]:
            return Quantity(index, index, 1, 1, "one unit")
    return None


def _unit_after(scan: Scan, last: int) -> tuple[str | None, int]:
    """Return the code of a unit, percent or currency sign after an item, and its last item."""
    if scan.has(last + 1, "rparen") and scan.has(last - 1, "lparen") and scan.has(last + 2, "measure"):
        return str(scan.lexemes[last + 2].readings["measure"].code), last + 2
    if scan.has(last + 1, "percent"):
        return str(scan.lexemes[last + 1].readings["percent"]), last + 1
    if scan.has(last + 1, "measure") and not scan.has(last + 2, "explosive"):  # a barrel bomb measures nothing
        return str(scan.lexemes[last + 1].readings["measure"].code), last + 1
    if scan.has(last + 1, "symbol"):
        return str(scan.lexemes[last + 1].readings["symbol"].code), last + 1
    return None, last


def _half_after(scan: Scan, last: int) -> tuple[Fraction, int]:
    """Return the fraction that follows a unit: `3 كيلومترات ونصف`, `عامين ونصف العام`."""
    if not (scan.has(last + 1, "and") and scan.has(last + 2, "fraction")):
        return Fraction(0), last
    repeated = scan.has(last + 3, "measure") and scan.definite(last + 3)
    if not repeated and scan.classes[last + 3 : last + 4] == "." and not scan.definite(last + 3):
        return Fraction(0), last
    return scan.lexemes[last + 2].readings["fraction"], last + 3 if repeated else last + 2


def _signed(scan: Scan, first: int, unit: str | None) -> bool:
    """Return whether a minus stands before the digits, and nothing before it that it could join them to."""
    if scan.has(first - 1, "negative"):
        return True
    dashed = scan.has(first - 1, "dash") and scan.touching(first) and not scan.touching(first - 1)
    heads_line = first == 1 or scan.has(first - 2, "line")
    return (
        first > 0
        and dashed
        and scan.has(first, "num")
        and not scan.has(first - 2, "num")
        and not (heads_line and not unit)
    )


def _ranged(scan: Scan, phrase: Phrase, claimed: frozenset[int], floor: int) -> Phrase:
    """Join a second phrase to a range: `بين 20 و30`, `من 20 إلى 30`, `20-30`, `ثلاثة أو أربعة`."""
    before, after = phrase.first - 1, phrase.last + 1
    if scan.has(before, "between") and before >= floor:
        if scan.has(after, "and") and (other := _other(scan, after + 1, claimed)):
            return _join(phrase, other, before, "between")
        return _split(scan, phrase, before)
    start = before if scan.has(before, "from") and before >= floor else phrase.first
    if start == before:
        change = next((k for k in range(before - 1, max(-1, before - 7), -1) if scan.has(k, "change")), None)
        if change is not None and (to := _successor(scan, after, claimed)) is not None:
            outside = (*phrase.outside, change, before, to)
            return replace(phrase, former=True, rule=f"{phrase.rule}+former", outside=outside)
    if scan.has(after, "to") and (other := _other(scan, after + 1, claimed)):
        return _join(phrase, other, start, "to")
    if (
        scan.has(after, "or")
        and (other := _other(scan, after + 1, claimed))
        and phrase.low < other.low <= 10 * phrase.low
    ):
        return _join(phrase, other, phrase.first, "or")
    spaced = scan.touching(after) or not scan.touching(after + 1)
    if (
        scan.has(after, "dash")
        and spaced
        and (other := _other(scan, after + 1, claimed))
        and _is_range(scan, phrase, other)
    ):
        return _join(phrase, other, phrase.first, "dash")
    return phrase


def _successor(scan: Scan, index: int, claimed: frozenset[int]) -> int | None:
    """Return the item of `إلى` before a number, if only words of what is counted stand before it."""
    for item in range(index, min(index + MAX_COUNTED + 1, len(scan.lexemes))):
        if scan.has(item, "to"):
            return item if _other(scan, item + 1 + scan.has(item + 1, "before"), claimed) else None
        if scan.classes[item] != ".":
            return None
    return None


def _other(scan: Scan, index: int, claimed: frozenset[int]) -> Phrase | None:
    """Return a second bound at an item: a cardinal, not an ordinal."""
    if index >= len(scan.lexemes) or index in claimed:
        return None
    found = _measured(scan, index, claimed)
    return None if found is None or found.quantity.ordinal or found.first != index else found


def _is_range(scan: Scan, low: Phrase, high: Phrase) -> bool:
    """Return whether two numbers with a dash are bounds: rising, in digits, and no score of a match."""
    if not (low.exact and high.exact and low.low < high.low and scan.has(low.last, "num")):
        return False
    if low.low >= 10 or high.low >= 10 or high.unit:
        return True
    return not any(scan.has(k, "score") for k in range(max(0, low.first - 12), min(len(scan.lexemes), high.last + 8)))


def _join(low: Phrase, high: Phrase, first: int, rule: str) -> Phrase:
    """Return the range of two phrases; a magnitude or unit that only the second has holds for both."""
    bottom, top = low.low, high.high
    scale = high.quantity.scale
    if scale > 1 and low.quantity.scale == 1 and low.exact and bottom * scale < high.low:
        bottom *= scale
    if top is not None and bottom > top:
        if rule != "between":
            return low
        bottom, top = high.low, low.high
    unit = high.unit or low.unit
    comparator = next((c for c in (low.comparator, high.comparator) if c != "="), "=")
    rule = f"{low.quantity.rule}+range {rule}"
    outside = low.outside + high.outside
    return Phrase(first, high.last, bottom, top, unit, comparator, rule, low.quantity, high.quantity, outside)


def _split(scan: Scan, phrase: Phrase, before: int) -> Phrase:
    """Read `بين خمسين ومئة` as two bounds, which without `بين` would be 150."""
    quantity = phrase.quantity
    for item in range(quantity.first + 1, quantity.last):
        if not scan.has(item, "and"):
            continue
        left = Scan(scan.folded, scan.classes[:item], scan.starts[:item], scan.ends[:item], scan.lexemes[:item])
        low, high = read_quantity(left, quantity.first), read_quantity(scan, item + 1)
        if low and high and low.last == item - 1 and high.last == quantity.last and low.low < high.low:
            bottom = low.low * high.scale if high.scale > 1 and low.low * high.scale < high.low else low.low
            rule = f"{low.rule}+range between"
            return replace(phrase, first=before, low=bottom, high=high.high, rule=rule, quantity=low, upper=high)
    return phrase


def _compared(scan: Scan, phrase: Phrase, floor: int) -> Phrase:
    """Add the comparators before the phrase, after it, and after the noun that it counts; none before item `floor`."""
    first, last, comparator, rule = phrase.first, phrase.last, phrase.comparator, phrase.rule
    outside = phrase.outside
    for _ in range(2):
        kind = "before" if scan.has(first - 1, "before") or not phrase.unit else "before_measure"
        if first <= floor or not scan.has(first - 1, kind):
            break
        said = str(scan.lexemes[first - 1].readings[kind])
        comparator = said if comparator in {"=", "~"} or said not in {"=", "~"} else comparator
        first, rule = first - 1, rule + "+comparator"
    if first == phrase.first and scan.has(first - 1, "verb"):
        comparator, rule = str(scan.lexemes[first - 1].readings["verb"]), rule + "+comparing verb"
        outside += (first - 1,)
    if scan.has(last + 1, "after"):
        last += 1
        comparator, rule = str(scan.lexemes[last].readings["after"]), rule + "+comparator"
    elif comparator == "=" and (after := _after_noun(scan, last)) is not None:
        comparator, rule = str(scan.lexemes[after].readings["after"]), rule + "+comparator after noun"
        outside += (after,)
    return replace(phrase, first=first, last=last, comparator=comparator, rule=rule, outside=outside)


def _after_noun(scan: Scan, last: int) -> int | None:
    """Return the item of the comparator behind the counted noun, if only words stand between."""
    for item in range(last + 1, min(last + 2 + MAX_COUNTED, len(scan.lexemes))):
        if scan.has(item, "after"):
            return item
        if scan.classes[item] != "." and not scan.has(item, "prep") and not scan.has(item, "from"):
            return None
    return None
