"""Passwords: Argon2id in a few threads of its own, and a policy that refuses what can be guessed.

The threads give way to everything else on the machine. Routes open to everyone let few into a transaction at once
(`kernel.queueing`), as whoever waits for a hash holds a connection.
"""

import asyncio
import os
import re
import sys
import threading
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from typing import TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from tradewind.modules.identity.errors import WeakPassword

MIN_LENGTH = 10
MAX_LENGTH = 256
_MIN_SCORE = 3  # of 4 in zxcvbn's scale: needs more than 10^8 guesses
_GUESSED_CHARACTERS = 72  # zxcvbn's own bound; its time grows with the square of the length
_OWN_CHARACTERS = 6  # what must remain once the person's own words are taken out

# OWASP's parameters for Argon2id: 19 MiB and two passes, about 25 ms on one core.
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
THREADS = max(1, (os.cpu_count() or 2) // 2)
_NICENESS = 5
T = TypeVar("T")


def _give_way() -> None:
    """Lower the calling thread's priority, where the system has one for each (Linux)."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="passwords", initializer=_give_way)


async def _aside(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, work)


async def hash_password(password: str) -> str:
    """Argon2id hash in PHC text form."""
    return await _aside(lambda: _HASHER.hash(_normal(password)))


async def first_match(password: str, hashes: Sequence[str]) -> int | None:
    """Index of the first hash that `password` fits, or None.

    A refusal always costs two verifications, however many hashes there are: its time tells nothing.
    """
    return await _aside(lambda: _first_match(_normal(password), hashes))


async def unusable_hash() -> str:
    """A hash that no password matches, for an account that has none yet; checking it takes as long as any other."""
    return await _aside(_decoy)


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


async def check_strength(password: str, *, about: Sequence[str] = (), field: str = "password") -> None:
    """Raise WeakPassword with reasons unless the password is hard to guess.

    `about` holds words an attacker would try first: name, address, organisation.
    """
    reasons = await _aside(lambda: _weaknesses(_normal(password), about))
    if reasons:
        raise WeakPassword(" ".join(reasons), errors=[{"field": field, "message": m} for m in reasons])


def _first_match(password: str, hashes: Sequence[str]) -> int | None:
    padded = [*hashes[:2], *[_decoy()] * (2 - len(hashes))]
    for index, candidate in enumerate(padded):
        try:
            _HASHER.verify(candidate, password)
        except (VerifyMismatchError, InvalidHashError):
            continue
        return index if index < len(hashes) else None
    return None


@cache
def _decoy() -> str:
    return _HASHER.hash(os.urandom(16))


def _weaknesses(password: str, about: Sequence[str]) -> list[str]:
    if len(password) < MIN_LENGTH:
        return [f"Use at least {MIN_LENGTH} characters."]
    if len(password) > MAX_LENGTH:
        return [f"Use at most {MAX_LENGTH} characters."]
    if password.casefold() in _common():
        return ["This is among the passwords most often found in leaks."]
    from zxcvbn import zxcvbn

    words = [word for text in about for word in re.split(r"[\W_]+", text.casefold()) if len(word) > 2]
    rest = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) < _OWN_CHARACTERS:
        return ["Do not build it from your name, address or organisation."]
    verdict = zxcvbn(
        password[:_GUESSED_CHARACTERS],
        user_inputs=[*dict.fromkeys(word[:60] for word in words), "tradewind"][:30],
    )
    if verdict["score"] >= _MIN_SCORE:
        return []
    warning = verdict["feedback"]["warning"]
    advice = verdict["feedback"]["suggestions"] or ["Add another word or two; uncommon words are better."]
    return [f"{text.rstrip('.')}." for text in (warning or "This password is easy to guess", *advice)]


@lru_cache
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
