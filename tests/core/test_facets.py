"""Links and tags as facets over bytes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.facets import facets
from bot.core.fit import fit
from bot.core.frame import Fitted
from bot.core.traits import TextLimit, Unit
from tests.core.samples import account, tip, traits

BLUESKY = TextLimit(unit=Unit.GRAPHEMES, limit=300, max_bytes=3000)
LINK = "https://town.example.org/a"


def test_facets_are_as_the_lexicon_writes_them():
    """A link and a tag behind an emoji and Japanese stand where their bytes are."""
    one = tip(summary="👩‍⚕️ 聞く", tags=("digital-health",))
    made = fit(one, account(), replace(traits(), text=BLUESKY), LINK)
    assert isinstance(made, Fitted)
    assert made.text == f"👩‍⚕️ 聞く #DigitalHealth {LINK}"
    assert list(facets(made.text, made.spans)) == [
        {
            "index": {"byteStart": 21, "byteEnd": 35},
            "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "DigitalHealth"}],
        },
        {
            "index": {"byteStart": 36, "byteEnd": 62},
            "features": [{"$type": "app.bsky.richtext.facet#link", "uri": LINK}],
        },
    ]


@given(st.text(min_size=1, max_size=60, alphabet="aé聞😀\u0301 "), st.sampled_from([(), ("健康",)]))
def test_the_bytes_of_a_facet_are_what_it_stands_for(words, tags):
    """Whatever stands before it, the bytes of a facet are those of its link or tag."""
    one = tip(summary=f"a{words}", tags=tags)
    made = fit(one, account(), replace(traits(), text=BLUESKY), LINK)
    assert isinstance(made, Fitted)
    data = made.text.encode()
    shown = [
        data[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode()
        for one in facets(made.text, made.spans)
    ]
    assert shown == [*(f"#{tag}" for tag in tags), LINK]
