"""What is said where no passage speaks: greetings, refusals, and topics that are kept away from."""

from collections.abc import Sequence

from tradewind.modules.knowledge.answers.questions import SmallTalk

_REFUSAL = {
    "en": "I found nothing about this in the knowledge base.",
    "de": "Dazu habe ich in der Wissensdatenbank nichts gefunden.",
    "es": "No he encontrado nada sobre esto en la base de conocimiento.",
    "fr": "Je n'ai rien trouvé à ce sujet dans la base de connaissances.",
    "it": "Non ho trovato nulla su questo nella base di conoscenza.",
    "nl": "Hierover heb ik niets gevonden in de kennisbank.",
    "pt": "Não encontrei nada sobre isto na base de conhecimento.",
}
_CLOSEST = {
    "en": "The closest I have:", "de": "Am nächsten kommt:", "es": "Lo más parecido:", "fr": "Le plus proche :",
    "it": "La cosa più vicina:", "nl": "Het dichtst in de buurt:", "pt": "O mais próximo:",
}  # fmt: skip
_OFF_TOPIC = {
    "en": "This is a topic I do not talk about here.",
    "de": "Über dieses Thema spreche ich hier nicht.",
    "es": "De este tema no hablo aquí.",
    "fr": "C'est un sujet dont je ne parle pas ici.",
    "it": "È un argomento di cui qui non parlo.",
    "nl": "Over dit onderwerp praat ik hier niet.",
    "pt": "Este é um tema de que não falo aqui.",
}
_TALK: dict[SmallTalk, dict[str, str]] = {
    "greeting": {
        "en": "Hello! Ask me a question and I look for the answer in the knowledge base.",
        "de": "Hallo! Stellen Sie eine Frage, und ich suche die Antwort in der Wissensdatenbank.",
        "es": "¡Hola! Haga una pregunta y busco la respuesta en la base de conocimiento.",
        "fr": "Bonjour ! Posez une question et je cherche la réponse dans la base de connaissances.",
    },
    "thanks": {
        "en": "You are welcome.", "de": "Gern geschehen.", "es": "De nada.", "fr": "Avec plaisir.",
    },
    "goodbye": {
        "en": "Goodbye!", "de": "Auf Wiedersehen!", "es": "¡Hasta luego!", "fr": "Au revoir !",
    },
    "identity": {
        "en": "I am an automatic assistant, not a person. I answer from the knowledge base and name my sources.",
        "de": "Ich bin ein Automat, kein Mensch. Ich antworte aus der Wissensdatenbank und nenne meine Quellen.",
        "es": "Soy un asistente automático, no una persona. Respondo con la base de conocimiento y cito fuentes.",
        "fr": "Je suis un assistant automatique, pas une personne. Je réponds avec la base de connaissances "
        "et cite mes sources.",
    },
    "help": {
        "en": "I answer questions from the knowledge base and name my sources. What would you like to know?",
        "de": "Ich beantworte Fragen aus der Wissensdatenbank und nenne meine Quellen. Was möchten Sie wissen?",
        "es": "Respondo preguntas con la base de conocimiento y cito mis fuentes. ¿Qué desea saber?",
        "fr": "Je réponds aux questions avec la base de connaissances et cite mes sources. Que souhaitez-vous savoir ?",
    },
}  # fmt: skip


def small_talk(kind: SmallTalk, language: str) -> str:
    """The plain reply to what is no question; English where the language has none."""
    replies = _TALK[kind]
    return replies.get(language, replies["en"])


def off_topic(language: str) -> str:
    """That the organisation keeps away from a topic."""
    return _OFF_TOPIC.get(language, _OFF_TOPIC["en"])


def refusal(language: str, titles: Sequence[str] = ()) -> str:
    """That nothing was found, with the titles that come closest, if any."""
    said = _REFUSAL.get(language, _REFUSAL["en"])
    if not titles:
        return said
    return f"{said} {_CLOSEST.get(language, _CLOSEST['en'])} {' · '.join(titles)}"
