"""Starting the notebook of an investigation, and where it has come to be."""

from datetime import datetime

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry, Kind
from bot.domain.notebook import Notebook
from bot.domain.reading import Details
from bot.domain.telling import redrawn
from bot.storage.database import Database, Work
from bot.usecases.looking import timeline_page
from bot.usecases.verb import loaded, verb


@verb()
def start_notebook(work: Work, case: Case, act: Act) -> Entry | None:
    """``None`` if the case has one already; its card says where. One that was handed out as a file is made again."""
    present = work.notebooks.of_case(case.id)
    if present is None:
        work.add(Notebook(case_id=case.id, started_by=act.actor, started_at=act.at))
    elif present.is_file:
        present.is_file = False
    else:
        return None
    return case.log(Kind.NOTEBOOK, act, {})


def keep_canvas(db: Database, case_id: int, canvas: str | None, at: datetime) -> None:
    """Its cards link to it from now on. ``None``: there are no canvases here, so it was handed out as a file."""
    with db.write() as work:
        case, notebook = work.cases.by_id(case_id, lock=True), work.notebooks.of_case(case_id)
        if case and notebook and not (canvas and notebook.canvas == canvas):
            notebook.canvas = case.notebook = canvas
            notebook.is_file = canvas is None
            if canvas:
                work.enqueue(redrawn(loaded(case), f"notebook/{canvas}", at))


def contents(work: Work, case: Case) -> Details:
    """What a notebook begins with. It is for everybody who may see the case, so relations are left out."""
    page = timeline_page(work, loaded(case), 1)
    return Details(
        case=case, evidence=work.cases.evidence(case), relations=(), timeline=page, is_watching=False
    )  # fmt: skip
