"""What mails about meetings say, in the languages of the booking page, with times as people there write them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

Kind = Literal[
    "requested", "booked", "moved", "changed", "cancelled", "declined", "reminder", "missed", "waiting", "offered"
]
_LOCALES = {"en": "en_GB", "de": "de_DE", "es": "es_ES", "fr": "fr_FR"}

# subject, first sentence, and what the link is for; `{title}`, `{when}`, `{until}` are filled in.
_ABOUT: Mapping[str, Mapping[Kind, tuple[str, str, str]]] = {
    "en": {
        "requested": (
            "Requested: {title}, {when}",
            "We have received your request. The time is kept for you until it is confirmed.",
            "Move or cancel:",
        ),
        "booked": ("Confirmed: {title}, {when}", "Your meeting is confirmed.", "Move or cancel:"),
        "moved": ("New time: {title}, {when}", "Your meeting has been moved to a new time.", "Move or cancel:"),
        "changed": ("Changed: {title}, {when}", "Details of your meeting have changed.", "Move or cancel:"),
        "cancelled": ("Cancelled: {title}, {when}", "Your meeting has been cancelled.", "Book another time:"),
        "declined": (
            "Not possible: {title}, {when}",
            "Unfortunately this time is not possible after all.",
            "Choose another time:",
        ),
        "reminder": ("Reminder: {title}, {when}", "Your meeting is coming up.", "Confirm, move or cancel:"),
        "missed": ("We missed you: {title}", "We did not meet at the agreed time.", "Book another time:"),
        "waiting": (
            "On the waiting list: {title}",
            "You are on the waiting list. We will write as soon as a time is free.",
            "Leave the waiting list:",
        ),
        "offered": (
            "A time is free: {title}, {when}",
            "A time has become free. It is kept for you until {until}.",
            "Take it or pass:",
        ),
    },
    "de": {
        "requested": (
            "Angefragt: {title}, {when}",
            "Ihre Anfrage ist eingegangen. Der Termin ist bis zur Bestätigung für Sie freigehalten.",
            "Verschieben oder absagen:",
        ),
        "booked": ("Bestätigt: {title}, {when}", "Ihr Termin ist bestätigt.", "Verschieben oder absagen:"),
        "moved": ("Neuer Termin: {title}, {when}", "Ihr Termin wurde verschoben.", "Verschieben oder absagen:"),
        "changed": (
            "Geändert: {title}, {when}",
            "Angaben zu Ihrem Termin haben sich geändert.",
            "Verschieben oder absagen:",
        ),
        "cancelled": ("Abgesagt: {title}, {when}", "Ihr Termin wurde abgesagt.", "Neuen Termin wählen:"),
        "declined": (
            "Nicht möglich: {title}, {when}",
            "Leider ist dieser Termin doch nicht möglich.",
            "Anderen Termin wählen:",
        ),
        "reminder": ("Erinnerung: {title}, {when}", "Ihr Termin steht bevor.", "Bestätigen, verschieben oder absagen:"),
        "missed": ("Verpasst: {title}", "Wir haben uns zur vereinbarten Zeit nicht getroffen.", "Neuen Termin wählen:"),
        "waiting": (
            "Auf der Warteliste: {title}",
            "Sie stehen auf der Warteliste. Wir schreiben Ihnen, sobald ein Termin frei wird.",
            "Warteliste verlassen:",
        ),
        "offered": (
            "Termin frei: {title}, {when}",
            "Ein Termin ist frei geworden. Er ist bis {until} für Sie freigehalten.",
            "Annehmen oder ablehnen:",
        ),
    },
    "es": {
        "requested": (
            "Solicitada: {title}, {when}",
            "Hemos recibido su solicitud. La hora queda reservada hasta que se confirme.",
            "Cambiar o cancelar:",
        ),
        "booked": ("Confirmada: {title}, {when}", "Su reunión está confirmada.", "Cambiar o cancelar:"),
        "moved": ("Nueva hora: {title}, {when}", "Su reunión tiene una nueva hora.", "Cambiar o cancelar:"),
        "changed": ("Modificada: {title}, {when}", "Han cambiado datos de su reunión.", "Cambiar o cancelar:"),
        "cancelled": ("Cancelada: {title}, {when}", "Su reunión ha sido cancelada.", "Reservar otra hora:"),
        "declined": ("No es posible: {title}, {when}", "Lamentablemente esta hora no es posible.", "Elegir otra hora:"),
        "reminder": ("Recordatorio: {title}, {when}", "Su reunión se acerca.", "Confirmar, cambiar o cancelar:"),
        "missed": ("Le echamos de menos: {title}", "No nos encontramos a la hora acordada.", "Reservar otra hora:"),
        "waiting": (
            "En lista de espera: {title}",
            "Está en la lista de espera. Le escribiremos en cuanto haya una hora libre.",
            "Salir de la lista de espera:",
        ),
        "offered": (
            "Hay una hora libre: {title}, {when}",
            "Ha quedado libre una hora. Se la guardamos hasta {until}.",
            "Aceptar o rechazar:",
        ),
    },
    "fr": {
        "requested": (
            "Demandé : {title}, {when}",
            "Nous avons reçu votre demande. L’heure vous est réservée jusqu’à la confirmation.",
            "Déplacer ou annuler :",
        ),
        "booked": ("Confirmé : {title}, {when}", "Votre rendez-vous est confirmé.", "Déplacer ou annuler :"),
        "moved": ("Nouvelle heure : {title}, {when}", "Votre rendez-vous a été déplacé.", "Déplacer ou annuler :"),
        "changed": (
            "Modifié : {title}, {when}",
            "Des informations sur votre rendez-vous ont changé.",
            "Déplacer ou annuler :",
        ),
        "cancelled": ("Annulé : {title}, {when}", "Votre rendez-vous a été annulé.", "Choisir une autre heure :"),
        "declined": (
            "Impossible : {title}, {when}",
            "Malheureusement, cette heure n’est finalement pas possible.",
            "Choisir une autre heure :",
        ),
        "reminder": (
            "Rappel : {title}, {when}",
            "Votre rendez-vous approche.",
            "Confirmer, déplacer ou annuler :",
        ),
        "missed": (
            "Rendez-vous manqué : {title}",
            "Nous ne nous sommes pas vus à l’heure convenue.",
            "Choisir une autre heure :",
        ),
        "waiting": (
            "Sur liste d’attente : {title}",
            "Vous êtes sur la liste d’attente. Nous vous écrirons dès qu’une heure se libère.",
            "Quitter la liste d’attente :",
        ),
        "offered": (
            "Une heure est libre : {title}, {when}",
            "Une heure s’est libérée. Elle vous est réservée jusqu’au {until}.",
            "Accepter ou refuser :",
        ),
    },
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {"hello": "Hello {name},", "with": "With {names}", "online": "Online: {url}", "phone": "By phone",
           "follows": "Online; the link follows", "reason": "Reason: {reason}"},
    "de": {"hello": "Guten Tag {name},", "with": "Mit {names}", "online": "Online: {url}", "phone": "Telefonisch",
           "follows": "Online; der Link folgt", "reason": "Grund: {reason}"},
    "es": {"hello": "Hola {name}:", "with": "Con {names}", "online": "En línea: {url}", "phone": "Por teléfono",
           "follows": "En línea; el enlace llegará después", "reason": "Motivo: {reason}"},
    "fr": {"hello": "Bonjour {name},", "with": "Avec {names}", "online": "En ligne : {url}", "phone": "Par téléphone",
           "follows": "En ligne ; le lien suivra", "reason": "Motif : {reason}"},
}  # fmt: skip


def language_of(wanted: str) -> str:
    """The language a mail is written in, English where there is no other."""
    short = wanted.replace("_", "-").split("-")[0].lower()
    return short if short in _LOCALES else "en"


def word(language: str, which: str, **values: str) -> str:
    """A part of a mail in a language."""
    return _WORDS[language][which].format(**values)


def subject(language: str, kind: Kind, **values: str) -> str:
    """The subject of a mail."""
    return _ABOUT[language][kind][0].format(**values)


def sentence(language: str, kind: Kind, **values: str) -> str:
    """The first sentence of a mail."""
    return _ABOUT[language][kind][1].format(**values)


def link_words(language: str, kind: Kind) -> str:
    """What stands before a mail's link."""
    return _ABOUT[language][kind][2]


def short_time(at: datetime, zone: str, language: str) -> str:
    """Day and time in the zone, for a subject."""
    local = at.astimezone(ZoneInfo(zone))
    locale = _LOCALES[language]
    return f"{format_date(local, 'medium', locale=locale)}, {format_time(local, 'short', locale=locale)}"


def full_time(starts_at: datetime, ends_at: datetime, zone: str, language: str) -> str:
    """Day, times and zone with its distance from UTC then, so that nobody needs to guess."""
    begin, end = starts_at.astimezone(ZoneInfo(zone)), ends_at.astimezone(ZoneInfo(zone))
    locale = _LOCALES[language]
    times = f"{format_time(begin, 'short', locale=locale)}–{format_time(end, 'short', locale=locale)}"
    offset = f"{begin:%z}"
    distance = f"UTC{offset[:3]}:{offset[3:5]}"
    return f"{format_date(begin, 'full', locale=locale)}, {times} ({zone.replace('_', ' ')}, {distance})"
