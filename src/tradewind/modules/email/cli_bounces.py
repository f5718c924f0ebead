"""`tradewind email`: what mails that came back mean."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tradewind.modules.email.bounces.classifying import classify

app = typer.Typer(help=__doc__, no_args_is_help=True)


@app.callback()
def email() -> None:
    """Mails that came back."""


@app.command()
def classify_bounces(
    files: Annotated[list[Path], typer.Argument(help="Raw mails, one a file.", exists=True, dir_okay=False)],
) -> None:
    """Print one JSON line a mail, in the order given: file, kind, bounce, status, recipients, reason.

    `bounce` is hard, soft or none; `status` the enhanced code (RFC 3463). Where the mail names no code
    it is that of the reason, 4.0.9nn or 5.0.9nn.
    """
    for file in files:
        verdict = classify(file.read_bytes())
        line = {
            "file": str(file),
            "kind": verdict.kind,
            "bounce": verdict.bounce,
            "status": verdict.status,
            "recipients": list(verdict.recipients),
            "reason": verdict.reason,
        }
        typer.echo(json.dumps(line, ensure_ascii=False))
