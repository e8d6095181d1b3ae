"""What GridCall costs, beside what PostgreSQL alone costs for the same work: ``make bench``."""
