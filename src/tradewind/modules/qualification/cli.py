"""`tradewind qualification`: how well facts are found in messages, on dialogues of your own."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from tradewind.kernel.errors import CannotStart

NAME = "qualification"
app = typer.Typer(help=__doc__, no_args_is_help=True)
console = Console(stderr=True)


@app.callback()
def qualification() -> None:
    """Reading of messages outside the database."""


@app.command()
def evaluate(
    dialogues: Annotated[
        Path,
        typer.Option(
            exists=True, file_okay=False, readable=True, help="Folder of dialogues_….json (SGD), such as test/"
        ),
    ],
) -> None:
    """Precision, recall and F1 by kind of fact, as JSON.

    On what visitors say in the dialogues, on phone numbers and prices that their other side tells, and on generated
    messages for what the dialogues lack.
    """
    from tradewind.modules.qualification.evaluation.report import evaluate as measure

    try:
        figures = measure(dialogues)
    except (CannotStart, orjson.JSONDecodeError, KeyError) as failure:
        console.print(f"[red]These dialogues cannot be read:[/] {failure}")
        raise typer.Exit(1) from failure
    typer.echo(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode())
