import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from small_ontology import ACTOR, CAUSE, FAC, GPE, KILL, LOC, LOCATION, MEET, NUM, OF, PER, small_task
from waqai.data.collate import IGNORED, NEGATIVE, POSITIVE, SILENT, candidate_pairs, collate, to_device
from waqai.data.labels import MAX_PAIR_WORDS, Labels
from waqai.data.windows import EncodedText
from waqai.text import Word, segment
from waqai.text.letters import letter_ids

TASK = small_task(span_width=2)

# "قتل سامي. بدمشق": four words in two windows of three subwords, read in the first but for the last word.
ONE = EncodedText(
    text="قتل سامي. بدمشق",
    words=segment("قتل سامي. بدمشق"),
    word_sentence=(0, 0, 0, 1),
    windows=((2, 10, 11, 12, 13, 3), (2, 13, 14, 3)),
    word_window=(0, 0, 0, 1),
    word_first=(1, 2, 4, 2),
    word_last=(1, 3, 4, 2),
)
TWO = EncodedText(
    text="التقى لؤي",
    words=(Word(0, 5), Word(6, 9)),
    word_sentence=(7, 7),
    windows=((2, 20, 21, 3),),
    word_window=(0, 0),
    word_first=(1, 2),
    word_last=(1, 2),
)


def test_inputs_literally():
    batch = collate([ONE, TWO], pad_id=9)
    assert batch["input_ids"].tolist() == [[2, 10, 11, 12, 13, 3], [2, 13, 14, 3, 9, 9], [2, 20, 21, 3, 9, 9]]
    assert batch["attention_mask"].tolist() == [[1] * 6, [1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 0, 0]]
    assert batch["word_window"].tolist() == [0, 0, 0, 1, 2, 2]
    assert batch["word_first"].tolist() == [1, 2, 4, 2, 1, 2]
    assert batch["word_last"].tolist() == [1, 3, 4, 2, 1, 2]
    assert batch["word_limit"].tolist() == [4, 4, 4, 4, 6, 6]
    assert batch["word_sentence"].tolist() == [0, 0, 0, 1, 9, 9]
    assert batch["letters"].tolist() == [list(letter_ids(w)) for w in ("قتل", "سامي", ".", "بدمشق", "التقى", "لؤي")]
    assert "targets" not in batch
    assert {tensor.dtype for tensor in batch.values()} == {torch.int64}


def test_sentences_of_different_texts_differ():
    for texts in ([ONE, TWO], [TWO, ONE], [TWO, TWO, ONE, ONE]):
        sentence = collate(texts, pad_id=0)["word_sentence"].tolist()
        owner = [index for index, text in enumerate(texts) for _ in text.words]
        assert all((a == b) <= (i == j) for a, i in zip(sentence, owner) for b, j in zip(sentence, owner))  # noqa: B905


LABELS_ONE = Labels(
    spans=((0, 0, (KILL,)), (1, 1, (PER,)), (3, 3, (GPE, LOC, FAC))),
    silent=((1, 2),),
    complete=(PER, GPE, LOC, FAC, KILL, MEET),
    proclitics=((1, 0), (3, 1)),
    mentions=((0, 0, KILL), (1, 1, PER)),
    links=((0, 1, ACTOR),),
    factuality=((0, 1),),
)
LABELS_TWO = Labels(
    spans=((0, 1, (MEET,)),),
    complete=(),
    mentions=((0, 0, MEET), (1, 1, PER), (0, 1, KILL)),
    links=((2, 0, CAUSE), (0, 1, ACTOR)),
    factuality=((0, 0), (2, 1)),
)


def test_targets_literally():
    targets = collate([ONE, TWO], pad_id=9, labels=[LABELS_ONE, LABELS_TWO], task=TASK)["targets"]
    S, N, P = SILENT, NEGATIVE, POSITIVE
    #    PER ORG GPE LOC FAC NUM KILL MEET
    none = [N, S, N, N, N, S, N, N]
    silent = [S] * 8
    assert targets["spans"].tolist() == [
        [[N, S, N, N, N, S, P, N], none],
        [[P, S, S, S, S, S, S, S], silent],
        [silent, none],
        [[N, S, S, S, S, S, N, N], none],
        [silent, [S, S, S, S, S, S, S, P]],
        [silent, silent],
    ]
    assert targets["spans"].dtype == torch.int8
    assert targets["unclear_cells"].tolist() == [[3, 0]]
    assert targets["unclear_types"].tolist() == [[False, False, True, True, True, False, False, False]]
    assert targets["proclitics"].tolist() == [IGNORED, 0, IGNORED, 1, IGNORED, IGNORED]
    assert targets["mentions"].tolist() == [[0, 0, KILL], [1, 1, PER], [4, 4, MEET], [5, 5, PER], [4, 5, KILL]]
    assert targets["pairs"].tolist() == [[0, 1], [2, 3], [2, 4], [4, 2], [4, 3]]
    assert targets["pair_labels"].tolist() == [
        [1, 0, 0, 0],
        [1, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 1],
        [0, 0, 0, 0],
    ]
    assert targets["triggers"].tolist() == [0, 2, 4]
    assert targets["factuality"].tolist() == [1, 0, 1]


def test_two_links_of_one_pair():
    labels = Labels(mentions=((0, 0, KILL), (1, 1, PER)), links=((0, 1, ACTOR), (0, 1, LOCATION)))
    targets = collate([TWO], pad_id=0, labels=[labels], task=TASK)["targets"]
    assert targets["pairs"].tolist() == [[0, 1]]
    assert targets["pair_labels"].tolist() == [[1, 1, 0, 0]]


def test_texts_about_which_nothing_is_said_have_empty_targets():
    targets = collate([ONE], pad_id=0, labels=[Labels()], task=TASK)["targets"]
    assert set(targets["spans"].flatten().tolist()) == {SILENT}
    shapes = {name: tuple(tensor.shape) for name, tensor in targets.items()}
    assert shapes == {
        "spans": (4, 2, 8),
        "unclear_cells": (0, 2),
        "unclear_types": (0, 8),
        "proclitics": (4,),
        "mentions": (0, 3),
        "pairs": (0, 2),
        "pair_labels": (0, 4),
        "triggers": (0,),
        "factuality": (0,),
    }


def test_candidate_pairs_are_legal_ordered_and_near():
    far = MAX_PAIR_WORDS
    mentions = [(0, 0, KILL), (3, 4, PER), (far, far, PER), (far + 1, far + 1, GPE), (9, 9, NUM), (20, 20, MEET)]
    assert candidate_pairs(mentions, TASK) == [(0, 1), (0, 2), (0, 5), (4, 1), (4, 2), (5, 0), (5, 1), (5, 2)]


kinds = st.integers(0, TASK.num_types - 1)


@given(st.lists(st.tuples(st.integers(0, 3 * MAX_PAIR_WORDS), kinds).map(lambda m: (m[0], m[0], m[1]))))
def test_candidate_pairs_are_all_that_are_legal_and_near(mentions):
    assert candidate_pairs(mentions, TASK) == [
        (h, t)
        for h, head in enumerate(mentions)
        for t, tail in enumerate(mentions)
        if h != t and TASK.legal[head[2]][tail[2]] and abs(head[0] - tail[0]) <= MAX_PAIR_WORDS
    ]


def test_a_mention_is_not_linked_to_itself():
    assert candidate_pairs([(0, 0, KILL)], TASK) == []
    assert candidate_pairs([(0, 0, KILL), (0, 0, KILL)], TASK) == [(0, 1), (1, 0)]
    assert OF == 2


def test_labels_must_be_one_for_each_text():
    with pytest.raises(ValueError, match="shorter"):
        collate([ONE, TWO], pad_id=0, labels=[LABELS_ONE], task=TASK)


def test_moving_a_batch_moves_its_targets():
    batch = collate([ONE], pad_id=0, labels=[LABELS_ONE], task=TASK)
    moved = to_device(batch, torch.device("meta"))
    assert moved["input_ids"].device.type == moved["targets"]["spans"].device.type == "meta"
    assert moved.keys() == batch.keys()
    assert moved["targets"].keys() == batch["targets"].keys()
