"""A bot moves from its data directory into the fleet and back, and never runs at both."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.app.fleet.sync import Change
from bot.bootstrap.fleet.move import export_bot, import_bot
from bot.core.errors import StoreError, UsageError
from bot.core.fleet.bot import BotState
from bot.core.model.delivery import State
from bot.store import DataLock, open_store
from tests.recorded.settings import FIXTURE
from tests.sim.timing import T0 if False else None
