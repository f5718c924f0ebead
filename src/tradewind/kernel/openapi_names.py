"""What operations are called in the OpenAPI document: `leads_list`, `deals_move`, and “List leads” for readers.

Both come from the route's function and its tag, so a name changes only when one of them does; generated clients
carry these names.
"""

import re

from fastapi.routing import APIRoute

_NO_WORD = re.compile(r"[^a-z0-9]+")
_WRITTEN = {"api": "API", "oauth": "OAuth", "oidc": "OIDC", "saml": "SAML", "totp": "TOTP"}


def operation_id(route: APIRoute) -> str:
    """`<tag>_<what>`: the function's name without the tag's own noun, e.g. `create_company` → `companies_create`."""
    tag = _slug(str(route.tags[0])) if route.tags else "api"
    words, noun = route.name.split("_"), tag.split("_")
    # “Sign-in” is one word: its half is no noun to leave out of `log_in`.
    shortest = len(noun) if route.tags and "-" in str(route.tags[0]) else 1
    for size in range(min(len(noun), len(words) - 1), shortest - 1, -1):
        at = _find(words, noun[-size:])
        if at is not None:
            words = words[:at] + words[at + size :]
            break
    return f"{tag}_{'_'.join(words)}"


def summary_of(route: APIRoute) -> str:
    """The function's name as a heading, e.g. “Read SAML metadata”."""
    heading = " ".join(_WRITTEN.get(word, word) for word in route.name.split("_"))
    return heading[0].upper() + heading[1:]


def _slug(text: str) -> str:
    return _NO_WORD.sub("_", text.lower()).strip("_")


def _find(words: list[str], noun: list[str]) -> int | None:
    """Where the noun stands in the words, singular or plural."""
    wanted = [_stem(word) for word in noun]
    places = range(len(words) - len(noun) + 1)
    return next((at for at in places if [_stem(word) for word in words[at : at + len(noun)]] == wanted), None)


def _stem(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("s")
