"""Telling the outside: claim a delivery, load the case as it is now, draw it, send it, record what became of it."""
