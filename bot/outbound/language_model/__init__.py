"""A language model that proposes summaries, at an address that speaks OpenAI's API."""

from bot.outbound.language_model.client import AskTimeout, Model

__all__ = ["AskTimeout", "Model"]
