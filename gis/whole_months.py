"""Which months are whole: over, and filled by the county's reports."""

from __future__ import annotations

import datetime as dt

from gis.db.database import Transaction


def filled_months(tx: Transaction, county_code: str, running: dt.date) -> list[dt.date]:
    """Return the first days of the whole months, in their order.

    Reports came in each of its thirds (上旬, 中旬, 下旬), of any matter but a sensitive one. A month in
    which records begin or end shows next to nothing, and beside others it would read as a fall.

    Parameters
    ----------
    running
        First day of the running month in the county's zone, which is not over.
    """
    asked = {"county_code": county_code, "before": running}
    return [row["first_on"] for row in tx.query("filled_months", asked)]
