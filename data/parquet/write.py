"""Writes the splits, which are `data/*.jsonl`, as Parquet files with the same fields: `python data/parquet/write.py`.

The types are named here because a reader that guesses takes the dates for times of day.
"""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = Path(__file__).parent
SPLITS = ("train", "validation", "test")

STRING, WHOLE = pa.string(), pa.int64()
SPAN = [("start", WHOLE), ("end", WHOLE), ("text", STRING)]
ARGUMENTS = pa.list_(pa.struct([("role", STRING), ("entity", STRING)]))
ENTITY = pa.struct([("id", STRING), ("type", STRING), *SPAN])
EVENT = pa.struct([("id", STRING), ("type", STRING), ("factuality", STRING), *SPAN, ("arguments", ARGUMENTS)])
RELATION = pa.struct([("type", STRING), ("head", STRING), ("tail", STRING)])
SCHEMA = pa.schema(
    [
        ("id", STRING),
        ("text", STRING),
        ("date", STRING),
        ("entities", pa.list_(ENTITY)),
        ("events", pa.list_(EVENT)),
        ("relations", pa.list_(RELATION)),
        ("meta", pa.struct([("style", STRING)])),
    ]
)


def main() -> None:
    """Write the three files."""
    for split in SPLITS:
        lines = (FOLDER.parent / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
        table = pa.Table.from_pylist([json.loads(line) for line in lines], schema=SCHEMA)
        pq.write_table(table, FOLDER / f"{split}.parquet", compression="zstd")


if __name__ == "__main__":
    main()
