"""`tradewind ai`: try the classifier of intents on files of your own."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import Progress

from tradewind.kernel.errors import AppError

NAME = "ai"
app = typer.Typer(help=__doc__, no_args_is_help=True)
console = Console(stderr=True)


@app.callback()
def ai() -> None:
    """The product's local models outside the database."""


@app.command()
def evaluate_intents(
    train: Annotated[Path, typer.Option(exists=True, dir_okay=False, readable=True, help="CSV to learn from.")],
    test: Annotated[Path, typer.Option(exists=True, dir_okay=False, readable=True, help="CSV to judge.")],
    out: Annotated[Path, typer.Option(dir_okay=False, writable=True, help="Where the predictions go, as CSV.")],
) -> None:
    """Learn intents from one file, judge another, and print how good that was as JSON.

    Both files have the columns text and label; the second may lack labels. Rows labelled oos, out_of_scope or none
    belong to no intent: they teach what is out of scope, and test it. The label written is the best intent in any
    case; in_scope_probability says how likely the text belongs to any.
    """
    from tradewind.modules.intents.service import evaluation

    try:
        learned, judged = evaluation.read(train, labelled=True), evaluation.read(test, labelled=False)
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("Reading", total=1.0)
            predictions, metrics = evaluation.evaluate(
                learned, judged,
                lambda share, words: progress.update(task, completed=share, description=words),
            )  # fmt: skip
        evaluation.write(out, predictions)
    except AppError as failure:
        console.print(f"[red]{failure.title}.[/] {failure.detail}")
        raise typer.Exit(1) from failure
    except OSError as failure:
        console.print(f"[red]{out} cannot be written:[/] {failure.strerror}")
        raise typer.Exit(1) from failure
    typer.echo(orjson.dumps(metrics, option=orjson.OPT_INDENT_2).decode())
