"""Scores of predictions against gold, agreement of annotators, and calibration of probabilities; no model is needed."""

from waqai.scoring.calibration import (
    ReliabilityBin,
    best_threshold,
    expected_calibration_error,
    fit_platt,
    reliability,
)
from waqai.scoring.counts import Counts
from waqai.scoring.cuts import score_cuts
from waqai.scoring.report import FactualityScore, MetricScore, Report
from waqai.scoring.score import Comparison, Difference, agreement, compare, score_articles, score_by_source
from waqai.scoring.tally import HEADLINE, METRICS

__all__ = [
    "HEADLINE",
    "METRICS",
    "Comparison",
    "Counts",
    "Difference",
    "FactualityScore",
    "MetricScore",
    "ReliabilityBin",
    "Report",
    "agreement",
    "best_threshold",
    "compare",
    "expected_calibration_error",
    "fit_platt",
    "reliability",
    "score_articles",
    "score_by_source",
    "score_cuts",
]
