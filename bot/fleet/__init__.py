"""The fleet: carries work to many workers by Procrastinate.

Nothing outside of this package knows Procrastinate, and nothing in it knows bots: it is given
callables. A job is only a message that work is due. The ledger says whether it still is, so that
a job can be lost, late or delivered twice without harm.

    dispatcher  -> asks which work is due, and defers jobs for it
    queues      -> the two queues in PostgreSQL: defer, count, delete
    worker      -> fetches jobs, and has them run on
    job_threads -> as many threads as there are slots; knows what runs now
    schema      -> Procrastinate's own tables, made and migrated

Traps of Procrastinate 3.10 that are avoided: a scheduled job blocks its lock (#1599), so no job has
a lock or a schedule; a killed job stays `doing`, so the sweep deletes it and nothing is retried
(#1408); finished jobs slow the fetch (#1242), so they are deleted; no periodic tasks (#1464).
"""
