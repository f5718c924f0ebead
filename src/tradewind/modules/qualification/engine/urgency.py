"""Words that say that somebody cannot wait. Rules first: they can be read, and they know four languages."""

import re
from dataclasses import dataclass
from functools import cache

from tradewind.modules.qualification.contracts import UrgencyLevel


@dataclass(frozen=True, slots=True)
class Sign:
    """A pattern and what it means, in words."""

    level: UrgencyLevel
    why: str
    pattern: str


SIGNS: tuple[Sign, ...] = (
    Sign(
        "urgent",
        "Says that it is an emergency",
        r"(?:an?|the|in|it['’]?s|this\s+is)\s+(?:an?\s+)?(?:real\s+|absolute\s+)?emergency(?!\s+(?:fund|exit|contact|plan|number\s+field))|notfall|emergencia|urgence\s+(?:absolue|vitale)|c['’]est\s+une\s+urgence",
    ),  # fmt: skip
    Sign(
        "urgent",
        "Says that it is urgent",
        r"urgent(?:ly|ísimo|e)?(?!\s+care)|dringend|eilt\s+(?:sehr|extrem)|sehr\s+eilig|urge(?:nte)?|très\s+pressé|extremely\s+time[\s-]sensitive",
    ),  # fmt: skip
    Sign(
        "urgent",
        "Wants it at once",
        r"\b(?:asap|a\.s\.a\.p\.?)\b|as\s+soon\s+as\s+(?:humanly\s+)?possible|right\s+(?:now|away)\s*[!.]|immediately|need\s+(?:help|someone|somebody|you|this|it)\s+(?:right\s+)?now\b|(?:call|ring|phone)\s+me\s+(?:back\s+)?(?:right\s+now|now|immediately|at\s+once)|sofort|unverzüglich|schnellstmöglich|inmediatamente|ahora\s+mismo|lo\s+antes\s+posible|cuanto\s+antes|immédiatement|tout\s+de\s+suite|dès\s+que\s+possible|au\s+plus\s+vite",
    ),  # fmt: skip
    Sign(
        "urgent",
        "Says that something is down or broken",
        r"(?:site|website|shop|store|system|server|app|production|payments?|checkout|platform|everything|service|network|phone\s+lines?|database)\s+(?:is|are|has\s+been|went|just\s+went|keeps?)\s+(?:all\s+|completely\s+|totally\s+)?(?:down|offline|crash\w*|dead|broken|hacked|not\s+working)|(?:we(?:['’]ve|\s+have)?\s+(?:been|are|were|got)\s+hacked)|(?:data|security)\s+breach|ransomware|outage|(?:seite|website|shop|system|server|app|plattform|alles)\s+(?:ist|sind)\s+(?:komplett\s+|ganz\s+)?(?:down|offline|kaputt|ausgefallen|abgestürzt|gehackt)|ausfall|(?:sitio|web|tienda|sistema|servidor)\s+(?:está|esta)\s+(?:caíd[oa]|caid[oa]|roto)|(?:site|système|serveur|boutique)\s+(?:est|a)\s+(?:en\s+panne|hors\s+ligne|planté|tombé)",
    ),  # fmt: skip
    Sign(
        "urgent",
        "Says that people are in danger or hurt",
        r"\b(?:injured|bleeding|unconscious|on\s+fire|gas\s+leak|flood(?:ed|ing)|smoke\s+(?:is\s+)?coming|water\s+is\s+(?:pouring|coming)|locked\s+(?:in|out)|chest\s+pain|can['’]?t\s+breathe)\b|verletzt|es\s+brennt|gasgeruch|rohrbruch|überflut\w+|wasserschaden|ausgesperrt|herid[oa]s?|incendio|fuga\s+de\s+gas|inundaci[oó]n|blessée?s?|incendie|fuite\s+de\s+gaz|inondation",
    ),  # fmt: skip
    Sign(
        "urgent",
        "Is losing money or customers",
        r"losing\s+(?:\w+\s+){0,3}(?:money|customers|sales|orders|revenue|business)|verlieren\s+(?:\w+\s+){0,3}(?:geld|kunden|umsatz)|perdiendo\s+(?:\w+\s+){0,2}(?:dinero|clientes|ventas)|perdons\s+(?:\w+\s+){0,2}(?:de\s+l['’]argent|des\s+clients)",
    ),  # fmt: skip
    Sign(
        "urgent",
        "Has a deadline today or tomorrow",
        r"(?:deadline|due|needed?|must|have\s+to|has\s+to|expires?|runs?\s+out|starts?|goes?\s+live)\b[^.!?]{0,40}\b(?:today|tonight|tomorrow(?:\s+morning)?|within\s+(?:the\s+)?(?:hour|an\s+hour|two\s+hours|24\s+hours)|in\s+(?:an|one|two|a\s+few|\d)\s+hours?|end\s+of\s+(?:the\s+)?day)|(?:frist|muss|müssen|brauche[n]?)\b[^.!?]{0,40}\b(?:heute|noch\s+heute|morgen\s+früh|binnen\s+einer\s+stunde)|(?:plazo|necesito|necesitamos)\b[^.!?]{0,40}\bhoy\b|(?:délai|besoin|faut)\b[^.!?]{0,40}\baujourd['’]hui\b",
    ),  # fmt: skip
    Sign(
        "soon",
        "Wants it this week",
        r"(?:need|want|start|decide|live|ready|go)\b[^.!?]{0,40}\b(?:this\s+week|by\s+(?:the\s+end\s+of\s+(?:the|this)\s+week|friday)|within\s+(?:a|the)\s+week|in\s+(?:a\s+few|two|three)\s+days)|(?:diese\s+woche|bis\s+(?:ende\s+der\s+woche|freitag))|esta\s+(?:misma\s+)?semana|cette\s+semaine|avant\s+vendredi",
    ),  # fmt: skip
    Sign(
        "soon",
        "Is in a hurry",
        r"\b(?:in\s+a\s+(?:hurry|rush)|time[\s-]sensitive|quickly\s+please|running\s+out\s+of\s+time|tight\s+deadline|can['’]?t\s+wait\s+(?:long|much\s+longer)|high\s+priority|top\s+priority)\b|habe\s+es\s+eilig|unter\s+zeitdruck|zeitkritisch|tengo\s+prisa|con\s+prisa|corre\s+prisa|pressée?s?\b|prioritaire",
    ),  # fmt: skip
)
# What takes the edge off: “not urgent”, “no rush”, “is it urgent to…?”, somebody else's emergency of long ago.
_CALM = re.compile(
    r"\b(?:not|isn['’]?t|n['’]t|no|nothing|nicht|kein\w*|no\s+es|nada|pas|aucune?|never|without)\s+(?:\w+\s+){0,2}"
    r"(?:urgent\w*|urgence|urgente|dringend\w*|emergency|emergencia|notfall|rush|hurry|eil\w*|prisa|pressée?|asap|immediately|down|broken)"
    r"|whenever\s+(?:you|it)|take\s+your\s+time|lassen\s+sie\s+sich\s+zeit|sin\s+prisa|quand\s+vous\s+(?:pouvez|voulez)"
    r"|(?:last|previous|past)\s+(?:week|month|year)[^.!?]{0,30}(?:emergency|down|outage)|(?:in\s+case\s+of|for)\s+(?:an?\s+)?(?:emergency|emergencies|outages?)"
    r"|emergency\s+(?:support|plan|contact|number|services?|fund|hotline)|urgent\s+care|how\s+(?:do|does|would)\s+you\s+handle",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Found:
    """The strongest sign of a text, where it stands, and all signs in words."""

    level: UrgencyLevel
    why: str
    start: int
    end: int
    signs: tuple[str, ...]


@cache
def _compiled() -> list[tuple[Sign, re.Pattern[str]]]:
    return [(sign, re.compile(rf"(?<!\w)(?:{sign.pattern})", re.I)) for sign in SIGNS]


def is_calm(text: str) -> bool:
    """Whether a text says itself that it can wait, or speaks of urgency only in general."""
    return _CALM.search(text) is not None


def by_rules(text: str) -> Found | None:
    """The strongest sign in a text; None without one, or where the text says that it can wait."""
    hits = [(sign, match) for sign, pattern in _compiled() if (match := pattern.search(text))]
    calm = _CALM.search(text)
    if calm is not None:
        hits = [
            (sign, match) for sign, match in hits if match.end() <= calm.start() - 2 or match.start() >= calm.end() + 20
        ]
    if not hits:
        return None
    sign, match = min(hits, key=lambda hit: (hit[0].level != "urgent", hit[1].start()))
    return Found(sign.level, sign.why, match.start(), match.end(), tuple(dict.fromkeys(one.why for one, _ in hits)))
