import math

import pytest
import torch

from waqai.models.heads import (
    BiaffineSpans,
    Factuality,
    Links,
    PointerSpans,
    Proclitics,
    WordFeatures,
    _inner_means,
    band,
)
from waqai.text.letters import NUM_LETTER_FEATURES

WIDTH, SIZE = 12, 8


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(3)


def span_head(kind, *, widths=3, types=5):
    return kind(WIDTH, SIZE, widths, types, 0.0).eval()


def test_band_literally():
    states = torch.tensor([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    assert band(states, 2).tolist() == [
        [[1.0, 2.0], [10.0, 20.0]],
        [[2.0, 3.0], [20.0, 30.0]],
        [[3.0, 0.0], [30.0, 0.0]],
    ]
    assert torch.equal(band(states, 1)[:, :, 0], states)


def test_inner_means_literally():
    scores = torch.tensor([[1.0], [3.0], [8.0]])
    means = torch.tensor([[1.0, 2.0, 4.0], [3.0, 5.5, 11 / 3], [8.0, 4.0, 8 / 3]])
    assert torch.allclose(_inner_means(scores, 3)[:, :, 0], means)


@pytest.mark.parametrize("kind", [BiaffineSpans, PointerSpans])
@pytest.mark.parametrize(("words", "widths"), [(7, 3), (2, 5), (1, 1), (1, 4)])
def test_span_logits_have_words_widths_and_types(kind, words, widths):
    logits = span_head(kind, widths=widths)(torch.randn(words, WIDTH))
    assert logits.shape == (words, widths, 5)
    assert logits.isfinite().all()


def test_biaffine_equals_its_formula():
    head = span_head(BiaffineSpans)
    torch.nn.init.normal_(head.width)
    states = torch.randn(4, WIDTH)
    start = torch.cat((head.start(states), torch.ones(4, 1)), dim=1)
    end = torch.cat((head.end(states), torch.ones(4, 1)), dim=1)
    inside = head.inside(states)
    logits = head(states)
    for n, v, c in [(0, 0, 0), (1, 2, 3), (2, 1, 4), (3, 0, 2)]:
        expected = start[n] @ head.bilinear[c] @ end[n + v] + inside[n : n + v + 1, c].mean() + head.width[v, c]
        assert logits[n, v, c].item() == pytest.approx(expected.item(), abs=1e-5)


def test_pointer_equals_its_formula():
    """Rotating both ends by their own positions, as the paper has it, gives what rotating by the distance gives."""
    head = span_head(PointerSpans)
    states = torch.randn(4, WIDTH)
    query, key = head.query_key(states).chunk(2, dim=-1)
    start, end = head.start_end(states).chunk(2, dim=-1)

    def rotate(vector, position):
        half = SIZE // 2
        turned = vector.clone()
        for i in range(half):
            angle = position * 10_000 ** (-i / half)
            a, b = vector[i], vector[i + half]
            turned[i] = a * math.cos(angle) - b * math.sin(angle)
            turned[i + half] = a * math.sin(angle) + b * math.cos(angle)
        return turned

    logits = head(states)
    for n, v, c in [(0, 0, 0), (0, 1, 1), (1, 2, 3), (2, 1, 4), (3, 0, 2)]:
        product = rotate(query[n], v) @ key[n + v]
        expected = product / math.sqrt(SIZE) + start[n, c] + end[n + v, c]
        assert logits[n, v, c].item() == pytest.approx(expected.item(), abs=1e-5)
        own_positions = rotate(query[n], -n) @ rotate(key[n + v], -(n + v))
        assert own_positions.item() == pytest.approx(product.item(), abs=1e-5)


@pytest.mark.parametrize("kind", [BiaffineSpans, PointerSpans])
def test_spans_start_improbable(kind):
    """Else the first steps would be spent on learning that nearly every candidate is none."""
    assert span_head(kind)(torch.randn(50, WIDTH)).sigmoid().mean() < 0.03


@pytest.mark.parametrize("kind", [BiaffineSpans, PointerSpans])
def test_a_span_depends_on_its_own_words_alone(kind):
    head = span_head(kind)
    states = torch.randn(6, WIDTH)
    changed = states.clone()
    changed[0] += 1
    changed[4:] += 1
    difference = (head(states) - head(changed)).abs().amax(dim=-1)
    same = torch.zeros(6, 3, dtype=torch.bool)
    for n, v in [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (3, 0)]:
        same[n, v] = True
    assert difference[same].max() < 1e-5
    inside = torch.tensor([[n + v < 6 for v in range(3)] for n in range(6)])
    assert difference[~same & inside].min() > 1e-4


def test_word_features_keep_the_width():
    letters = torch.zeros(4, NUM_LETTER_FEATURES, dtype=torch.long)
    states = torch.randn(4, WIDTH)
    out = WordFeatures(WIDTH, 0.0)(states, letters)
    assert out.shape == (4, WIDTH)
    assert out.mean(dim=-1).abs().max() < 1e-5
    other = WordFeatures(WIDTH, 0.0)(states, letters + 5)
    assert not torch.allclose(out, other)


SENTENCE = torch.tensor([0, 0, 0, 1, 1, 2, 2])
MENTIONS = torch.tensor([[0, 0, 4], [1, 2, 0], [4, 4, 1], [6, 6, 4]])
PAIRS = torch.tensor([[0, 1], [0, 2], [2, 0], [3, 0]])


def links():
    return Links(WIDTH, SIZE, types=5, links=3, dropout=0.0).eval()


def test_link_logits_have_pairs_and_links():
    head, states = links(), torch.randn(7, WIDTH)
    assert head(states, SENTENCE, MENTIONS, PAIRS).shape == (4, 3)
    assert head(states, SENTENCE, MENTIONS, PAIRS[:0]).shape == (0, 3)


def test_links_have_a_direction():
    head, states = links(), torch.randn(7, WIDTH)
    logits = head(states, SENTENCE, MENTIONS, torch.tensor([[0, 2], [2, 0]]))
    assert not torch.allclose(logits[0], logits[1], atol=1e-3)


def test_a_mention_sees_its_neighbours_within_the_sentence_alone():
    head = links()
    states = torch.randn(7, WIDTH)
    vectors = head.mentions(states, SENTENCE, MENTIONS)
    assert vectors.shape == (4, 3 * SIZE)
    changed = states.clone()
    changed[3] += 1
    moved = (head.mentions(changed, SENTENCE, MENTIONS) - vectors).abs().amax(dim=-1) > 1e-5
    # Word 3 stands after the second mention, in another sentence, and before the third, in the same.
    assert moved.tolist() == [False, False, True, False]


def test_beyond_the_ends_of_the_pack_there_is_nothing():
    """A text that stands first or last in the batch has the same neighbours as one in the middle: none."""
    head = links()
    states = torch.randn(3, WIDTH)
    sentence = torch.tensor([1, 1, 1])
    padded = torch.cat((torch.randn(2, WIDTH), states, torch.randn(2, WIDTH)))
    padded_sentence = torch.tensor([0, 0, 1, 1, 1, 2, 2])
    mentions = torch.tensor([[0, 0, 4], [2, 2, 1], [0, 2, 0]])
    shifted = mentions + torch.tensor([2, 2, 0])
    expected = head.mentions(padded, padded_sentence, shifted)
    assert torch.allclose(head.mentions(states, sentence, mentions), expected, atol=1e-6)


def test_a_link_sees_the_words_between_its_mentions():
    head, states = links(), torch.randn(7, WIDTH)
    changed = states.clone()
    changed[3] += 1
    moved = (head(changed, SENTENCE, MENTIONS, PAIRS) - head(states, SENTENCE, MENTIONS, PAIRS)).abs().amax(-1) > 1e-6
    assert moved.tolist() == [False, True, True, True]


def test_factuality_sees_four_words_to_each_side_within_the_sentence():
    head = Factuality(WIDTH, SIZE, values=4, dropout=0.0).eval()
    sentence = torch.tensor([0] * 10 + [1])
    states = torch.randn(11, WIDTH)
    first = torch.tensor([5, 9])
    logits = head(states, sentence, first)
    assert logits.shape == (2, 4)
    for word, sees in [(0, [False, False]), (1, [True, False]), (9, [True, True]), (10, [False, False])]:
        changed = states.clone()
        changed[word] += 1
        moved = (head(changed, sentence, first) - logits).abs().amax(dim=-1) > 1e-6
        assert moved.tolist() == sees, word


def test_proclitic_logits_are_for_none_to_three_letters():
    letters = torch.randint(0, 20, (6, NUM_LETTER_FEATURES))
    assert Proclitics(WIDTH, SIZE)(torch.randn(6, WIDTH), letters).shape == (6, 4)
