"""What the resident says of the outcome (评价): by link, by QR code on the spot, by telephone.

Closing a report as resolved opens an evaluation for 14 days; it is answered once, through
whichever channel comes first. Those who handled the report cannot enter the answer. An unsatisfied
resident asks for reopening; a dispatcher decides.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import select

from gis.audience import Actor, visible_reports
from gis.blank import is_blank
from gis.db.database import Row, Transaction
from gis.errors import Conflict, InvalidInput, NotAllowed, NotFound
from gis.ids import uuid7
from gis.models import Report
from gis.queues import WORDS_ONLY, in_queue
from gis.tokens import county_of, new_token, token_sha256
from gis.workflow.case import Case, EvaluationState
from gis.workflow.fields import Wrong, read_text
from gis.workflow.guards import parties_of
from gis.workflow.record import Author, Change, write
from gis.workflow.store import load_cases, lock_reports

Answer = Literal["satisfied", "so_so", "unsatisfied"]
Channel = Literal["link", "qr"]
ANSWERS: tuple[Answer, ...] = ("satisfied", "so_so", "unsatisfied")
RESULTS = ("answered", "no_answer", "refused")
ASKED = "evaluation_asked"
EVALUATED = "evaluated"
LONGEST_COMMENT = 1000
_SENDING = frozenset({"centre", "grid", "reporter"})
_INVITING = _SENDING | {"lead", "assisting"}


@dataclass(frozen=True)
class Invitation:
    """What a token shows before it is answered: nothing of who reported."""

    number: str
    category: str | None
    category_en: str | None
    received_at: dt.datetime
    closed_at: dt.datetime | None
    result: str
    expires_at: dt.datetime
    answered_at: dt.datetime | None
    answer: str | None


def issue_token(
    tx: Transaction, actor: Actor, report_id: uuid.UUID, channel: Channel, now: dt.datetime
) -> str:
    """Make a token for a report's open evaluation, to be sent as a link or shown as a QR code.

    Who made it is kept with it and told by the report's history.

    Raises
    ------
    NotFound
        There is no such report, or the actor may not know of it.
    NotAllowed
        The actor has no part in the report, or did the work and wants more than the QR code that
        the resident reads on the spot.
    Conflict
        The report has no evaluation that waits for an answer.
    """
    tx.see_as(actor)
    locked = lock_reports(tx, actor.county_code, [report_id])
    of = {"county": actor.county_code, "report": report_id, "now": now}
    rows = tx.query("evaluation_open", {**of, "audience": list(actor.audience)})
    if not rows:
        raise NotFound("There is no such report.")
    (case,) = load_cases(tx, locked.values()).values()
    parties = parties_of(case.report, actor, case.assignments)
    if not _INVITING & parties:
        raise NotAllowed("Only those who have a part in the report ask what was thought of it.")
    if channel == "link" and not _SENDING & parties:
        raise NotAllowed(
            "Who did the work shows the QR code on the spot; links go to the resident."
        )
    if rows[0]["evaluation_id"] is None:
        raise Conflict("No evaluation of this report waits for an answer.")
    tx.see_county(actor.county_code)
    token = _token(tx, actor.county_code, rows[0]["evaluation_id"], channel, now, actor.account_id)
    write(tx, [Change(case, case, ASKED, {"channel": channel})], Author.of(actor), now)
    return token


def issue_token_by_receipt(tx: Transaction, receipt: str, now: dt.datetime) -> str:
    """Make a link's token for the holder of a receipt.

    Raises
    ------
    NotFound
        There is no such receipt.
    Conflict
        The report has no evaluation that waits for an answer.
    """
    county_code = county_of(receipt)
    tx.see_county(county_code)
    row = tx.query_one(
        "evaluation_of_receipt",
        {"county": county_code, "sha": token_sha256(receipt), "now": now},
    )
    if row is None:
        raise NotFound("This receipt is not valid.")
    if row["evaluation_id"] is None:
        raise Conflict("No evaluation of this report waits for an answer.")
    return _token(tx, county_code, row["evaluation_id"], "link", now, None)


def get_invitation(
    tx: Transaction, token: str, now: dt.datetime, *, signed_in: Actor | None = None
) -> Invitation:
    """Return what a token opens; an answered one can still be looked at.

    Parameters
    ----------
    signed_in
        Whoever is signed in where the link was opened.

    Raises
    ------
    NotFound
        There is no such token, or its 14 days are over.
    NotAllowed
        It waits for an answer, and whoever is signed in handled the report.
    """
    row = _by_token(tx, token, now)
    if signed_in is not None and row["answered_at"] is None:
        _refuse_handlers(tx, signed_in, row["report_id"])
    return Invitation(
        **{name: row[name] for name in Invitation.__dataclass_fields__}  # one column a field
    )


def answer_by_token(
    tx: Transaction,
    token: str,
    answer: str,
    comment: str,
    now: dt.datetime,
    *,
    signed_in: Actor | None = None,
) -> Invitation:
    """Answer an evaluation with the token of a link or QR code.

    Parameters
    ----------
    signed_in
        Whoever is signed in where the link was opened.

    Raises
    ------
    NotFound
        There is no such token, or its 14 days are over.
    InvalidInput
        The answer is none of the three, or the comment too long.
    NotAllowed
        Whoever is signed in handled the report.
    Conflict
        It was answered before.
    """
    row = _by_token(tx, token, now)
    text = check_answer(answer, comment)
    if signed_in is not None:
        _refuse_handlers(tx, signed_in, row["report_id"])
    _answer(
        tx,
        row["county_code"],
        row["report_id"],
        row["evaluation_id"],
        answer,
        text,
        row["channel"],
        Author(None, "resident", ""),
        now,
    )
    return get_invitation(tx, token, now)


def list_callbacks(tx: Transaction, actor: Actor, now: dt.datetime, most: int = 50) -> list[Row]:
    """Return the reports whose resident may be called back, the longest closed first.

    Left out are those the actor handled, those answered, and those called in the last hours.

    Raises
    ------
    NotAllowed
        The actor is no dispatcher.
    """
    if actor.role != "dispatcher":
        raise NotAllowed("Only dispatchers call residents back.")
    chosen = (
        select(Report.id)
        .where(visible_reports(actor), in_queue("callback", actor, now))
        .order_by(Report.closed_at, Report.id)
        .limit(most)
    )
    ids = list(tx.connection.execute(chosen).scalars())
    return tx.query("callbacks", {"county": actor.county_code, "ids": ids})


def list_attempts(tx: Transaction, actor: Actor, report_id: uuid.UUID) -> list[Row]:
    """Return the attempts to reach the resident of a visible report, oldest first."""
    return tx.query(
        "callback_attempts",
        {
            "county": actor.county_code,
            "report": report_id,
            "audience": list(actor.audience),
        },
    )


def record_callback(
    tx: Transaction,
    actor: Actor,
    report_id: uuid.UUID,
    result: str,
    now: dt.datetime,
    *,
    answer: str = "",
    comment: str = "",
) -> None:
    """Record an attempt to reach the resident by telephone, and the answer given.

    Raises
    ------
    NotFound
        There is no such report, or the actor may not know of it.
    InvalidInput
        The result is none of the three, or the answer is missing or too much.
    NotAllowed
        The actor is no dispatcher, or handled the report.
    Conflict
        No evaluation of the report waits for an answer.
    """
    tx.see_as(actor)
    of = {"county": actor.county_code, "report": report_id, "now": now}
    rows = tx.query("evaluation_open", {**of, "audience": list(actor.audience)})
    if not rows:
        raise NotFound("There is no such report.")
    if result not in RESULTS:
        raise InvalidInput.of("result", f"Must be one of: {', '.join(RESULTS)}.")
    if result != "answered" and answer:
        raise InvalidInput.of("answer", "Only an answered call has an answer.")
    text = check_answer(answer or "", comment) if result == "answered" else _comment(comment)
    if actor.role != "dispatcher":
        raise NotAllowed("Only dispatchers call residents back.")
    _refuse_handlers(tx, actor, report_id)
    evaluation_id = rows[0]["evaluation_id"]
    if evaluation_id is None:
        raise Conflict("No evaluation of this report waits for an answer.")
    tx.see_county(actor.county_code)
    tx.rows(
        "INSERT INTO callback (county_code, id, report_id, account_id, result, note, at)"
        " VALUES (%(county)s, %(id)s, %(report)s, %(account)s, %(result)s, %(note)s, %(now)s)",
        {**of, "id": uuid7(), "account": actor.account_id, "result": result, "note": text},
    )
    if result == "answered":
        author = Author.of(actor)
        _answer(
            tx, actor.county_code, report_id, evaluation_id, answer, text, "telephone", author, now
        )


def check_answer(answer: str, comment: str) -> str:
    """Return the comment of an answer that can be taken.

    Raises
    ------
    InvalidInput
        The answer is none of the three, or the comment cannot be stored.
    """
    if answer not in ANSWERS:
        raise InvalidInput.of("answer", f"Must be one of: {', '.join(ANSWERS)}.")
    return _comment(comment)


def _comment(comment: str) -> str:
    if is_blank(comment) and "\x00" not in comment:
        return ""
    try:
        text = read_text(comment)
    except Wrong as wrong:
        raise InvalidInput.of("text", str(wrong)) from None
    if len(text) > LONGEST_COMMENT:
        raise InvalidInput.of("text", f"Must have at most {LONGEST_COMMENT} characters.")
    return text


def _token(
    tx: Transaction,
    county_code: str,
    evaluation_id: uuid.UUID,
    channel: str,
    now: dt.datetime,
    issued_by: uuid.UUID | None,
) -> str:
    token = new_token(county_code)
    tx.rows(
        "INSERT INTO evaluation_token (county_code, token_sha256, evaluation_id, channel,"
        " created_at, issued_by) VALUES (%(county)s, %(sha)s, %(evaluation)s, %(channel)s,"
        " %(now)s, %(issued_by)s)",
        {
            "county": county_code,
            "sha": token_sha256(token),
            "evaluation": evaluation_id,
            "channel": channel,
            "now": now,
            "issued_by": issued_by,
        },
    )
    return token


def _by_token(tx: Transaction, token: str, now: dt.datetime) -> Row:
    county_code = county_of(token)
    # The token itself is the credential; the statement reads the one report it belongs to.
    tx.see_county(county_code)
    row = tx.query_one(
        "evaluation_by_token", {"county": county_code, "sha": token_sha256(token), "now": now}
    )
    if row is None:
        raise NotFound("This link is not valid, or its 14 days are over.")
    return row


def _refuse_handlers(tx: Transaction, actor: Actor, report_id: uuid.UUID) -> None:
    """Refuse an account that has a hand in the report's history."""
    given = {"county": actor.county_code, "report": report_id, "account": actor.account_id}
    if tx.query("handled_by", {**given, "words_only": list(WORDS_ONLY)})[0]["handled"]:
        raise NotAllowed("Who handled a report cannot enter its evaluation.")


def _answer(
    tx: Transaction,
    county_code: str,
    report_id: uuid.UUID,
    evaluation_id: uuid.UUID,
    answer: str,
    comment: str,
    channel: str,
    author: Author,
    now: dt.datetime,
) -> None:
    """Write the answer once, whoever comes second."""
    report = lock_reports(tx, county_code, [report_id])[report_id]
    case = load_cases(tx, [report])[report_id]
    evaluation = next((e for e in case.evaluations if e.id == evaluation_id), None)
    if evaluation is None:  # the closing was taken back while this waited for the report
        raise Conflict("No evaluation of this report waits for an answer.")
    if evaluation.answered_at is not None:
        raise Conflict("This evaluation was answered before; thank you.")
    answered = replace(
        evaluation,
        answered_at=now,
        answer=answer,
        comment=comment,
        channel=channel,
        entered_by=author.account_id,
    )
    after = _with_answer(case, answered)
    details = {
        "answer": answer,
        "channel": channel,
        "reopen_requested": after.report.reopen_requested,
    }
    write(tx, [Change(case, after, EVALUATED, details)], author, now)


def _with_answer(case: Case, answered: EvaluationState) -> Case:
    asks = (
        answered.answer == "unsatisfied"
        and case.report.status == "closed"
        and answered.round == case.report.round
    )
    return replace(
        case,
        report=replace(
            case.report,
            version=case.report.version + 1,
            reopen_requested=case.report.reopen_requested or asks,
        ),
        evaluations=tuple(answered if e.id == answered.id else e for e in case.evaluations),
    )
