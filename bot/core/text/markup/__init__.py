"""Markup: HTML and Markdown as the words that they show."""
