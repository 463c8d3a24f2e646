"""Names that pass for the bot's or its operator's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.model.config import Identity
from bot.core.text.lookalikes import passes_for_bot

BOT = Identity(
    id="ten-tips",
    name="Ten Tips",
    timezone="UTC",
    site="https://tips.example",
    contact="mailto:jo@example.org",
)


@pytest.mark.parametrize(
    "name",
    [
        "Ten Tips",
        "TEN TIPS",
        "TenTips",
        "T e n  T i p s",
        "ten_tips",
        "Теn Тірs",  # Cyrillic
        "Τеп Τιρѕ",  # Greek and Cyrillic
        "Ꭲen Ꭲips",  # Cherokee
        "Ten\u200b\u2060 Ti\u00adps",
        "Ten\u3164Tips\u2800",
        "T\ufe0fen\U000e0041 Tips",
        "Ten Tlps",
        "TEN T1PS",
        "Ten Tıps",
        "Tën Típs",
        "Ŧen Tips",
        "Ｔｅｎ　Ｔｉｐｓ",
        "𝕋𝕖𝕟 𝓣𝓲𝓹𝓼",
        "Ⓣⓔⓝ Ⓣⓘⓟⓢ",
        "🅣🅔🅝 🆃🅸🅿🆂",
        "🇹🇪🇳 🇹🇮🇵🇸",
        "ᴛᴇɴ ᴛɪᴘs",
        "Ten Tips ✔",
        "✅ Ten Tips™",
        "🤖Ten Tips",
        "“Ten Tips”",
        "Ten Tips (operator)",
        "Ten Tips (I made it)",
        "Ten Tips 【公式】",
        "Ten Tips <team>",
        "Ten Tips – official",
        "The real Ten Tips bot",
        "Ten Tips 2",
        "TenTips24",
        "Ten Tips Ten Tips",
        "Operator of Ten Tips",
        "Betreiber – Ten Tips",
        "Ten Tips Администратор",
        "ten-tips",
        "tips.example",
        "@tips.example",
        "jo@example.org",
        "Operator",
        "the operator",
        "0perat0r",
        "Аdmin",
        "Admin 1",
        "Moderator ✓",
        "[bot]",
        "Inhaberin",
        "運営",
    ],
)
def test_passes_for_the_bot(name):
    """Whatever a hurried reader could take for the bot or the person behind it is told."""
    assert passes_for_bot(name, BOT)


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "Ada Lovelace",
        "Ten",
        "Tips",
        "Tina Tipps",
        "A fan of Ten Tips",
        "Ten Tipsy Bears",
        "Ten More Tips",
        "Ben Tips",
        "Roboto Modern",
        "Ina",
        "Isabel",
        "Hostess",
        "Modest",
        "Theo (of Ten Tips fame, long ago)",
        "The Person Behind",
        "Jo",
        "李",
        "Оля",
        "أحمد",
        "12",
        "✔",
        "☺",
    ],
)
def test_a_name_of_its_own(name):
    """Other names are taken, also those that share a word with the bot's."""
    assert not passes_for_bot(name, BOT)


@pytest.mark.parametrize(
    ("bot", "name", "passes"),
    [
        ("Чаевые", "Чaeвыe", True),
        ("Чаевые", "Чай", False),
        ("十のヒント", "十のヒント（公式）", True),
        ("نصائح", "نصائح ✔", True),
        ("modern", "modem", True),
        ("✔✔", "✔✔", True),
        ("✔✔", "✔", False),
        ("Q", "Q (bot)", True),
        ("Q", "Quentin", False),
    ],
)
def test_bots_of_other_names(bot, name, passes):
    """The bot's name may be of any script, of one letter, or of signs alone."""
    assert passes_for_bot(name, replace(BOT, name=bot, contact=None)) is passes
