"""Words of calendars and clocks, by language."""

from dataclasses import dataclass

from tradewind.modules.qualification.reading.spans import Language


def _numbered(text: str, first: int = 1) -> dict[str, int]:
    """`january jan | february feb` → each word with its number."""
    return {word: place for place, group in enumerate(text.split("|"), first) for word in group.split()}


@dataclass(frozen=True, slots=True)
class Words:
    """`days` count from Monday = 0; `relative` from today; `parts` of the day: (first, last) hour of the 24."""

    months: dict[str, int]
    days: dict[str, int]
    relative: dict[str, int]
    parts: dict[str, tuple[int, int]]
    units: dict[str, str]
    next: str
    this: str


WORDS: dict[Language, Words] = {
    "en": Words(
        _numbered(
            "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sept sep"
            "|october oct|november nov|december dec"
        ),
        _numbered(
            "monday mon|tuesday tues tue|wednesday wed|thursday thurs thur thu|friday fri|saturday sat|sunday sun", 0
        ),
        {
            "the day after tomorrow": 2,
            "day after tomorrow": 2,
            "tomorrow": 1,
            "tmrw": 1,
            "later today": 0,
            "today": 0,
            "tonight": 0,
            "yesterday": -1,
        },
        {"morning": (0, 12), "afternoon": (12, 18), "evening": (15, 24), "night": (18, 24)},
        {
            "day": "day",
            "days": "day",
            "week": "week",
            "weeks": "week",
            "month": "month",
            "months": "month",
            "year": "year",
            "years": "year",
            "quarter": "quarter",
            "quarters": "quarter",
        },
        "next|coming|following",
        "this",
    ),
    "de": Words(
        _numbered(
            "januar jänner jan|februar feber feb|märz maerz mär|april apr|mai|juni jun|juli jul|august aug"
            "|september sept sep|oktober okt|november nov|dezember dez"
        ),
        _numbered("montag|dienstag|mittwoch|donnerstag|freitag|samstag sonnabend|sonntag", 0),
        {"übermorgen": 2, "uebermorgen": 2, "morgen": 1, "heute": 0, "gestern": -1},
        {
            "morgens": (0, 12),
            "früh": (0, 12),
            "vormittags": (0, 12),
            "vormittag": (0, 12),
            "mittags": (11, 15),
            "nachmittags": (12, 18),
            "nachmittag": (12, 18),
            "abends": (15, 24),
            "abend": (15, 24),
            "nachts": (18, 24),
        },
        {
            "tag": "day",
            "tage": "day",
            "tagen": "day",
            "woche": "week",
            "wochen": "week",
            "monat": "month",
            "monats": "month",
            "monate": "month",
            "monaten": "month",
            "jahr": "year",
            "jahres": "year",
            "jahre": "year",
            "jahren": "year",
            "quartal": "quarter",
            "quartals": "quarter",
        },
        "nächste[nmrs]?|naechste[nmrs]?|kommende[nmrs]?",
        "diese[nmrs]?",
    ),
    "es": Words(
        _numbered("enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre setiembre|octubre|noviembre|diciembre"),
        _numbered("lunes|martes|miércoles miercoles|jueves|viernes|sábado sabado|domingo", 0),
        {"pasado mañana": 2, "mañana": 1, "hoy": 0, "ayer": -1},
        {
            "de la mañana": (0, 12),
            "por la mañana": (0, 12),
            "de la tarde": (12, 24),
            "por la tarde": (12, 24),
            "de la noche": (18, 24),
            "por la noche": (18, 24),
        },
        {
            "día": "day",
            "días": "day",
            "dia": "day",
            "dias": "day",
            "semana": "week",
            "semanas": "week",
            "mes": "month",
            "meses": "month",
            "año": "year",
            "años": "year",
            "trimestre": "quarter",
            "trimestres": "quarter",
        },
        "próxim[oa]s?|proxim[oa]s?|que viene",
        "est[ea]",
    ),
    "fr": Words(
        _numbered(
            "janvier janv|février fevrier févr|mars|avril avr|mai|juin|juillet juil|août aout|septembre sept"
            "|octobre oct|novembre nov|décembre decembre déc"
        ),
        _numbered("lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche", 0),
        {"après-demain": 2, "apres-demain": 2, "demain": 1, "aujourd'hui": 0, "aujourd’hui": 0, "hier": -1},
        {
            "du matin": (0, 12),
            "le matin": (0, 12),
            "de l'après-midi": (12, 18),
            "de l’après-midi": (12, 18),
            "l'après-midi": (12, 18),
            "du soir": (15, 24),
            "le soir": (15, 24),
        },
        {
            "jour": "day",
            "jours": "day",
            "semaine": "week",
            "semaines": "week",
            "mois": "month",
            "an": "year",
            "ans": "year",
            "année": "year",
            "années": "year",
            "trimestre": "quarter",
            "trimestres": "quarter",
        },
        "prochaine?s?",
        "cette|ce|cet",
    ),
}
