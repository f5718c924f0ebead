"""What the engine itself says: transitions between questions, asking again, confirming."""

from tradewind.modules.qualification.reading.spans import Language

# “{question}” follows. Several ways each, so that no two in a row are the same.
_TRANSITIONS: dict[Language, tuple[str, ...]] = {
    "en": ("Thanks!", "Got it.", "Great, thank you.", "That helps.", "Perfect.", "Good to know."),
    "de": ("Danke!", "Verstanden.", "Gut, vielen Dank.", "Das hilft weiter.", "Wunderbar.", "Gut zu wissen."),
    "es": ("¡Gracias!", "Entendido.", "Muy bien, gracias.", "Eso ayuda.", "Perfecto.", "Bueno saberlo."),
    "fr": ("Merci !", "C’est noté.", "Très bien, merci.", "Cela m’aide.", "Parfait.", "Bon à savoir."),
}
_AFTER_REFUSAL: dict[Language, tuple[str, ...]] = {
    "en": ("No problem.", "That is fine.", "Of course, no need."),
    "de": ("Kein Problem.", "Das ist in Ordnung.", "Natürlich, das muss nicht sein."),
    "es": ("Sin problema.", "Está bien.", "Claro, no hace falta."),
    "fr": ("Aucun problème.", "Pas de souci.", "Bien sûr, ce n’est pas nécessaire."),
}
_AFTER_CORRECTION: dict[Language, tuple[str, ...]] = {
    "en": ("Thanks, I have corrected that.", "Noted, changed to {value}.", "Sorry about that, it is {value} now."),
    "de": ("Danke, ich habe das geändert.", "Notiert, jetzt {value}.", "Entschuldigung, jetzt steht dort {value}."),
    "es": ("Gracias, lo he corregido.", "Anotado, ahora es {value}.", "Perdón, ahora pone {value}."),
    "fr": ("Merci, c’est corrigé.", "C’est noté : {value}.", "Pardon, j’ai mis {value}."),
}
_PHRASES: dict[str, dict[Language, str]] = {
    "yes": {"en": "Yes", "de": "Ja", "es": "Sí", "fr": "Oui"},
    "no": {"en": "No", "de": "Nein", "es": "No", "fr": "Non"},
    "too_small": {
        "en": "That is below {limit}.", "de": "Das liegt unter {limit}.",
        "es": "Eso es menos de {limit}.", "fr": "C’est en dessous de {limit}.",
    },
    "too_large": {
        "en": "That is above {limit}.", "de": "Das liegt über {limit}.",
        "es": "Eso es más de {limit}.", "fr": "C’est au-dessus de {limit}.",
    },
    "confirm": {
        "en": "Do I understand correctly: {label} – {value}?", "de": "Verstehe ich richtig: {label} – {value}?",
        "es": "¿Lo entiendo bien: {label} – {value}?", "fr": "Ai-je bien compris : {label} – {value} ?",
    },
    "again": {
        "en": "Sorry, I did not get that.", "de": "Das habe ich leider nicht verstanden.",
        "es": "Perdón, no lo he entendido.", "fr": "Désolé, je n’ai pas compris.",
    },
    "back": {
        "en": "Coming back to my question:", "de": "Zurück zu meiner Frage:",
        "es": "Volviendo a mi pregunta:", "fr": "Pour revenir à ma question :",
    },
    "as_email": {
        "en": "An address like name@example.com works.", "de": "Eine Adresse wie name@example.com genügt.",
        "es": "Sirve una dirección como nombre@example.com.", "fr": "Une adresse comme nom@example.com suffit.",
    },
    "as_phone": {
        "en": "With the country code, please, such as +44 20 7946 0000.",
        "de": "Bitte mit Vorwahl, etwa +49 30 123456.",
        "es": "Con prefijo, por favor, como +34 91 123 45 67.", "fr": "Avec l’indicatif, comme +33 1 23 45 67 89.",
    },
    "as_number": {
        "en": "A number is enough.", "de": "Eine Zahl genügt.", "es": "Basta un número.", "fr": "Un nombre suffit.",
    },
    "as_date": {
        "en": "A date such as 3 March is enough.", "de": "Ein Datum wie 3. März genügt.",
        "es": "Basta una fecha como 3 de marzo.", "fr": "Une date comme le 3 mars suffit.",
    },
    "as_choice": {
        "en": "Which of these fits best?", "de": "Was davon passt am besten?",
        "es": "¿Cuál encaja mejor?", "fr": "Laquelle convient le mieux ?",
    },
}  # fmt: skip


def phrase(name: str, language: str, **values: str) -> str:
    """A phrase of the engine; in English where it has none in this language."""
    texts = _PHRASES[name]
    told = texts.get(language, texts["en"]) if language in ("en", "de", "es", "fr") else texts["en"]  # type: ignore[call-overload]
    return told.format(**values)


def transition(after: str, language: str, place: int, *, value: str = "") -> str:
    """Words before the next question, after an `answer`, `refusal` or `correction`; `place` chooses among them."""
    texts = {"refusal": _AFTER_REFUSAL, "correction": _AFTER_CORRECTION}.get(after, _TRANSITIONS)
    ways = texts[language if language in texts else "en"]  # type: ignore[index]
    return ways[place % len(ways)].format(value=value)
