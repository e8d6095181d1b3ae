"""Statements of hot paths, one a file, read by ``gis.db.queries``."""
