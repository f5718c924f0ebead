"""What can go wrong in scoring."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class ModelNotFound(NotFound):
    """No such model in this organisation."""

    code = "scoring.model_not_found"
    title = "Model not found"


class TooFewOutcomes(Conflict):
    """A model needs more leads whose outcome is known."""

    code = "scoring.too_few_outcomes"
    title = "Not enough known outcomes"


class SetupNotFound(NotFound):
    """No such score in this organisation."""

    code = "scoring.setup_not_found"
    title = "Score not found"


class SetupExists(Conflict):
    """Another score has this key."""

    code = "scoring.setup_exists"
    title = "Key already in use"


class TooManySetups(Conflict):
    """An organisation keeps a handful of scores."""

    code = "scoring.too_many_setups"
    title = "Too many scores"


class PrimarySetup(Conflict):
    """The primary score cannot be removed."""

    code = "scoring.primary_setup"
    title = "Primary score"


class RuleInvalid(Invalid):
    """A point rule that cannot work."""

    code = "scoring.rule_invalid"
    title = "Point rule not valid"


class PreviewNotFound(NotFound):
    """No such preview in this organisation."""

    code = "scoring.preview_not_found"
    title = "Preview not found"


class PreviewOutdated(Conflict):
    """The preview is not ready, was published, or started from settings that have changed since."""

    code = "scoring.preview_outdated"
    title = "Preview cannot be published"


class NoModel(Conflict):
    """There is no model yet to do this with."""

    code = "scoring.no_model"
    title = "No model yet"


class AlreadyChampion(Conflict):
    """The model already scores the leads."""

    code = "scoring.already_champion"
    title = "Model already in use"


class EvaluationNotFound(NotFound):
    """No such evaluation in this organisation, or it has no scores."""

    code = "scoring.evaluation_not_found"
    title = "Evaluation not found"


class EvaluationImpossible(Invalid):
    """Files or columns that a score cannot be tried on."""

    code = "scoring.evaluation_impossible"
    title = "These files cannot be evaluated"
