"""A word's outer letters as small numbers, so that a model sees affixes that a subword vocabulary may hide."""

NUM_PREFIX, NUM_SUFFIX = 5, 3
NUM_LETTER_FEATURES = NUM_PREFIX + NUM_SUFFIX

_ALPHABET = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچڤگ"
_OTHER, _DIGIT, _LATIN, _PUNCTUATION = 1, 2, 3, 4
_IDS = {letter: index for index, letter in enumerate(_ALPHABET, 5)}
NUM_LETTER_IDS = 5 + len(_ALPHABET)
"""0 stands for "no letter here"; then other, digit, Latin, punctuation, and the Arabic letters."""

_SKIPPED = frozenset("\u0640\u0670\u200c\u200d") | {chr(code) for code in range(0x064B, 0x0660)}


def letter_ids(word: str) -> tuple[int, ...]:
    """Return the first five letters from the front and the last three from the back, without marks and tatweel.

    >>> letter_ids("في") == (_IDS["ف"], _IDS["ي"], 0, 0, 0, _IDS["ي"], _IDS["ف"], 0)
    True
    """
    ids = [_letter_id(char) for char in word if char not in _SKIPPED]
    front = (ids + [0] * NUM_PREFIX)[:NUM_PREFIX]
    back = (ids[::-1] + [0] * NUM_SUFFIX)[:NUM_SUFFIX]
    return (*front, *back)


def _letter_id(char: str) -> int:
    known = _IDS.get(char)
    if known is not None:
        return known
    if char.isdigit():
        return _DIGIT
    if char.isalpha():
        return _LATIN if char.isascii() else _OTHER
    return _PUNCTUATION
