"""Reads the small tables in which the tests of the score draw their examples."""

from assessments.core.ladder import Level, Requirement

NOTHING = "–"  # not answered at all


def read(table: str, key: str = "level") -> tuple[Level, dict[str, int | None]]:
    """Return the level and the ratings of a table.

    skill      | asks | matters | have
    cutting    |   3  |   5 *   |   2      * essential
    gluing     |   2  |   4     |   ?      ? not sure
    sorting x2 |   1  |   3     |   –      two alike, – not answered
    """
    requirements = []
    ratings: dict[str, int | None] = {}
    for line in table.strip().splitlines():
        name, asks, matters, have = (cell.strip() for cell in line.split("|"))
        if asks == "asks":
            continue
        name, _, times = name.partition(" x")
        names = [f"{name}-{n}" for n in range(int(times))] if times else [name]
        importance = int(matters.removesuffix("*"))
        for skill in names:
            requirements.append(
                Requirement(skill, int(asks), importance, essential=matters.endswith("*"))
            )
            if have != NOTHING:
                ratings[skill] = None if have == "?" else int(have)
    return Level(key, tuple(requirements)), ratings
