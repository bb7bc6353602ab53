import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from written_articles import plain_article, predicted_article

from waqai.inference.writers import open_writer, parquet_rows
from waqai.inference.writers.rows import COLUMNS, clean, tuple_rows, tuples_of
from waqai.records import AnnotatedArticle, EventMention, EventTuple, Filler

KNOWN_OF_FIRST = {
    "article_id": "a1",
    "article_date": "2017-08-22",
    "article_source": "desk",
    "event_id": "v1",
    "type": "SHELLING",
    "action": "قصفت",
    "start": "0",
    "end": "4",
    "factuality": "ACTUAL",
    "score": "0.81",
    "actor": "القوات الروسية",
    "actor_id": "RUS-MIL",
    "actor_class": "state forces",
    "actor_country": "RU",
    "location": "بلدة عقيربات | سورية",
    "location_name": "عقيربات | ",
    "location_latitude": "35.01 | ",
    "location_longitude": "-37.5 | ",
    "time": "أمس",
    "time_start": "2017-08-21",
    "time_end": "2017-08-21",
    "time_granularity": "day",
    "plover_event": "ASSAULT",
    "plover_mode": "heavy-weapons",
    "model": "tiny",
}


def write(path: Path, *articles: AnnotatedArticle, bom: bool = False) -> Path:
    with open_writer(path, csv_bom=bom) as writer:
        for article in articles:
            writer.write(article)
        writer.write_error("a3", "in.jsonl, line 3", "`text` is missing.")
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))


def known(row: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if value}


def with_action(action: str) -> AnnotatedArticle:
    event = EventMention(id="v1", type="KILL", factuality="ACTUAL", start=0, end=len(action), text=action)
    return AnnotatedArticle(id="=a", text=action, events=(event,))


def test_csv_has_one_row_a_tuple(tmp_path: Path) -> None:
    path = write(tmp_path / "out.csv", predicted_article(), plain_article())
    first, second, error = read_csv(path)
    assert list(first) == [column.name for column in COLUMNS]
    assert known(first) == KNOWN_OF_FIRST
    assert {name: second[name] for name in ("target", "count", "count_value", "count_comparator", "count_of")} == {
        "target": "مدنياً",
        "count": "12",
        "count_value": "12",
        "count_comparator": "=",
        "count_of": "مدنياً",
    }
    assert known(error) == {"article_id": "a3", "error": "`text` is missing.", "error_where": "in.jsonl, line 3"}
    assert path.read_bytes().count(b"\r\n") == 4


def test_csv_for_excel_begins_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert write(tmp_path / "a.csv", bom=True).read_bytes().startswith(b"\xef\xbb\xbfarticle_id,")
    assert write(tmp_path / "b.csv").read_bytes().startswith(b"article_id,")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+7", "'+7"),
        ("-x", "'-x"),
        ("@SUM", "'@SUM"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ('قال "لا", ثم\nمضى', 'قال "لا", ثم\nمضى'),
        ("1=1", "1=1"),
        ("\ud800x", "\ufffdx"),
    ],
)
def test_csv_cells_are_not_formulas(text: str, cell: str, tmp_path: Path) -> None:
    row = read_csv(write(tmp_path / "out.csv", with_action(text)))[0]
    assert (row["action"], row["article_id"]) == (cell, "'=a")


def test_comparators_stay_as_they_are(tmp_path: Path) -> None:
    article = AnnotatedArticle(
        id="a",
        text="نص",
        tuples=(
            EventTuple(
                event="v",
                type="KILL",
                action="x",
                factuality="ACTUAL",
                count=(
                    Filler(entity=None, text="1", value={"value": -1, "comparator": "="}),
                    Filler(entity=None, text="2", value={"low": 2.5, "comparator": ">="}),
                ),
            ),
        ),
    )
    row = read_csv(write(tmp_path / "out.csv", article))[0]
    assert (row["count_comparator"], row["count_value"], row["count_low"]) == ("= | >=", "-1 | ", " | 2.5")


def test_parquet_has_lists_of_equal_length(tmp_path: Path) -> None:
    table = pq.read_table(write(tmp_path / "out.parquet", predicted_article(), plain_article()))
    first, second, error = table.to_pylist()
    assert table.column_names == [column.name for column in COLUMNS]
    assert (first["start"], first["end"], first["score"]) == (0, 4, 0.81)
    assert first["location"] == ["بلدة عقيربات", "سورية"]
    assert first["location_latitude"] == [35.01, None]
    assert first["location_geonames_id"] == [None, None]
    assert first["target"] == []
    assert second["count_value"] == [12.0]
    assert (error["article_id"], error["actor"], error["error"]) == ("a3", [], "`text` is missing.")


def with_count(number: float) -> AnnotatedArticle:
    count = Filler(entity=None, text="x", value={"value": number})
    return AnnotatedArticle(
        id="a",
        text="نص",
        tuples=(EventTuple(event="v", type="DONATE", action="x", factuality="ACTUAL", count=(count,)),),
    )


def test_a_number_that_no_float_holds_is_exact_in_csv_and_rounded_in_parquet(tmp_path: Path) -> None:
    article = with_count(36 * 10**15 + 1)
    assert read_csv(write(tmp_path / "out.csv", article))[0]["count_value"] == "36000000000000001"
    first, error = pq.read_table(write(tmp_path / "out.parquet", article)).to_pylist()
    assert (first["count_value"], error["article_id"]) == ([3.6e16], "a3")


def test_a_run_that_pyarrow_ends_leaves_a_part_that_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise pa.ArrowInvalid("refused")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", refuse)
    monkeypatch.setattr(parquet_rows, "ROW_GROUP", 1)
    with pytest.raises(pa.ArrowInvalid, match="refused"), open_writer(tmp_path / "out.parquet") as writer:
        writer.write(predicted_article())
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet.part"]
    assert pq.read_metadata(tmp_path / "out.parquet.part").num_rows == 0


def test_parquet_is_written_in_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_rows, "ROW_GROUP", 2)
    path = write(tmp_path / "out.parquet", predicted_article(), with_action("\ud800"), predicted_article())
    file = pq.ParquetFile(path)
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [2, 3, 1]
    assert file.read(["action"]).to_pydict() == {"action": ["قصفت", "قتل", "\ufffd", "قصفت", "قتل", None]}


def test_an_empty_parquet_has_its_columns(tmp_path: Path) -> None:
    with open_writer(tmp_path / "out.parquet"):
        pass
    table = pq.read_table(tmp_path / "out.parquet")
    assert (table.num_rows, table.num_columns) == (0, len(COLUMNS))


def test_values_of_unexpected_types_are_left_out_or_shown() -> None:
    value = {"latitude": "north", "longitude": True, "geonames_id": 1.5, "name": 12, "country": None, "extra": []}
    event_tuple = EventTuple(
        event="gone",
        type="KILL",
        action="x",
        factuality="ACTUAL",
        location=(Filler(entity=None, text="y", value=value),),
        codes={"acled_event": None},
    )
    [row] = tuple_rows(AnnotatedArticle(id="a", text="نص", tuples=(event_tuple,)))
    found = {name.removeprefix("location_"): cell for name, cell in row.items() if name.startswith("location_")}
    assert found.pop("name") == ["12"]
    assert found == {name: [None] for name in ("latitude", "longitude", "country", "admin", "precision", "geonames_id")}
    assert (row["start"], row["acled_event"]) == (None, None)


def test_gold_has_tuples_read_off_its_events() -> None:
    predicted = predicted_article()
    gold = AnnotatedArticle(
        id="a1",
        text=predicted.text,
        entities=predicted.entities,
        events=predicted.events,
        relations=predicted.relations,
    )
    first, second = tuples_of(gold)
    assert [f.text for f in first.location] == ["بلدة عقيربات"]
    # A score of the whole tuple is fitted with the model, and cannot be read off its parts.
    assert (first.action, first.score, first.actor[0].value) == ("قصفت", None, predicted.entities[0].value)
    assert second.count[0].value == {"value": 12, "comparator": "=", "of": "مدنياً"}
    assert tuples_of(predicted) is predicted.tuples


def test_clean_keeps_the_length() -> None:
    assert clean("a\ud83d\ude00b\udfff") == "a\ufffd\ufffdb\ufffd"
    assert clean("😀ب") == "😀ب"
