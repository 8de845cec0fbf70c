"""Throw-away services for tests and measurements: PostgreSQL and RabbitMQ of one's own, gone afterwards."""
