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
    """Run the block that looks a token up; where it does not hold, count that against the address.

    Whoever shows one that holds is answered even while the address rests: many residents share an
    address, and links and codes are too long to be guessed.

    Raises
    ------
    TooManyAttempts
        The token does not hold, and the address rests for a few minutes.
    """
    services, address = services_of(request), address_of(request)
    try:
        yield
    except NotFound:
        now = services.clock.now()
        with services.db.transaction() as tx:
            until = tokens_resting_until(tx, address, now)
            if until is None:
                note_failed_token(tx, address, now)
        if until is None:
            raise
        raise TooManyAttempts(
            "Too many links and codes from here did not hold. Wait a few minutes.",
            retry_after_s=int((until - now).total_seconds()) + 1,
        ) from None
