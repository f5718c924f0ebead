"""What a file of exported leads looks like: written by exports, known again by imports."""

from collections.abc import Sequence

# All but the owner's name are columns of leads.
COLUMNS: dict[str, str] = {
    "id": "Id", "external_id": "External id", "full_name": "Full name", "first_name": "First name",
    "last_name": "Last name", "email": "Email", "phone": "Phone", "phone_key": "Phone (E.164)",
    "job_title": "Job title", "company_name": "Company", "status": "Status", "source": "Source",
    "country": "Country", "region": "Region", "city": "City", "language": "Language", "time_zone": "Time zone",
    "website": "Website", "score": "Score", "score_band": "Score band", "converted": "Converted",
    "converted_at": "Converted on", "first_seen_at": "First seen", "last_activity_at": "Last activity",
    "do_not_email": "Do not email", "do_not_call": "Do not call", "tags": "Tags", "owner": "Owner",
    "owner_id": "Owner id", "created_at": "Created", "updated_at": "Updated",
}  # fmt: skip
_TELLING = frozenset(COLUMNS[key] for key in ("id", "external_id", "phone_key", "score_band", "owner_id"))


def fields_of(header: Sequence[str]) -> dict[str, str]:
    """Field by column name, if the header is that of an exported file; empty for any other file."""
    return {label: key for key, label in COLUMNS.items() if label in header} if set(header) >= _TELLING else {}
