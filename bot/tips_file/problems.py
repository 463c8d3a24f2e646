"""Collects the problems of a file while it is checked: each with its place, in plain words."""

from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.core.errors import Problem, TipsError
from bot.tips_file.locations import Place, problem
from bot.tips_file.messages import escape, hint, quote
from bot.tips_file.sections.models import Section, TipsFile
from bot.tips_file.values.parse_scalars import WRONG
from bot.tips_file.yaml.yaml_errors import swallowed_lines
from bot.tips_file.yaml.yaml_lines import lines_of, odd_blank
from bot.tips_file.yaml.yaml_mistakes import Mistake, no_blank_mistake, odd_blank_mistake
from bot.tips_file.yaml.yaml_reader import Path, Value, name_place_of, place_of

Model = TypeVar("Model", bound=Section)

_SHAPES = {
    "model_type": ("not a block of lines `name: value`", "write its settings below it, indented"),
    "list_type": ("not a list", "write each item on a line of its own that begins with '- '"),
}


class Problems:
    """The problems of one file. `refused` are those that the YAML reader found."""

    def __init__(self, file: str, text: str, root: Value, refused: list[Problem]) -> None:
        self.file = file
        self.root = root
        self._text = text
        self._problems = list(refused)
        self._refused = {(one.line, one.column) for one in refused}

    def wrong(self, path: Path, what: str, todo: str = "") -> None:
        """Note a problem with the value at this path."""
        self._note(place_of(self.root, path), path, what, todo)

    def wrong_name(self, path: Path, what: str, todo: str = "") -> None:
        """Note a problem with the last name of this path rather than with its value."""
        self._note(name_place_of(self.root, path), path, what, todo)

    def unknown(self, path: Path, known: tuple[str, ...]) -> None:
        """Note an unknown name. Its value is not repeated, since it may be a secret."""
        name = str(path[-1])
        if len(path) > 1 and name in TipsFile.model_fields:
            what = f"wrong indentation: '{name}:' does not belong to the block above it"
            self.wrong_name(path, what, "begin it at the left edge")
            return
        self.wrong_name(path, f"there is no setting {quote(name)}", hint(name, known))

    def section(self, path: Path, value: Value, model: type[Model]) -> Model | None:
        """The section as its model, or None once its problems are noted."""
        try:
            return model.model_validate(value)
        except ValidationError as invalid:
            for error in invalid.errors(include_url=False):
                self._translate(path, error, model)
            return None

    def finish(self) -> None:
        """Raise TipsError with every problem in the order of the file, if there is any."""
        if self._problems:
            for what, todo, place in swallowed_lines(self._text):
                self._note(place, (), what, todo)
            raise TipsError(tuple(sorted(self._problems, key=lambda one: (one.line, one.column))))

    @cached_property
    def _lines(self) -> list[str]:
        return lines_of(self._text)

    def _translate(self, path: Path, error: ErrorDetails, model: type[Section]) -> None:
        """Note one of pydantic's errors in the words of these messages."""
        whole: Path = (*path, *error["loc"])
        if error["type"] != "missing" and _is_empty(error["input"]):
            field = model.model_fields.get(str(error["loc"][0])) if error["loc"] else None
            needed = field is None or field.is_required()
            self._no_value(whole, "" if needed else ", or take the line out")
        elif error["type"] == WRONG:
            self.wrong(whole, error["ctx"]["what"], error["ctx"]["todo"])
        elif error["type"] == "missing":
            self.wrong(whole, "missing", f"add a line `{whole[-1]}: ...` here")
        elif error["type"] == "extra_forbidden":
            names = (field.alias or name for name, field in model.model_fields.items())
            self.unknown(whole, tuple(names))
        elif told := self._no_block(whole, error["input"]):
            what, todo, place = told
            self._note(place, whole, what, todo)
        else:
            self.wrong(whole, *_SHAPES[error["type"]])

    def _no_value(self, path: Path, or_out: str) -> None:
        """Note that there is no value, also where a `#` made it a comment."""
        line, column = place_of(self.root, path)
        behind = self._lines[line - 1][column - 1 :].lstrip() if line else ""
        if len(path) == 1 or not behind.startswith("#"):
            self.wrong(path, "has no value", f"fill it in{or_out}")
            return
        todo = "leave the '#' out" if "tags" in path[1:] else "put the text in double quotes"
        self.wrong(path, "has no value, since '#' begins a comment here", f"{todo}{or_out}")

    def _no_block(self, path: Path, value: Value) -> Mistake | None:
        """The problem of a line `name: value` whose colon has no space after it, or None."""
        line = place_of(self.root, path)[0]
        if not isinstance(value, str) or not line:
            return None
        written = self._lines[line - 1]
        column = odd_blank(written)
        if column is not None:
            return odd_blank_mistake(written, line, column)
        return no_blank_mistake(written, line)

    def _note(self, place: Place, path: Path, what: str, todo: str) -> None:
        """Add a problem, unless the YAML reader refused the value at this place."""
        if place in self._refused:
            return
        whole = f"{_path_text(path)}: {what}" if path else what
        self._problems.append(problem(self.file, whole, todo, place))


def _is_empty(value: Value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _path_text(path: Sequence[str | int]) -> str:
    """A field's path as it is shown, `schedule[0].days`; a value in a field's list has its path."""
    shown = path[:-1] if len(path) > 2 and isinstance(path[-1], int) else path
    parts = (f"[{step}]" if isinstance(step, int) else f".{escape(step)[:64]}" for step in shown)
    return "".join(parts).removeprefix(".")
