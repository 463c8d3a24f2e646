"""The real bot in a simulated world: one thread, a virtual clock, one seed.

From the ground up:

    timeline           true time, the host's clock, and events that are still to come
    transport          HTTP without a network: the real client libraries talk to models
    mastodon, bluesky, threads, x
                       the models of the networks, which know the true state
    faults             every fault by its name
    bot_database       the bot's database, on SQLite or PostgreSQL: read, copied, put back
    database_faults    kills at commits, a full disk, a lock
    bot_process        the real bot as one process: started, killed, started again
    invariants         what must hold, checked after every step
    fault_choice       which fault comes when, evenly distributed
    simulation         what both halves share
    posting            the posting half: one seed from start to end
    listening          the listening half
"""
