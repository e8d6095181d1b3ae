"""Tokens that residents hold: ``<county>-<secret>``, of which only the SHA-256 is stored."""

from __future__ import annotations

import hashlib
import re
import secrets

from gis.errors import NotFound

_TOKEN = re.compile(r"([0-9]{6})-[A-Za-z0-9_-]{32}\Z")


def new_token(county_code: str) -> str:
    """Return a token of 192 random bits; the county says where to look it up."""
    return f"{county_code}-{secrets.token_urlsafe(24)}"


def county_of(token: str) -> str:
    """Return the county of a token.

    Raises
    ------
    NotFound
        The text is no token: whoever tries learns nothing more.
    """
    match = _TOKEN.match(token)
    if match is None:
        raise NotFound("This link is not valid.")
    return match[1]


def token_sha256(token: str) -> bytes:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).digest()
