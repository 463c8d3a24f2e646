"""Posting: planning, delivering, reconciling, and what an operator posts by hand."""
