"""The literal cases of dates, their spelling variants, anchors, and the edges of the two public functions."""

import json
from datetime import date

import pytest
from case_tables import SPELLINGS, read_cases

from waqai.normalization import DateMention, find_dates, normalize_date
from waqai.text import fold

DATES = read_cases("dates.tsv")
ANCHOR = date(2017, 8, 22)


def shown(mention: DateMention) -> str:
    """Write a mention as the case table does."""
    row = mention.value.to_dict()
    days = f"{row['start'] or ''}..{row['end'] or ''}" if row["resolved"] else "?"
    said = [mention.text, "::", days, row["granularity"]]
    said += [f"{key}={row[key]}" for key in ("time", "part_of_day", "zone", "duration") if key in row]
    said += ["twelve_hour"] if "twelve_hour" in row else []
    said += ["about"] if "approximate" in row else []
    said += [f"# {row['reason']}"] if not row["resolved"] else [] if row["anchored"] else ["absolute"]
    return " ".join(said)


def test_there_are_enough_cases():
    assert len(DATES) >= 250
    assert len({text for text, _ in DATES}) == len(DATES)


@pytest.mark.parametrize(("text", "expected"), DATES)
def test_case(text, expected):
    assert " ;; ".join(shown(mention) for mention in find_dates(text, ANCHOR)) == expected


@pytest.mark.parametrize("spell", SPELLINGS)
def test_spelling_changes_no_value(spell):
    for text, _ in DATES:
        respelled = spell(text)
        found, again = find_dates(text, ANCHOR), find_dates(respelled, ANCHOR)
        assert [m.value for m in again] == [m.value for m in found], respelled
        assert [fold(m.text).text for m in again] == [fold(m.text).text for m in found], respelled


@pytest.mark.parametrize(("text", "expected"), DATES)
def test_without_an_anchor_only_absolute_dates_are_resolved(text, expected):
    for mention, said in zip(find_dates(text, None), expected.split(" ;; "), strict=bool(expected)):
        value = mention.value
        assert not value.anchored
        if said.endswith("absolute"):
            assert shown(mention) == said
        elif value.resolved:  # `منذ 1995` has its start without an anchor
            assert value.start is None or value.end is None
        else:
            assert value.reason
            assert value.start is None
            assert value.end is None


def test_the_reason_names_the_missing_anchor():
    (mention,) = find_dates("وقع الهجوم أمس", None)
    assert mention.value.to_dict() == {
        "start": None,
        "end": None,
        "granularity": "day",
        "rule": "relative day",
        "anchored": False,
        "resolved": False,
        "reason": "relative to the article's date, which is not given",
    }


def test_mentions_are_characters_of_the_raw_text():
    text = "وَقَعَ فَجْرَ الثُّلاثاءِ المـــاضي في حلب"
    (mention,) = find_dates(text, ANCHOR)
    assert text[mention.start : mention.end] == mention.text == "فَجْرَ الثُّلاثاءِ المـــاضي"
    assert json.loads(json.dumps(mention.to_dict()))["value"]["start"] == "2017-08-15"


@pytest.mark.parametrize(
    ("anchor", "start"),
    [
        (date(2017, 1, 3), "2016-12-30"),
        (date(2017, 6, 29), "2016-12-30"),  # 181 days back, 184 ahead
        (date(2017, 7, 2), "2017-12-30"),  # 184 days back, 181 ahead
    ],
)
def test_a_missing_year_is_the_nearest(anchor, start):
    assert normalize_date("30 كانون الأول", anchor).start == start


def test_a_weekday_picks_the_year():
    assert normalize_date("الجمعة 25 كانون الأول", date(2017, 8, 22)).start == "2015-12-25"


def test_29_february_finds_a_leap_year():
    assert normalize_date("29 شباط", date(2017, 8, 22)).start == "2016-02-29"


@pytest.mark.parametrize(
    ("anchor", "start"),
    [(date(2017, 8, 20), "2017-08-20"), (date(2017, 8, 21), "2017-08-20"), (date(2017, 8, 26), "2017-08-20")],
)
def test_a_bare_weekday_is_the_last_one_up_to_the_anchor(anchor, start):
    assert normalize_date("الأحد", anchor).start == start


def test_a_weekday_corrects_today():
    assert normalize_date("اليوم الأربعاء", ANCHOR).start == "2017-08-23"
    assert normalize_date("أمس الثلاثاء", ANCHOR).start == "2017-08-22"


@pytest.mark.parametrize(
    ("mention", "start", "end"),
    [
        ("مارس", "2017-03-01", "2017-03-31"),
        ("2019", "2019-01-01", "2019-12-31"),
        ("الصيف", "2017-06-01", "2017-08-31"),
        ("العام", "2017-01-01", "2017-12-31"),
        ("9/8", "2017-08-09", "2017-08-09"),
        ("يوم25 يوليو", "2017-07-25", "2017-07-25"),
    ],
)
def test_a_given_mention_is_read_without_doubt(mention, start, end):
    value = normalize_date(mention, ANCHOR)
    assert (value.start, value.end) == (start, end)


@pytest.mark.parametrize("mention", ["أسبوع", "ثلاثة أيام", "72 ساعة", "عدة أشهر"])
def test_a_bare_length_of_time_has_no_place(mention):
    value = normalize_date(mention, ANCHOR)
    assert not value.resolved
    assert value.reason == "a length of time; the text does not say when"


@pytest.mark.parametrize("mention", ["", " ", "قتيل", "زمن النكبة", "،", "\u064b\u0640"])
def test_what_is_no_date_has_no_value(mention):
    assert normalize_date(mention, ANCHOR) is None


@pytest.mark.parametrize("anchor", [date.min, date.max])
def test_the_ends_of_the_calendar_are_unresolved_not_raised(anchor):
    for text, _ in DATES:
        for mention in find_dates(text, anchor):
            assert mention.value.resolved or mention.value.reason


def test_a_year_of_either_calendar_needs_an_anchor():
    value = normalize_date("عام 1436", None)
    assert (value.start, value.resolved) == (None, False)
    assert value.reason == "a year of the Hijri or the Gregorian calendar; the text does not say of which"
