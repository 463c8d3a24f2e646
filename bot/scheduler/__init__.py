"""Schedules' slots, and the scheduler that calls the bot's jobs.

`timetable` turns a schedule's rule into slots and is the only place that knows when one is due;
`scheduler` calls the bot's jobs at those times. Neither stores anything: the ledger holds what was
done.
"""
