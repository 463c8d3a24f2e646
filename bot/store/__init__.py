"""The store: a database, and the files of a data directory."""

from bot.store.database import (
    Database,
    has_store,
    migrate_postgres,
    migrate_sqlite,
    open_memory,
    open_store,
)
from bot.store.files.data_files import clear_file_errors, close_to_others, replace_file
from bot.store.files.event_log_file import EventLogFile
from bot.store.files.process_lock import DataLock, is_running
from bot.store.summary_cache import SqlSummaryCache

__all__ = [
    "DataLock",
    "Database",
    "EventLogFile",
    "SqlSummaryCache",
    "clear_file_errors",
    "close_to_others",
    "has_store",
    "is_running",
    "migrate_postgres",
    "migrate_sqlite",
    "open_memory",
    "open_store",
    "replace_file",
]
