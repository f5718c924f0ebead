"""What can go wrong with simulations."""

from tradewind.kernel.errors import Conflict, NotFound


class SuiteNotFound(NotFound):
    """No such suite in this organisation."""

    code = "simulations.suite_not_found"
    title = "Suite not found"


class CaseNotFound(NotFound):
    """No such case in this suite."""

    code = "simulations.case_not_found"
    title = "Case not found"


class RunNotFound(NotFound):
    """No such run in this suite."""

    code = "simulations.run_not_found"
    title = "Run not found"


class NothingToRun(Conflict):
    """A suite without cases tries nothing."""

    code = "simulations.nothing_to_run"
    title = "The suite has no cases"


class AlreadyRunning(Conflict):
    """One run of a suite at a time."""

    code = "simulations.already_running"
    title = "The suite is running"


class TooManyCases(Conflict):
    """A bound on suites and cases."""

    code = "simulations.too_many"
    title = "Too many suites or cases"


class NothingSaid(Conflict):
    """A conversation in which the visitor said nothing makes no case."""

    code = "simulations.nothing_said"
    title = "The visitor said nothing"


class GateNotPassed(Conflict):
    """A suite that keeps the gate has not passed with this very draft."""

    code = "simulations.gate_not_passed"
    title = "The launch gate is closed"


class NoModelToPlay(Conflict):
    """A visitor that a model plays needs one."""

    code = "simulations.no_model"
    title = "No language model is connected"
