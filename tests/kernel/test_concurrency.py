"""If-Match: the current version passes, an old one gets 412 with the present state, rubbish gets 400."""

import pytest

from tradewind.kernel.concurrency import check_version, etag
from tradewind.kernel.errors import BadRequest, PreconditionFailed


def test_the_tag_is_quoted() -> None:
    assert etag(3) == '"3"'


@pytest.mark.parametrize("if_match", [None, "*", '"3"', 'W/"3"', '"1", "3"', ' "3" '])
def test_the_current_version_passes(if_match: str | None) -> None:
    check_version(if_match, 3)


@pytest.mark.parametrize("if_match", ['"2"', '"4"', '"33"', '"1", "2"', '""'])
def test_another_version_is_told_the_present_state(if_match: str) -> None:
    with pytest.raises(PreconditionFailed) as failure:
        check_version(if_match, 3, {"name": "Ada"})
    assert failure.value.status == 412
    assert failure.value.extra == {"current_version": 3, "current": {"name": "Ada"}}


@pytest.mark.parametrize("if_match", ["3", '"3', "", '"2",3'])
def test_a_malformed_header_is_refused(if_match: str) -> None:
    with pytest.raises(BadRequest):
        check_version(if_match, 3)
