"""What a parse adds to the rules of wording."""

from bot.core.summary import Token, best, consent, parsed
from bot.core.summary.cuts import without
from bot.core.summary.shorten import cuts
from bot.core.tip import Tip

SENTENCE = "Ada, our oldest neighbour, keeps bees."
GRAMMAR = [
    *[("Ada", "nsubj", 6), (",", "punct", 0), ("our", "poss", 4), ("oldest", "amod", 4)],
    *[("neighbour", "appos", 0), (",", "punct", 0), ("keeps", "ROOT", 6), ("bees", "dobj", 6)],
    (".", "punct", 6),
]

REST = [("Ada", "nsubj", 1), ("keeps", "ROOT", 1), ("bees", "dobj", 1), (".", "punct", 1)]


def tokens(sentence, grammar):
    """Words of a sentence as a parser would give them: word, dependency and head."""
    made, at = [], 0
    for index, (text, dep, head) in enumerate(grammar):
        start = sentence.index(text, at)
        at = start + len(text)
        space = sentence[at : at + 1] == " "
        made.append(
            Token(
                index=index,
                start=start,
                text=text,
                tag="VBZ" if dep == "ROOT" else "NN",
                dep=dep,
                head=head,
                space=space,
            )
        )
    return tuple(made)


class Grammar:
    """A parser that knows one sentence, and what may be left of it."""

    language = "en"

    def parse(self, sentence):
        known = {SENTENCE: GRAMMAR, "Ada keeps bees.": REST}
        return tokens(sentence, known[sentence]) if sentence in known else ()


def test_an_aside_without_a_sign_of_its_own_is_found():
    """What stands between commas and only adds something can go, whatever its words are."""
    found = list(parsed.cuts(tokens(SENTENCE, GRAMMAR)))
    assert [without(SENTENCE, [cut]) for cut in found] == ["Ada keeps bees."]


def test_an_object_is_never_cut():
    """Where the parse says that the verb needs it, no rule of wording takes it away."""
    sentence = "The office tests whole bridges and roads through rough play."
    [cut] = cuts(sentence, "en")
    words = (*sentence.removesuffix(".").split(), ".")
    heads = (1, 2, 2, 4, 2, 4, 4, 2, 9, 7, 2)
    deps = ("det", "nsubj", "ROOT", "amod", "dobj", "cc", "conj", "prep", "amod", "pobj", "punct")
    adverbial = tuple(zip(words, deps, heads, strict=True))
    needed = tuple((w, "xcomp" if w == "through" else d, h) for w, d, h in adverbial)
    assert consent.agrees(cut, tokens(sentence, adverbial))
    assert not consent.agrees(cut, tokens(sentence, needed))


def test_the_parse_reaches_the_choice():
    """A caller's parser makes a sentence fit that did not fit without it."""
    tip = Tip(id="bees", title="Neighbours", text=SENTENCE)
    chosen = best(tip, lambda text: len(text) < 16, parser=Grammar()).chosen
    assert chosen is not None
    assert chosen.text == "Ada keeps bees."


def test_a_parser_is_not_asked_about_another_language():
    """A parser for English is never given a German sentence."""
    tip = Tip(id="bees", title="Nachbarn", text=SENTENCE, language="de")
    chosen = best(tip, lambda text: len(text) < 16, parser=Grammar()).chosen
    assert chosen is not None
    assert chosen.text == "Nachbarn"
