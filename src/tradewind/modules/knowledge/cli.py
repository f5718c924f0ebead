"""`tradewind knowledge`: try the search on files of your own."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import Progress

from tradewind.kernel.errors import AppError

if TYPE_CHECKING:
    from tradewind.modules.knowledge.evaluation.files import Ranking, Text
    from tradewind.modules.knowledge.service.evaluation import Report

NAME = "knowledge"
app = typer.Typer(help=__doc__, no_args_is_help=True)
console = Console(stderr=True)

_TAG = "tradewind"


@app.callback()
def knowledge() -> None:
    """The product's search on texts that are not in it."""


@app.command()
def evaluate(
    corpus: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, readable=True, help="JSON lines with id, text, perhaps title.")
    ],
    queries: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, readable=True, help="JSON lines with id and text.")
    ],
    out: Annotated[Path, typer.Option(dir_okay=False, writable=True, help="Where the run goes.")],
    qrels: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            readable=True,
            help="What is relevant, with tabs: query, document, grade; or TREC's form.",
        ),
    ] = None,
) -> None:
    """Index texts, search them for each query, and write what was found, at most 64 documents a query.

    A line of the run has, with tabs between: query, Q0, document, rank, score, tag as in TREC's form, and as seventh
    column how likely (0–1) the texts answer the query at all, the same on all lines of a query. With --qrels the
    quality is printed as JSON; a query without relevant document counts as one that cannot be answered. Works in the
    database of this installation and leaves nothing in it.
    """
    from tradewind.modules.knowledge.evaluation import files, metrics

    try:
        texts, asked = files.read_texts(corpus), files.read_texts(queries)
        judgements = files.read_judgements(qrels) if qrels else None
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("Preparing", total=None)
            found = asyncio.run(
                _rankings(texts, asked, lambda done, total, step: progress.update(
                    task, completed=done, total=total, description=step
                ))
            )  # fmt: skip
        files.write_run(out, found, _TAG)
    except AppError as failure:
        console.print(f"[red]{failure.title}.[/] {failure.detail}")
        raise typer.Exit(1) from failure
    except OSError as failure:
        console.print(f"[red]{out} cannot be written:[/] {failure.strerror}")
        raise typer.Exit(1) from failure
    if judgements is None:
        console.print(f"{len(found):,} queries asked of {len(texts):,} texts.")
    else:
        typer.echo(orjson.dumps(metrics.measured(found, judgements), option=orjson.OPT_INDENT_2).decode())


async def _rankings(texts: Sequence["Text"], queries: Sequence["Text"], report: "Report") -> list["Ranking"]:
    from tradewind.kernel.database import Database
    from tradewind.kernel.database.migrate import migrate
    from tradewind.modules.knowledge.service import evaluation
    from tradewind.settings import get_settings

    database = Database(get_settings())
    database.start_server()
    try:
        await migrate(database)
        await database.open(pooled=False)
        return await evaluation.rankings(database, texts, queries, report)
    finally:
        await database.close()
