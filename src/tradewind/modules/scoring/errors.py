"""What can go wrong in scoring."""

from tradewind.kernel.errors import Conflict, NotFound


class ModelNotFound(NotFound):
    """No such model in this organisation."""

    code = "scoring.model_not_found"
    title = "Model not found"


class TooFewOutcomes(Conflict):
    """A model needs more leads whose outcome is known."""

    code = "scoring.too_few_outcomes"
    title = "Not enough known outcomes"


class AlreadyChampion(Conflict):
    """The model already scores the leads."""

    code = "scoring.already_champion"
    title = "Model already in use"
