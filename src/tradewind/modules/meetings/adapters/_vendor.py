"""What the APIs of Google, Microsoft and Zoom have in common: bearer tokens, JSON, their failures."""

from datetime import UTC, datetime
from typing import Any

import httpx
import orjson

from tradewind.kernel.http import BadAnswer, OutboundError, retry_after_seconds
from tradewind.modules.meetings.adapters._base import CalendarAdapter, Missing, Overwritten, SyncLost
from tradewind.modules.meetings.errors_calendars import CalendarRejected, CredentialsRefused


class VendorAdapter(CalendarAdapter):
    """An adapter that signs in with an access token."""

    async def call(
        self,
        method: str,
        address: str,
        *,
        params: dict[str, Any] | None = None,
        json: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        idempotent: bool | None = None,
    ) -> dict[str, Any]:
        """One exchange with the vendor; `address` is the vendor's own. Raises what `CalendarAdapter` names."""
        token = self.credentials.access_token
        signed = {"Authorization": f"Bearer {token.get_secret_value() if token else ''}", **(headers or {})}
        answer = await self.http.request(
            method, self.url(address), params=params, json=json, headers=signed, idempotent=idempotent
        )
        self.judge(answer)
        return body_of(answer)

    def judge(self, answer: httpx.Response) -> None:
        """Raise what a refusal means."""
        match answer.status_code:
            case status if 200 <= status < 300:
                return
            case 401:
                raise CredentialsRefused("The vendor does not accept the permission any more.")
            case 404:
                raise Missing
            case 410:
                raise SyncLost
            case 409 | 412:
                raise Overwritten
            case 429 | 500 | 502 | 503 | 504:
                pause = retry_after_seconds(answer, at_most=3600) or 60
                raise OutboundError(f"{self.spec.label} asks to wait.", retry_after_seconds=pause)
            case status:
                raise CalendarRejected(f"{self.spec.label} refused ({status}): {reason_of(answer)}")


def body_of(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer, empty where there is no content. Raises BadAnswer."""
    if not answer.content:
        return {}
    try:
        body = orjson.loads(answer.content)
    except orjson.JSONDecodeError as error:
        raise BadAnswer("The vendor's answer is no JSON.") from error
    if not isinstance(body, dict):
        raise BadAnswer("The vendor's answer is no JSON object.")
    return body


def reason_of(answer: httpx.Response) -> str:
    """The vendor's own words, short."""
    try:
        body = body_of(answer)
    except BadAnswer:
        return "no reason given"
    error = body.get("error", body)
    words = error.get("message") if isinstance(error, dict) else error
    return str(words or "no reason given").replace("\x00", "")[:200]


def moment(value: Any) -> datetime | None:
    """An RFC 3339 time, in UTC; without an offset it is UTC already. None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        # Microsoft writes seven digits of a second, Python reads six.
        head, dot, tail = value.partition(".")
        digits = len(tail) - len(tail.lstrip("0123456789"))
        read = datetime.fromisoformat(head + (dot + tail[: min(digits, 6)] if dot else "") + tail[digits:])
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
