"""The visitor's words read without a model: what they ask for, answer and choose."""

import re
from collections.abc import Callable, Sequence

from tradewind.modules.conversations.engine.choosing import chosen
from tradewind.modules.conversations.engine.languages import recognise
from tradewind.modules.conversations.engine.phrases import folded, says, yes_or_no
from tradewind.modules.conversations.engine.situation import EMAIL, NAME, Asked, Heard, Noted, Pending, Reading
from tradewind.modules.knowledge import api as knowledge

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])")
_NAMED = re.compile(
    r"\b(?:my name is|i am called|this is|name:|mein name ist|ich heisse|ich heiße|me llamo|mi nombre es|je m'appelle"
    r"|je suis|mon nom est|mi chiamo)\s+(?P<name>[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){0,3})",
    re.IGNORECASE,
)
_ONLY_A_NAME = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:[\s-][^\W\d_][^\W\d_'’.-]*){0,4}\.?")
# What stands before a name where it was asked for: “hi, I'm Ada”.
_INTRODUCES = re.compile(
    r"^(?:(?:hi|hello|hey|hallo|hola|bonjour|ciao|olá|cześć|yes|ja|sure)\b[\s,.!]*)?"
    r"(?:(?:it is|it['’]s|i am|i['’]m|ich bin|das ist|soy|je suis|c['’]est|sono|eu sou|sou|ik ben|jestem|أنا)\s+)?",
    re.IGNORECASE,
)
_STOPS = re.compile(r"\s+(?:and|und|y|et|from|von|de la|with|mit|my|meine?|here|but|aber)\b.*", re.IGNORECASE)
_MOST_SENTENCES, _MOST_QUESTIONS = 12, 3
_SENTENCE = re.compile(r"(?<=[.!?;…。！？])\s+|\n+")
_QUESTION = re.compile(r"[?¿？؟]|^(?:who|what|when|where|why|how|which|can|could|do|does|did|is|are|will|would)\b")


def read(heard: Sequence[Heard], pending: Pending, *, language: str) -> Reading:
    """What all messages together say; a later one counts before an earlier one."""
    text = "\n".join(one.text for one in heard)
    question = knowledge.read_question(heard[-1].text.strip()[:1_000]) if heard and heard[-1].text.strip() else None
    booking = pending.booking
    candidates = chosen(text, booking.offered, booking.zone) if booking and not booking.meeting_id else ()
    email, name = _last(_EMAIL, heard), _name(heard, pending)
    noted = [Noted("email", one[0], one[0], one[1]) for one in [email] if one]
    noted += [Noted("name", one[0], one[0], one[1]) for one in [name] if one]
    talk = question.small_talk if question else None
    return Reading(
        language=language,
        answer=yes_or_no(heard[-1].text) if heard else None,
        slot=candidates[0] if len(candidates) == 1 else None,
        unclear_slot=len(candidates) > 1,
        wants_person=any(says("person", one) and not says("who", one) for one in _SENTENCE.split(text)),
        wants_no_ai=says("no_ai", text),
        asks_who=talk == "identity" or says("who", text),
        wants_meeting=says("meeting", text),
        small_talk=talk,
        insult=says("insult", text),
        is_question=bool(_QUESTION.search(folded(text))) or bool(question and question.wants),
        email=email[0] if email else None,
        name=name[0] if name else None,
        noted=tuple(noted),
    )


def asked_in_several(
    heard: Sequence[Heard], *, present: str | None, offered: Sequence[str], answered_in: Callable[[str], str]
) -> tuple[Asked, ...]:
    """The questions, each with the language to answer it in, where they came in several; else none.

    Sentences in a row of one language are one question. Blocks: use a thread.
    """
    found: list[tuple[str, str]] = []
    sentences = [one.strip() for each in heard if not each.file for one in _SENTENCE.split(each.text) if one.strip()]
    if len(sentences) < 2 or len(sentences) > _MOST_SENTENCES:
        return ()
    for sentence in sentences:
        spoken = recognise(sentence, present=found[-1][1] if found else present, offered=offered)
        language = answered_in(spoken)
        if found and found[-1][1] == language:
            found[-1] = (f"{found[-1][0]} {sentence}", language)
        else:
            found.append((sentence, language))
    asked = [one for one in found if _asks(one[0])][:_MOST_QUESTIONS]
    if len({language for _, language in asked}) < 2:
        return ()
    return tuple(Asked(f"Q{place}", text, language) for place, (text, language) in enumerate(asked, 1))


def _asks(text: str) -> bool:
    return bool(_QUESTION.search(folded(text))) or bool(knowledge.read_question(text[:1_000]).wants)


def _last(pattern: re.Pattern[str], heard: Sequence[Heard]) -> tuple[str, str] | None:
    for one in reversed(heard):
        if found := pattern.findall(one.text):
            return found[-1].rstrip("."), one.id
    return None


def _name(heard: Sequence[Heard], pending: Pending) -> tuple[str, str] | None:
    """How the visitor calls themselves: said outright, or the whole answer where the name was asked for."""
    for one in reversed(heard):
        if match := _NAMED.search(one.text):
            name = _STOPS.sub("", match["name"]).strip(" .,")
            if name:
                return name, one.id
    if pending.asked in (NAME, EMAIL) and heard:
        answer = _INTRODUCES.sub("", _EMAIL.sub("", heard[-1].text).strip(" ,.;\n"))
        answer = _STOPS.sub("", answer).strip(" ,.")
        if pending.asked == NAME and yes_or_no(answer) is None and _ONLY_A_NAME.fullmatch(answer) and len(answer) <= 80:
            return answer, heard[-1].id
    return None
