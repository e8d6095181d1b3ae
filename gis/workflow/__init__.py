"""The life of a report: one table of edges, pure steps, and the place where they are written."""
