"""The matrix of a draft for its page: skills by levels, grouped, with what each cell holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..document import Json
from ..models import Requirement
from .cells import Cell, cell


@dataclass(frozen=True, slots=True)
class Column:
    """A level, lowest rank first."""

    key: str
    title: str
    short_title: str


@dataclass(frozen=True, slots=True)
class SkillRow:
    """A skill with one cell per column."""

    key: str
    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class GroupRows:
    """A skill group with its skills."""

    key: str
    title: str
    skills: tuple[SkillRow, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """A draft's requirements as a table."""

    columns: tuple[Column, ...]
    groups: tuple[GroupRows, ...]

    @property
    def width(self) -> int:
        """Return the number of the table's columns, the skills' titles included."""
        return len(self.columns) + 1


def matrix_of(document: Json, requirements: Iterable[Requirement]) -> Matrix:
    """Return the matrix of a compiled draft and the requirements it was compiled from."""
    cells = {
        (row.level.key, row.skill.key): cell(row.level.key, row.skill.key, row)
        for row in requirements
    }
    columns = tuple(
        Column(row["key"], row["title"], row["short_title"] or row["title"])
        for row in sorted(document["levels"], key=lambda row: row["rank"])
    )

    def skill_row(skill: Json) -> SkillRow:
        key = skill["key"]
        return SkillRow(
            key,
            skill["title"],
            tuple(
                cells.get((column.key, key)) or cell(column.key, key, None) for column in columns
            ),
        )

    groups = tuple(
        GroupRows(
            group["key"],
            group["title"],
            tuple(skill_row(row) for row in document["skills"] if row["group"] == group["key"]),
        )
        for group in document["groups"]
    )
    return Matrix(columns, groups)
