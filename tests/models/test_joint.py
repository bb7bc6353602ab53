import pytest
import torch
from transformers import AutoModel

from invented_news import ARTICLES
from small_ontology import NAMES_ONLY
from tiny_models import make_checkpoint
from waqai.audit import Audit
from waqai.checkpoints import load_checkpoint
from waqai.data.collate import candidate_pairs, collate
from waqai.data.labels import LabelScheme, label
from waqai.models.heads import IMPOSSIBLE

TEXTS = [article.text for article in ARTICLES]
LONG = " ".join(TEXTS)


def encode(checkpoint, texts):
    return [section for text in texts for section in checkpoint.text_encoder().encode(text)]


def pack(checkpoint, sections):
    return collate(sections, pad_id=checkpoint.tokenizer.pad_token_id)


@torch.inference_mode()
def all_scores(checkpoint, sections):
    """Return, for each section, the logits of every head; mentions stand on every third word of it."""
    model, task = checkpoint.model, checkpoint.model.config.task_shape()
    batch = pack(checkpoint, sections)
    states = model.encode(batch)
    spans = model.score_spans(states, batch["word_limit"])
    proclitics = model.score_proclitics(states, batch["letters"])
    triggers_from = task.num_entity_types
    found, base, mentions, pairs = [], 0, [], []
    for section in sections:
        size = len(section.words)
        local = [(n, min(n + 1, size - 1), n % task.num_types) for n in range(0, size, 3)]
        local += [(0, 0, triggers_from), (size - 1, size - 1, triggers_from)]
        chosen = candidate_pairs(local, task)
        place = (base, size, len(mentions), len(local), len(pairs), len(chosen))
        found.append(place)
        pairs += [(h + len(mentions), t + len(mentions)) for h, t in chosen]
        mentions += [(first + base, last + base, kind) for first, last, kind in local]
        base += size
    table = torch.tensor(mentions)
    links, legal = model.score_links(states, batch["word_sentence"], table, torch.tensor(pairs))
    factuality = model.score_factuality(states, batch["word_sentence"], table)
    return [
        {
            "states": states[b : b + n],
            "spans": spans[b : b + n],
            "proclitics": proclitics[b : b + n],
            "factuality": factuality[m : m + k],
            "links": links[p : p + q],
            "legal": legal[p : p + q].float(),
        }
        for b, n, m, k, p, q in found
    ]


def test_scores_of_a_text_do_not_depend_on_what_it_is_packed_with(checkpoints, family):
    """fp32; every head; the texts before and after, the padding and the other windows change at most 1e-4."""
    checkpoint = load_checkpoint(checkpoints(family))
    sections = encode(checkpoint, [TEXTS[0], LONG, TEXTS[3], "قتل", TEXTS[5]])
    alone = [all_scores(checkpoint, [section])[0] for section in sections]
    for order in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [3, 0, 3, 2]):
        packed = all_scores(checkpoint, [sections[i] for i in order])
        for index, scores in zip(order, packed, strict=True):
            for name, expected in alone[index].items():
                assert torch.allclose(scores[name], expected, atol=1e-4, rtol=1e-5), (family, name)


@pytest.mark.parametrize("span_head", ["biaffine", "pointer"])
def test_packing_changes_nothing_with_either_span_head(bert, span_head):
    checkpoint = make_checkpoint(bert, span_head=span_head)
    one, two = encode(checkpoint, [TEXTS[1], TEXTS[2]])
    together = all_scores(checkpoint, [one, two])
    for alone, packed in zip((one, two), together, strict=True):
        expected = all_scores(checkpoint, [alone])[0]
        for name, scores in packed.items():
            assert torch.allclose(scores, expected[name], atol=1e-4), name


@pytest.mark.parametrize("span_head", ["biaffine", "pointer"])
def test_span_logits_are_impossible_beyond_the_end_of_a_text(bert, span_head):
    checkpoint = make_checkpoint(bert, span_head=span_head, span_width=4)
    one, two = encode(checkpoint, ["قتل سامي.", "في"])
    batch = pack(checkpoint, [one, two])
    with torch.inference_mode():
        logits = checkpoint.model(**batch).span_logits
    assert logits.shape == (4, 4, 43)
    possible = torch.tensor([[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]], dtype=torch.bool)
    assert torch.equal(checkpoint.model.possible_spans(batch["word_limit"]), possible)
    assert (logits[~possible] == IMPOSSIBLE).all()
    assert (logits[possible] > -100).all()


def test_a_word_is_the_mean_of_its_subwords(checkpoints, family):
    """Of those that the encoder gives by itself for the ids, though here windows of one length are read together."""
    checkpoint = load_checkpoint(checkpoints(family))
    section = encode(checkpoint, [LONG])[0]
    batch = pack(checkpoint, [section])
    assert len(set(batch["attention_mask"].sum(dim=1).tolist())) > 1
    model = checkpoint.model
    with torch.inference_mode():
        hidden = model.encoder(batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
        states = model.encode(batch)
        for word in (0, 7, len(section.words) - 1):
            window, first, last = (
                column[word] for column in (section.word_window, section.word_first, section.word_last)
            )
            pooled = hidden[window, first : last + 1].mean(dim=0, keepdim=True)
            expected = model.features(pooled, batch["letters"][word : word + 1])
            assert torch.allclose(states[word], expected[0], atol=1e-5)


def test_from_encoder_takes_the_weights_of_the_encoder(encoders, family):
    """And puts fresh heads on them."""
    folder = encoders(family)
    model = make_checkpoint(folder).model
    wanted = AutoModel.from_pretrained(folder).state_dict()
    got = model.encoder.state_dict()
    assert got.keys() == wanted.keys()
    assert all(torch.equal(got[name], tensor) for name, tensor in wanted.items())
    assert {name.split(".")[0] for name, _ in model.named_parameters()} == {
        "encoder", "features", "spans", "proclitics", "links", "factuality"
    }  # fmt: skip


def training_batch(checkpoint, articles, scheme):
    task = checkpoint.model.config.task_shape()
    texts, labels = [], []
    for article in articles:
        sections = tuple(checkpoint.text_encoder().encode(article.text))
        texts += sections
        labels += label(article, sections, task, scheme, audit=Audit(), name="set")
    return collate(texts, pad_id=0, labels=labels, task=task)


def test_the_loss_is_the_sum_of_its_parts_per_word(checkpoint):
    batch = training_batch(checkpoint, ARTICLES, LabelScheme())
    output = checkpoint.model(**batch)
    assert output.losses.keys() == {"spans", "proclitics", "links", "factuality"}
    assert all(loss.item() > 0 for loss in output.losses.values())
    assert output.loss.item() == pytest.approx(sum(loss.item() for loss in output.losses.values()))
    output.loss.backward()
    without = {n for n, p in checkpoint.model.named_parameters() if p.grad is None}
    assert {name for name in without if not name.startswith("encoder.pooler")} == set()


def test_heads_about_which_nothing_is_said_have_no_loss(checkpoint):
    batch = training_batch(checkpoint, ARTICLES[:1], LabelScheme(events=False))
    assert checkpoint.model(**batch).losses.keys() == {"spans", "proclitics"}


def test_the_loss_of_a_batch_is_the_mean_over_its_words(checkpoint):
    """Twice the same texts have the same loss."""
    once = training_batch(checkpoint, ARTICLES[:2], LabelScheme())
    twice = training_batch(checkpoint, (*ARTICLES[:2], *ARTICLES[:2]), LabelScheme())
    with torch.inference_mode():
        assert checkpoint.model(**once).loss.item() == pytest.approx(checkpoint.model(**twice).loss.item(), rel=1e-5)


def test_without_targets_there_is_no_loss(checkpoint):
    output = checkpoint.model(**pack(checkpoint, encode(checkpoint, TEXTS[:1])))
    assert (output.loss, output.losses) == (None, None)
    assert output.states.shape == (len(encode(checkpoint, TEXTS[:1])[0].words), 32)


def test_an_ontology_of_names_alone_makes_neither_links_nor_factuality(bert):
    model = make_checkpoint(bert, ontology=NAMES_ONLY).model
    assert (model.links, model.factuality) == (None, None)
    checkpoint = make_checkpoint(bert, ontology=NAMES_ONLY)
    types = {e.type: (e.type,) if e.type in NAMES_ONLY.entity_names else () for a in ARTICLES for e in a.entities}
    scheme = LabelScheme(types=types, events=False)
    output = model(**training_batch(checkpoint, ARTICLES, scheme))
    assert output.span_logits.shape[-1] == 3
    assert output.losses.keys() == {"spans", "proclitics"}


def test_the_legal_links_are_those_of_the_ontology(checkpoint):
    task = checkpoint.model.config.task_shape()
    for head in range(0, task.num_types, 7):
        for tail in range(task.num_types):
            assert checkpoint.model.legal[head, tail].nonzero().flatten().tolist() == list(task.legal[head][tail])


def test_training_in_bfloat16_leaves_weights_and_states_in_float32(checkpoint):
    model = checkpoint.model
    batch = pack(checkpoint, encode(checkpoint, TEXTS[:2]))
    with torch.inference_mode():
        full = model.encode(batch)
        model.encoder_autocast = torch.bfloat16
        assert torch.equal(model.encode(batch), full)  # what is validated is what is served
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        half = model.train().encode(batch)
    assert half.dtype == torch.float32
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert 1e-6 < (full - half).abs().max() < 0.2
