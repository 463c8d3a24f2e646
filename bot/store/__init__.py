"""What we remember: one database for each data directory."""

from bot.store.book import FileBook
from bot.store.data_files import clear_file_errors, replace_file
from bot.store.database import Database, has_store, open_memory, open_store
from bot.store.lock import DataLock, is_running
from bot.store.memo import SqlMemo
from bot.store.permissions import close_to_others

__all__ = [
    "DataLock",
    "Database",
    "FileBook",
    "SqlMemo",
    "clear_file_errors",
    "close_to_others",
    "has_store",
    "is_running",
    "open_memory",
    "open_store",
    "replace_file",
]
