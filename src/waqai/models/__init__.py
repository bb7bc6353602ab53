"""The joint model: one encoder pass, then typed nested spans, links between them, factuality and proclitics."""

from waqai.models.configuration import Calibration, WaqaiConfig
from waqai.models.joint import WaqaiModel, WaqaiOutput

__all__ = ["Calibration", "WaqaiConfig", "WaqaiModel", "WaqaiOutput"]
