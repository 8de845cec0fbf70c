"""Publish–subscribe: events are taken in, kept in order, and brought to whoever subscribed."""
