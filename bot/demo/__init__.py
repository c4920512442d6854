"""Casebook in a minute: a local Slack with a small company in it, and the real Casebook connected to it."""
