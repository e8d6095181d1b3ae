"""PostGIS: the private cluster, the connection, the statements and the migrations."""
