"""The languages of the public pages, and which of them a visitor reads."""

LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français"}
_MAX_RANGES = 20


def choose_language(asked: str | None, accepted: str | None) -> str:
    """The language of the address if we have it, else the best one of an Accept-Language header, else English."""
    if asked in LANGUAGES:
        return asked
    best, best_quality = "en", 0.0
    for part in (accepted or "").split(",")[:_MAX_RANGES]:
        name, _, parameter = part.partition(";")
        language = name.strip().lower().split("-")[0]
        try:
            quality = float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
        except ValueError:
            continue
        if language in LANGUAGES and quality > best_quality:
            best, best_quality = language, quality
    return best
