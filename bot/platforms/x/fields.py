"""The names of what we ask X for, in this one place.

X's newest API description renames `tweet.fields` to `post.fields`; tweepy sends the old names.
https://docs.x.com/x-api/fundamentals/data-dictionary
"""

from __future__ import annotations

OWN = {
    "tweet_fields": "author_id,conversation_id,entities,in_reply_to_user_id,referenced_tweets",
}
"""Enough to tell whether a post of ours is the one that we look for."""

MENTION = {
    "tweet_fields": f"{OWN['tweet_fields']},lang,note_tweet,attachments",
    "user_fields": "description,protected",
    "expansions": "author_id",
}
"""All that an entry needs.

`note_tweet` holds the whole of a text longer than 280; `attachments` tells whether there is a poll.

A user costs the same with all fields, so what they ask of bots is read with their name.
"""

VERSION = {"tweet_fields": MENTION["tweet_fields"]}
"""The same without the author, who costs twice as much as the post."""

AUTHOR = {"tweet_fields": "author_id"}
"""Enough to tell whose a post is."""
