"""The extractor: articles in, annotated articles out, in the same order, whatever their number or length.

Texts are encoded, sorted by length into batches of bounded size, scored by one encoder pass and decoded. Memory is
bounded by the pool of texts in flight, not by the number of articles. Reading and writing files is
`waqai.inference.runner`'s.
"""

import copy
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor

from waqai.checkpoints import Checkpoint, load_checkpoint, push_checkpoint, save_checkpoint
from waqai.data.articles import read_day, read_id
from waqai.data.collate import candidate_pairs, collate, to_device
from waqai.data.windows import EncodedText
from waqai.decoding import ScoredFactuality, ScoredLink, ScoredSpan, assemble, decode_starts, select_spans
from waqai.decoding.assemble import DecodedSection
from waqai.errors import InputError, must
from waqai.inference.devices import Device, Dtype, choose_device, choose_dtype, set_dtype
from waqai.inference.values import Normalizer
from waqai.models import Calibration, WaqaiModel
from waqai.models.heads import IMPOSSIBLE
from waqai.records import AnnotatedArticle, Article
from waqai.text import proclitic_lengths, stem_start

BATCH_SUBWORDS = 2048
"""Subwords of a batch on the CPU, padding included; more leaves the caches, and so is slower, and takes more memory."""

_GPU_BATCHES = 8
"""How many such batches a GPU takes at once."""

POOL_WORDS = 8_000
"""Words that are read before batches are formed, so that texts of like length meet: a CPU's work of a few seconds, so
that output comes, and a cut run loses, no more than that."""


@dataclass(slots=True)
class _Pending:
    """An article whose sections are not all decoded yet."""

    article: Article
    sections: dict[int, DecodedSection] = field(default_factory=dict)
    unread: int = 0
    num_sections: int | None = None

    @property
    def finished(self) -> bool:
        return self.num_sections is not None and len(self.sections) == self.num_sections

    @property
    def ordered(self) -> list[DecodedSection]:
        return [self.sections[index] for index in range(len(self.sections))]


class EventExtractor:
    """Finds entities, events, arguments and relations, and makes tuples of them.

    >>> extractor = EventExtractor.from_pretrained("models/waqai-compact")  # doctest: +SKIP
    >>> [article] = extractor.extract(["قتل خمسة مدنيين في غارة على بلدة عقيربات."])  # doctest: +SKIP
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        device: Device = "auto",
        dtype: Dtype = "auto",
        values: bool = True,
        gazetteers: tuple[Path, ...] = (),
        actors: tuple[Path, ...] = (),
    ) -> None:
        """Put a checkpoint to work; its model is shared where device and number format are its own, else copied.

        Args:
            checkpoint: From `waqai.checkpoints.load_checkpoint`.
            device: Where it runs; `auto` takes CUDA where there is one.
            dtype: Number format of the encoder; `auto` takes bfloat16 where the processor computes in it. `int8` is the
                fastest on a CPU, and moves a score by some hundredths.
            values: Give mentions values, and make tuples and incidents of them; without, only mentions are found.
            gazetteers: Files with further places; see docs/normalization.md.
            actors: Files with further actors; see docs/normalization.md.
        """
        self.device = choose_device(device)
        self.dtype = choose_dtype(dtype, self.device)
        self.checkpoint = checkpoint
        self.model = _put_to_work(checkpoint.model, self.device, self.dtype).train(mode=False)
        self.task = self.model.config.task_shape()
        self.text_encoder = checkpoint.text_encoder()
        self.pad_id = checkpoint.tokenizer.pad_token_id or 0
        config = self.model.config
        calibrated = config.calibrated("tuple").apply if "tuple" in config.calibration else None
        self.normalizer = (
            Normalizer(checkpoint.ontology, gazetteers=gazetteers, actors=actors, calibrated=calibrated)
            if values
            else None
        )

    @classmethod
    def from_pretrained(
        cls,
        name_or_path: str | Path,
        *,
        revision: str | None = None,
        device: Device = "auto",
        dtype: Dtype = "auto",
        values: bool = True,
        gazetteers: tuple[Path, ...] = (),
        actors: tuple[Path, ...] = (),
    ) -> Self:
        """Load a checkpoint from a folder or from the Hub; see `waqai.checkpoints.load_checkpoint` for the errors."""
        checkpoint = load_checkpoint(name_or_path, revision=revision)
        return cls(checkpoint, device=device, dtype=dtype, values=values, gazetteers=gazetteers, actors=actors)

    def save_pretrained(self, folder: str | Path) -> None:
        """Write the checkpoint to a folder as it was given, see `waqai.checkpoints.save_checkpoint`."""
        save_checkpoint(self.checkpoint, Path(folder))

    def push_to_hub(self, repo_id: str, *, private: bool = False) -> str:
        """Upload the checkpoint with its model card and return the commit's address.

        Args:
            repo_id: Such as `someone/waqai-arabert`; made when it is not there.
            private: Make it for its owner's eyes; says nothing about a repository that is there.

        Raises:
            OutputError: The Hub refuses it, or cannot be reached.
        """
        with tempfile.TemporaryDirectory() as folder:
            self.save_pretrained(folder)
            return push_checkpoint(Path(folder), repo_id, private=private)

    def extract(self, articles: Iterable[str | Article | Mapping[str, Any]]) -> list[AnnotatedArticle]:
        """Return the annotated articles in the order given.

        Args:
            articles: Texts, `Article`s, or mappings with `text` and optional `id`, `date` and `source`, read as those
                of files are. Who gives an id twice gets it twice; the default is the number in the list, from 1.

        Raises:
            InputError: An article is none of these, a field is not what it must be, or one was given where several
                must be.
        """
        if isinstance(articles, str | Article | Mapping):
            raise InputError(must("articles", "a list of articles", articles, remedy="Put the one into a list."))
        return list(self.stream(_as_article(article, index) for index, article in enumerate(articles, 1)))

    def stream(self, articles: Iterable[Article]) -> Iterator[AnnotatedArticle]:
        """Yield each article annotated, in order, reading ahead by no more than a pool of words."""
        for pending in self._decoded(articles):
            yield self._annotated(pending)

    def cut_proclitics(self, texts: Iterable[str]) -> list[tuple[int, ...]]:
        """Return for each text the characters at which an attached و ف ب ل ك س ends inside a word, rising.

        >>> extractor.cut_proclitics(["وبدمشق"])  # doctest: +SKIP
        [(1, 2)]

        Raises:
            InputError: One text was given where several must be.
        """
        if isinstance(texts, str):
            raise InputError(must("texts", "a list of texts", texts, remedy="Put the one into a list."))
        decoded = self._decoded(Article(id=str(number), text=text) for number, text in enumerate(texts))
        return [
            tuple(
                cut
                for section in pending.ordered
                for word, stem in zip(section.words, section.starts, strict=True)
                for cut in _cuts(pending.article.text[word.start : word.end], word.start, stem)
            )
            for pending in decoded
        ]

    def _decoded(self, articles: Iterable[Article]) -> Iterator[_Pending]:
        """Yield each article with all of its sections decoded, in order."""
        waiting: dict[int, _Pending] = {}
        pool: list[tuple[int, int, EncodedText]] = []
        words = 0
        emitted = 0
        for number, article in enumerate(articles):
            waiting[number] = _Pending(article)
            count = 0
            for count, section in enumerate(self.text_encoder.encode(article.text), 1):
                pool.append((number, count - 1, section))
                waiting[number].unread += section.unread
                words += len(section.words)
                if words >= POOL_WORDS:
                    self._drain(pool, waiting)
                    words = 0
            waiting[number].num_sections = count
            if len(waiting) >= POOL_WORDS:  # articles without a word must not pile up behind one that waits
                self._drain(pool, waiting)
                words = 0
            while emitted in waiting and waiting[emitted].finished:
                yield waiting.pop(emitted)
                emitted += 1
        self._drain(pool, waiting)
        for number in range(emitted, emitted + len(waiting)):
            assert waiting[number].finished
            yield waiting.pop(number)

    def _annotated(self, pending: _Pending) -> AnnotatedArticle:
        """Return the article assembled from its sections."""
        annotated = assemble(
            pending.article,
            pending.ordered,
            types=self.task.types,
            num_entity_types=self.task.num_entity_types,
            links=self.task.links,
            num_roles=self.task.num_roles,
            factualities=self.task.factualities,
        )
        visible = sum(word.end - word.start for section in pending.sections.values() for word in section.words)
        coverage = round(1 - pending.unread / visible, 4) if visible else 1.0
        annotated = replace(annotated, coverage=coverage, model=self.checkpoint.label)
        return self.normalizer(annotated) if self.normalizer is not None else annotated

    def _drain(self, pool: list[tuple[int, int, EncodedText]], waiting: Mapping[int, _Pending]) -> None:
        """Decode all sections of the pool, longest first, in batches of bounded size."""
        pool.sort(key=lambda item: (-item[2].num_subwords, item[0], item[1]))
        limit = BATCH_SUBWORDS * (_GPU_BATCHES if self.device.type == "cuda" else 1)
        batch: list[tuple[int, int, EncodedText]] = []
        windows = 0
        for item in pool:
            longest = batch[0][2].num_subwords if batch else 0
            if batch and (windows + len(item[2].windows)) * longest > limit:
                self._decode_into(batch, waiting)
                batch, windows = [], 0
            batch.append(item)
            windows += len(item[2].windows)
        if batch:
            self._decode_into(batch, waiting)
        pool.clear()

    def _decode_into(self, batch: Sequence[tuple[int, int, EncodedText]], waiting: Mapping[int, _Pending]) -> None:
        for (number, index, _), decoded in zip(batch, self.decode([text for _, _, text in batch]), strict=True):
            waiting[number].sections[index] = decoded

    @torch.inference_mode()
    def decode(self, texts: Sequence[EncodedText]) -> list[DecodedSection]:
        """Score and decode one batch of sections; this is the decoder of training's validation as well."""
        batch = to_device(collate(texts, pad_id=self.pad_id), self.device)
        states = self.model.encode(batch)
        spans = self._spans(texts, self.model.score_spans(states, batch["word_limit"]))
        proclitics = self.model.score_proclitics(states, batch["letters"]).tolist()
        starts: list[list[int]] = []
        base = 0
        for text in texts:
            starts.append(decode_starts(text.text, text.words, proclitics[base : base + len(text.words)]))
            base += len(text.words)
        links = self._links(texts, spans, states, batch["word_sentence"])
        factuality = self._factuality(texts, spans, states, batch["word_sentence"])
        return [
            DecodedSection(words=text.words, starts=first, mentions=found, links=linked, factuality=chosen)
            for text, first, found, linked, chosen in zip(texts, starts, spans, links, factuality, strict=True)
        ]

    def _spans(self, texts: Sequence[EncodedText], logits: Tensor) -> list[list[ScoredSpan]]:
        """Choose entities and triggers of each text from logits [N, V, C]."""
        split = self.task.num_entity_types
        chosen: list[list[ScoredSpan]] = [[] for _ in texts]
        owner, bases = _owners(texts)
        for family, first_type, part in (("entity", 0, logits[..., :split]), ("event", split, logits[..., split:])):
            calibration = self.model.config.calibrated(family)
            probs = probability(part, calibration)
            # What cannot be stays so, whatever the calibration makes of its logit.
            hits = ((probs >= calibration.threshold) & (part > IMPOSSIBLE / 2)).nonzero()
            scores = probs[tuple(hits.T)].tolist()
            candidates: list[list[ScoredSpan]] = [[] for _ in texts]
            for (word, width, kind), score in zip(hits.tolist(), scores, strict=True):
                first = word - bases[owner[word]]
                candidates[owner[word]].append(ScoredSpan(first, first + width, kind + first_type, score))
            for index, found in enumerate(candidates):
                chosen[index].extend(select_spans(found, nested=family == "entity"))
        return chosen

    def _links(
        self, texts: Sequence[EncodedText], spans: Sequence[Sequence[ScoredSpan]], states: Tensor, sentence: Tensor
    ) -> list[list[ScoredLink]]:
        """Choose roles and relations between the mentions of each text."""
        links: list[list[ScoredLink]] = [[] for _ in texts]
        mentions: list[tuple[int, int, int]] = []
        pairs: list[tuple[int, int]] = []
        origin: list[tuple[int, int, int]] = []
        base = 0
        for index, (text, found) in enumerate(zip(texts, spans, strict=True)):
            offset = len(mentions)
            local = [(span.first, span.last, span.kind) for span in found]
            for head, tail in candidate_pairs(local, self.task):
                pairs.append((head + offset, tail + offset))
                origin.append((index, head, tail))
            mentions.extend((first + base, last + base, kind) for first, last, kind in local)
            base += len(text.words)
        if not pairs:
            return links
        table = torch.tensor(mentions, device=self.device)
        logits, legal = self.model.score_links(states, sentence, table, torch.tensor(pairs, device=self.device))
        roles = self.task.num_roles
        for family, first_link, last_link in (("role", 0, roles), ("relation", roles, self.task.num_links)):
            calibration = self.model.config.calibrated(family)
            probs = probability(logits[:, first_link:last_link], calibration)
            hits = ((probs >= calibration.threshold) & legal[:, first_link:last_link]).nonzero()
            for (pair, kind), score in zip(hits.tolist(), probs[tuple(hits.T)].tolist(), strict=True):
                index, head, tail = origin[pair]
                links[index].append(ScoredLink(head, tail, kind + first_link, score))
        return links

    def _factuality(
        self, texts: Sequence[EncodedText], spans: Sequence[Sequence[ScoredSpan]], states: Tensor, sentence: Tensor
    ) -> list[dict[int, ScoredFactuality]]:
        """Choose the factuality of each trigger, by its position among the text's mentions."""
        chosen: list[dict[int, ScoredFactuality]] = [{} for _ in texts]
        triggers: list[tuple[int, int, int]] = []
        origin: list[tuple[int, int]] = []
        base = 0
        for index, (text, found) in enumerate(zip(texts, spans, strict=True)):
            for position, span in enumerate(found):
                if span.kind >= self.task.num_entity_types:
                    triggers.append((span.first + base, span.last + base, span.kind))
                    origin.append((index, position))
            base += len(text.words)
        if triggers:
            logits = self.model.score_factuality(states, sentence, torch.tensor(triggers, device=self.device))
            calibration = self.model.config.calibrated("factuality")
            scores, kinds = logits.softmax(dim=-1).max(dim=-1)
            for (index, position), kind, score in zip(origin, kinds.tolist(), scores.tolist(), strict=True):
                chosen[index][position] = ScoredFactuality(kind, calibration.apply(score))
        return chosen


def _put_to_work(model: WaqaiModel, device: torch.device, dtype: torch.dtype) -> WaqaiModel:
    """Return the model on a device with its encoder in a number format: itself if it is so already, else a copy."""
    if model.device.type == device.type and {p.dtype for p in model.encoder.parameters()} == {dtype}:
        return model
    # The config, and with it the calibrations, stays the checkpoint's: what is fitted here is saved there.
    copied = copy.deepcopy(model, {id(model.config): model.config})
    torch.nn.Module.to(copied, device)
    # Only the encoder leaves float32: the heads cost little, and their scores are what users see.
    copied.encoder = set_dtype(copied.encoder, dtype)
    return copied


def probability(logits: Tensor, calibration: Calibration) -> Tensor:
    """Return calibrated probabilities."""
    return torch.sigmoid(logits * calibration.scale + calibration.shift)


def _cuts(surface: str, start: int, stem: int) -> list[int]:
    """Return the character after each proclitic letter of a word that starts at `start` and has its stem at `stem`."""
    ends = [start + stem_start(surface, letters) for letters in proclitic_lengths(surface)]
    return [end for end in ends if start < end <= stem]


def _owners(texts: Sequence[EncodedText]) -> tuple[list[int], list[int]]:
    """Return for each packed word the text it belongs to, and for each text its first packed word."""
    owner: list[int] = []
    bases: list[int] = []
    for index, text in enumerate(texts):
        bases.append(len(owner))
        owner.extend([index] * len(text.words))
    return owner, bases


def _as_article(article: str | Article | Mapping[str, Any], number: int) -> Article:
    if isinstance(article, Article):
        return article
    if isinstance(article, str):
        return Article(id=str(number), text=article)
    if isinstance(article, Mapping) and isinstance(article.get("text"), str):
        where, source = f"article number {number}", article.get("source")
        try:
            article_id = read_id(article.get("id"))
        except ValueError as error:
            raise InputError(must("id", "a string, an integer or absent", article["id"], where)) from error
        try:
            day = read_day(article.get("date"))
        except ValueError as error:
            remedy = "Write it as YYYY-MM-DD, or leave it out."
            raise InputError(must("date", "a date, ISO 8601 or absent", article["date"], where, remedy)) from error
        if not isinstance(source, str | None):
            raise InputError(must("source", "a string or absent", source, where))
        return Article(id=article_id or str(number), text=article["text"], date=day, source=source or None)
    raise InputError(must("article", "a text, an Article or a mapping with `text`", article, f"number {number}"))
