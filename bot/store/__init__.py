"""The store: a database, and the files of a data directory."""

from bot.store.database import Database
from bot.store.files.data_files import close_to_others
from bot.store.files.event_log_file import EventLogFile, has_event_log
from bot.store.files.process_lock import DataLock, is_running
from bot.store.opening import (
    DatabaseServer,
    encrypt_anew,
    has_store,
    migrate_postgres,
    migrate_sqlite,
    open_memory,
    open_server,
    open_store,
    read_kept,
    run_locks,
)
from bot.store.summary_cache import SqlSummaryCache

__all__ = [
    "DataLock",
    "Database",
    "DatabaseServer",
    "EventLogFile",
    "SqlSummaryCache",
    "close_to_others",
    "encrypt_anew",
    "has_event_log",
    "has_store",
    "is_running",
    "migrate_postgres",
    "migrate_sqlite",
    "open_memory",
    "open_server",
    "open_store",
    "read_kept",
    "run_locks",
]
