"""A real CalDAV server: Radicale in a process of its own, with one user and two calendars."""

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from installation import free_port

USER, PASSWORD = "greta", "app-password-of-greta"  # the password of a test server
_MKCALENDAR = """<?xml version="1.0"?><c:mkcalendar xmlns:d="DAV:"
xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>
<d:displayname>{name}</d:displayname><c:supported-calendar-component-set><c:comp name="VEVENT"/>
</c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>"""


@dataclass
class Radicale:
    """The server process; `start` and `stop` may be called again and again, its data stays."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, from where everything else is to be discovered."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        (self.folder / "users").write_text(f"{USER}:{PASSWORD}\n")
        (self.folder / "config").write_text(
            f"[server]\nhosts = 127.0.0.1:{self.port}\n"
            f"[auth]\ntype = htpasswd\nhtpasswd_filename = {self.folder}/users\n"
            "htpasswd_encryption = plain\ndelay = 0\n"
            f"[storage]\nfilesystem_folder = {self.folder}/data\n[logging]\nlevel = error\n"
        )
        self.process = subprocess.Popen([sys.executable, "-m", "radicale", "--config", str(self.folder / "config")])
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(self.url, trust_env=False)
                return
            except httpx.TransportError:
                assert self.process.poll() is None, "Radicale did not start"
                assert time.monotonic() < deadline, "Radicale does not answer"
                time.sleep(0.05)

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def send(self, method: str, path: str, content: str = "", **headers: str) -> httpx.Response:
        """A request as the user's own calendar program makes it."""
        return httpx.request(
            method, f"{self.url}/{USER}/{path}", content=content.encode(), headers=headers, auth=(USER, PASSWORD),
            trust_env=False, timeout=60,
        )  # fmt: skip

    def add_calendar(self, path: str, name: str) -> None:
        """Make a calendar."""
        answer = self.send("MKCALENDAR", f"{path}/", _MKCALENDAR.format(name=name))
        assert answer.status_code == 201, answer.text

    def put(self, path: str, text: str) -> None:
        """Store an event."""
        answer = self.send("PUT", path, text, **{"Content-Type": "text/calendar"})
        assert answer.status_code in (200, 201, 204), answer.text

    def delete(self, path: str) -> None:
        """Delete an event or calendar."""
        assert self.send("DELETE", path).status_code in (200, 204)

    def texts(self, calendar: str) -> list[str]:
        """All events of a calendar, as they are stored."""
        stored = (self.folder / "data" / "collection-root" / USER / calendar).glob("*.ics")
        return [one.read_text() for one in sorted(stored)]
