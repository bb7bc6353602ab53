"""The part of a subword tokenizer that makes Arabic writing uniform; offsets stay those of the raw text.

Dropped: short vowels and other marks, tatweel, bidi and zero-width characters. Presentation forms and ligatures become
base letters (ﻻ → لا), Arabic-Indic and Persian digits ASCII digits. Letters are not folded: hamza seats, ta marbuta and
alef maqsura keep their distinctions.
"""

from tokenizers import Regex, normalizers
from transformers import PreTrainedTokenizerFast

_DROPPED = (
    "\u0610-\u061a\u064b-\u0652\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"  # marks
    "\ufe70-\ufe7f\ufc5e-\ufc63"  # marks as presentation forms; NFKC would put a space before them
    "\u0640"  # tatweel
    "\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad"  # bidi, zero-width, soft hyphen
)
# After the composition: ا with U+0654 above it is أ, whose mark must not be dropped before; and ligatures hold marks.
_DROPPED_AFTER_NFKC = "\u0640\u064b-\u065f\u0670"

_PROBE = "ٱلْكِتَـــاب\u200f ﻻ ٣٤"


def arabic_normalizer() -> normalizers.Normalizer:
    """Return the normaliser described in the module's docstring.

    >>> arabic_normalizer().normalize_str("ٱلْكِتَـــاب ﻻ ٣٤")
    'ٱلكتاب لا 34'
    """
    digits = [normalizers.Replace(chr(zero + value), str(value)) for value in range(10) for zero in (0x0660, 0x06F0)]
    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(f"[{_DROPPED}]"), ""),
            normalizers.NFKC(),
            normalizers.Replace(Regex(f"[{_DROPPED_AFTER_NFKC}]"), ""),
            *digits,
        ]
    )


def normalize_arabic(tokenizer: PreTrainedTokenizerFast) -> None:
    """Put the normaliser before the tokenizer's own, unless that makes Arabic uniform by itself.

    Most encoders of Arabic, AraBERT among them, were pre-trained on texts that were cleaned of marks beforehand; what
    their tokenizers do not drop is an unknown word to them.
    """
    backend, ours = tokenizer.backend_tokenizer, arabic_normalizer()
    own = backend.normalizer
    if own is None:
        backend.normalizer = ours
    elif own.normalize_str(_PROBE) != own.normalize_str(ours.normalize_str(_PROBE)):
        backend.normalizer = normalizers.Sequence([ours, own])
