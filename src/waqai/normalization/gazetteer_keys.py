"""The keys under which place names meet: one exact key for spelling variants, one looser for foreign names.

`name_key` makes one key of `الحديدة`, `الحديده` and `حديدة`, of `إسلام آباد` and `اسلام اباد`, of `بنقردان` and
`بن قردان`. `skeleton` keeps consonants alone and makes `خاركيف` and `خاركوف`, `كيدال` and `كيدل` meet; it is only safe
where the article vouches for the country. What a name's parts mean is `waqai.normalization.places_phrase`'s.
"""

import re
from functools import lru_cache

from waqai.text import fold

_TOKEN = re.compile(r"[^\W_]+")
# Letters of Persian, Urdu and Kurdish as the nearest Arabic ones, since GeoNames' alternate names are of all languages.
_FOREIGN = str.maketrans("پچژگڤڨڭکھہۀەۂۃٹڈڑےێېۆۇۋڵڕںی", "بججغفقككهههههه" + "تدرييي" + "ووولرني")
_SKELETON = str.maketrans("غجقطذظثصض", "كككتززسسد", "اويهء")


@lru_cache(maxsize=8192)
def name_tokens(text: str) -> tuple[str, ...]:
    """Return the folded words of a name, without marks of any kind; the latest answers are kept, as mentions recur.

    >>> name_tokens("مدينة «المُوصل»")
    ('مدينه', 'الموصل')
    """
    return tuple(_TOKEN.findall(fold(text).text.translate(_FOREIGN)))


def bare(token: str) -> str:
    """Return a folded word without article: `الموصل` → `موصل`, and `للموصل` as well; short words stay.

    >>> bare("الموصل"), bare("اله")
    ('موصل', 'اله')
    """
    if token.startswith("ال") and len(token) > 4:
        return token[2:]
    return token[2:] if token.startswith("لل") and len(token) > 4 else token


def key_of(tokens: tuple[str, ...] | list[str]) -> str:
    """Return the key of folded words: no articles, no spaces, a final ا as ه, no hamza on the line."""
    parts = [bare(token).replace("ء", "") for token in tokens]
    return "".join(f"{part[:-1]}ه" if part.endswith("ا") and len(part) > 2 else part for part in parts)


def name_key(text: str) -> str:
    """Return the key under which a name is filed; empty when the text has no letter or digit.

    >>> name_key("الحُديدة") == name_key("حديده"), name_key("بن قردان") == name_key("بنقردان")
    (True, True)
    """
    return key_of(name_tokens(text))


def skeleton(key: str) -> str:
    """Return the consonants of a key, with those that stand for one another in foreign names made alike.

    Empty when fewer than three are left, as so little tells no name from another.

    >>> skeleton(name_key("خاركيف")) == skeleton(name_key("خاركوف"))
    True
    """
    bones = re.sub(r"(.)\1+", r"\1", key.translate(_SKELETON))
    return bones if len(bones) >= 3 else ""
