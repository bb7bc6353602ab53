"""Speed beside `transformers.pipeline`, and memory on a large input. Not a test: timings depend on the machine.

    python benchmarks/inference.py speed  [--articles PATH] [--rounds 3] [--dtype auto]
    python benchmarks/inference.py memory --model models/waqai-compact [--gigabytes 1] [--minutes 5]
    python benchmarks/inference.py values --model models/waqai-compact [--articles PATH] [--rounds 3]

`speed` makes one BERT-base-sized encoder of random weights and runs whole extraction and the token-classification
pipeline in its default setting on the same articles, in turn, in one process. `memory` writes an input file of that
size, extracts from it for that many minutes in a process of its own, and samples its resident memory. `values` runs
extraction with and without values, codes, incidents and tuples, in turn, and tells the share that these take.
"""

import argparse
import dataclasses
import json
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import psutil
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertForTokenClassification, PreTrainedTokenizerFast, pipeline

from waqai.audit import Audit
from waqai.checkpoints import Checkpoint
from waqai.data.articles import read_articles
from waqai.data.labels import Task
from waqai.inference.devices import Dtype
from waqai.inference.extractor import EventExtractor
from waqai.models import WaqaiConfig, WaqaiModel
from waqai.ontology import load_ontology
from waqai.records import Article

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
MAX_WORDS = 250
"""Articles are cut here, so that the pipeline, which reads 512 subwords at most, reads every word as well."""


def load_articles(path: Path, limit: int) -> list[Article]:
    """Return up to `limit` articles of at most MAX_WORDS words."""
    read = (a for a in read_articles([path], audit=Audit()) if isinstance(a, Article))
    return [dataclasses.replace(a, text=" ".join(a.text.split()[:MAX_WORDS])) for a in islice(read, limit)]


def random_bert(articles: list[Article]) -> tuple[BertConfig, PreTrainedTokenizerFast]:
    """Return the config of a BERT of base size, and a tokenizer of AraBERT's kind trained on the articles."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=30_000, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator((a.text for a in articles), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=512,
    )
    return BertConfig(vocab_size=30_000), fast


def compare_speed(articles: list[Article], rounds: int, dtype: Dtype) -> None:
    """Print words per second of both, round by round in turn, and their ratio."""
    words = sum(len(a.text.split()) for a in articles)
    config, tokenizer = random_bert(articles)
    ontology = load_ontology()
    task = Task.of(ontology, 16)
    torch.manual_seed(0)
    model = WaqaiModel(
        WaqaiConfig(
            encoder=config.to_dict(),
            task=dataclasses.asdict(task),
            ontology_fingerprint=ontology.fingerprint,
            window=384,  # as configs/arabert.yaml
            overlap=96,
        )
    )
    extractor = EventExtractor(
        Checkpoint(model=model, tokenizer=tokenizer, ontology=ontology, name="random"), dtype=dtype
    )
    labels = dict(enumerate(["O", *(f"{p}-{t}" for t in task.types for p in "BI")]))
    reference = pipeline(
        "token-classification",
        model=BertForTokenClassification(BertConfig(vocab_size=30_000, id2label=labels)).eval(),
        tokenizer=tokenizer,
        device=extractor.device,
    )
    runs: dict[str, Callable[[], object]] = {
        "transformers pipeline": lambda: [reference(a.text) for a in articles],
        "waqai": lambda: extractor.extract(articles),
    }
    speeds: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            speeds[name].append(words / (time.perf_counter() - started))
            print(f"round {number + 1}  {name:22s} {speeds[name][-1]:8.0f} words/s", flush=True)
    ratios = [b / a for a, b in zip(speeds["transformers pipeline"], speeds["waqai"], strict=True)]
    print(
        f"{len(articles)} articles, {words} words, {torch.get_num_threads()} threads, encoder in {extractor.dtype}; "
        f"ratio waqai / pipeline: median {statistics.median(ratios):.2f}, min {min(ratios):.2f}, max {max(ratios):.2f}"
    )


def measure_memory(model: str, articles: list[Article], gigabytes: float, minutes: float) -> None:
    """Print the resident memory of an extraction over a large file, minute by minute."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "large.jsonl"
        size, number = 0, 0
        with source.open("w", encoding="utf-8") as stream:
            for article in cycle(articles):
                if size >= gigabytes * 1e9:
                    break
                number += 1
                size += (
                    stream.write(json.dumps({"id": f"a{number}", "text": article.text}, ensure_ascii=False) + "\n")
                    * 1.8
                )
        actual = source.stat().st_size
        command = [
            sys.executable,
            "infer.py",
            "--model",
            model,
            "--input",
            str(source),
            "--output",
            f"{folder}/out.jsonl",
        ]
        process = subprocess.Popen(command, cwd=ROOT)
        watched = psutil.Process(process.pid)
        started, peak, shown = time.monotonic(), 0, -1
        while process.poll() is None and time.monotonic() - started < minutes * 60:
            peak = max(peak, watched.memory_info().rss)
            minute = int((time.monotonic() - started) // 60)
            if minute > shown:
                shown = minute
                print(f"minute {minute}: {watched.memory_info().rss / 1e6:.0f} MB", flush=True)
            time.sleep(0.1)
        ended = process.poll() is not None
        process.kill()
        process.wait()
        done = sum(1 for _ in (Path(folder) / "out.jsonl").open("rb"))
        print(
            f"input {actual / 1e9:.2f} GB, {number} articles; {'all' if ended else 'the first'} {done} done; "
            f"peak resident memory {peak / 1e6:.0f} MB"
        )


def measure_values(model: str, articles: list[Article], rounds: int) -> None:
    """Print the share of the time that values take: the normaliser alone, beside the whole extraction."""
    extractor = EventExtractor.from_pretrained(model)
    assert extractor.normalizer is not None
    words = sum(len(a.text.split()) for a in articles)
    found = extractor.extract(articles)
    shares = []
    for number in range(rounds):
        started = time.perf_counter()
        extractor.extract(articles)
        whole = time.perf_counter() - started
        started = time.perf_counter()
        for article in found:
            extractor.normalizer(article)
        shares.append((time.perf_counter() - started) / whole)
        print(f"round {number + 1}  {words / whole:8.0f} words/s in all, values {shares[-1]:.1%}", flush=True)
    print(f"{len(articles)} articles, {words} words: values take {statistics.median(shares):.1%} (median)")


def main() -> None:
    """Run one of the three."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("speed", "memory", "values"))
    parser.add_argument("--articles", type=Path, default=ROOT / "data" / "samples")
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dtype", choices=get_args(Dtype), default="auto")
    parser.add_argument("--model", default="models/waqai-compact")
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--minutes", type=float, default=5.0)
    args = parser.parse_args()
    articles = load_articles(args.articles, args.limit)
    if args.what == "speed":
        compare_speed(articles, args.rounds, args.dtype)
    elif args.what == "values":
        measure_values(args.model, articles, args.rounds)
    else:
        measure_memory(args.model, articles, args.gigabytes, args.minutes)


if __name__ == "__main__":
    main()
