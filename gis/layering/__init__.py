"""The planner's layers: what the statistics of ``gis.hotspots`` say of the reports in the database.

Reading goes one way: a `Slice` (what, when) becomes a `Scope` for an actor, a `Frame` says which
units there are, counts are arrays over the frame's units, and each layer is a frozen dataclass of
such arrays. County-wide roles only; sensitive matters are told as ``gis.disclosure`` allows.
"""
