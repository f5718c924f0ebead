"""The XML of CalDAV (RFC 4918, 4791, 6578): requests as text, multi-status answers as values."""

from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from tradewind.modules.meetings.engine.calendar_reading import Window

D, C, A, S = (
    "{DAV:}",
    "{urn:ietf:params:xml:ns:caldav}",
    "{http://apple.com/ns/ical/}",
    "{http://calendarserver.org/ns/}",
)
_NAMESPACES = (
    'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:a="http://apple.com/ns/ical/" '
    'xmlns:s="http://calendarserver.org/ns/"'
)
_HEAD = '<?xml version="1.0" encoding="utf-8"?>'
PRINCIPAL = (
    f"{_HEAD}<d:propfind {_NAMESPACES}><d:prop><d:current-user-principal/><d:resourcetype/></d:prop></d:propfind>"
)
HOME = f"{_HEAD}<d:propfind {_NAMESPACES}><d:prop><c:calendar-home-set/></d:prop></d:propfind>"
CALENDARS = (
    f"{_HEAD}<d:propfind {_NAMESPACES}><d:prop><d:resourcetype/><d:displayname/><a:calendar-color/>"
    "<c:calendar-timezone/><c:supported-calendar-component-set/><d:current-user-privilege-set/></d:prop></d:propfind>"
)
STATE = f"{_HEAD}<d:propfind {_NAMESPACES}><d:prop><d:sync-token/><s:getctag/><d:resourcetype/></d:prop></d:propfind>"
ETAG = f"{_HEAD}<d:propfind {_NAMESPACES}><d:prop><d:getetag/></d:prop></d:propfind>"


@dataclass(frozen=True, slots=True)
class Resource:
    """One response of a multi-status answer; `status` is of the resource itself, None where properties came."""

    href: str
    status: int | None
    properties: dict[str, etree._Element]

    def text(self, name: str) -> str | None:
        """The text of a property, None where it is missing or empty."""
        found = self.properties.get(name)
        return (found.text or "").strip() or None if found is not None else None

    def href_in(self, name: str) -> str | None:
        """The address inside a property."""
        found = self.properties.get(name)
        inner = found.findtext(f"{D}href") if found is not None else None
        return inner.strip() if inner else None


@dataclass(frozen=True, slots=True)
class MultiStatus:
    """A whole answer; `sync_token` is that of a sync report."""

    resources: list[Resource]
    sync_token: str | None


class NotMultiStatus(ValueError):
    """The answer is not what WebDAV servers send."""


def parse(content: bytes) -> MultiStatus:
    """Read an answer. Entities and foreign addresses in it are never followed. Raises NotMultiStatus."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotMultiStatus("The server's answer is no XML.") from error
    if root.tag != f"{D}multistatus":
        raise NotMultiStatus("The server's answer is no WebDAV answer.")
    resources = [_resource(element) for element in root.iterfind(f"{D}response")]
    return MultiStatus([one for one in resources if one.href], (root.findtext(f"{D}sync-token") or "").strip() or None)


def _resource(element: etree._Element) -> Resource:
    properties: dict[str, etree._Element] = {}
    for part in element.iterfind(f"{D}propstat"):
        if _code(part.findtext(f"{D}status")) == 200:
            for holder in part.iterfind(f"{D}prop"):
                properties |= {str(child.tag): child for child in holder if isinstance(child.tag, str)}
    status = element.findtext(f"{D}status")
    return Resource((element.findtext(f"{D}href") or "").strip(), _code(status) if status else None, properties)


def _code(status: str | None) -> int:
    words = (status or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def query(window: Window) -> str:
    """A report of all events that touch the window, with their text."""
    start, end = (moment.strftime("%Y%m%dT%H%M%SZ") for moment in (window.start, window.end))
    return (
        f"{_HEAD}<c:calendar-query {_NAMESPACES}><d:prop><d:getetag/><c:calendar-data/></d:prop><c:filter>"
        '<c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
        f'<c:time-range start="{start}" end="{end}"/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>'
    )


def sync(token: str) -> str:
    """A report of what changed since a token."""
    return (
        f"{_HEAD}<d:sync-collection {_NAMESPACES}><d:sync-token>{escape(token)}</d:sync-token>"
        "<d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>"
    )


def multiget(hrefs: Iterable[str]) -> str:
    """A report of the named resources, with their text."""
    wanted = "".join(f"<d:href>{escape(href)}</d:href>" for href in hrefs)
    return (
        f"{_HEAD}<c:calendar-multiget {_NAMESPACES}><d:prop><d:getetag/><c:calendar-data/></d:prop>{wanted}"
        "</c:calendar-multiget>"
    )
