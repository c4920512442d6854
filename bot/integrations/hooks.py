"""What the readers of partners' webhooks have in common."""


class Rejected(Exception):
    """A delivery that is not taken: ``status`` is what the partner is answered, ``sentence`` for whoever looks why.

    Nothing that came is in the sentence.
    """

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
