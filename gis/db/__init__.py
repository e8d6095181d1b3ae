"""The database: connections, transactions, SQL files, migrations and the private cluster."""
