"""The bot in a small world of its own: one thread, a virtual clock, one seed.

From the ground up:

    timeline           true time, the host's clock, and what is still to happen
    line               HTTP without a network: the real client libraries on one side, models on
                       the other, and every fault in between
    servers, mastodon, x   the models, which hold the truth
    faults             every fault by its name
    memory             what can happen to the database: kills, a full disk, a lock, an old copy
    host               the real bot as one process: started, killed, started again
    truth              what must hold, checked after every step
    decks              which fault comes when, dealt evenly
    life               one seed from its first to its last day
"""
