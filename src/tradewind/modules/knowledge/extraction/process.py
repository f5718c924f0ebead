"""Reading files in a child process that knows no secrets and can be ended at any time."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from tradewind.modules.knowledge.extraction.extracted import Extracted, NoText, PageFacts, Unreadable

Progress = Callable[[int, int], Awaitable[None]]
FILE_SECONDS = 1200.0
PAGE_SECONDS = 60.0
_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "VIRTUAL_ENV")


async def _nobody(done: int, total: int) -> None:
    """Nobody watches."""


class Reader:
    """One child process, started when it is first needed; use as an async context manager."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> "Reader":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def read(
        self,
        path: Path,
        *,
        name: str,
        url: str | None = None,
        seconds: float = FILE_SECONDS,
        progress: Progress = _nobody,
    ) -> Extracted:
        """Read a file, or with `url` a page of a site. Raises Unreadable also for what takes too long or kills."""
        process = await self._started()
        request = json.dumps({"path": str(path), "name": name, "url": url}).encode() + b"\n"
        try:
            async with asyncio.timeout(seconds):
                answer = await self._ask(process, request, progress)
        except TimeoutError as error:
            await self.close()
            raise Unreadable(f"Reading this took longer than {seconds / 60:g} minutes and was given up.") from error
        except (asyncio.IncompleteReadError, BrokenPipeError, ConnectionResetError) as error:
            await self.close()
            raise Unreadable("The file is damaged or too large: its reader broke down over it.") from error
        except BaseException:
            # Somebody else ended this: what the child still sends would be taken for the next answer.
            await self.close()
            raise
        if "unreadable" in answer:
            raise (NoText if answer.get("no_text") else Unreadable)(answer["unreadable"])
        found = answer["extracted"]
        page = found.pop("page")
        return Extracted(
            title=found["title"],
            language=found["language"],
            markdown=found["markdown"],
            warnings=tuple(found["warnings"]),
            page=PageFacts(**page | {"links": tuple(page["links"])}),
        )

    async def close(self) -> None:
        """End the child."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tradewind.modules.knowledge.extraction.child",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            )
        return self._process

    async def _ask(self, process: asyncio.subprocess.Process, request: bytes, progress: Progress) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(request)
        await process.stdin.drain()
        while True:
            length = int.from_bytes(await process.stdout.readexactly(4), "big")
            answer = json.loads(await process.stdout.readexactly(length))
            if "progress" not in answer:
                return answer
            await progress(*answer["progress"])
