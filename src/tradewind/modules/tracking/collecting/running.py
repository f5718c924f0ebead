"""What the collector of one application works with."""

from typing import Any

from tradewind.kernel.database import Database
from tradewind.modules.tracking.collecting.admission import Admission
from tradewind.modules.tracking.collecting.intake import Intake


class Running:
    """Who may send to a database, and the lines of what waits to be written to it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.admission = Admission(database)
        self.intake = Intake(database)


def running_in(app: Any) -> Running:
    """The collector's part of an application, made on first use."""
    running: Running | None = getattr(app.state, "tracking", None)
    if running is None or running.database is not app.state.database:
        running = app.state.tracking = Running(app.state.database)
    return running
