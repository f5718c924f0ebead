"""Words of the mail that asks to confirm a consent, in the language of the form."""

from tradewind.modules.email.contracts import Mail
from tradewind.modules.privacy.contracts import ConfirmationMail, Language

_TEXTS: dict[Language, tuple[str, str]] = {
    "en": (
        "Please confirm: {purpose} of {organisation}",
        "Hello,\n\nsomebody, we hope you, asked {organisation} to send “{purpose}” to this address. Please confirm it "
        "here:\n\n{link}\n\nIf it was not you, ignore this mail: nothing will be sent.",
    ),
    "de": (
        "Bitte bestätigen: {purpose} von {organisation}",
        "Guten Tag,\n\njemand, hoffentlich Sie, hat {organisation} gebeten, „{purpose}“ an diese Adresse zu senden. "
        "Bitte bestätigen Sie es hier:\n\n{link}\n\nWenn Sie es nicht waren, ignorieren Sie diese Mail: Es wird nichts "
        "gesendet.",
    ),
    "es": (
        "Confirme, por favor: {purpose} de {organisation}",
        "Hola:\n\nAlguien, esperamos que usted, pidió a {organisation} que envíe «{purpose}» a esta dirección. "
        "Confírmelo aquí:\n\n{link}\n\nSi no fue usted, ignore este correo: no se enviará nada.",
    ),
    "fr": (
        "Merci de confirmer : {purpose} de {organisation}",
        "Bonjour,\n\nquelqu’un, vous espérons-nous, a demandé à {organisation} d’envoyer « {purpose} » à cette "
        "adresse. Merci de le confirmer ici :\n\n{link}\n\nSi ce n’était pas vous, ignorez ce message : rien ne sera "
        "envoyé.",
    ),
}


def confirmation(content: ConfirmationMail) -> Mail:
    """Ask whether it was the owner of the address who filled in a form."""
    subject, body = _TEXTS[content.language]
    # Names of organisations and purposes may hold braces, and line breaks have no place in a subject.
    words = {"{purpose}": content.purpose_name, "{organisation}": content.organisation_name}
    for name, value in words.items():
        said = " ".join(value.replace("{link}", "").split())
        subject, body = subject.replace(name, said), body.replace(name, said)
    return Mail("confirm_consent", content.to, "", subject, body, content.link)
