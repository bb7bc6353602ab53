import json

import pytest

from waqai.data.cuts import read_cuts
from waqai.errors import InputError


@pytest.fixture
def path(tmp_path):
    rows = [{"text": "بدمشق بقوات وزير وحلب", "cuts": [1, 18], "id": "1"}, {"text": "قتل", "cuts": []}]
    path = tmp_path / "cuts.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_a_corpus_that_cuts_all_letters_is_never_silent(path):
    first, second = read_cuts(path)
    assert (first.text, first.cuts, first.silent) == ("بدمشق بقوات وزير وحلب", {1, 18}, ())
    assert (second.cuts, second.silent) == (frozenset(), ())
    assert second.where.endswith("cuts.jsonl, line 2")


def test_silent_words_begin_with_a_letter_that_is_not_always_cut(path):
    first, _ = read_cuts(path, "و")
    assert [first.text[start:end] for start, end in first.silent] == ["بقوات"]
    assert [char for char in range(len(first.text)) if first.is_silent(char)] == [6, 7, 8, 9, 10]


def test_a_cut_beyond_the_text(path):
    path.write_text('{"text": "قتل", "cuts": [7]}', encoding="utf-8")
    with pytest.raises(InputError, match="a list of offsets inside it"):
        read_cuts(path)
