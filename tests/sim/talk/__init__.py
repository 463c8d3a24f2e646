"""The listening half: people talk on three networks, everything goes wrong, and nothing is lost.

From the ground up:

    said        what was really said: the truth that the bot's log is compared with
    instance    a Mastodon (or GoToSocial) with many people in it
    exchange    X with many people in it
    oddities    everything odd by its name: what servers show, and what people do
    people      who says, edits and deletes what, on which network
    mischief    what they do, and what networks show, that makes listening hard
    truth       what must hold, checked after every step
    life        one seed from its first to its last day
"""
