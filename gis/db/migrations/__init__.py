"""Alembic migrations: one DDL a statement, reference and fact tables in separate revisions."""
