"""What can go wrong with qualification flows."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class FlowNotFound(NotFound):
    """No such flow in this organisation."""

    code = "qualification.flow_not_found"
    title = "Flow not found"


class VersionNotFound(NotFound):
    """No such version of this flow."""

    code = "qualification.version_not_found"
    title = "Version not found"


class RunNotFound(NotFound):
    """No such run in this organisation."""

    code = "qualification.run_not_found"
    title = "Run not found"


class TemplateNotFound(NotFound):
    """No such template."""

    code = "qualification.template_not_found"
    title = "Template not found"


class FlowInvalid(Invalid):
    """What keeps a flow from being published; `errors` names the fields."""

    code = "qualification.flow_invalid"
    title = "The flow does not work like this"


class FlowNotPublished(Conflict):
    """Only published flows run."""

    code = "qualification.not_published"
    title = "The flow is not published"


class KeyTaken(Conflict):
    """Another flow has this key."""

    code = "qualification.key_taken"
    title = "Key already in use"


class TooManyFlows(Conflict):
    """A bound on flows."""

    code = "qualification.too_many"
    title = "Too many flows"
