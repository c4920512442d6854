"""Bolt listeners: read, use-case, ack. What a listener needs it gets from its ``Desk``."""
