"""Turns mentions into values by rule: numbers, dates, places and actors, each with the rule or source that made it."""

from waqai.normalization.dates import DateMention, DateValue, find_dates, normalize_date
from waqai.normalization.numbers import NumberMention, NumberValue, find_numbers, normalize_number

__all__ = [
    "DateMention",
    "DateValue",
    "NumberMention",
    "NumberValue",
    "find_dates",
    "find_numbers",
    "normalize_date",
    "normalize_number",
]
