"""Characters, words and sentences of raw Arabic text, with offsets that always refer to the text as given."""

from waqai.text.folding import Folded, fold
from waqai.text.segmenter import PROCLITICS, Word, proclitic_lengths, segment, split_sentences, stem_start

__all__ = ["PROCLITICS", "Folded", "Word", "fold", "proclitic_lengths", "segment", "split_sentences", "stem_start"]
