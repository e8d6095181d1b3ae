"""The command line: one root, its commands in ``api/commands``, honest exit codes."""

from __future__ import annotations

import sys
from importlib import import_module

import typer
from pydantic import ValidationError

from gis.errors import GridCallError, InvalidInput

_MODULES = {
    "demo": "demo",
    "serve": "serve",
    "worker": "worker",
    "migrate": "migrate",
    "doctor": "doctor",
    "import": "imports",
    "template": "template",
    "county": "county",
    "layout": "layout",
    "rules": "rules",
    "account": "account",
    "roster": "roster",
    "export": "export",
    "match": "match",
    "rematch": "rematch",
    "rollup": "rollup",
    "bulletin": "bulletin",
    "exposure": "exposure",
    "simulate": "simulate",
    "statistics": "statistics",
    "retention": "retention",
}
"""The first word after ``gridcall``, and the module of ``api.commands`` that answers it."""


def make_app(word: str | None = None) -> typer.Typer:
    """Return the command line.

    Parameters
    ----------
    word
        Only this command, if there is such a one. Importing all of them costs 4 s of processor time, a worker alone
        1.5 s (2 cores, 2 GHz), and `gridcall demo` starts three processes.
    """
    app = typer.Typer(
        name="gridcall",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(gridcall)
    names = [_MODULES[word]] if word in _MODULES else dict.fromkeys(_MODULES.values())
    for name in names:
        import_module(f"api.commands.{name}").register(app)
    return app


def gridcall() -> None:
    """The grid calls, the departments report in."""  # noqa: D401  the product's line


def main() -> int:
    """Run one command.

    Returns
    -------
    int
        0 done; 1 refused or failed, with the reason on standard error; 2 wrong usage; 130 interrupted.
    """
    try:
        make_app(next(iter(sys.argv[1:]), None))(prog_name="gridcall")
    except GridCallError as error:
        sys.stderr.write(f"{error.detail}\n")
        if isinstance(error, InvalidInput):
            for wrong in error.errors if len(error.errors) > 1 else ():
                sys.stderr.write(f"  {wrong.field}: {wrong.reason}\n")
        return 1
    except ValidationError as error:
        # Of the settings: what a request sends never gets here.
        for problem in error.errors(include_input=False, include_url=False):
            sys.stderr.write(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0
