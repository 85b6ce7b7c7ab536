"""What is wrong with a specification or with its data: a sentence each, naming the path."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}：{self.sentence}" if self.path else self.sentence


class Refused(ValueError):
    """The specification or the data cannot be used as they are; every problem that was found is in it."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def refuse(path: str, sentence: str) -> Refused:
    return Refused(Problem(path, sentence))
