"""What may go to models: which personal data is replaced, and which topics answers keep to."""

import asyncio
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from uuid import UUID

import numpy as np
import phonenumbers
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.kernel.concurrency import check_version
from tradewind.kernel.database import actor_of
from tradewind.kernel.errors import FieldError, PreconditionFailed
from tradewind.kernel.ids import new_id
from tradewind.modules.ai import repository, safety
from tradewind.modules.ai import repository_prompts as policies
from tradewind.modules.ai.contracts import TopicRule
from tradewind.modules.ai.embedding import embed_locally
from tradewind.modules.ai.errors_prompts import PolicyInvalid
from tradewind.modules.ai.models_prompts import Policy
from tradewind.modules.ai.personal_data import PERSONAL_KINDS, Known, PersonalKind
from tradewind.modules.ai.redaction import Redactor
from tradewind.modules.ai.schemas_policy import PolicyRead, PolicyWrite, TextFinding, TextToTry, TryRead
from tradewind.modules.identity import api as identity

# Cosine to the nearest example. Greetings and thanks have no topic: short texts are not held to the allowed ones.
DENIED_FROM = 0.4
ALLOWED_FROM = 0.25
_FEW_WORDS = 3
_FIELDS = ("redacted_kinds", "exempt_connections", "phone_region", "topics")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a text keeps to the topics. `topic` is the denied one, or the allowed one it falls under."""

    allowed: bool
    topic: str | None = None
    by: Literal["keyword", "meaning", "none"] | None = None


async def read(session: AsyncSession) -> PolicyRead:
    """The organisation's settings. Until somebody changes them, all kinds of personal data are replaced."""
    row = await policies.policy(session)
    if row is None:
        return PolicyRead(version=0, redacted_kinds=list(PERSONAL_KINDS))
    return PolicyRead.model_validate(row, from_attributes=True)


async def write(session: AsyncSession, data: PolicyWrite, *, if_match: str | None) -> PolicyRead:
    """Change the settings. Raises PolicyInvalid, PreconditionFailed."""
    await _check(session, data)
    before = await read(session)
    row = await policies.policy(session, lock=True)
    if row is not None or if_match != '"0"':
        check_version(if_match, row.version if row else 0, before.model_dump(mode="json"))
    if row is None:
        row = Policy(id=new_id(), organisation_id=actor_of(session).organisation_id, version=0)
        session.add(row)
    for name in _FIELDS:
        value = getattr(data, name)
        setattr(row, name, [one.model_dump() for one in data.topics] if name == "topics" else value)
    row.version += 1
    try:
        await session.flush()
    except IntegrityError as error:
        raise PreconditionFailed("Someone else has just changed these settings. Reload to see them.") from error
    after = await read(session)
    changed = [name for name in _FIELDS if getattr(before, name) != getattr(after, name)]
    await identity.record(
        session, action="ai.policy_changed", subject_type="ai_policy", subject_id=row.id,
        before=before.model_dump(mode="json", include=set(changed)),
        after=after.model_dump(mode="json", include=set(changed)),
    )  # fmt: skip
    return after


async def redaction(
    session: AsyncSession, connection_ids: Collection[UUID]
) -> tuple[tuple[PersonalKind, ...], str | None]:
    """Kinds to replace in what goes along a route, none where all of its connections are exempt; and the region."""
    policy = await read(session)
    if connection_ids and set(connection_ids) <= set(policy.exempt_connections):
        return (), None
    return tuple(policy.redacted_kinds), policy.phone_region


async def judge_topic(session: AsyncSession, text: str) -> Verdict:
    """Whether a text keeps to the organisation's topics, by words first and by meaning then. Computed locally."""
    policy = await read(session)
    return await judge(policy.topics, text)


async def judge(topics: Sequence[TopicRule], text: str) -> Verdict:
    """Whether a text keeps to these topics. A denied topic counts before an allowed one."""
    for rule in ("deny", "allow"):
        for topic in topics:
            if topic.rule == rule and topic.keywords and _keywords(tuple(topic.keywords)).search(text):
                return Verdict(rule == "allow", topic.name, "keyword")
    exemplary = [(topic, example) for topic in topics for example in topic.examples]
    nearest: dict[str, tuple[float, TopicRule]] = {}
    if exemplary:
        vectors = await asyncio.to_thread(_embedded, tuple(example for _, example in exemplary), text)
        for (topic, _), similarity in zip(exemplary, vectors[:-1] @ vectors[-1], strict=True):
            if similarity > nearest.get(topic.rule, (-1.0, topic))[0]:
                nearest[topic.rule] = (float(similarity), topic)
    denied, allowed = nearest.get("deny"), nearest.get("allow")
    if denied and denied[0] >= DENIED_FROM and (allowed is None or denied[0] >= allowed[0]):
        return Verdict(False, denied[1].name, "meaning")
    if allowed and allowed[0] >= ALLOWED_FROM:
        return Verdict(True, allowed[1].name, "meaning")
    limited = any(topic.rule == "allow" for topic in topics)
    if limited and len(text.split()) > _FEW_WORDS:
        return Verdict(False, None, "none")
    return Verdict(True)


async def tried(session: AsyncSession, data: TextToTry) -> TryRead:
    """What the settings make of a text. Nothing is stored and nothing leaves."""
    policy = await read(session)
    known = Known(tuple(data.names), policy.phone_region)
    redactor = Redactor(known, policy.redacted_kinds)
    verdict = await judge(policy.topics, data.text)
    return TryRead(
        redacted=redactor.redact(data.text),
        replaced={str(kind): number for kind, number in redactor.replaced.items()},
        allowed=verdict.allowed,
        topic=verdict.topic,
        topic_by=verdict.by,
        findings=[
            TextFinding(code=one.code, detail=one.detail, excerpt=one.excerpt)
            for one in safety.find_injection(data.text)
        ],
    )


async def _check(session: AsyncSession, data: PolicyWrite) -> None:
    errors: list[FieldError] = []
    if data.phone_region and data.phone_region not in phonenumbers.SUPPORTED_REGIONS:
        errors.append({"field": "phone_region", "message": f"“{data.phone_region}” is no country with telephones."})
    known = {one.id for one in await repository.connections(session)}
    for place, one in enumerate(data.exempt_connections):
        if one not in known:
            errors.append({"field": f"exempt_connections.{place}", "message": "There is no such connection."})
    names: set[str] = set()
    for place, topic in enumerate(data.topics):
        if topic.name.casefold() in names:
            errors.append({"field": f"topics.{place}.name", "message": f"“{topic.name}” is there twice."})
        names.add(topic.name.casefold())
        if not topic.keywords and not topic.examples:
            errors.append({"field": f"topics.{place}.examples", "message": "Give words or examples to know it by."})
    if errors:
        raise PolicyInvalid(errors[0]["message"], errors=errors)


@lru_cache(maxsize=256)
def _keywords(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?i)(?<!\w)(?:{'|'.join(re.escape(word) for word in words)})(?!\w)")


def _embedded(examples: tuple[str, ...], text: str) -> np.ndarray:
    return np.concatenate([_examples(examples), embed_locally([text])])


@lru_cache(maxsize=64)
def _examples(examples: tuple[str, ...]) -> np.ndarray:
    return embed_locally(list(examples))
