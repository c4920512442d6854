"""Finding notebooks."""

from sqlalchemy.orm import Session

from bot.domain.notebook import Notebook


class Notebooks:
    def __init__(self, session: Session) -> None:
        self._session = session

    def of_case(self, case_id: int) -> Notebook | None:
        return self._session.get(Notebook, case_id)
