"""Clients on AMQP 0-9-1: each with a queue of its own in and out, on the city's RabbitMQ (ADR 0024)."""
