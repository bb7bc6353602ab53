import contextlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from written_articles import plain_article, predicted_article

from waqai.errors import InputError, OutputError
from waqai.inference.writers import kind_of, open_writer, read_finished, repair_tail
from waqai.records import AnnotatedArticle


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_json_lines_hold_everything(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "out.jsonl"
    with open_writer(path) as writer:
        writer.write(predicted_article())
        writer.write_error("a2", "in.jsonl, line 2", "`text` is missing.")
    first, second = rows(path)
    assert AnnotatedArticle.from_dict(first) == predicted_article()
    assert second == {"id": "a2", "error": "`text` is missing.", "where": "in.jsonl, line 2"}
    assert "قصفت" in path.read_text(encoding="utf-8")


def test_a_line_is_in_the_file_as_soon_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with open_writer(path) as writer:
        for number in range(1, 4):
            writer.write(plain_article(article_id=str(number)))
            assert [row["id"] for row in rows(path)] == [str(n + 1) for n in range(number)]


def test_lone_surrogates_are_escaped_on_their_own_line(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with open_writer(path) as writer:
        writer.write(plain_article("نص \ud800", article_id="a"))
        writer.write(plain_article("نص", article_id="b"))
    lines = path.read_bytes().splitlines()
    assert b"\\ud800" in lines[0]
    assert "نص".encode() in lines[1]
    assert [row["text"] for row in rows(path)] == ["نص \ud800", "نص"]


def test_resuming_after_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with open_writer(path) as writer:
        writer.write(plain_article(article_id='a "1"'))
        writer.write_error("ب", "in.jsonl, line 2", "bad")
    whole = path.read_bytes()
    torn = '{"id": "c", "text": "نص'.encode()[:-1]
    path.write_bytes(whole + torn)
    assert read_finished(path).ids == {'a "1"', "ب"}
    with open_writer(path, append=True) as writer:
        writer.write(plain_article(article_id="c"))
    assert path.read_bytes().startswith(whole)
    assert [row["id"] for row in rows(path)] == ['a "1"', "ب", "c"]


@pytest.mark.parametrize(
    ("content", "left", "cut"),
    [
        (b"", b"", 0),
        (b"{}\n", b"{}\n", 0),
        (b"{}\n{", b"{}\n", 1),
        (b"torn", b"", 4),
        (b"{}\n" + b"x" * 200_000, b"{}\n", 200_000),  # the torn line is longer than the block that is searched
    ],
)
def test_repair_tail(content: bytes, left: bytes, cut: int, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(content)
    assert (repair_tail(path), path.read_bytes()) == (cut, left)


def test_nothing_to_resume(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    assert (repair_tail(path), read_finished(path).ids, path.exists()) == (0, set(), False)
    with open_writer(path, append=True) as writer:
        writer.write(plain_article())
    assert read_finished(path).ids == {"a2"}


def test_finished_ids_of_lines_in_another_order_of_fields(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text('{"text": "x", "id": "a\\u0628"}\n\n{"id":"b"}\n{"id": "c", "n": 1} \n', encoding="utf-8")
    assert read_finished(path).ids == {"a\u0628", "b", "c"}


def test_the_models_of_an_output(tmp_path: Path) -> None:
    """What a text or an id says of a model is not one."""
    path = tmp_path / "out.jsonl"
    with open_writer(path) as writer:
        writer.write(replace(plain_article('x", "model": "no', article_id='y, "model": "no"'), model=None))
        writer.write(replace(plain_article(article_id="b"), model='a "1"@نموذج'))
        writer.write_error("c", "in.jsonl, line 2", ', "model": "no"')
    assert read_finished(path).models == {'a "1"@نموذج'}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{oops}", "must hold JSON lines, but does not .*line 2"),
        ('{"id": "x}', "must hold JSON lines, but does not .*line 2"),
        ('{"text": "x"}', "must have an `id`, but one has none .*line 2"),
        ("[1]", "must have an `id`, but one has none .*line 2"),
    ],
)
def test_a_line_that_is_not_ours_stops_resuming(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text('{"id": "a"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_finished(path)


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv", "out.parquet", "out.html"])
def test_an_output_that_exists_is_not_touched(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="the output exists already"):
        open_writer(path)
    assert path.read_bytes() == b"precious"
    with open_writer(path, overwrite=True) as writer:
        writer.write(predicted_article())
    assert b"precious" not in path.read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.html"])
def test_only_json_lines_can_be_continued(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="only JSON lines can be continued"):
        open_writer(tmp_path / name, append=True)


def test_the_kind_is_that_of_the_suffix() -> None:
    assert [kind_of(name) for name in ("-", "a.JSONL", "b.csv", "c.parquet", "d.html")] == [
        "jsonl",
        "jsonl",
        "csv",
        "parquet",
        "html",
    ]
    with pytest.raises(OutputError, match=r"`output` must be a path that ends in \.jsonl.*'out\.txt'"):
        open_writer("out.txt")


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet", "html"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk(kind: str) -> None:
    with (
        pytest.raises(OutputError, match=r"No space left on device \(/dev/full\)\. Free space"),
        open_writer("/dev/full", kind) as writer,
    ):
        writer.write(predicted_article())


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes cannot be limited")
def test_a_disk_that_fills_up_leaves_whole_lines(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "out.jsonl"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_writer(path) as writer:
        writer.write(plain_article())
        whole = path.read_bytes()
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 10, limits[1]))
        try:
            with pytest.raises(OutputError, match="File too large"):
                writer.write(plain_article())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == whole


def test_an_unwritable_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="the output cannot be written"):
        open_writer(tmp_path / "file" / "out.jsonl")
    with pytest.raises(OutputError, match=r"cannot be written: (Is a directory|Permission denied)"):
        open_writer(tmp_path, "jsonl")


@pytest.mark.parametrize("kind", ["jsonl", "csv", "html"])
def test_standard_output(kind: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with open_writer("-", kind) as writer:
        writer.write(plain_article(article_id="مقال"))
        writer.write_error("سيئ", "stdin, line 2", "bad")
    out = capfdbinary.readouterr().out
    assert "سيئ".encode() in out
    assert not sys.stdout.buffer.closed


@pytest.mark.parametrize("name", ["out.parquet", "out.html"])
def test_a_run_that_ends_badly_leaves_its_part_beside_the_place(name: str, tmp_path: Path) -> None:
    with contextlib.suppress(KeyboardInterrupt), open_writer(tmp_path / name) as writer:
        writer.write(predicted_article())
        raise KeyboardInterrupt
    assert [p.name for p in tmp_path.iterdir()] == [f"{name}.part"]
