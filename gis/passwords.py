"""Passwords: hashed with argon2, compared in equal time whether or not there is an account."""

from __future__ import annotations

import secrets
import threading
from functools import cache

from pwdlib import PasswordHash

from gis.errors import InvalidInput

SHORTEST_PASSWORD = 8

# One argon2 hash takes 64 MiB and tens of milliseconds: a flood of sign-ins waits here.
_HASHING = threading.BoundedSemaphore(2)


def check_password(password: str) -> None:
    """Refuse a password that is too short.

    Raises
    ------
    InvalidInput
        It has fewer than `SHORTEST_PASSWORD` characters.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput.of("password", f"needs at least {SHORTEST_PASSWORD} characters")


def hash_password(password: str) -> str:
    """Return the argon2 hash of a password, salt included."""
    with _HASHING:
        return _argon2().hash(password)


def password_holds(password: str, password_hash: str | None) -> bool:
    """Say whether a password is the hashed one; None is nobody's and takes as long."""
    with _HASHING:
        holds: bool = _argon2().verify(password, password_hash or _nobodys_hash())
    return holds and password_hash is not None


@cache
def _argon2() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys_hash() -> str:
    """Hash to compare with where there is no account, so that it costs the same time."""
    return _argon2().hash(secrets.token_urlsafe(16))
