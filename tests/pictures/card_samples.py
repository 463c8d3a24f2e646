"""Cards in many languages, and the fonts that a test has for them."""

import pytest

from bot.pictures.card import Card, missing
from bot.pictures.card.library import FontLibrary, installed

WORDS = {
    "short": ("en", "", "Name your branches after the idea, not after the ticket."),
    "titled": ("en", "Use pathlib", "Path objects join with a slash, on every system."),
    "one word": ("en", "", "Sleep."),
    "no language": (None, "", "Write it down (twice), then — perhaps — read it."),
    "long": ("en", "Keep a log of decisions", "One page says what was decided and why. " * 40),
    "German": (
        "de",
        "Donaudampfschifffahrt",
        "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnungen liest man laut.",
    ),
    "Greek and Cyrillic": ("el", "", "Γράψε πρώτα το τεστ. Сначала напиши тест."),
    "Vietnamese": ("vi", "", "Viết bài kiểm thử trước khi sửa lỗi."),
    "Arabic": (
        "ar",
        "نصيحة اليوم",
        "اكتب اختبارًا صغيرًا قبل أن تصلح الخطأ، ثم شغّل pytest (3.11 و 3.12).",
    ),
    "Hebrew": ("he", "", "כתבו בדיקה קטנה לפני התיקון, והריצו pytest פעמיים (גרסה 3.12)."),
    "Persian": ("fa", "", "پیش از رفع خطا، یک آزمون کوچک بنویسید."),
    "Urdu": ("ur", "", "غلطی ٹھیک کرنے سے پہلے ایک چھوٹا سا ٹیسٹ لکھیں۔"),
    "Japanese": (
        "ja",
        "小さく直す",
        "バグを直す前に、まず失敗するテストを書きましょう。「直った」と言えるのは、テストが通ったときだけです。",
    ),
    "Chinese": (
        "zh-CN",
        "",
        "修复错误之前，先写一个会失败的测试；“修好了”只有在测试通过之后才能说。",
    ),
    "Taiwan": ("zh-TW", "", "修復錯誤之前，先寫一個會失敗的測試。"),
    "Korean": ("ko", "", "버그를 고치기 전에 먼저 실패하는 테스트를 작성하세요."),
    "Hindi": ("hi", "आज का सुझाव", "गलती ठीक करने से पहले एक छोटा परीक्षण लिखिए, फिर उसे चलाइए।"),
    "Bengali": ("bn", "", "ভুল ঠিক করার আগে একটি ছোট পরীক্ষা লিখুন।"),
    "Tamil": ("ta", "", "பிழையைச் சரிசெய்வதற்கு முன் ஒரு சிறிய சோதனையை எழுதுங்கள்."),
    "Thai": ("th", "", "ก่อนแก้ข้อผิดพลาด ให้เขียนการทดสอบเล็ก ๆ ที่ล้มเหลวก่อน"),
    "Khmer": ("km", "", "សរសេរការសាកល្បងតូចមួយមុនពេលកែកំហុស។"),
    "Amharic": ("am", "", "ስህተቱን ከማስተካከልዎ በፊት ትንሽ ሙከራ ይጻፉ።"),
    "emoji": (
        "en",
        "Fridays 🎉",
        "Don't deploy 🚫🚀 — hug 👨‍👩‍👧‍👦, wave 👋🏽 the flag 🏳️‍🌈 🇩🇪 at 5️⃣ ❤️!",
    ),
    "signs": ("en", "", "x² ≤ ∑ √2 → ½, 20 °C, 5 €"),
}


def card(words, *, title="", bot="Tips", host="tips.example.org", language="en"):
    """A card with these words."""
    return Card(title=title, words=words, bot=bot, host=host, language=language)


def sample(name):
    """A card of the table."""
    language, title, words = WORDS[name]
    return card(words, title=title, language=language)


def drawable(one):
    """The card, if the fonts of this machine show it; else the test is skipped and says why."""
    if lacking := missing(one):
        pytest.skip(f"a font is missing on this machine: {lacking[0]}")
    return one


def no_fonts(**changed):
    """A machine without any font."""
    return FontLibrary(files={}, **changed)


def unable_to_shape():
    """This machine's fonts, without FriBidi."""
    here = installed()
    return FontLibrary(files=here.files, is_shaping=False)
