"""Whom we ask to propose summaries: a model at an address that speaks OpenAI's API."""

from bot.language_model.client import AskTimeout, Model

__all__ = ["AskTimeout", "Model"]
