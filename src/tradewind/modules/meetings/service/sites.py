"""Which sites may show the organisation's booking pages inside theirs."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.errors import FieldError
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.engine import sites as rules
from tradewind.modules.meetings.errors import SitesInvalid


async def read(session: AsyncSession) -> list[str] | None:
    """The sites, or None where any may."""
    found = rules.stated((await identity.get_organisation(session)).settings)
    return None if found is None else list(found)


async def change(session: AsyncSession, sites: Sequence[str] | None) -> list[str] | None:
    """Let these sites embed booking pages, and no others; None lets any. Raises SitesInvalid, naming each wrong one."""
    kept: list[str] | None = None
    if sites is not None:
        found: list[str] = []
        wrong: list[FieldError] = []
        for place, text in enumerate(sites):
            try:
                found.append(_normal(text))
            except ValueError as problem:
                wrong.append({"field": f"sites.{place}", "message": f"“{text.strip()[:80]}” {problem}"})
        if wrong:
            raise SitesInvalid(" ".join(f"{one['message']}." for one in wrong[:5]), errors=wrong)
        kept = list(dict.fromkeys(found))
    await identity.change_settings(session, {rules.SETTING: kept})
    return kept


def _normal(text: str) -> str:
    """A site as browsers name it, https where nothing is said. Raises ValueError in words."""
    text = text.strip()
    scheme, host = text.split("://", 1) if "://" in text else ("https", text)
    below = host.startswith("*.")
    origin = identity.normal_origin(f"{scheme.lower()}://{host.removeprefix('*.')}")
    if below:
        if "." not in host.removeprefix("*."):
            raise ValueError("would let everything below a whole domain ending in")
        origin = origin.replace("://", "://*.", 1)
    if not rules.is_origin(origin):
        raise ValueError("is no site such as https://www.example.com or https://*.example.com")
    return origin
