"""Invented documents, and shards of them."""

import json
import lzma
import random

_WHO = ["الوزير", "الرئيس", "المدير", "المتحدث", "الناطق", "السفير"]
_WHAT = ["أعلن", "أكد", "نفى", "زار", "افتتح", "رفض"]
_WHOM = ["المشروع", "القرار", "المدينة", "المصنع", "الاتفاق", "البيان"]
_WHERE = ["في دمشق", "بالقاهرة", "وبغداد", "لبيروت", "من الرباط", "إلى تونس"]


def invented_texts(number, seed=0):
    """Return `number` distinct documents of three to six sentences."""
    rng = random.Random(seed)
    return [
        f"خبر رقم {seed}{index}. "
        + " ".join(
            " ".join(rng.choice(words) for words in (_WHAT, _WHO, _WHOM, _WHERE)) + "."
            for _ in range(rng.randint(3, 6))
        )
        for index in range(number)
    ]


def write_shard(path, texts):
    """Write the texts as a `.jsonl.xz` shard and return its path."""
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
    return path
