"""The whole sample company in memory, for tests and small demonstrations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tradewind.sample.funnel import Funnel, last_full_day
from tradewind.sample.history import History, histories
from tradewind.sample.leads_file import csv_chunks


@dataclass(frozen=True)
class Sample:
    """A funnel, its leads file and everything that happened. Large ones are better streamed."""

    funnel: Funnel
    history: History

    @cached_property
    def csv_text(self) -> str:
        """The leads file."""
        return "".join(text for _, text in csv_chunks(self.funnel))


def sample_company(*, seed: int = 7, leads: int = 2_500, until: date | None = None) -> Sample:
    """The company at one seed, size and last day (today by default)."""
    funnel = Funnel(leads=leads, seed=seed, until=until or last_full_day())
    whole = History()
    for part in histories(funnel):
        whole.activities += part.activities
        whole.deals += part.deals
        whole.notes += part.notes
        whole.tasks += part.tasks
        whole.owners |= part.owners
    return Sample(funnel, whole)
