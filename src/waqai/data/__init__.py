"""Readers, writers and converters of articles and annotations, and the examples that a model is trained on."""
