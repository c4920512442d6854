"""The Web API: a table of methods, and the checks that every call passes before one of them acts."""

from . import chat, conversations, files, misc, users, views
from .dispatch import WebApi
from .method import METHODS, Call, Method

__all__ = ["METHODS", "Call", "Method", "WebApi", "chat", "conversations", "files", "misc", "users", "views"]
