"""One importer per kind of file; each reads, checks and hands to ``gis`` what it found."""
