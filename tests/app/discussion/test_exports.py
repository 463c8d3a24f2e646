"""Exports: what everybody may read and nothing else, in forms that other programs read back whole."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html import unescape
from typing import Any

import jsonschema
import pytest
from markdown_it import MarkdownIt

from bot.app.discussion.exports import activity, lines, markdown, table
from bot.app.discussion.exports.records import FIELDS, Source, record
from bot.app.discussion.public_view import FreshnessFilter
from bot.core.model.entry import Author, Standing, Visibility, erased
from tests.app.harness import Harness, with_site
from tests.clock import MONDAY
from tests.core.samples import HOUR, MINUTE, entry, tip
from tests.hostile import TEXTS

SECRET = "nobody-may-read-this"


@pytest.fixture
def harness():
    """A bot with a site and two tips, to which nobody answered yet."""
    return Harness(config=with_site(tip("listen"), tip("speak", title="*Speak* <up>")))


def keep(harness, *entries, now=MONDAY):
    """Hear of entries."""
    with harness.store.writing() as tx:
        for one in entries:
            tx.log.keep(one, now)


def source(harness, tx):
    """What exports are made from."""
    withholder = FreshnessFilter(config=harness.config, capabilities_of=harness.capabilities_of)
    return Source(tx=tx, withholder=withholder, now=harness.clock.now())


def written(harness, form):
    """A whole export."""
    with harness.store.reading() as tx:
        return "".join(form.pieces(source(harness, tx)))


def files(harness):
    """The Markdown files, by name."""
    with harness.store.reading() as tx:
        return {
            name: markdown.file(source(harness, tx), name)
            for name in markdown.names(source(harness, tx))
        }


def records(harness):
    """What is to be read back from any export."""
    with harness.store.reading() as tx:
        return [record(one, harness.config.kinds) for one in source(harness, tx).entries()]


def read_table(text):
    """The rows of a CSV export, by the rules that its module gives to readers."""
    head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert tuple(head) == FIELDS
    return [dict(zip(head, map(read_cell, row), strict=True)) for row in rows]


def read_cell(cell):
    """A cell as it was before it was made harmless."""
    return cell.removeprefix("'")


def as_cells(one):
    """A record as a table can hold it, in which everything is text."""
    words = {True: "true", False: "false", None: ""}
    return {
        name: words[value] if value is None or isinstance(value, bool) else str(value)
        for name, value in one.items()
    }


def fill(harness):
    """A discussion with every sort of entry, of which some nobody may read."""
    secret = Author(name=SECRET, handle=SECRET, url=f"https://{SECRET}.net")
    keep(
        harness,
        entry("open", tip="listen"),
        entry("answer", tip="listen", in_reply_to="open", at=MONDAY + MINUTE, ours=True),
        entry("unlisted", tip="listen", visibility=Visibility.UNLISTED, text=SECRET, author=secret),
        entry("to", tip="listen", in_reply_to="unlisted", ours=True, text=f"@{SECRET} yes"),
        entry("held", tip="listen", standing=Standing.HELD, text=SECRET, author=secret),
        entry("hidden", tip="listen", standing=Standing.HIDDEN, text=SECRET, author=secret),
        entry("gone", tip="listen", text=SECRET, author=secret),
        entry("loose", edited_at=MONDAY + HOUR, language="cy"),
        entry("left", tip="speak", in_reply_to="gone"),
    )
    keep(harness, erased(entry("gone"), MONDAY + HOUR))


FORMS = pytest.mark.parametrize("form", [lines, table, activity])


@FORMS
def test_only_what_everybody_may_read(harness, form):
    """What is unlisted, held, hidden or deleted is in no export, nor what the bot answered to it."""
    fill(harness)
    text = written(harness, form)
    assert SECRET not in text
    assert "I disagree (open)." in text


def test_no_file_has_what_nobody_may_read(harness):
    """The same goes for the Markdown files."""
    fill(harness)
    found = files(harness)
    assert sorted(found) == ["_under-no-tip.md", "listen.md", "speak.md"]
    assert SECRET not in "".join(found.values())


def test_which_entries_are_exported(harness):
    """In the order in which they were heard come public entries, our answers, and deleted ones."""
    fill(harness)
    told = [(one["remote_id"], one["text"]) for one in records(harness)]
    assert told == [
        ("open", "I disagree (open)."),
        ("answer", "I disagree (answer)."),
        ("gone", ""),
        ("loose", "I disagree (loose)."),
        ("left", "I disagree (left)."),
    ]


def hostile(harness):
    """Everything that strangers have thought of, as words, names and addresses."""
    keep(
        harness,
        *(
            entry(
                f"h{number}",
                tip="listen",
                text=text,
                in_reply_to=f"h{number - 1}" if number % 3 else None,
                author=Author(name=text[:80], handle=text[:40], url=text[:200]),
                url=text[:200],
                language=text[:8],
                at=MONDAY + number * MINUTE,
            )
            for number, text in enumerate(TEXTS)
        ),
    )


@pytest.mark.parametrize("fill_with", [fill, hostile])
def test_lines_are_read_back(harness, fill_with):
    """JSON Lines hold the same records, one on each line of plain ASCII."""
    fill_with(harness)
    text = written(harness, lines)
    assert text.isascii()
    assert [json.loads(line) for line in text.split("\n")[:-1]] == records(harness)


@pytest.mark.parametrize("fill_with", [fill, hostile])
def test_a_table_is_read_back(harness, fill_with):
    """The CSV holds the same records, whatever quotes, commas and line ends are in the words."""
    fill_with(harness)
    assert read_table(written(harness, table)) == [as_cells(one) for one in records(harness)]


def test_a_table_is_as_the_rfc_says(harness):
    """Rows end with CRLF, each has as many cells as the first, and only quoted ones hold a quote."""
    hostile(harness)
    text = written(harness, table)
    plain = re.sub(r'"(?:[^"]|"")*"', "", text)
    assert '"' not in plain
    rows = plain.split("\r\n")
    assert rows.pop() == ""
    assert not any("\n" in row or "\r" in row for row in rows)
    assert {row.count(",") for row in rows} == {len(FIELDS) - 1}
    assert len(rows) == len(TEXTS) + 1


def test_no_cell_is_a_formula(harness):
    """No cell begins with a sign by which a spreadsheet computes, behind blanks or in wide letters."""
    hostile(harness)
    cells = [cell for row in csv.reader(io.StringIO(written(harness, table))) for cell in row]
    assert len([cell for cell in cells if cell.startswith("'=")]) > 3
    assert [cell for cell in cells if cell.strip()[:1] in set("=+-@|%＝＋－＠\t\r")] == []


# -- ActivityStreams --------------------------------------------------------------------------

URI = {"type": "string", "pattern": r"^(https?://[^\s<>\"\\^`{|}]+|urn:uuid:[0-9a-f-]{36})$"}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
NAMED = {
    "type": "object",
    "required": ["type", "name"],
    "properties": {
        "type": {"enum": ["Person", "Service", "Application"]},
        "name": {"type": "string", "minLength": 1, "pattern": r"^[^\n]*$"},
        "preferredUsername": {"type": "string", "minLength": 1},
        "url": URI,
    },
    "additionalProperties": False,
}
PLACE = {
    "id": URI,
    "published": MOMENT,
    "context": URI,
    "inReplyTo": URI,
    "generator": NAMED,
    "to": {"const": ["https://www.w3.org/ns/activitystreams#Public"]},
}
NOTE = {
    "required": ["id", "type", "attributedTo", "content", "published", "to"],
    "properties": {
        **PLACE,
        "type": {"const": "Note"},
        "attributedTo": NAMED,
        "content": {"type": "string", "pattern": r"^<p>([^<>]|<br>)*</p>$"},
        "summary": {"type": "string", "pattern": r"^[^<>\n]+$"},
        "updated": MOMENT,
        "url": URI,
    },
    "additionalProperties": False,
}
TOMBSTONE = {
    "required": ["id", "type", "formerType", "deleted"],
    "properties": {
        **PLACE,
        "type": {"const": "Tombstone"},
        "formerType": {"const": "Note"},
        "deleted": MOMENT,
    },
    "additionalProperties": False,
}
COLLECTION = {
    "type": "object",
    "required": ["@context", "type", "items", "totalItems"],
    "properties": {
        "@context": {"const": "https://www.w3.org/ns/activitystreams"},
        "type": {"const": "Collection"},
        "name": {"type": "string"},
        "url": URI,
        "totalItems": {"type": "integer", "minimum": 0},
        "items": {"type": "array", "items": {"oneOf": [NOTE, TOMBSTONE]}},
    },
    "additionalProperties": False,
}
"""What ActivityStreams 2.0 says of the types and properties that we use: their names, which of
them belong together, and that values are absolute IRIs, moments of xsd:dateTime, or HTML."""


def collection(harness) -> dict[str, Any]:
    """The export, which has to be valid."""
    found: dict[str, Any] = json.loads(written(harness, activity))
    jsonschema.Draft202012Validator(COLLECTION).validate(found)
    assert found["totalItems"] == len(found["items"])
    assert len({one["id"] for one in found["items"]}) == len(found["items"])
    return found


def test_an_empty_collection(harness):
    """Where nobody said anything, there is a collection of nothing."""
    assert collection(harness)["items"] == []
    assert written(harness, lines) == ""
    assert files(harness) == {}


def test_activities(harness):
    """Each entry is a Note with its author, moments and place; a deleted one is a Tombstone."""
    fill(harness)
    first, answer, gone, loose, left = collection(harness)["items"]
    assert first["attributedTo"] == {
        "type": "Person",
        "name": "Ada",
        "preferredUsername": "ada@town.test.net",
        "url": "https://town.test.net/@ada",
    }
    assert first["published"] == "2026-03-02T09:00:00Z"
    assert first["inReplyTo"] == first["context"] == "https://tips.test.net/tips/listen"
    assert (answer["inReplyTo"], answer["attributedTo"]["type"]) == (first["id"], "Service")
    assert (gone["type"], gone["deleted"]) == ("Tombstone", "2026-03-02T10:00:00Z")
    assert (loose["updated"], loose.get("context")) == ("2026-03-02T10:00:00Z", None)
    assert left["inReplyTo"] == gone["id"]


def test_an_answer_to_a_post_answers_its_tip(harness):
    """Where a network's entry answers our post, its parent is the tip's page."""
    harness.plan()
    harness.plan(HOUR)
    harness.work(MINUTE)
    with harness.store.reading() as tx:
        (posted,) = [one for one in tx.ledger.recent(9) if one.account == "town"]
    assert posted.receipt is not None
    keep(harness, entry("e1", in_reply_to=posted.receipt.remote_id))
    (note,) = collection(harness)["items"]
    assert note["inReplyTo"] == note["context"] == f"https://tips.test.net/tips/{posted.tip}"


def test_ids_stay(harness):
    """An entry has one id in every export, also after it was edited or deleted."""
    keep(harness, entry("e1", version="1"))
    before = collection(harness)["items"][0]["id"]
    keep(harness, replace(entry("e1"), text="Better.", version="2"))
    edited = collection(harness)["items"][0]
    keep(harness, erased(entry("e1"), MONDAY))
    assert before == edited["id"] == collection(harness)["items"][0]["id"]
    assert edited["content"] == "<p>Better.</p>"


def test_activities_are_read_back(harness):
    """A reader of ActivityStreams gets the same words, names and parents, and no markup of theirs."""
    hostile(harness)
    items = collection(harness)["items"]
    by_id = {item["id"]: number for number, item in enumerate(items)}
    for number, (item, one) in enumerate(zip(items, records(harness), strict=True)):
        content = item["content"].removeprefix("<p>").removesuffix("</p>")
        assert unescape(content.replace("<br>", "\n")) == one["text"]
        assert item["attributedTo"]["name"] == one["author"] or one["handle"] or "someone"
        if number % 3:
            assert by_id[item["inReplyTo"]] == number - 1


# -- Markdown ---------------------------------------------------------------------------------


def parsed(text):
    """The tokens of a file by CommonMark, with tables and crossed-out words as large hosts have them."""
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def said(tokens):
    """The text in each quotation, its breaks as line ends."""
    found, quoted = [], False
    for token in tokens:
        if token.type == "blockquote_open":
            found.append([])
            quoted = True
        elif token.type == "blockquote_close":
            quoted = False
        elif token.type == "inline" and quoted:
            assert {child.type for child in token.children} <= {"text", "hardbreak", "text_special"}
            words = ("\n" if one.type == "hardbreak" else one.content for one in token.children)
            found[-1].append("".join(words))
    return ["\n\n".join(paragraphs) for paragraphs in found]


def as_paragraphs(text):
    """What Markdown can keep of a text: its lines, and one blank line between paragraphs."""
    parts = re.split(r"\n[ \t]*\n\s*?(?=\S|$)", text)
    return "\n\n".join(part for part in (one.strip("\n") for one in parts) if part.strip())


def test_a_file(harness):
    """A file has the tip's title, and each entry in its thread, quoted, with where it was said."""
    keep(
        harness,
        entry("e1", tip="speak", text="One.\nTwo.\n\nThree.", url="https://town.test.net/1"),
        entry("e2", tip="speak", in_reply_to="e1", at=MONDAY + HOUR),
    )
    assert files(harness)["speak.md"] == (
        "<!-- Written by tipsbot from its discussion; what is changed here is lost. -->\n\n"
        "# Speak \\<up\\>\n\n"
        "[The tip](https://tips.test.net/tips/speak)\n\n"
        "- **Ada** (ada\\@town.test.net), [town](https://town.test.net/1), 2026-03-02 09:00 UTC\n\n"
        "  > One.\\\n  > Two.\n  >\n  > Three.\n\n"
        "  - **Ada** (ada\\@town.test.net), town, 2026-03-02 10:00 UTC\n\n"
        "    > I disagree (e2).\n\n"
    )


def test_a_warning_stands_before_its_words(harness):
    """In every format the content warning is there, on one line and as harmless as all else."""
    keep(harness, entry("e1", tip="speak", text="She did it.", warning="the *end*\n=1 < 2"))
    assert (
        "  Content warning: the \\*end\\* =1 \\< 2\n\n  > She did it.\n"
        in files(harness)["speak.md"]
    )
    assert [one["warning"] for one in records(harness)] == ["the *end* =1 < 2"]
    assert collection(harness)["items"][0]["summary"] == "the *end* =1 &lt; 2"
    keep(harness, erased(entry("e1"), MONDAY))
    assert [one["warning"] for one in records(harness)] == [None]
    assert "summary" not in collection(harness)["items"][0]


def test_hostile_words_stay_words(harness):
    """CommonMark reads every foreign text back as it was said, and finds no markup in any."""
    hostile(harness)
    tokens = parsed(files(harness)["listen.md"])
    expected = [as_paragraphs(str(one["text"])) for one in records(harness)]
    assert sorted(said(tokens)) == sorted(text for text in expected if text)
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    assert kinds <= {"html_block", "heading", "inline", "paragraph", "bullet_list", "list_item"} | {
        "blockquote"
    }
    assert [token.content.strip() for token in tokens if token.type == "html_block"] == [
        markdown.MARK
    ]
    assert len([token for token in tokens if token.type == "heading_open"]) == 1


def test_links_lead_only_to_the_web(harness):
    """In a file there are links to where something was said, and no others."""
    hostile(harness)
    keep(harness, entry("bad", tip="listen", url="javascript:alert(1)"))
    keep(harness, entry("odd", tip="listen", url='https://a.net/x) [y](z "t" <b>&copy;'))
    inline = [one for token in parsed(files(harness)["listen.md"]) for one in token.children or ()]
    targets = [str(one.attrs["href"]) for one in inline if one.type == "link_open"]
    assert "https://a.net/x%29%20%5By%5D%28z%20%22t%22%20%3Cb%3E&copy;" in targets
    assert [one for one in targets if not re.match(r"https?://[^\s()<>\"]*$", one)] == []
    assert {one.type for one in inline} <= {
        *("text", "text_special", "hardbreak", "softbreak"),
        *("strong_open", "strong_close", "link_open", "link_close"),
    }


def test_deep_threads_stay_flat(harness):
    """A thread a thousand deep is indented no further than eight, and says whom each answers."""
    keep(
        harness,
        *(
            entry(f"e{number}", tip="listen", in_reply_to=f"e{number - 1}" if number else None)
            for number in range(1000)
        ),
    )
    text = files(harness)["listen.md"]
    assert max(len(line) - len(line.lstrip()) for line in text.splitlines()) == 2 * 8 + 2
    assert text.count(", to **Ada**") == 1000 - 9
    assert len(said(parsed(text))) == 1000


def test_a_file_changes_only_with_its_tip(harness):
    """What is said under one tip leaves the other files byte by byte as they were."""
    fill(harness)
    before = files(harness)
    keep(harness, entry("new", tip="speak"))
    after = files(harness)
    assert [name for name in after if after[name] != before[name]] == ["speak.md"]
