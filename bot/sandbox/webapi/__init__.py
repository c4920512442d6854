"""The Web API: a table of methods, and the checks that every call passes before one of them acts."""

from . import canvases, chat, conversations, files, misc, users, views
from .dispatch import WebApi
from .method import METHODS, Call, Method

__all__ = [
    "METHODS",
    "Call",
    "Method",
    "WebApi",
    "canvases",
    "chat",
    "conversations",
    "files",
    "misc",
    "users",
    "views",
]
