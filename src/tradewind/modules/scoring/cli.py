"""`tradewind score`: try the scorer on files of your own."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import Progress

from tradewind.kernel.errors import AppError

NAME = "score"
app = typer.Typer(help=__doc__, no_args_is_help=True)
console = Console(stderr=True)


@app.callback()
def score() -> None:
    """The product's scorer outside the database."""


@app.command()
def evaluate(
    train: Annotated[Path, typer.Option(exists=True, dir_okay=False, readable=True, help="CSV or XLSX to learn from.")],
    test: Annotated[Path, typer.Option(exists=True, dir_okay=False, readable=True, help="CSV or XLSX to score.")],
    target: Annotated[str, typer.Option(help="Column with the outcome; the second file may lack it.")],
    positive: Annotated[str, typer.Option(help="Value of the target that means success.")],
    id_column: Annotated[str, typer.Option("--id", help="Column that names a row.")],
    out: Annotated[Path, typer.Option(dir_okay=False, writable=True, help="Where the scores go, as CSV.")],
    exclude: Annotated[list[str] | None, typer.Option(help="Column to leave out; may be repeated.")] = None,
    order_by: Annotated[
        str | None,
        typer.Option(
            help="Column of numbers or dates that rises with time. Dates are the arrival (hour and weekday become "
            "features); a number is a feature where that helps on newer rows. Without it: a running number, else the "
            "order of the rows."
        ),
    ] = None,
    rolling: Annotated[
        str | None,
        typer.Option(
            metavar="WINDOW:STEP",
            help="Train anew every STEP rows on the newest WINDOW rows, outcomes of earlier blocks included. Every row "
            "of the second file must come after the first file and have its outcome. A smaller step follows faster.",
        ),
    ] = None,
) -> None:
    """Train on one file, score another, and print how good that was as JSON."""
    from tradewind.modules.scoring.service import evaluation

    options = evaluation.Options(
        target, positive, id_column, tuple(exclude or ()), order_by,
        evaluation.Rolling(*_window_and_step(rolling)) if rolling else None,
    )  # fmt: skip
    try:
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("Reading", total=None)
            result = evaluation.evaluate(
                train, test, options,
                report=lambda done, total, message: progress.update(
                    task, completed=done, total=total, description=message
                ),
            )  # fmt: skip
        evaluation.write_scores(out, result.scores)
    except AppError as failure:
        console.print(f"[red]{failure.title}.[/] {failure.detail}")
        raise typer.Exit(1) from failure
    except OSError as failure:
        console.print(f"[red]{out} cannot be written:[/] {failure.strerror}")
        raise typer.Exit(1) from failure
    for note in result.notes:
        console.print(f"[yellow]·[/] {note}")
    if result.metrics is None:
        console.print(f"{len(result.scores):,} rows scored; the second file has no “{target}” to compare with.")
    else:
        typer.echo(orjson.dumps(result.metrics, option=orjson.OPT_INDENT_2).decode())


def _window_and_step(text: str) -> tuple[int, int]:
    window, _, step = text.partition(":")
    if not (window.isdigit() and step.isdigit()):
        raise typer.BadParameter(f"“{text}” is not WINDOW:STEP, such as 20000:100.", param_hint="--rolling")
    return int(window), int(step)
