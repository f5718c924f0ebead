"""First steps of a new organisation. Modules register a step with a check; the facts decide what is done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

Check = Callable[[AsyncSession], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `link` is where in the web app it is done, `position` its place in the list."""

    key: str
    title: str
    description: str
    link: str
    position: int
    check: Check


_steps: dict[str, Step] = {}


def onboarding_step(key: str, *, title: str, description: str, link: str, position: int) -> Callable[[Check], Check]:
    """Register `async def check(session) -> bool`: whether the session's organisation has done the step.

    Keep it to one indexed EXISTS: it runs whenever the checklist is shown. Put it into the module's handlers.
    """

    def register(check: Check) -> Check:
        if key in _steps:
            raise RuntimeError(f"onboarding step {key} is declared twice")
        _steps[key] = Step(key, title, description, link, position, check)
        return check

    return register


def steps() -> list[Step]:
    """All steps in order."""
    return sorted(_steps.values(), key=lambda step: (step.position, step.key))
