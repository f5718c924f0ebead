"""What can go wrong with intents."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class IntentSetNotFound(NotFound):
    """No such set in this organisation."""

    code = "intents.set_not_found"
    title = "Set of intents not found"


class IntentNotFound(NotFound):
    """No such intent in this set."""

    code = "intents.intent_not_found"
    title = "Intent not found"


class ExampleNotFound(NotFound):
    """No such example in this set."""

    code = "intents.example_not_found"
    title = "Example not found"


class IntentModelNotFound(NotFound):
    """No such version of this set."""

    code = "intents.model_not_found"
    title = "Version not found"


class IntentSetExists(Conflict):
    """Another set has this key."""

    code = "intents.set_exists"
    title = "Key already in use"


class IntentExists(Conflict):
    """Another intent of the set has this label."""

    code = "intents.intent_exists"
    title = "Label already in use"


class TooManyIntents(Conflict):
    """A bound on sets, intents or examples."""

    code = "intents.too_many"
    title = "Too many"


class TooFewExamples(Conflict):
    """Not enough to learn from."""

    code = "intents.too_few_examples"
    title = "Not enough examples"


class NotTrained(Conflict):
    """The set has no version that could classify."""

    code = "intents.not_trained"
    title = "Not trained yet"


class AlreadyPublished(Conflict):
    """The version classifies already."""

    code = "intents.already_published"
    title = "Already in use"


class MessagesGone(NotFound):
    """None of the messages is waiting any more."""

    code = "intents.messages_gone"
    title = "Messages no longer there"


class ExamplesFileInvalid(Invalid):
    """A file of examples that cannot be read."""

    code = "intents.file_invalid"
    title = "The file cannot be used"
