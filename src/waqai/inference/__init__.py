"""Extraction for users: the extractor, the loop over files, and the writers."""
