"""What of a message may be said before it is whole: its opening, small talk, and the claims that passed the policy.

Part for part, in an order in which no later part changes an earlier one: what was said stands.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tradewind.modules.conversations.engine.actions import Claim, SmallTalk
from tradewind.modules.conversations.engine.situation import Part, Situation, Source
from tradewind.modules.conversations.engine.wording import language_name, say, speaks
from tradewind.modules.conversations.policy.rules import Decision

_PARAGRAPH = "\n\n"


def parts(situation: Situation, decisions: Sequence[Decision]) -> tuple[Part, ...]:
    """What was said already, and what these decisions add to it."""
    said = list(situation.said)
    if not said:
        said += opening(situation)
    known = {(one.kind, one.text) for one in said}
    for one in (*_files(situation), *_small_talk(situation, decisions)):
        if (one.kind, one.text) not in known:
            said.append(one)
    for decision in decisions:
        if isinstance(decision.action, Claim) and decision.verdict == "done":
            said += _claim(situation, decision.action, decision, said)
    return tuple(said)


def pieces(said: Sequence[Part]) -> list[str]:
    """The parts as they follow each other: sentences of one answer in a row, all else as paragraphs."""
    found: list[str] = []
    for place, one in enumerate(said):
        before = said[place - 1] if place else None
        in_a_row = before is not None and before.kind == one.kind == "claim" and before.answers == one.answers
        found.append(f"{'' if before is None else ' ' if in_a_row else _PARAGRAPH}{one.text}")
    return found


def kept(saying: Mapping[str, Any]) -> tuple[Part, ...]:
    """The parts as a conversation keeps them while the answer is not whole."""
    return tuple(Part.model_validate(one) for one in saying.get("parts", ()))


def facts(said: Sequence[Part]) -> dict[str, Any]:
    """What the parts add to the facts of their message, with the sources numbered."""
    found: dict[str, Any] = {}
    for one in said:
        found |= one.data
    citations = [citation for one in said for citation in one.citations]
    unique = {(one["document_id"], one["title"], one["quote"]): one for one in citations}
    if any(one.kind == "claim" for one in said):
        found["citations"] = [{"number": number, **one} for number, one in enumerate(unique.values(), 1)]
    return found


def opening(situation: Situation) -> list[Part]:
    """That no person writes, once at the start; and which language goes on."""
    language, pending, found = situation.language, situation.pending, []
    if not pending.disclosed:
        own = language == situation.settings.main_language
        words = situation.settings.disclosure if own else say("disclosure", language)
        found.append(Part(kind="opening", text=words.strip(), data={"disclosed": True}))
        if situation.remembered:
            found.append(Part(kind="opening", text=say("remembered", language)))
    if not speaks(language) and pending.told_language != language:
        found.append(Part(kind="opening", text=say("go_on_in", language)))
    return found


def language_of(situation: Situation, answers: str) -> str:
    """What to answer a question in."""
    return next((one.language for one in situation.asked if one.id == answers), situation.language)


def _files(situation: Situation) -> list[Part]:
    """What became of the files that came with the messages."""
    key = {"": "file_read", "no_text": "file_no_text", "unreadable": "file_unread"}
    return [
        Part(kind="talk", text=say(key[one.unread], situation.language, name=one.name)) for one in situation.attached
    ]


def _small_talk(situation: Situation, decisions: Sequence[Decision]) -> list[Part]:
    found = []
    for one in decisions:
        if isinstance(one.action, SmallTalk) and one.verdict == "done":
            opener, settings = situation.opener, situation.settings
            own = opener.text if opener else settings.greeting
            # Whoever has seen how the agent begins is greeted back in other words.
            own = "" if situation.greeted_with else own
            if one.action.about == "greeting" and own and situation.language == settings.main_language:
                data = {"variant": opener.key, "propensity": situation.propensity} if opener else {}
                found.append(Part(kind="talk", text=own.strip(), data=data))
            else:
                found.append(Part(kind="talk", text=say(one.action.about, situation.language)))
    return found


def _claim(situation: Situation, claim: Claim, decision: Decision, said: Sequence[Part]) -> list[Part]:
    """A statement that may be made, with its sources, and before it where it comes from if that needs saying."""
    sources = [situation.sources[name] for name in claim.supports if name in situation.sources]
    answers = claim.answers if any(one.id == claim.answers for one in situation.asked) else ""
    language = language_of(situation, answers)
    text, found = claim.text, []
    if decision.rule == "claim.file":
        name = next(one.title for one in sources if one.file)
        text = say("in_file", language, name=name, quote=claim.text.rstrip())
    if any(one.kind == "claim" and one.text == text for one in said):
        return []
    foreign = {one.language for one in sources if not one.record and not one.file}
    if decision.rule != "claim.quoted" and len(foreign) == 1 and language not in foreign and speaks(language):
        words = say("only_in", language, source=language_name(foreign.pop(), language))
        last = next((one for one in reversed(said) if one.kind == "source"), None)
        if last is None or last.text != words or last.answers != answers:
            found.append(Part(kind="source", text=words, answers=answers))
    citations = [_citation(one, decision.quote) for one in sources if not one.record]
    return [
        *found,
        Part(
            kind="claim", text=text, answers=answers, supports=claim.supports, rule=decision.rule, citations=citations
        ),
    ]


def _citation(source: Source, quote: str) -> dict[str, Any]:
    return {
        "title": source.title, "heading": source.heading, "url": source.url, "quote": quote[:600],
        "document_id": str(source.document_id) if source.document_id else None,
        "chunk_id": str(source.chunk_id) if source.chunk_id else None,
    }  # fmt: skip
