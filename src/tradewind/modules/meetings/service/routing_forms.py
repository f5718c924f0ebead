"""Routing forms: a few questions that lead to the right event type, another page or a message."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.classification import hides, masked
from tradewind.kernel.clock import now
from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.ids import new_id
from tradewind.kernel.pagination import Page
from tradewind.modules.identity import api as identity
from tradewind.modules.meetings.engine import answers as answering
from tradewind.modules.meetings.engine import routing
from tradewind.modules.meetings.errors import FormNotFound, RoutingFormInvalid, SlugTaken, TooMany
from tradewind.modules.meetings.errors_bookings import BookingInvalid, BookingPageNotFound
from tradewind.modules.meetings.models.routing_forms import RoutingAnswer, RoutingForm
from tradewind.modules.meetings.repository import event_types
from tradewind.modules.meetings.repository import routing_forms as repository
from tradewind.modules.meetings.schemas.routing_forms import (
    PublicRoutingForm,
    RoutedTo,
    RoutingAnswerRead,
    RoutingFormCreate,
    RoutingFormRead,
    RoutingFormUpdate,
    RoutingTried,
)
from tradewind.modules.meetings.service import booking_pages
from tradewind.modules.meetings.service.event_types import check_questions, slug_of

MAX_FORMS = 100
_NOWHERE = {"kind": "message", "text": "Thank you. Nothing can be booked at the moment; please write to us."}
# Behind `/booking/{organisation}/forms/` these words already mean something else.
_RESERVED = frozenset({"slots", "bookings", "waiting-list"})


async def list_forms(session: AsyncSession) -> list[RoutingFormRead]:
    """All forms, by title."""
    return await _read_all(session, await repository.every(session))


async def read_form(session: AsyncSession, form_id: UUID) -> RoutingFormRead:
    """One form. Raises FormNotFound."""
    return await _read(session, await _require(session, form_id))


async def create_form(session: AsyncSession, data: RoutingFormCreate) -> RoutingFormRead:
    """Add a form. Raises RoutingFormInvalid, SlugTaken, TooMany."""
    organisation_id = actor_of(session).organisation_id
    assert organisation_id is not None
    taken = {form.slug for form in await repository.every(session)}
    if len(taken) >= MAX_FORMS:
        raise TooMany(f"{MAX_FORMS} forms are the most one can keep. Remove one that is not used.")
    if data.slug in taken:
        raise _slug_taken(data.slug)
    values = data.model_dump(mode="json", exclude={"slug"})
    slug = data.slug or slug_of(data.title, taken | _RESERVED)
    form = RoutingForm(id=new_id(), organisation_id=organisation_id, slug=slug, **values)
    await _check(session, form)
    session.add(form)
    await _flush(session, form.slug)
    await _record(session, "routing_form.created", form, after=_facts(form))
    return await _read(session, form)


async def update_form(
    session: AsyncSession, form_id: UUID, data: RoutingFormUpdate, if_match: str | None
) -> RoutingFormRead:
    """Change a form. Raises FormNotFound, RoutingFormInvalid, SlugTaken, PreconditionFailed."""
    form = await _changeable(session, form_id, if_match)
    before = _facts(form)
    for name, value in data.model_dump(mode="json", exclude_unset=True).items():
        if value is not None:
            setattr(form, name, value)
    with session.no_autoflush:  # a slug that is taken shall not fail inside of a query
        await _check(session, form)
    form.version += 1
    form.updated_at = now()
    await _flush(session, form.slug)
    after = _facts(form)
    changed = [name for name in after if after[name] != before[name]]
    await _record(
        session, "routing_form.updated", form,
        before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
    )  # fmt: skip
    return await _read(session, form)


async def delete_form(session: AsyncSession, form_id: UUID, if_match: str | None) -> None:
    """Remove a form with its answers from sight. Raises FormNotFound, PreconditionFailed."""
    form = await _changeable(session, form_id, if_match)
    form.deleted_at = form.updated_at = now()
    form.version += 1
    await _record(session, "routing_form.deleted", form, before=_facts(form))


async def try_form(session: AsyncSession, form_id: UUID, given: Mapping[str, Any]) -> RoutingTried:
    """Where answers lead, required or not, recording nothing. Raises FormNotFound, BookingInvalid."""
    form = await _require(session, form_id)
    found = await _decide(session, form, _answers(form, given, required=False))
    return RoutingTried.model_validate(
        {"rule": _rule_name(form, found), "target": found.target, "reason": found.reason}
    )


async def list_answers(
    session: AsyncSession, form_id: UUID, *, cursor: str | None, limit: int
) -> Page[RoutingAnswerRead]:
    """What strangers answered, newest first. Raises FormNotFound."""
    await _require(session, form_id)
    rows, following, previous = await repository.answers(session, form_id, cursor=cursor, limit=limit)
    hidden = hides(actor_of(session))
    items = [RoutingAnswerRead.model_validate(row) for row in rows]
    for item in items:
        if hidden:
            item.answers = {key: masked(str(value)) for key, value in item.answers.items()}
    return Page(items=items, next_cursor=following, previous_cursor=previous)


async def public_form(session: AsyncSession, organisation: str, slug: str) -> PublicRoutingForm:
    """A form for strangers, in whose organisation the session acts from here on. Raises BookingPageNotFound."""
    form = await _enter(session, organisation, slug)
    found = await identity.get_organisation(session)
    return PublicRoutingForm.model_validate(
        {
            **{name: getattr(form, name) for name in ("slug", "title", "description", "questions")},
            "organisation": {"slug": found.slug, "name": found.name, "time_zone": found.time_zone},
        }
    )


async def answer_form(session: AsyncSession, organisation: str, slug: str, given: Mapping[str, Any]) -> RoutedTo:
    """Where a stranger's answers lead; they are kept with the reason. Raises BookingPageNotFound, BookingInvalid."""
    form = await _enter(session, organisation, slug)
    answers = _answers(form, given, required=True)
    found = await _decide(session, form, answers)
    session.add(
        RoutingAnswer(
            id=new_id(), organisation_id=form.organisation_id, form_id=form.id, answers=answers,
            rule=_rule_name(form, found), target=dict(found.target), reason=found.reason,
        )
    )  # fmt: skip
    if found.target["kind"] != "event_type":
        return RoutedTo.model_validate(found.target)
    event_type_id = UUID(found.target["event_type_id"])
    event_type = (await repository.open_event_types(session, [event_type_id]))[event_type_id]
    return RoutedTo(kind="event_type", event_type=event_type, path=f"/book/{organisation.lower()}/{event_type}")


async def _decide(session: AsyncSession, form: RoutingForm, answers: Mapping[str, Any]) -> routing.Decision:
    named = {target["event_type_id"] for target in _targets(form) if target["kind"] == "event_type"}
    closed = named - {str(one) for one in await repository.open_event_types(session, [UUID(one) for one in named])}
    fallback, missing = form.fallback, form.fallback.get("event_type_id") in closed
    found = routing.decide(form.questions, form.rules, _NOWHERE if missing else fallback, answers, closed=closed)
    if found.rule is None and missing:
        reason = f"{found.reason} The event type for everybody else cannot be booked."
        return routing.Decision(None, found.target, reason)
    return found


def _answers(form: RoutingForm, given: Mapping[str, Any], *, required: bool) -> dict[str, Any]:
    answers, wrong = answering.check(form.questions, given, required=required)
    if wrong:
        raise BookingInvalid("Some answers do not fit the questions.", errors=wrong)
    return answers


def _rule_name(form: RoutingForm, found: routing.Decision) -> str | None:
    return None if found.rule is None else form.rules[found.rule]["name"]


def _targets(form: RoutingForm) -> list[dict[str, Any]]:
    return [*(rule["target"] for rule in form.rules), form.fallback]


async def _enter(session: AsyncSession, organisation: str, slug: str) -> RoutingForm:
    await booking_pages.enter_organisation(session, organisation)
    form = await repository.by_slug(session, slug.lower())
    if form is None or not form.active:
        raise BookingPageNotFound("This form is not used any more.")
    return form


async def _require(session: AsyncSession, form_id: UUID, *, lock: bool = False) -> RoutingForm:
    form = await repository.form(session, form_id, lock=lock)
    if form is None:
        raise FormNotFound("There is no such form; it may have been removed.")
    return form


async def _changeable(session: AsyncSession, form_id: UUID, if_match: str | None) -> RoutingForm:
    form = await _require(session, form_id, lock=True)
    check_version(if_match, form.version, (await _read(session, form)).model_dump(mode="json"))
    return form


async def _check(session: AsyncSession, form: RoutingForm) -> None:
    """Raise RoutingFormInvalid for conditions and targets that can never work."""
    if form.slug in _RESERVED:
        raise _invalid("slug", f"“{form.slug}” cannot be the address of a form. Choose another one.")
    if problem := check_questions(form.questions):
        raise _invalid(*problem)
    asked = {question["key"]: question for question in form.questions}
    for place, rule in enumerate(form.rules):
        for number, condition in enumerate(rule["conditions"]):
            field = f"rules.{place}.conditions.{number}"
            question = asked.get(condition["question"])
            if question is None:
                known = ", ".join(asked)
                raise _invalid(f"{field}.question", f"The form asks no “{condition['question']}”; it asks {known}.")
            if problem := _condition_problem(question, condition):
                raise _invalid(field, f"“{question['label']}”: {problem}")
    for field, target in zip(
        [*(f"rules.{place}.target" for place in range(len(form.rules))), "fallback"], _targets(form), strict=True
    ):
        if target["kind"] == "event_type" and not await event_types.event_type(session, UUID(target["event_type_id"])):
            raise _invalid(f"{field}.event_type_id", "There is no such event type; it may have been removed.")


def _condition_problem(question: Mapping[str, Any], condition: Mapping[str, Any]) -> str | None:
    kind, op, value = question["kind"], condition["op"], condition.get("value")
    if op not in routing.ops_of(kind):
        return f"“{routing.OPS[op]}” does not fit a {kind}; choose one of {', '.join(routing.ops_of(kind))}."
    if op in ("answered", "not_answered"):
        return None if value is None else f"“{routing.OPS[op]}” takes no value."
    if kind == "checkbox":
        return None if isinstance(value, bool) else "A box is compared with true or false."
    if kind == "number":
        return None if isinstance(value, int | float) and not isinstance(value, bool) else "Compare with a number."
    wanted: Sequence[Any] = value if isinstance(value, list) else [value]
    if (op == "one_of") != isinstance(value, list) or not all(isinstance(one, str) for one in wanted):
        return "Compare with a list of texts." if op == "one_of" else "Compare with a text."
    unknown = [one for one in wanted if kind == "select" and one not in question["options"]]
    return f"“{unknown[0]}” is none of the answers; they are {', '.join(question['options'])}." if unknown else None


async def _flush(session: AsyncSession, slug: str) -> None:
    try:
        async with session.begin_nested():
            await session.flush()
    except IntegrityError as error:
        if "routing_forms_by_slug" not in str(error.orig):
            raise
        raise _slug_taken(slug) from error


async def _read(session: AsyncSession, form: RoutingForm) -> RoutingFormRead:
    [read] = await _read_all(session, [form])
    return read


async def _read_all(session: AsyncSession, forms: Sequence[RoutingForm]) -> list[RoutingFormRead]:
    organisation = await identity.get_organisation(session)
    counted = await repository.answered(session, [form.id for form in forms])
    stored = RoutingFormRead.model_fields.keys() - {"path", "answered"}
    return [
        RoutingFormRead.model_validate(
            {
                **{name: getattr(form, name) for name in stored},
                "path": f"/api/v1/booking/{organisation.slug}/forms/{form.slug}",
                "answered": counted.get(form.id, 0),
            }
        )
        for form in forms
    ]


def _facts(form: RoutingForm) -> dict[str, Any]:
    names = ("title", "slug", "description", "questions", "rules", "fallback", "active")
    return {name: getattr(form, name) for name in names}


def _slug_taken(slug: str) -> SlugTaken:
    return SlugTaken(f"Another form has the address “{slug}”. Choose another one.")


def _invalid(field: str, message: str) -> RoutingFormInvalid:
    return RoutingFormInvalid(message, errors=[{"field": field, "message": message}])


async def _record(session: AsyncSession, action: str, form: RoutingForm, **facts: Any) -> None:
    await identity.record(session, action=action, subject_type="routing_form", subject_id=form.id, **facts)
