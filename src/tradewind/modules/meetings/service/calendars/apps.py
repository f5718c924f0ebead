"""The organisation's own OAuth apps at vendors."""

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.errors_calendars import CalendarRefused, VendorUnknown
from tradewind.modules.meetings.models.calendars import APP_SECRET, CalendarApp
from tradewind.modules.meetings.repository import calendars as repository
from tradewind.modules.meetings.schemas.calendars import CalendarAppRead, CalendarAppWrite, CalendarVendorRead
from tradewind.modules.meetings.service.calendars import vendors
from tradewind.settings import get_settings

PAGE = "/settings/calendars"


def redirect_url() -> str:
    """Where vendors send the browser back: the settings page, which hands on what they say."""
    return get_settings().base_url + PAGE


async def list_vendors(session: AsyncSession) -> list[CalendarVendorRead]:
    """All vendors, and whether each can be connected now."""
    known = await repository.apps(session)
    described = [(spec.describe(), vendors.spec_of(spec.id).oauth) for spec in vendors.VENDORS.specs()]
    return [
        CalendarVendorRead.model_validate({**one, "ready": oauth is None or one["id"] in known})
        for one, oauth in described
    ]


async def list_all(session: AsyncSession) -> list[CalendarAppRead]:
    """The apps of all vendors that need one, entered or not."""
    known = await repository.apps(session)
    wanting = [spec.id for spec in vendors.VENDORS.specs() if vendors.spec_of(spec.id).oauth is not None]
    return [_read(vendor, known.get(vendor)) for vendor in wanting]


async def store(session: AsyncSession, vendor: str, data: CalendarAppWrite) -> CalendarAppRead:
    """Enter or replace an app. Raises VendorUnknown, CalendarRefused without a secret for a new id."""
    _check(vendor)
    app = await repository.app(session, vendor)
    secret = data.secret.get_secret_value().strip() if data.secret else ""
    if not secret and (app is None or app.client_id != data.client_id):
        words = "The client secret is needed with a new client id."
        raise CalendarRefused(words, errors=[{"field": "secret", "message": words}])
    before = {"client_id": app.client_id} if app else None
    if app is None:
        app_id = new_id()
        app = CalendarApp(
            id=app_id, organisation_id=actor_of(session).organisation_id, vendor=vendor, client_id=data.client_id,
            secret_sealed=APP_SECRET.seal(app_id, secret), tenant="common", version=0,
        )  # fmt: skip
        session.add(app)
    elif secret:
        app.secret_sealed = APP_SECRET.seal(app.id, secret)
    app.client_id, app.tenant = data.client_id, data.tenant or "common"
    app.version += 1
    await session.flush()
    await identity.record(
        session, action="calendar_app.stored", subject_type="calendar_app", subject_id=app.id, before=before,
        after={"vendor": vendor, "client_id": app.client_id, **({"secret": "changed"} if secret else {})},
    )  # fmt: skip
    return _read(vendor, app)


async def remove(session: AsyncSession, vendor: str) -> None:
    """Forget an app: its connections cannot renew their permission any more. Raises VendorUnknown."""
    _check(vendor)
    app = await repository.app(session, vendor)
    if app is None:
        return
    await identity.record(
        session, action="calendar_app.removed", subject_type="calendar_app", subject_id=app.id,
        before={"vendor": vendor, "client_id": app.client_id},
    )  # fmt: skip
    await session.delete(app)
    await session.flush()


def _check(vendor: str) -> None:
    if vendors.spec_of(vendor).oauth is None:
        raise VendorUnknown("This vendor needs no app.")


def _read(vendor: str, app: CalendarApp | None) -> CalendarAppRead:
    spec = vendors.spec_of(vendor)
    return CalendarAppRead.model_validate(
        {
            "vendor": vendor,
            "label": spec.label,
            "client_id": app.client_id if app else None,
            "tenant": app.tenant if app and vendor == "microsoft" else None,
            "has_secret": app is not None,
            "redirect_url": redirect_url(),
            "scopes": list(spec.oauth.scopes) if spec.oauth else [],
            "documentation_url": spec.documentation_url,
        }
    )
