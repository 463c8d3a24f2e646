"""What reads a language's grammar: the parsers that an operator may install beside the bot."""

from bot.language.english import parser, version

__all__ = ["parser", "version"]
