"""The purposes every organisation starts with, in the languages of the public pages."""

from typing import Any

from tradewind.kernel.clock import now
from tradewind.kernel.ids import new_id

TRANSACTIONAL = "transactional"
MARKETING = "marketing"
_PURPOSES: tuple[dict[str, Any], ...] = (
    {
        "key": TRANSACTIONAL,
        "requires": "none",
        "double_opt_in": False,
        "listed": False,
        "name": "Service messages",
        "text": "What you asked for: bookings, receipts, your account.",
        "translations": {
            "de": {"name": "Servicenachrichten", "text": "Was Sie veranlasst haben: Buchungen, Belege, Ihr Konto."},
            "es": {"name": "Mensajes de servicio", "text": "Lo que usted pidió: reservas, recibos, su cuenta."},
            "fr": {"name": "Messages de service", "text": "Ce que vous avez demandé : réservations, reçus, compte."},
        },
    },
    {
        "key": MARKETING,
        "requires": "opt_in",
        "double_opt_in": True,
        "listed": True,
        "name": "Newsletter and offers",
        "text": "News, tips and offers, now and then.",
        "translations": {
            "de": {"name": "Newsletter und Angebote", "text": "Neuigkeiten, Tipps und Angebote, hin und wieder."},
            "es": {"name": "Boletín y ofertas", "text": "Novedades, consejos y ofertas, de vez en cuando."},
            "fr": {"name": "Lettre d’information et offres", "text": "Actualités, conseils et offres, parfois."},
        },
    },
    {
        "key": "product_updates",
        "requires": "soft_opt_in",
        "double_opt_in": False,
        "listed": True,
        "name": "Product updates",
        "text": "What is new in what you already use.",
        "translations": {
            "de": {"name": "Produktneuigkeiten", "text": "Was neu ist an dem, was Sie schon nutzen."},
            "es": {"name": "Novedades del producto", "text": "Lo nuevo de lo que usted ya utiliza."},
            "fr": {"name": "Nouveautés des produits", "text": "Les nouveautés de ce que vous utilisez déjà."},
        },
    },
    {
        "key": "sales",
        "requires": "soft_opt_in",
        "double_opt_in": False,
        "listed": True,
        "name": "Personal contact",
        "text": "Messages and calls from our team about what may help you.",
        "translations": {
            "de": {"name": "Persönlicher Kontakt", "text": "Nachrichten und Anrufe unseres Teams zu Ihrem Bedarf."},
            "es": {"name": "Contacto personal", "text": "Mensajes y llamadas de nuestro equipo que pueden ayudarle."},
            "fr": {"name": "Contact personnel", "text": "Messages et appels de notre équipe pour vous aider."},
        },
    },
)


def rows() -> list[dict[str, Any]]:
    """New rows for one organisation, without its id."""
    at = now()
    return [
        {**each, "id": new_id(), "version": 1, "position": place, "created_at": at, "updated_at": at}
        for place, each in enumerate(_PURPOSES)
    ]
