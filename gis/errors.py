"""The errors GridCall raises, as one small tree.

::

    GridCallError
    ├── InvalidInput            what was sent cannot be used; names the fields
    │   ├── InvalidParameter    a query parameter that does not exist here
    │   └── ClientIdTaken       the client id belongs to someone else's report
    ├── NotFound                there is no such thing, or the actor may not know of it
    ├── NotAuthenticated        no credential, or one that no longer holds
    ├── NotAllowed              the actor's role may never do this
    ├── PreconditionRequired    the version the actor saw has to be sent along
    ├── PreconditionFailed      it changed since the actor saw it; shows what changed
    ├── Conflict                the state of things forbids it now; says what is possible
    ├── TooManyAttempts         too many have failed from there; wait
    └── Unavailable             a service GridCall stands on does not answer; try again

Only ``api/problems.py`` knows which HTTP status each of them becomes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FieldError:
    """One thing that is wrong with one field.

    Attributes
    ----------
    field
        Dotted name of the field, for example ``reporter.phone``.
    reason
        What is wrong and what to do, in one sentence.
    """

    field: str
    reason: str


class GridCallError(Exception):
    """Base of every error the domain raises on purpose.

    Parameters
    ----------
    detail
        One sentence for the person who has to act on it; never a driver's message.
    details
        Machine-readable members for the answer, for example ``{"possible": [...]}``.
    """

    def __init__(self, detail: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.details: dict[str, Any] = dict(details or {})


class InvalidInput(GridCallError):
    """What was sent cannot be used."""

    def __init__(self, detail: str, errors: list[FieldError] | None = None) -> None:
        super().__init__(detail)
        self.errors: list[FieldError] = errors or []

    @classmethod
    def of(cls, field_name: str, reason: str) -> InvalidInput:
        """Make the error for a single field."""
        return cls(f"{field_name}: {reason}", [FieldError(field_name, reason)])


class InvalidParameter(InvalidInput):
    """A query parameter does not exist here, or is given more than once."""


class ClientIdTaken(InvalidInput):
    """The client id was used before, by another account or with another body."""


class NotFound(GridCallError):
    """There is no such thing, or the actor may not know of it."""


class NotAuthenticated(GridCallError):
    """No credential was given, or it no longer holds."""


class NotAllowed(GridCallError):
    """The actor's role may never do this."""


class PreconditionRequired(GridCallError):
    """The version that the actor saw has to be sent along (``If-Match``)."""


class PreconditionFailed(GridCallError):
    """It changed since the actor saw it; ``details`` holds the version and the changes."""


class Conflict(GridCallError):
    """The present state forbids it."""


class TooManyAttempts(GridCallError):
    """Too many attempts have failed; ``retry_after_s`` says how long to wait."""

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Unavailable(GridCallError):
    """The database or another service does not answer in time."""

    def __init__(self, detail: str, *, retry_after_s: int = 5) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s
