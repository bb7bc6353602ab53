import json
import logging

import pytest

from waqai.audit import Audit
from waqai.errors import OutputError


def test_counts_by_reason_most_frequent_first():
    audit = Audit()
    audit.add("a.lost")
    audit.add("b.lost", "file, line 3")
    audit.add("b.lost", amount=4)
    audit.add("never", amount=0)
    assert audit.to_dict() == {"b.lost": 5, "a.lost": 1}
    assert list(audit.to_dict()) == ["b.lost", "a.lost"]
    assert (audit["b.lost"], audit["never"], audit["unknown"]) == (5, 0, 0)


def test_reading_a_count_adds_no_reason():
    audit = Audit()
    assert audit["unknown"] == 0
    assert audit.to_dict() == {}


def test_only_the_first_case_of_a_reason_is_logged_with_its_place(caplog):
    caplog.set_level(logging.INFO, logger="waqai.audit")
    audit = Audit()
    audit.add("a.lost", "article 1")
    audit.add("a.lost", "article 2")
    audit.add("b.lost")
    assert [record.getMessage() for record in caplog.records] == ["a.lost (first in article 1)", "b.lost"]


def test_merge_adds():
    one, two = Audit(), Audit()
    one.add("x", amount=2)
    two.add("x")
    two.add("y")
    one.merge(two)
    assert one.to_dict() == {"x": 3, "y": 1}


def test_save_writes_json_that_stays_readable(tmp_path):
    audit = Audit()
    audit.add("صف.مفقود")
    audit.save(tmp_path / "audit.json")
    written = (tmp_path / "audit.json").read_text(encoding="utf-8")
    assert json.loads(written) == {"صف.مفقود": 1}
    assert "صف" in written
    assert written.endswith("\n")


def test_counts_that_cannot_be_written(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        Audit().save(tmp_path)
