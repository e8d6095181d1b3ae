"""Who asks: the token of a request, and the transaction in which it is looked up and used."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from api.services import Services, services_of
from gis.audience import Actor
from gis.db.database import Transaction
from gis.errors import NotAuthenticated
from gis.sessions import OpenSession, SessionLimits, find_session, keep_session
from gis.settings import Settings

COOKIE = "gridcall_session"

_bearer = HTTPBearer(auto_error=False, description="The token that POST /sessions gave.")
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="Set by POST /sessions.")


@dataclass(frozen=True)
class Caller:
    """Whoever sent the request, not yet looked up.

    Looking them up is part of the endpoint's own transaction: one connection and one commit a
    request, and no session is believed longer than the transaction it was read in.
    """

    services: Services
    token: str | None
    now: dt.datetime

    @contextmanager
    def transaction(self) -> Iterator[tuple[Transaction, Actor]]:
        """Give out a transaction and the actor; committed when the block ends.

        It sees the rows of the actor's audience; who writes what others may see widens it with
        ``tx.see_county`` once the step is allowed.

        Raises
        ------
        NotAuthenticated
            There is no token, or its session has ended.
        """
        token = self._shown()
        with self.services.db.transaction() as tx:
            session = self._session(tx, token)
            tx.see_as(session.actor)
            yield tx, session.actor
        self._keep(token, session)

    @contextmanager
    def intake(self) -> Iterator[tuple[Transaction, Actor]]:
        """Give out a transaction for taking reports in: it sees, and writes, all of the county.

        Raises
        ------
        NotAuthenticated
            There is no token, or its session has ended.
        """
        token = self._shown()
        with self.services.db.transaction() as tx:
            session = self._session(tx, token)
            tx.see_county(session.actor.county_code)
            yield tx, session.actor
        self._keep(token, session)

    @contextmanager
    def read(self) -> Iterator[tuple[Transaction, Actor]]:
        """Give out a read-only transaction that sees one moment, and the actor.

        Raises
        ------
        NotAuthenticated
            There is no token, or its session has ended.
        """
        token = self._shown()
        with self.services.db.read() as tx:
            session = self._session(tx, token)
            tx.see_as(session.actor)
            yield tx, session.actor
        self._keep(token, session)

    def check(self) -> None:
        """Look the caller up for nothing else.

        Raises
        ------
        NotAuthenticated
            There is no token, or its session has ended.
        """
        with self.read():
            pass

    def _shown(self) -> str:
        if self.token is None:
            raise NotAuthenticated("Sign in with POST /api/v1/sessions.")
        return self.token

    def _session(self, tx: Transaction, token: str) -> OpenSession:
        session = find_session(tx, token, now=self.now)
        if session is None:
            raise NotAuthenticated("The session has ended. Sign in again.")
        return session

    def _keep(self, token: str, session: OpenSession) -> None:
        """Write down that the session is used, once a minute and after the request's own work.

        A transaction of its own, because reading is read-only, and the row would else be locked for as
        long as the work takes.
        """
        limits = session_limits(self.services.settings)
        if session.is_to_keep(self.now, limits):
            with self.services.db.transaction() as tx:
                keep_session(tx, token, now=self.now, limits=limits)


# async, so that it runs on the event loop: it waits for nothing, and a thread would cost more.
async def caller_of(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    cookie: Annotated[str | None, Security(_cookie)],
) -> Caller:
    """Return the request's caller; a bearer token wins over the cookie."""
    services = services_of(request)
    return Caller(services, bearer.credentials if bearer else cookie, services.clock.now())


async def get_caller(request: Request) -> Caller:
    """Return the request's caller outside of FastAPI's dependencies."""
    return await caller_of(request, await _bearer(request), await _cookie(request))


SignedIn = Annotated[Caller, Depends(caller_of)]


def session_limits(settings: Settings) -> SessionLimits:
    """Return how long sessions hold in this installation."""
    return SessionLimits(
        lasts=dt.timedelta(hours=settings.session_hours),
        idle=dt.timedelta(minutes=settings.session_idle_minutes),
    )


def address_of(request: Request) -> str:
    """Return where a request comes from, for counting failures."""
    return request.client.host if request.client else ""


def set_session_cookie(request: Request, response: Response, token: str) -> None:
    """Hand the token to a browser, out of reach of its scripts."""
    limits = session_limits(services_of(request).settings)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(limits.lasts.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=not is_loopback(request.url.hostname or ""),
    )


def is_loopback(host: str) -> bool:
    """Tell whether a host name is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
