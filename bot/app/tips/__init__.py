"""Tips: validating them, advice on them, proposals for their summaries."""
