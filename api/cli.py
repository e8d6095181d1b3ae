"""The command line: one root, its commands in ``api/commands``, honest exit codes."""

from __future__ import annotations

import sys

import typer
from pydantic import ValidationError

from api.commands import demo, doctor, migrate, serve, worker
from gis.errors import GridCallError, InvalidInput

_GROUPS = (demo, serve, worker, migrate, doctor)

app = typer.Typer(
    name="gridcall",
    help="The grid calls, the departments report in.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in _GROUPS:
    group.register(app)


def main() -> int:
    """Run one command.

    Returns
    -------
    int
        0 done; 1 refused or failed, with the reason on standard error; 2 wrong usage; 130 interrupted.
    """
    try:
        app(prog_name="gridcall")
    except GridCallError as error:
        sys.stderr.write(f"{error.detail}\n")
        if isinstance(error, InvalidInput):
            for wrong in error.errors:
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
