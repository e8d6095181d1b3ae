"""Who may ask what: one row for every route of the API and every page.

`tests/api/test_matrix.py` asks each of them as everybody, about a report of each scope. A route
without a row fails there, and so does a row without a route.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

EVERYBODY = frozenset(
    {"admin", "supervisor", "dispatcher", "grid_staff", "utility", "volunteer", "planner"}
)
COUNTY_WIDE = frozenset({"admin", "supervisor", "dispatcher", "planner"})
"""Who reads counts of all of the county; of the dispatchers, those of the municipal centre."""
REPORTERS = EVERYBODY - {"supervisor", "planner"}


@dataclass(frozen=True)
class Rule:
    """What a route answers.

    Attributes
    ----------
    roles
        Who may; the others get 403. None: also without signing in.
    path
        The path asked, with ``{own}`` for the id of a report where the route names one; None:
        the route's own path, which names nothing.
    municipal
        Of the dispatchers, those of the municipal centre only.
    about_report
        The route names a report: whoever does not see it gets 404.
    answers
        What those who may get, one of these.
    nobody
        What those who have not signed in get.
    """

    answers: frozenset[int]
    roles: frozenset[str] | None = EVERYBODY
    path: str | None = None
    municipal: bool = False
    about_report: bool = False
    body: Any = None
    nobody: int = 401


def routes_of(app: FastAPI) -> set[str]:
    """Return ``METHOD path`` of all routes, the pages included."""
    found = set()
    for route in app.routes:
        contexts = getattr(route, "effective_route_contexts", None)
        for one in contexts() if contexts else [route]:
            methods = set(one.methods) - ({"HEAD"} if "GET" in one.methods else set())
            found |= {f"{method} {one.path}" for method in methods}
    return found


def free(*answers: int, path: str | None = None, body: Any = None) -> Rule:
    """Anybody may, signed in or not."""
    return Rule(frozenset(answers), None, path, body=body)


def signed_in(*answers: int, path: str | None = None, body: Any = None, nobody: int = 401) -> Rule:
    """Whoever has signed in may, and gets what is theirs."""
    return Rule(frozenset(answers), path=path, body=body, nobody=nobody)


def county_wide(
    *answers: int, path: str | None = None, body: Any = None, nobody: int = 401
) -> Rule:
    """Those may who read the counts of the whole county."""
    return Rule(frozenset(answers), COUNTY_WIDE, path, municipal=True, body=body, nobody=nobody)


def of_report(*answers: int, roles: frozenset[str] = EVERYBODY, **more: Any) -> Rule:
    """Whoever sees the report may, or of these only some roles."""
    return Rule(frozenset(answers), roles, about_report=True, **more)


V1 = "/api/v1"
MONTH = "from=2022-05-01&to=2022-05-09"
TODAY = "from=2022-05-10&to=2022-05-10"
INTERVENTION = {
    "name": "Valve", "measure": "replaced", "taken_on": "2022-05-05", "days": 3,
    "area": {"type": "Polygon", "coordinates": [
        [[119.4, 36], [119.42, 36], [119.42, 36.02], [119.4, 36.02], [119.4, 36]]
    ]},
}  # fmt: skip
DISPATCHERS = frozenset({"dispatcher"})
TALKERS = EVERYBODY - {"planner"}
ADMIN = frozenset({"admin"})
SUGGESTED = frozenset({"dispatcher", "supervisor"})
WATCHERS = frozenset({"admin", "supervisor", "dispatcher"})
NO_REPORT = "370782-00000000-0000-7000-8000-000000000000"
CLUSTER = f"{V1}/clusters/{NO_REPORT}"
SEEN = {"reports": [{"id": NO_REPORT, "version": 1}]}

ROUTES: dict[str, Rule] = {
    # Open to all: health, description, sign-in, and what a token answers for.
    "GET /livez": free(200),
    "GET /readyz": free(200),
    f"GET {V1}/openapi.json": free(200),
    "GET /assets/{path:path}": free(404, path="/assets/none.css"),
    "GET /docs": free(200),
    "GET /": free(200),
    # Tried with sessions of its own: it ends them.
    f"DELETE {V1}/sessions/current": signed_in(204),
    f"DELETE {V1}/sessions": signed_in(204),
    f"GET {V1}/receipts/{{token}}": free(404, path=f"{V1}/receipts/none"),
    f"POST {V1}/receipts/{{token}}/evaluation": free(404, path=f"{V1}/receipts/none/evaluation"),
    f"POST {V1}/sessions": free(401, body={"username": "nobody", "password": "wrong words"}),
    f"GET {V1}/evaluations/{{token}}": free(404, path=f"{V1}/evaluations/none"),
    f"POST {V1}/evaluations/{{token}}": free(
        404, path=f"{V1}/evaluations/none", body={"answer": "satisfied"}
    ),
    # Reference data of the own county.
    f"GET {V1}/categories": signed_in(200),
    f"GET {V1}/grids": signed_in(200),
    f"GET {V1}/grids/{{code}}": signed_in(404, path=f"{V1}/grids/none"),
    f"GET {V1}/towns": signed_in(200),
    f"GET {V1}/utilities": signed_in(200),
    f"GET {V1}/utilities/{{code}}": signed_in(404, path=f"{V1}/utilities/none"),
    f"GET {V1}/utilities/{{code}}/reports": signed_in(404, path=f"{V1}/utilities/none/reports"),
    f"GET {V1}/places": signed_in(200, path=f"{V1}/places?q=x"),
    f"GET {V1}/locate": signed_in(200, path=f"{V1}/locate?lon=119.4&lat=36"),
    # Reports.
    f"GET {V1}/reports": signed_in(200),
    f"GET {V1}/reports/counts": signed_in(200),
    f"POST {V1}/reports": Rule(
        frozenset({201}), REPORTERS, body={"description": "x", "place_text": "somewhere"}
    ),
    f"POST {V1}/reports/bulk": Rule(frozenset({200}), REPORTERS, body=[]),
    f"POST {V1}/reports/actions": signed_in(
        200, body={"actions": [{"id": "none", "action": "comment", "text": "x"}]}
    ),
    f"GET {V1}/reports/{{report_id}}": of_report(200),
    f"GET {V1}/reports/{{report_id}}/history": of_report(200),
    f"GET {V1}/reports/{{report_id}}/merged": of_report(200),
    f"GET {V1}/reports/{{report_id}}/messages": of_report(200),
    # A body that is no party yet is told what is possible instead.
    f"POST {V1}/reports/{{report_id}}/actions": of_report(
        200, 409, roles=TALKERS, body={"action": "comment", "text": "x"}
    ),
    f"GET {V1}/reports/{{report_id}}/suggestions": of_report(200, roles=SUGGESTED),
    f"GET {V1}/reports/{{report_id}}/photos/{{sha256}}": of_report(
        404, path=f"{V1}/reports/{{report_id}}/photos/{'0' * 64}"
    ),
    f"PUT {V1}/reports/{{report_id}}/photos/{{sha256}}": of_report(
        403, 422, path=f"{V1}/reports/{{report_id}}/photos/{'0' * 64}", body={}
    ),
    f"GET {V1}/reports/{{report_id}}/reporter": of_report(200),
    f"GET {V1}/reports/{{report_id}}/reporter/reads": of_report(200, roles=ADMIN),
    f"POST {V1}/reports/{{report_id}}/receipts": of_report(201, 403, 409),
    f"POST {V1}/reports/{{report_id}}/evaluation-tokens": of_report(
        403, 409, body={"channel": "qr"}
    ),
    f"GET {V1}/callbacks": Rule(frozenset({200}), DISPATCHERS),
    f"GET {V1}/reports/{{report_id}}/callbacks": of_report(200),
    f"POST {V1}/reports/{{report_id}}/callbacks": of_report(
        409, roles=DISPATCHERS, body={"result": "no_answer"}
    ),
    f"GET {V1}/outbox/dead-letters": Rule(frozenset({200}), ADMIN),
    f"POST {V1}/outbox/dead-letters/retry": Rule(frozenset({200}), ADMIN),
    # What planners and leaders study.
    f"GET {V1}/layers/counts": signed_in(200),
    f"GET {V1}/layers/exposures": county_wide(200),
    f"GET {V1}/layers/causes": county_wide(200),
    f"GET {V1}/layers/rates": county_wide(200),
    f"GET {V1}/layers/hotspots": county_wide(200),
    f"GET {V1}/layers/density": county_wide(200),
    f"GET {V1}/layers/density/{{z}}/{{x}}/{{y}}.png": county_wide(
        200, path=f"{V1}/layers/density/10/851/401.png"
    ),
    f"GET {V1}/layers/reporting": county_wide(200),
    f"GET {V1}/interventions": county_wide(200),
    f"GET {V1}/interventions/{{intervention_id}}": county_wide(
        404, path=f"{V1}/interventions/none"
    ),
    f"DELETE {V1}/interventions/{{intervention_id}}": county_wide(
        404, path=f"{V1}/interventions/none"
    ),
    f"GET {V1}/layers/outlines": signed_in(200),
    f"GET {V1}/layers/compare": county_wide(
        200, path=f"{V1}/layers/compare?{TODAY}&base_category=water"
    ),
    f"GET {V1}/layers/series": county_wide(
        200, path=f"{V1}/layers/series?step=week&{MONTH}&steps=4"
    ),
    # Reports of one day are no two steps.
    f"GET {V1}/layers/emerging": county_wide(
        422, path=f"{V1}/layers/emerging?step=week&steps=12&{MONTH}"
    ),
    # One of the two periods has no report here.
    f"GET {V1}/layers/backtest": county_wide(422, path=f"{V1}/layers/backtest?{MONTH}"),
    f"GET {V1}/bulletins/{{month}}": county_wide(
        200, path=f"{V1}/bulletins/2022-05?f=xlsx&category=water"
    ),
    f"POST {V1}/layers/scans": county_wide(202, body={"unit": "town"}),
    f"POST {V1}/interventions": Rule(
        frozenset({201}), frozenset({"admin", "planner"}), municipal=True, body=INTERVENTION
    ),
    f"GET {V1}/statistics": Rule(
        frozenset({200}), EVERYBODY - {"volunteer"}, f"{V1}/statistics?{MONTH}"
    ),
    f"GET {V1}/layers/scans/{{scan_id}}": county_wide(404, path=f"{V1}/layers/scans/none"),
    f"GET {V1}/notifications": signed_in(200),
    f"POST {V1}/notifications/read": signed_in(200, body={}),
    # The live map.
    f"GET {V1}/events": signed_in(200, path=f"{V1}/events?f=json"),
    f"GET {V1}/reports/clustered": signed_in(
        200, path=f"{V1}/reports/clustered?zoom=9&bbox=119,35,120,37"
    ),
    f"GET {V1}/tiles/reports/{{z}}/{{x}}/{{y}}.mvt": signed_in(
        200, 204, path=f"{V1}/tiles/reports/9/425/201.mvt"
    ),
    f"GET {V1}/tiles/{{layer}}/{{z}}/{{x}}/{{y}}.mvt": signed_in(
        200, path=f"{V1}/tiles/grids/9/425/201.mvt"
    ),
    f"GET {V1}/clusters": signed_in(200),
    f"POST {V1}/clusters/{{cluster_id}}/merge": signed_in(404, path=CLUSTER + "/merge", body=SEEN),
    f"POST {V1}/clusters/{{cluster_id}}/split": signed_in(404, path=CLUSTER + "/split", body=SEEN),
    f"POST {V1}/clusters/{{cluster_id}}/dismiss": Rule(
        frozenset({404}),
        frozenset({"dispatcher"}),
        CLUSTER + "/dismiss",
        body={"reports": [NO_REPORT]},
    ),
    f"GET {V1}/board": Rule(frozenset({200}), WATCHERS),
    # Pages.
    "GET /map/board": Rule(frozenset({200}), WATCHERS, nobody=303),
    "POST /sign-in": free(401, 429, body={}),
    "POST /sign-out": free(303, body={}),
    "GET /reports/new": Rule(frozenset({200}), REPORTERS, nobody=303),
    "POST /reports/new": Rule(frozenset({422}), REPORTERS, body={}),
    "GET /reports/{report_id}": of_report(200, nobody=303),
    "GET /reports/{report_id}/work-order": of_report(200, nobody=303),
    "POST /reports/{report_id}/act": of_report(422, body={}),
    "POST /reports/{report_id}/reporter": of_report(200, body={}),
    "POST /reports/{report_id}/evaluation-qr": of_report(403, 409, body={}),
    "GET /evaluate/{token}": free(404, 429, path="/evaluate/none"),
    "POST /evaluate/{token}": free(404, 422, 429, path="/evaluate/none", body={}),
    "GET /receipts/{token}": free(404, 429, path="/receipts/none"),
    "POST /receipts/{token}/evaluation": free(404, 429, path="/receipts/none/evaluation", body={}),
    "GET /notifications": signed_in(200, nobody=303),
    "POST /notifications/read": signed_in(303, body={}),
    "GET /callbacks": Rule(frozenset({200}), frozenset({"dispatcher"}), nobody=303),
    # It waits for no call: the page of the report, and no reading noted.
    "POST /callbacks/{report_id}/reporter": of_report(
        303, roles=frozenset({"dispatcher"}), body={}
    ),
    "POST /callbacks/{report_id}": of_report(422, roles=frozenset({"dispatcher"}), body={}),
    # The office.
    f"GET {V1}/accounts": Rule(frozenset({200}), ADMIN),
    f"POST {V1}/accounts": Rule(
        frozenset({422}), ADMIN, body={"username": "a b", "name": "x", "role": "planner"}
    ),
    f"GET {V1}/accounts/{{username}}": Rule(frozenset({404}), ADMIN, f"{V1}/accounts/none"),
    f"POST {V1}/accounts/{{username}}/reset": Rule(
        frozenset({404}), ADMIN, f"{V1}/accounts/none/reset"
    ),
    f"POST {V1}/accounts/{{username}}/disable": Rule(
        frozenset({404}), ADMIN, f"{V1}/accounts/none/disable"
    ),
    f"POST {V1}/accounts/{{username}}/enable": Rule(
        frozenset({404}), ADMIN, f"{V1}/accounts/none/enable"
    ),
    f"POST {V1}/invitations/{{code}}": free(
        404, 429, path=f"{V1}/invitations/none", body={"password": "long enough"}
    ),
    "GET /invitation": free(200),
    "POST /invitation": free(404, 422, 429, body={}),
    "GET /privacy": free(200),
    "GET /reports": signed_in(200, nobody=303),
    "GET /statistics": Rule(frozenset({200}), EVERYBODY - {"volunteer"}, nobody=303),
    "GET /admin": Rule(frozenset({200}), ADMIN, nobody=303),
    "GET /admin/accounts": Rule(frozenset({200}), ADMIN, nobody=303),
    "POST /admin/accounts": Rule(frozenset({422}), ADMIN, body={}),
    "POST /admin/accounts/{username}/{step}": Rule(
        frozenset({404}), ADMIN, "/admin/accounts/none/disable", body={}
    ),
    "GET /admin/roster": Rule(frozenset({200}), ADMIN, nobody=303),
    "GET /admin/roster/{code}": Rule(frozenset({404}), ADMIN, "/admin/roster/none", nobody=303),
    "POST /admin/roster/{code}": Rule(
        frozenset({404}),
        ADMIN,
        "/admin/roster/none",
        body={"valid_from": "2022-01-01"},
        nobody=303,
    ),
    # The own account: each has one. Ending `others` would end those of the tests beside.
    f"PUT {V1}/account/password": signed_in(422, body={"current": "x", "password": "short"}),
    f"GET {V1}/sessions": signed_in(200),
    f"DELETE {V1}/sessions/others": signed_in(204),
    f"DELETE {V1}/sessions/{{session_id}}": signed_in(404, path=f"{V1}/sessions/none"),
    "GET /account": signed_in(200, nobody=303),
    "POST /account/password": signed_in(422, body={}, nobody=303),
    "POST /account/sessions/others": signed_in(303, body={}),
    "POST /account/sessions/{session_id}": signed_in(404, path="/account/sessions/none", body={}),
    f"POST {V1}/categories": Rule(
        frozenset({422}), ADMIN, body={"code": "A B", "name": "x", "name_en": "x"}
    ),
    f"GET {V1}/categories/{{code}}": Rule(frozenset({404}), ADMIN, f"{V1}/categories/none"),
    f"PUT {V1}/categories/{{code}}": Rule(
        frozenset({404}), ADMIN, f"{V1}/categories/none", body={"name": "x", "name_en": "x"}
    ),
    "GET /admin/categories": Rule(frozenset({200}), ADMIN, nobody=303),
    "POST /admin/categories": Rule(frozenset({422}), ADMIN, body={}, nobody=303),
    "GET /admin/categories/new": Rule(frozenset({200}), ADMIN, nobody=303),
    "GET /admin/categories/{code}": Rule(
        frozenset({404}), ADMIN, "/admin/categories/none", nobody=303
    ),
    "POST /admin/categories/{code}": Rule(
        frozenset({404}), ADMIN, "/admin/categories/none", body={}, nobody=303
    ),
    "GET /map/hotspots": county_wide(200, nobody=303),
    "GET /map": signed_in(200, nobody=303),
}
