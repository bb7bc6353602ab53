"""Makes mentions, arguments and relations of the model's scores; the one decoder for validation and for users."""

from waqai.decoding.assemble import ScoredFactuality, ScoredLink, assemble
from waqai.decoding.spans import ScoredSpan, decode_starts, select_spans

__all__ = ["ScoredFactuality", "ScoredLink", "ScoredSpan", "assemble", "decode_starts", "select_spans"]
