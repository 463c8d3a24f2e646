"""`schema`: print the JSON Schema of the tips file."""

import json

import typer


def schema() -> None:
    """Print the JSON Schema of tips.yaml, for editors."""
    typer.echo(schema_text(), nl=False)


def schema_text() -> str:
    """The JSON Schema of the tips file, as a file's content."""
    from bot.bootstrap.checked_tips_file import KINDS
    from bot.tips_file.sections.json_schema import schema as schema_of

    return json.dumps(schema_of(KINDS), indent=2, ensure_ascii=False) + "\n"
