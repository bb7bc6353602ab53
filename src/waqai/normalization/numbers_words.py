"""Reads one quantity at a place of a scan: digits, number words, magnitudes, fractions, open counts, ordinals.

A grammar by hand, because Arabic number words are regular: a group below a thousand (`ثلاثة وعشرون ومئة`, in either
order), times a magnitude, and so on to smaller magnitudes, each joined by و. Words of one size do not join: `ثلاثة
وأربعة` and `عشرون وثلاثون` are lists. What stands around the quantity (comparators, units, ranges), and which readings
are too doubtful to report, is left to `numbers_phrases`.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from waqai.normalization.numbers_literals import DotGrouped
from waqai.normalization.scanning import Scan

if TYPE_CHECKING:
    from collections.abc import Callable

Amount = int | float | Fraction
_INFINITE = 10**18


@dataclass(frozen=True, slots=True)
class Quantity:
    """What the items `first` to `last`, both included, say: an amount or the bounds of one; `high` None is open."""

    first: int
    last: int
    low: Amount
    high: Amount | None
    rule: str
    ordinal: bool = False
    comparator: str = "="
    scale: int = 1
    """The magnitude of a quantity of one part (1000 in `ستة آلاف`), which a range lends to its lower bound."""

    @property
    def exact(self) -> bool:
        """Return whether one amount is said, and not a range."""
        return self.high is not None and self.low == self.high


def read_quantity(scan: Scan, index: int) -> Quantity | None:
    """Return the longest quantity that begins at an item, or None."""
    readers: tuple[Callable[[Scan, int], Quantity | None], ...] = (_ordinal, _open, _fraction, _cardinal)
    return max(
        (found for read in readers if (found := read(scan, index)) is not None), key=lambda q: q.last, default=None
    )


def _exact(first: int, end: int, value: Amount, rule: str, *, ordinal: bool = False) -> Quantity:
    return Quantity(first, end - 1, value, value, rule, ordinal=ordinal)


def _value(scan: Scan, index: int, *kinds: str) -> int:
    """Return the item's value as one of the kinds, or 0."""
    if 0 <= index < len(scan.lexemes):
        readings = scan.lexemes[index].readings
        for kind in kinds:
            if kind in readings:
                return int(readings[kind])
    return 0


def _below_hundred(scan: Scan, index: int) -> tuple[int, int] | None:
    """Return (value, end) of 1 to 99 in words."""
    if unit := _value(scan, index, "unit", "one", "two"):
        spoken = scan.has(index, "unit")
        if scan.has(index + 1, "ten") and not (unit == 1 and spoken):
            return unit + 10, index + 2
        if scan.has(index + 1, "and") and (tens := _value(scan, index + 2, "tens")):
            return unit + tens, index + 3
        return (unit, index + 1) if spoken else None
    value = _value(scan, index, "teen", "ten", "tens")
    return (value, index + 1) if value else None


def _hundreds(scan: Scan, index: int) -> tuple[int, int] | None:
    """Return (value, end) of whole hundreds: `مئة`, `مئتان`, `ثلاثمئة`, `ثلاث مئة`, `ثلاث مئات`."""
    if value := _value(scan, index, "hundred", "hundreds"):
        return value, index + 1
    unit = _value(scan, index, "unit")
    if unit >= 3 and (scan.has(index + 1, "hundred") or _value(scan, index + 1, "open") == 100):
        return unit * 100, index + 2
    return None


def _group(scan: Scan, index: int) -> tuple[int, int] | None:
    """Return (value, end) of 1 to 999 in words, hundreds first or last."""
    hundreds = _hundreds(scan, index)
    first = hundreds or _below_hundred(scan, index)
    if first is None:
        return None
    value, end = first
    if scan.has(end, "and"):
        second = _below_hundred(scan, end + 1) if hundreds else _hundreds(scan, end + 1)
        if second is not None:
            return value + second[0], second[1]
    return value, end


def _magnitude(scan: Scan, index: int) -> tuple[int, int]:
    """Return (factor, end) of the magnitudes at an item, `ألف مليون` multiplied, or (1, index) where there is none."""
    factor, end = 1, index
    while step := _value(scan, end, "mag", "mags", "magacc"):
        if end > index and step <= factor:
            break
        factor *= step
        end += 1
    return factor, end


def _part(scan: Scan, index: int) -> tuple[Amount, int, int, str] | None:
    """Return (multiplier, magnitude, end, rule) of one part of a cardinal; the magnitude is 1 for the last part."""
    if scan.has(index, "num"):
        value = scan.lexemes[index].readings["num"]
        bracketed = scan.has(index - 1, "lparen") and scan.has(index + 1, "rparen")  # `(٢٥) مليون ريال`
        factor, end = _magnitude(scan, index + 2 if bracketed else index + 1)
        end = index + 1 if factor == 1 else end
        if isinstance(value, DotGrouped):
            measured = factor > 1 or scan.has(end, "percent") or scan.has(end, "measure")
            value = value.decimal if measured else value.grouped
        return _decimal(value), factor, end, "digits" if factor == 1 else "digits+magnitude"
    if step := _value(scan, index, "magdual"):
        factor, end = _magnitude(scan, index + 1)
        return (2 * step, factor, end, "words") if factor > step else (2, step, index + 1, "words")
    if step := _value(scan, index, "magacc"):
        return 2 if is_construct(scan, index) else 1, step, index + 1, "words"
    if _value(scan, index, "mag"):
        factor, end = _magnitude(scan, index)
        return 1, factor, end, "words"
    group = _group(scan, index)
    if group is None:
        return None
    factor, end = _magnitude(scan, group[1])
    return group[0], factor, end, "words"


def _decimal(value: int | float) -> Amount:
    """Return a decimal of the text exactly, so that 1.3 million is a whole number."""
    return value if isinstance(value, int) else Fraction(str(value))


def is_construct(scan: Scan, index: int) -> bool:
    """Return whether `ألفا` stands before what it counts: then it is the dual (2000), else the accusative (1000)."""
    if not scan.has(index, "magacc"):
        return False
    following = scan.text(index + 1)
    if not (following and scan.folded.text[scan.ends[index] : scan.starts[index + 1]].isspace()):
        return False
    if scan.definite(index + 1):
        return False
    return (scan.classes[index + 1] == "." and following[:1].isalpha()) or scan.has(index + 1, "measure")


def _cardinal(scan: Scan, index: int) -> Quantity | None:
    """Return a whole or decimal number; parts get smaller, except in the old order (`خمس وأربعين وتسعمئة وألف`)."""
    first = index
    if scan.has(index, "article") and scan.has(index + 1, "num"):
        index += 1
    zero = scan.has(index, "zero")
    part = (0, 1, index + 1, "words") if zero else _part(scan, index)
    if part is None:
        return None
    multiplier, limit, end, rule = part
    part_scale = limit
    total: Amount = multiplier * limit
    digits = scan.has(index, "num")
    while not zero:
        total, end, halved = _with_fraction(scan, end, total, limit)
        if halved or not scan.has(end, "and") or (digits and limit == 1):
            break
        part = _part(scan, end + 1)
        if part is None or not _joins(scan, end + 1, total, limit, part):
            break
        total += part[0] * part[1]
        limit, end = (0, part[2]) if limit == 1 else (part[1], part[2])
        if limit <= 1:
            total, end, _ = _with_fraction(scan, end, total, 1)
            break
    scale = part_scale if total == multiplier * part_scale else 1
    return _with_excess(scan, replace(_exact(first, end, total, rule), scale=scale), end)


def _joins(scan: Scan, index: int, total: Amount, limit: int, part: tuple[Amount, int, int, str]) -> bool:
    """Return whether a part after و belongs to the number before it, and does not begin another."""
    multiplier, magnitude, _, _ = part
    value = multiplier * magnitude
    in_digits = scan.has(index, "num")
    if limit > 1 and magnitude == limit and total % (100 * limit) == 0:  # `مئة ألف وألف`: 101,000
        return multiplier in {1, 2} and not in_digits and not scan.has(index, "unit")
    if limit > 1:
        return magnitude < limit and value < limit and (not in_digits or magnitude > 1 or value * 1000 >= limit)
    if in_digits:
        return total % 100 == 0 and value < 100
    old_order = magnitude > total and not scan.has(index, "unit") and multiplier in {1, 2}
    return old_order and (scan.has(index, "mag") or scan.has(index, "magdual") or scan.has(index, "magacc"))


def _with_fraction(scan: Scan, end: int, total: Amount, limit: int) -> tuple[Amount, int, bool]:
    """Add `ونصف`, `وربع المليون` to a number whose last magnitude is `limit`."""
    if not (scan.has(end, "and") and scan.has(end + 1, "fraction")):
        return total, end, False
    fraction = scan.lexemes[end + 1].readings["fraction"]
    factor, after = _magnitude(scan, end + 2)
    if (factor > 1 and factor != max(limit, 1)) or _names_a_match(scan, end + 1):
        return total, end, False
    return total + fraction * max(limit, 1), after, True


def _with_excess(scan: Scan, found: Quantity, end: int) -> Quantity:
    """Add `ونيف`: one to nine above tens, some unknown more above hundreds and thousands."""
    if not (scan.has(end, "and") and scan.has(end + 1, "nayf")):
        return found
    if found.low < 100:
        return replace(found, last=end + 1, low=found.low + 1, high=found.low + 9, rule="words+excess")
    return replace(found, last=end + 1, comparator=">", rule="words+excess")


def _fraction(scan: Scan, index: int) -> Quantity | None:
    """Return `نصف`, `ثلثي`, `ثلاثة أرباع`, with a magnitude: `نصف مليون`."""
    value: Fraction
    if scan.has(index, "fraction"):
        if _names_a_match(scan, index):
            return None
        value, end = scan.lexemes[index].readings["fraction"], index + 1
    elif (unit := _value(scan, index, "unit")) > 1 and scan.has(index + 1, "fractions"):
        value, end = unit * scan.lexemes[index + 1].readings["fractions"], index + 2
    else:
        return None
    factor, end = _magnitude(scan, end)
    return _exact(index, end, value * factor, "fraction" if factor == 1 else "fraction+magnitude")


def _names_a_match(scan: Scan, index: int) -> bool:
    """Return whether a fraction is part of a name: `نصف النهائي`, `الربع الخالي`, `النصف الأول`."""
    return scan.has(index + 1, "named_fraction") or (scan.definite(index) and scan.has(index + 1, "ordinal"))


def _open(scan: Scan, index: int) -> Quantity | None:
    """Return an open count: `عشرات`, `مئات الآلاف`, `بضعة`, `بضع وعشرون`, `نيف وعشرون`, `عدة مئات`."""
    if scan.has(index, "nayf"):
        base = _value(scan, index + 2, "tens", "hundred") if scan.has(index + 1, "and") else 0
        return Quantity(index, index + 2, base + 1, base + 9, "words+excess") if base else None
    few = scan.has(index, "few")
    if few and scan.has(index + 1, "ten"):
        return Quantity(index, index + 1, 13, 19, "few")
    if few and scan.has(index + 1, "and") and (tens := _value(scan, index + 2, "tens")):
        return Quantity(index, index + 2, tens + 3, tens + 9, "few")
    if few or scan.has(index, "several"):
        base = _value(scan, index + 1, "open", "mags", "hundred", "mag")
        if not base:
            return Quantity(index, index, 3, 10 if few else None, "few" if few else "several")
        factor, end = _magnitude(scan, index + 2)
        return Quantity(index, end - 1, 3 * base * factor, 10 * base * factor if few else None, "open count")
    base = _value(scan, index, "open", "mags")
    if not base:
        return None
    factor, end = _magnitude(scan, index + 1)
    if scan.has(index + 1, "open"):  # آلاف المئات
        factor, end = _value(scan, index + 1, "open"), index + 2
    return Quantity(index, end - 1, 2 * base * factor, None, "open count")


def _ordinal(scan: Scan, index: int) -> Quantity | None:
    """Return `الثالث`, `الحادي عشر`, `الخامس والعشرون`, `القرن العشرين`, `الدورة الـ72`."""
    definite = scan.definite(index)
    value = _value(scan, index, "ordinal", "hadi")
    if value:
        if value < 10 and scan.has(index + 1, "ten") and (value > 1 or scan.has(index, "hadi")):
            return _exact(index, index + 2, value + 10, "ordinal", ordinal=True)
        joined = scan.has(index + 1, "and") and scan.definite(index + 2) == definite
        if value < 10 and joined and (tens := _value(scan, index + 2, "tens")):
            return _exact(index, index + 3, value + tens, "ordinal", ordinal=True)
        return None if scan.has(index, "hadi") else _exact(index, index + 1, value, "ordinal", ordinal=True)
    owned = scan.text(index - 1).endswith(("ته", "تها", "راه"))
    after_noun = index > 0 and scan.has(index - 1, "counted_once") and (scan.definite(index - 1) or owned)
    if after_noun and scan.has(index, "article") and scan.has(index + 1, "num"):
        number = scan.lexemes[index + 1].readings["num"]
        return _exact(index, index + 2, number, "ordinal", ordinal=True) if isinstance(number, int) else None
    if definite and after_noun:
        if _value(scan, index, "unit") == 1 and scan.has(index + 1, "and") and scan.definite(index + 2):
            tens = _value(scan, index + 2, "tens")
            return _exact(index, index + 3, 1 + tens, "ordinal", ordinal=True) if tens else None
        if tens := _value(scan, index, "tens", "hundred", "mag"):
            return _exact(index, index + 1, tens, "ordinal", ordinal=True)
    return None
