"""Spells whole numbers in Modern Standard Arabic, from the rules of grammar and independently of the package's parser.

All genders, both cases, both orders of a group below a thousand, both spellings of 100, hundreds joined or apart.
"""

from dataclasses import dataclass

_MASCULINE = ["", "واحد", "اثنان", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثماني", "تسع", "عشر"]
_TENS = ["", "", "عشر", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثمان", "تسع"]


@dataclass(frozen=True)
class Speller:
    """How to spell: the gender and case of the counted noun, and the free choices of writers."""

    feminine: bool = False
    oblique: bool = False
    old_order: bool = False
    hamza_on_seat: bool = True
    joined: bool = True

    def spell(self, number: int) -> str:
        """Return the number from 0 to 999,999,999 in words, before a counted noun."""
        if number == 0:
            return "صفر"
        parts = []
        millions, rest = divmod(number, 1_000_000)
        thousands, units = divmod(rest, 1000)
        parts += self._scaled(millions, "مليون", "ملايين", "مليوناً") if millions else []
        parts += self._scaled(thousands, "ألف", "آلاف", "ألفاً") if thousands else []
        parts += [self._below_thousand(units, feminine=self.feminine)] if units else []
        return " و".join(parts)

    def _scaled(self, count: int, one: str, many: str, accusative: str) -> list[str]:
        """Return a multiple of a magnitude, whose noun takes the number that its last two digits ask for."""
        if count == 1:
            return [one]
        if count == 2:
            return [one + ("ين" if self.oblique else "ان")]
        last = count % 100
        if last in {1, 2} and count > 100:  # مئة ألف وألف
            return [f"{self._below_thousand(count - last, feminine=False)} {one}", *self._scaled(last, one, many, "")]
        noun = many if 3 <= last <= 10 else accusative if 11 <= last <= 99 else one
        return [f"{self._below_thousand(count, feminine=False)} {noun}"]

    def _below_thousand(self, number: int, *, feminine: bool) -> str:
        hundreds, rest = divmod(number, 100)
        parts = [self._hundreds(hundreds)] if hundreds else []
        parts += [self._below_hundred(rest, feminine=feminine)] if rest else []
        return " و".join(reversed(parts) if self.old_order else parts)

    def _hundreds(self, count: int) -> str:
        hundred = "مئة" if self.hamza_on_seat else "مائة"
        if count == 1:
            return hundred
        if count == 2:
            return hundred.removesuffix("ة") + ("تين" if self.oblique else "تان")
        unit = "ثمان" if count == 8 else _MASCULINE[count]
        return f"{unit}{'' if self.joined else ' '}{hundred}"

    def _below_hundred(self, number: int, *, feminine: bool) -> str:
        if number <= 10:
            return self._unit(number, feminine=feminine)
        if number == 11:
            return "إحدى عشرة" if feminine else "أحد عشر"
        if number == 12:
            two = "اثنت" if feminine else "اثن"
            return f"{two}{'ي' if self.oblique else 'ا'} {'عشرة' if feminine else 'عشر'}"
        if number < 20:
            return f"{self._unit(number - 10, feminine=feminine)} {'عشرة' if feminine else 'عشر'}"
        tens, unit = divmod(number, 10)
        word = _TENS[tens] + ("ين" if self.oblique else "ون")
        if unit == 1:
            return f"{'إحدى' if feminine else 'أحد' if self.oblique else 'واحد'} و{word}"
        return f"{self._unit(unit, feminine=feminine)} و{word}" if unit else word

    def _unit(self, number: int, *, feminine: bool) -> str:
        """Return 1 to 10, which from 3 take the ending of the other gender."""
        if number == 1:
            return "واحدة" if feminine else "واحد"
        if number == 2:
            return ("اثنت" if feminine else "اثن") + ("ين" if self.oblique else "ان")
        word = _MASCULINE[number]
        return word if feminine else ("ثمانية" if number == 8 else word + "ة")
