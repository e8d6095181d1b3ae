"""Where matters concentrate, and whether it is more than chance: pure functions over arrays.

No function here knows a database, a request or a map. Inputs are numpy arrays with one entry a
unit (grid, community, town or square cell), coordinates are in metres of a projected system, and
chance comes in as an explicit ``rng``. Results are frozen dataclasses. An undefined statistic is
``nan``, never infinite.
"""
