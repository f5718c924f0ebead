"""Messages made by a seeded generator, for what public dialogues lack: addresses, phone numbers, amounts in several
currencies, names and companies, in four languages. They are as varied as their author's imagination, and no more."""

import random
from collections.abc import Callable, Iterator

from tradewind.modules.qualification.evaluation.scoring import Example, comparable

# One placeholder a fact; messages without any must yield none.
_MESSAGES = {
    "en": """
        You can reach me at {email}.
        my mail is {email} , thanks
        {email}
        please send it to {email} or call {phone}
        Call me on {phone} after lunch
        my number is {phone}
        {phone} is my mobile
        We could spend {money} on this
        our budget is around {money}
        Is {money} enough for the start?
        no more than {money}, that is final
        My name is {name} and I work for {company}
        Hi, this is {name} from {company}
        I'm {name}
        {name} here, write to {email}
        our company is {company}
        order 88123456789012 has not arrived
        I saw your post @tradewind yesterday
        The invoice number is 4711-0815-22
        It is 100% what we need, version 2.0 included
        I'm looking for something simple
        I am interested in a demo
        My colleague said it works, great
    """,
    "de": """
        Sie erreichen mich unter {email}
        Meine Mail: {email}. Danke!
        Rufen Sie mich unter {phone} an
        meine Nummer ist {phone}
        Wir haben etwa {money} eingeplant
        Das Budget liegt bei {money}
        mehr als {money} geht nicht
        Mein Name ist {name}, ich arbeite bei {company}
        Hier ist {name} von der {company}
        Ich heiße {name}
        Ich bin interessiert und hätte gern mehr Informationen
        Bestellung 88123456789012 fehlt noch
        Ich bin Geschäftsführerin
    """,
    "es": """
        Mi correo es {email}
        escríbame a {email} por favor
        Mi teléfono es {phone}
        Tenemos un presupuesto de {money}
        podemos gastar {money}
        Me llamo {name} y trabajo en {company}
        Soy {name}
        Busco una solución sencilla
        El pedido 88123456789012 no ha llegado
    """,
    "fr": """
        Mon adresse est {email}
        écrivez-moi à {email} svp
        Mon numéro est le {phone}
        Notre budget est de {money}
        nous pouvons dépenser {money}
        Je m'appelle {name} et je travaille chez {company}
        Mon nom est {name}
        Je cherche une solution simple
        La commande 88123456789012 manque encore
    """,
}
_FIRST = [
    "Anna",
    "Tom",
    "María",
    "José",
    "Jean-Luc",
    "Zoë",
    "Ahmed",
    "Li",
    "Priya",
    "Olga",
    "Björn",
    "Siobhán",
    "Kwame",
    "Yuki",
    "Chloé",
    "Émile",
    "Fatima",
    "Łukasz",
]
_LAST = [
    "Schmidt",
    "O'Neill",
    "García",
    "Dubois",
    "Nguyen",
    "Müller",
    "Okafor",
    "Sato",
    "Kowalski",
    "López",
    "Andersson",
    "Rossi",
    "Haddad",
    "Fischer",
]
_COMPANIES = [
    "Acme GmbH",
    "Initech",
    "Globex Corporation",
    "Müller & Söhne KG",
    "Northwind Traders",
    "Banco Azul",
    "Société Lumière",
    "Blue Yonder Inc",
    "Hooli",
    "Stark Industries",
    "Wayne Ltd",
    "Soluciones del Sur SL",
    "Vandelay Imports",
    "Pied Piper",
]
_DOMAINS = [
    "example.com",
    "acme-group.de",
    "mail.example.org",
    "my-firm.co.uk",
    "startup.io",
    "empresa.es",
    "societe.fr",
    "sub.team.example.com",
]
_PHONES = {
    "en": ("+1 415 555 2671", "(415) 555-2671", "415-555-2671", "+44 20 7946 0958", "020 7946 0958", "4155552671"),
    "de": ("+49 30 901820", "030 901820", "0171 2345678", "+49 (0)89 636-48018", "0043 1 58858"),
    "es": ("+34 912 345 678", "912 345 678", "612345678", "+52 55 1234 5678"),
    "fr": ("+33 1 42 68 53 00", "01 42 68 53 00", "06 12 34 56 78", "+32 2 555 12 12"),
}
_E164 = {
    "+1 415 555 2671": "+14155552671", "(415) 555-2671": "+14155552671", "415-555-2671": "+14155552671",
    "4155552671": "+14155552671", "+44 20 7946 0958": "+442079460958", "020 7946 0958": "+442079460958",
    "+49 30 901820": "+4930901820", "030 901820": "+4930901820", "0171 2345678": "+491712345678",
    "+49 (0)89 636-48018": "+498963648018", "0043 1 58858": "+43158858", "+34 912 345 678": "+34912345678",
    "912 345 678": "+34912345678", "612345678": "+34612345678", "+52 55 1234 5678": "+525512345678",
    "+33 1 42 68 53 00": "+33142685300", "01 42 68 53 00": "+33142685300", "06 12 34 56 78": "+33612345678",
    "+32 2 555 12 12": "+3225551212",
}  # fmt: skip

# Sign, code and word, as people of the language write them.
_CURRENCIES = {
    "en": (("€", "EUR", "euros"), ("$", "USD", "dollars"), ("£", "GBP", "pounds")),
    "de": (("€", "EUR", "Euro"), ("CHF", "CHF", "Franken")),
    "es": (("€", "EUR", "euros"), ("CHF", "CHF", "CHF")),
    "fr": (("€", "EUR", "euros"), ("CHF", "CHF", "CHF")),
}


def messages(count: int, seed: int) -> Iterator[Example]:
    """`count` messages; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - test material
    lines = [(language, line.strip()) for language, text in _MESSAGES.items() for line in text.strip().splitlines()]
    for _ in range(count):
        language, line = chance.choice(lines)
        facts: dict[str, set[object]] = {kind: set() for kind in _MAKERS}
        text = line
        for kind, make in _MAKERS.items():
            if f"{{{kind}}}" in text:
                said, value = make(chance, language)
                text = text.replace(f"{{{kind}}}", said)
                facts[kind].add(comparable(kind, value))
        yield Example(text, language, {kind: frozenset(held) for kind, held in facts.items()})


def _email(chance: random.Random, language: str) -> tuple[str, object]:
    user = chance.choice(("anna", "j.doe", "info+sales", "m_li", "Tom.Tailor", "sales-team", "x1"))
    domain = chance.choice(_DOMAINS)
    if chance.random() < 0.15 and "-" not in domain + user and "+" not in user and "_" not in user:
        spoken = f"{user} at {domain}".replace(".", " dot ") if language == "en" else f"{user}@{domain}"
        return spoken, f"{user}@{domain}".lower()
    return f"{user}@{domain}", f"{user}@{domain}".lower()


def _phone(chance: random.Random, language: str) -> tuple[str, object]:
    said = chance.choice(_PHONES[language])
    return said, _E164[said]


def _money(chance: random.Random, language: str) -> tuple[str, object]:
    amount = chance.choice((500, 750, 1_200, 2_000, 4_500, 15_000, 20_000, 120_000, 1_500_000))
    sign, code, word = chance.choice(_CURRENCIES[language])
    grouped = f"{amount:,}" if language == "en" else f"{amount:,}".replace(",", "." if language != "fr" else " ")
    ways = [f"{grouped} {word}", f"{grouped} {code}", f"{amount} {sign}" if language != "en" else f"{sign}{grouped}"]
    if amount % 1_000 == 0 and amount < 1_000_000:
        ways.append(f"{sign}{amount // 1_000}k" if language == "en" else f"{amount // 1_000}k {sign}")
    if amount == 1_500_000:
        ways.append(
            f"{sign}1.5 million"
            if language == "en"
            else f"1,5 Mio. {sign}"
            if language == "de"
            else f"{grouped} {sign}"
        )
    if amount == 2_000:
        ways.append(
            {"en": "two thousand ", "de": "zweitausend ", "es": "dos mil ", "fr": "deux mille "}[language] + word
        )
    return chance.choice(ways), {"amount": amount, "currency": code}


def _name(chance: random.Random, language: str) -> tuple[str, object]:
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    return name, name


def _company(chance: random.Random, language: str) -> tuple[str, object]:
    name = chance.choice(_COMPANIES)
    return name, name


_MAKERS: dict[str, Callable[[random.Random, str], tuple[str, object]]] = {
    "email": _email, "phone": _phone, "money": _money, "name": _name, "company": _company,
}  # fmt: skip
