"""The tables name only units, currencies and months that CLDR has, and say where they come from."""

from importlib import resources

import pytest
from babel import Locale

from waqai.normalization.dates_tables import MonthName
from waqai.normalization.lexicon import form_words, read_table
from waqai.normalization.scanning import lexicon

ARABIC = Locale("ar")


@pytest.mark.parametrize("name", ["numbers", "units", "duals", "months", "calendar", "holidays"])
def test_each_table_says_its_source_and_licence(name):
    text = resources.files("waqai.normalization").joinpath("tables").joinpath(f"{name}.tsv").read_text("utf-8")
    header = [line for line in text.splitlines() if line.startswith("#")]
    assert any("Source:" in line for line in header)
    assert any("Licence:" in line for line in header)


def test_units_and_currencies_are_cldrs():
    for kind, code, *_ in read_table("units.tsv"):
        known = ARABIC.currencies if kind == "currency" or len(code) == 3 else ARABIC.unit_display_names
        assert code in known, code
    for kind, code, *_ in read_table("numbers.tsv"):
        assert kind != "percent" or code in ARABIC.unit_display_names


@pytest.mark.parametrize("locale", ["ar", "ar_DZ", "ar_MA", "ar_SY", "ar_LB", "ar_IQ", "ar_EG", "ar_TN"])
def test_every_month_name_of_cldr_is_known(locale):
    names = Locale.parse(locale).months["format"]["wide"]
    for month, name in names.items():
        first, *rest = form_words(name)
        forms = [form for form in lexicon().forms[first] if form.rest == tuple(rest)]
        reading = forms[0].lexeme.readings["month"]
        assert (reading.calendar, reading.month) == ("gregorian", month)


def test_month_names_are_whole():
    named = {(c, int(m)) for c, m, *_ in read_table("months.tsv")}
    assert named == {(c, m) for c in ("gregorian", "hijri") for m in range(1, 13)}
    assert isinstance(lexicon().forms[form_words("آذار")[0]][0].lexeme.readings["month"], MonthName)


def test_no_prefix_hides_a_word_of_its_own():
    forms = lexicon().forms
    for word in ("وطن", "باب", "كميه", "وكميات"):
        assert word not in forms
    assert "measure" not in forms["بين"][0].lexeme.readings
