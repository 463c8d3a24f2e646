"""The listening half: people post on five networks, and every reply has to be in the log once.

From the ground up:

    messages        what people posted: the truth that the bot's log is compared with
    mastodon        a Mastodon or GoToSocial server with many people
    bluesky         Bluesky with many people
    threads         Threads with many people
    x               X with many people
    disturbances    every disturbance by its name: of lists, of people, of the bot
    people          who posts, edits and deletes which message, on which network
    disturber       causes the disturbances of networks and people
    invariants      what must hold, checked after every step
    simulation      one seed from start to end
"""
