"""The few words that the product itself writes into mails, by language."""

from collections.abc import Mapping

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {"unsubscribe": "Unsubscribe", "preferences": "Change what you get"},
    "de": {"unsubscribe": "Abmelden", "preferences": "Auswählen, was Sie erhalten"},
    "es": {"unsubscribe": "Darse de baja", "preferences": "Elegir qué recibir"},
    "fr": {"unsubscribe": "Se désinscrire", "preferences": "Choisir ce que vous recevez"},
    "it": {"unsubscribe": "Annulla l’iscrizione", "preferences": "Scegli cosa ricevere"},
    "nl": {"unsubscribe": "Afmelden", "preferences": "Kies wat u ontvangt"},
    "pt": {"unsubscribe": "Cancelar inscrição", "preferences": "Escolher o que recebe"},
    "pl": {"unsubscribe": "Wypisz się", "preferences": "Wybierz, co otrzymujesz"},
    "sv": {"unsubscribe": "Avsluta prenumerationen", "preferences": "Välj vad du får"},
    "da": {"unsubscribe": "Afmeld", "preferences": "Vælg, hvad du modtager"},
}


def words(language: str) -> Mapping[str, str]:
    """The words in a language, in English where it has none."""
    return _WORDS.get(language.split("-")[0], _WORDS["en"])
