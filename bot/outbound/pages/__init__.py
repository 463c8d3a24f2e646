"""Reading pages that strangers name: SSRF guard, bounds, microformats."""
