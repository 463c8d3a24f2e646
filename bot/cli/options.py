"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(help="The tips file.", show_default=True)]
FileOption = Annotated[Path, typer.Option("--file", "-f", help="The tips file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for programs.")]
DEFAULT_FILE = Path("tips.yaml")
