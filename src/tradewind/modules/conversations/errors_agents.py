"""What can go wrong with agents."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class AgentNotFound(NotFound):
    """No such agent in this organisation."""

    code = "conversations.agent_not_found"
    title = "Agent not found"


class AgentVersionNotFound(NotFound):
    """The agent was never published under this number."""

    code = "conversations.agent_version_not_found"
    title = "Version not found"


class AgentInvalid(Invalid):
    """Settings that name what does not exist."""

    code = "conversations.agent_invalid"
    title = "The agent does not work like this"


class AgentNotPublished(Conflict):
    """An agent talks to visitors only after it was published."""

    code = "conversations.agent_not_published"
    title = "The agent is not published"


class TooManyAgents(Conflict):
    """A bound on agents and versions."""

    code = "conversations.too_many_agents"
    title = "Too many agents"
