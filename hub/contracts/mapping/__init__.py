"""Mappings: flat tables that turn a message of one contract version into another."""
