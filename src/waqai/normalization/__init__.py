"""Turns mentions into values by rule: numbers, dates, places and actors, each with the rule or source that made it."""

from waqai.normalization.actors import ActorContext, ActorValue, class_abroad, resolve_actor, resolve_actors
from waqai.normalization.actors_table import ActorTable
from waqai.normalization.dates import DateMention, DateValue, find_dates, normalize_date
from waqai.normalization.gazetteer import Gazetteer
from waqai.normalization.incidents import roll_up
from waqai.normalization.numbers import NumberMention, NumberValue, find_numbers, normalize_number, resolve_numbers
from waqai.normalization.places import PlaceMention, PlaceValue, resolve_places

__all__ = [
    "ActorContext",
    "ActorTable",
    "ActorValue",
    "DateMention",
    "DateValue",
    "Gazetteer",
    "NumberMention",
    "NumberValue",
    "PlaceMention",
    "PlaceValue",
    "class_abroad",
    "find_dates",
    "find_numbers",
    "normalize_date",
    "normalize_number",
    "resolve_actor",
    "resolve_actors",
    "resolve_numbers",
    "resolve_places",
    "roll_up",
]
