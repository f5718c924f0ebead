"""No more of anything: withdrawing every purpose at once, and the words that people reply with."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from tradewind.modules.identity import api as identity
from tradewind.modules.privacy.contracts import Channel, ConsentChange, HeededReply, NewSuppression, Source
from tradewind.modules.privacy.repository import purposes as purposes_repository
from tradewind.modules.privacy.service import suppressing
from tradewind.modules.privacy.service.keys import organisation_key
from tradewind.modules.privacy.service.recording import record_consents

Wish = Literal["stop", "start", "help"]
_MAX_LENGTH = 60


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STOP = _words("""
    stop stopall stopp unsubscribe unsub cancel end quit revoke optout remove abmelden abbestellen austragen baja alto
    cancelar parar arret arreter desabonner desinscrire
""")
_START = _words("start unstop resume anmelden alta reprendre")
_HELP = _words("help info hilfe ayuda aide")
# Courtesies and the like beside the word that counts: “Please stop texting me”.
_BESIDE = _words("""
    please pls me us all now the this these it texting messaging messages message texts mails mail email emails calling
    sending from your list off opt out thanks thank you bitte mich alle jetzt danke por favor ya mas gracias svp moi
    merci
""")
_ANSWERS = {
    "stop": "{organisation}: you will get no more messages. Reply START to get them again.",
    "start": "{organisation}: you get messages again. Reply STOP to end them.",
    "help": "{organisation}: reply STOP to get no more messages.",
}


def wish_in(text: str) -> Wish | None:
    """What a reply asks for if it is nothing but such a word, in four languages: `stop`, `start`, `help` or None."""
    if len(text) > _MAX_LENGTH:
        return None
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = re.findall(r"[a-z]+", plain)
    if words == ["opt", "out"] or (words and {"opt", "out"} <= set(words) <= _BESIDE):
        return "stop"
    told = [word for word in words if word not in _BESIDE]
    if told and _STOP.issuperset(told):
        return "stop"
    if len(words) == 1:
        return "start" if words[0] in _START else "help" if words[0] in _HELP else None
    return None


async def heed_reply(
    session: AsyncSession, channel: Channel, address: str, text: str, *, person_id: UUID | None = None
) -> HeededReply | None:
    """Do what a reply such as STOP asks for; None, and nothing done, for any other text. Raises ContactInvalid."""
    wish = wish_in(text)
    if wish is None:
        return None
    proof = {"reply": text.strip()}
    if wish == "stop":
        await withdraw_all(session, channel, address, source="reply", proof=proof, person_id=person_id)
    elif wish == "start":
        # What was withdrawn one by one stays so: START takes back a STOP, it agrees to nothing new.
        await suppressing.release(session, [(channel, address)], reasons=["unsubscribed"], note=f"replied {text}")
    organisation = await identity.get_organisation(session)
    return HeededReply(wish, _ANSWERS[wish].format(organisation=organisation.name))


async def withdraw_all(
    session: AsyncSession,
    channel: Channel,
    address: str,
    *,
    source: Source,
    proof: Mapping[str, Any] | None = None,
    person_id: UUID | None = None,
    origin_id: UUID | None = None,
) -> None:
    """Withdraw every purpose that needs a basis, those yet to come included. Raises ContactInvalid."""
    await organisation_key(session)
    refused = [each for each in await purposes_repository.all_purposes(session) if each.requires != "none"]
    await record_consents(
        session,
        [
            ConsentChange(
                channel=channel,
                address=address,
                purpose=purpose.key,
                state="withdrawn",
                source=source,
                proof={**(proof or {}), "everything": True},
                person_id=person_id,
                origin_id=origin_id,
            )
            for purpose in refused
        ],
    )
    await suppressing.suppress(
        session,
        [
            NewSuppression(
                channel=channel,
                address=address,
                reason="unsubscribed",
                source=source,
                person_id=person_id,
                origin_id=origin_id,
            )
        ],
    )
