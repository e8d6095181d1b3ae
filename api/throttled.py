"""Links and codes that do not hold are counted by address: nobody goes on guessing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from api.auth import address_of
from api.services import services_of
from gis.errors import NotFound, TooManyAttempts
from gis.throttling import note_failed_token, tokens_resting_until


@contextmanager
def guessing_refused(request: Request) -> Iterator[None]:
    """Run the block that looks a token up, unless too many from this address did not hold.

    Raises
    ------
    TooManyAttempts
        The address rests for a few minutes.
    """
    services, address = services_of(request), address_of(request)
    now = services.clock.now()
    with services.db.read() as tx:
        until = tokens_resting_until(tx, address, now)
    if until is not None:
        raise TooManyAttempts(
            "Too many links and codes from here did not hold. Wait a few minutes.",
            retry_after_s=int((until - now).total_seconds()) + 1,
        )
    try:
        yield
    except NotFound:
        with services.db.transaction() as tx:
            note_failed_token(tx, address, now)
        raise
