"""Reports as JUnit XML, which build servers read."""

from xml.etree.ElementTree import Element, SubElement, tostring

from tradewind.modules.simulations.schemas import RunReport


def junit(report: RunReport, *, suite: str) -> bytes:
    """A run as a JUnit test suite: each case and repetition a test case, with what was expected and found."""
    root = Element("testsuites")
    tests = SubElement(
        root, "testsuite", name=suite, tests=str(report.passed + report.failed), failures=str(report.failed),
        errors="1" if report.state == "broken" else "0", timestamp=report.created_at.isoformat(timespec="seconds"),
        time=f"{sum(one.duration_ms for case in report.items for one in case.results) / 1000:.3f}",
    )  # fmt: skip
    if report.problem:
        SubElement(tests, "system-err").text = report.problem
    for case in report.items:
        for one in case.results:
            name = f"{case.name} [{one.attempt}]"
            test = SubElement(tests, "testcase", classname=suite, name=name, time=f"{one.duration_ms / 1000:.3f}")
            for unmet in one.failures:
                message = f"expected {unmet.expected}, found {unmet.found}"
                SubElement(
                    test, "failure", type=str(unmet.check.get("kind", "")), message=message
                ).text = f"conversation {one.conversation_id}"
    return tostring(root, encoding="utf-8", xml_declaration=True)
