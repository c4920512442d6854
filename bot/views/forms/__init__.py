"""Modals with their readers: what a form asks and how its answer is read stand side by side."""

from bot.views.forms.cases import EditFields, NewCaseFields, edit_case_form, new_case_form, read_edit, read_new_case
from bot.views.forms.metadata import Target, read_target
from bot.views.forms.plain import menu, no_project, notice, opened_view, read_search, with_notice
from bot.views.forms.posts import Adding, add_form, already_view, find_form, read_add, read_again, read_find
from bot.views.forms.projects import ProjectFields, project_form, project_view, projects_view, read_project
from bot.views.forms.state import field_errors
from bot.views.forms.working import (
    Assignment,
    Closing,
    Relating,
    archive_form,
    assign_form,
    close_form,
    due_form,
    note_form,
    read_assign,
    read_close,
    read_due,
    read_note,
    read_relate,
    read_status,
    relate_form,
    status_form,
)
from bot.views.help import help_view

__all__ = [
    "Adding",
    "Assignment",
    "Closing",
    "EditFields",
    "NewCaseFields",
    "ProjectFields",
    "Relating",
    "Target",
    "add_form",
    "already_view",
    "archive_form",
    "assign_form",
    "close_form",
    "due_form",
    "edit_case_form",
    "field_errors",
    "find_form",
    "help_view",
    "menu",
    "new_case_form",
    "no_project",
    "note_form",
    "notice",
    "opened_view",
    "project_form",
    "project_view",
    "projects_view",
    "read_add",
    "read_again",
    "read_assign",
    "read_close",
    "read_due",
    "read_edit",
    "read_find",
    "read_new_case",
    "read_note",
    "read_project",
    "read_relate",
    "read_search",
    "read_status",
    "read_target",
    "relate_form",
    "status_form",
    "with_notice",
]
