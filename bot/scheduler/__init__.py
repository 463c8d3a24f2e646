"""When: the moments at which schedules want a post, and the clock that wakes the bot at them.

`timetable` turns a schedule's rule into slots and is the only place that knows when one is due;
`ticker` calls the bot's steps at those times. Neither remembers anything: what was done is in the
ledger.
"""
