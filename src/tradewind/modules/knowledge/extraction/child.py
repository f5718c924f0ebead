"""The process that reads files: `python -m tradewind.modules.knowledge.extraction.child`.

Requests come as JSON lines on the standard input, answers leave on the standard output, each behind its length in
four bytes: `{"progress": [done, total]}` any number of times, then `{"extracted": {…}}` or `{"unreadable": "…",
"no_text": …}`.
"""

import csv
import json
import logging
import os
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from tradewind.modules.knowledge.extraction.extracted import Extracted, NoText, Unreadable
from tradewind.modules.knowledge.extraction.kinds import kind_of

MEMORY_BYTES = 1536 * 1024 * 1024
_MAX_CELL = 1_000_000
# Pictures are read by this name alone: they become no documents.
PICTURES = (".picture",)


def extract(path: Path, name: str, url: str | None, progress: Any) -> Extracted:
    """Read one file; with a `url` it is a page of a site. Raises Unreadable."""
    if url is None and path.suffix != ".page" and name.lower().endswith(PICTURES):
        from tradewind.modules.knowledge.extraction import image

        return image.read(path, name)
    kind = "html" if url and path.suffix == ".page" else kind_of(path, name)
    # Each reader is imported when it is first needed: together they take a second.
    if kind == "pdf":
        from tradewind.modules.knowledge.extraction import pdf

        return pdf.read(path, name, progress)
    if kind == "docx":
        from tradewind.modules.knowledge.extraction import docx

        return docx.read(path, name)
    if kind == "html":
        from tradewind.modules.knowledge.extraction import html

        return html.read(path.read_bytes(), name, url)
    from tradewind.modules.knowledge.extraction import plain

    return plain.read(path, name, kind)


def _send(out: BinaryIO, message: dict[str, Any]) -> None:
    encoded = json.dumps(message).encode()
    out.write(len(encoded).to_bytes(4, "big") + encoded)
    out.flush()


def main() -> None:
    """Answer requests until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
    # Whatever a library prints must not get between the answers.
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        logging.disable(logging.CRITICAL)
        csv.field_size_limit(_MAX_CELL)
        for line in sys.stdin.buffer:
            request = json.loads(line)
            try:
                found = extract(
                    Path(request["path"]),
                    request["name"],
                    request["url"],
                    lambda done, total: _send(out, {"progress": [done, total]}),
                )
                answer: dict[str, Any] = {"extracted": asdict(found)}
            except Unreadable as problem:
                answer = {"unreadable": str(problem), "no_text": isinstance(problem, NoText)}
            except MemoryError:
                answer = {"unreadable": "Reading this file needs too much memory. Split it and upload the parts."}
            except Exception as failure:  # noqa: BLE001 — what a library stumbles over is the file's fault
                answer = {"unreadable": f"The file is damaged and cannot be read ({type(failure).__name__})."}
            _send(out, answer)


if __name__ == "__main__":
    main()
