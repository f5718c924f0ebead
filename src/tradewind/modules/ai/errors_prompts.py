"""Failures of prompts, and of what may go to models."""

from tradewind.kernel.errors import Conflict, Invalid, NotFound


class PromptNotFound(NotFound):
    code = "ai.prompt_not_found"
    title = "Prompt not found"


class PromptVersionNotFound(NotFound):
    code = "ai.prompt_version_not_found"
    title = "This version of the prompt does not exist"


class PromptTestNotFound(NotFound):
    code = "ai.prompt_test_not_found"
    title = "Test not found"


class PromptInvalid(Invalid):
    code = "ai.prompt_invalid"
    title = "The prompt cannot be saved like this"


class PromptValuesInvalid(Invalid):
    code = "ai.prompt_values_invalid"
    title = "The values do not fit the prompt's variables"


class PromptTestInvalid(Invalid):
    code = "ai.prompt_test_invalid"
    title = "The test cannot be saved like this"


class PromptKeyTaken(Conflict):
    code = "ai.prompt_key_taken"
    title = "There is a prompt with this key already"


class PromptLimitReached(Conflict):
    code = "ai.prompt_limit_reached"
    title = "There are too many of these"


class NothingToRun(Conflict):
    code = "ai.prompt_without_tests"
    title = "The prompt has no tests"


class ExperimentNotFound(NotFound):
    code = "ai.experiment_not_found"
    title = "Experiment not found"


class ExperimentRunning(Conflict):
    code = "ai.experiment_running"
    title = "An experiment with this prompt is running already"


class ExperimentEnded(Conflict):
    code = "ai.experiment_ended"
    title = "The experiment has ended already"


class PolicyInvalid(Invalid):
    code = "ai.policy_invalid"
    title = "The settings cannot be saved like this"
