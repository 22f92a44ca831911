"""Made-up frameworks for tests, of any size and in no source's words."""

from typing import Any

Json = dict[str, Any]


def tiny(**changes: Any) -> Json:
    """Return a career of two levels and three skills; ``changes`` replace its lists.

    skill    | junior | senior
    ---------+--------+-------
    cutting  | 1 w5 * | 3 w5 *
    gluing   | 2 w3   | 3 w3
    planning |   –    | 2 w2
    """
    document: Json = {
        "format": "rung/1",
        "career": {
            "key": "box-maker",
            "title": "Box Maker",
            "summary": "Makes boxes.",
            "alternative_titles": ["Carton Builder"],
            "codes": {"onet-soc": "99-0001.00"},
        },
        "levels": [
            {"key": "junior", "title": "Junior Box Maker", "rank": 1, "summary": "one box"},
            {"key": "senior", "title": "Senior Box Maker", "rank": 2, "summary": "all boxes"},
        ],
        "groups": [
            {"key": "hands", "title": "With the hands"},
            {"key": "head", "title": "With the head"},
        ],
        "skills": [
            skill("cutting", "hands"),
            skill("gluing", "hands"),
            skill("planning", "head"),
        ],
        "requirements": [
            requirement("junior", "cutting", 1, 5, essential=True),
            requirement("junior", "gluing", 2, 3),
            requirement("senior", "cutting", 3, 5, essential=True),
            requirement("senior", "gluing", 3, 3),
            requirement("senior", "planning", 2, 2),
        ],
        "steps": [
            step("cut-scraps", hours=4, gives={"cutting": 1}),
            step("cut-orders", hours=20, requires={"cutting": 1}, gives={"cutting": 3}),
            step("glue-course", hours=10, cost="80.00", gives={"gluing": 3}),
            step("plan-a-day", hours=6, after=["cut-orders"], gives={"planning": 2}),
        ],
        "facts": [
            {
                "key": "pay",
                "kind": "pay-level-median",
                "value": "30000",
                "unit": "USD/year",
                "scope": "Box makers",
                "region": "Boxland",
                "date": "2025",
                "source": "box-survey",
                "level": "junior",
            }
        ],
        "guide": {
            "sections": [
                {
                    "key": "work",
                    "title": "What you do",
                    "chapter": "work",
                    "layout": "list",
                    "items": [{"text": "Cut, fold, glue.", "source": "box-survey"}],
                }
            ]
        },
        "sources": [{"name": "box-survey", "title": "The box survey", "date": "2025"}],
    }
    return {**document, **changes}


def of_size(skills: int, levels: int, *, pages: int = 6, key: str = "made-up") -> Json:
    """Return a career with that many skills and levels, every skill required everywhere."""
    keys = [f"skill-{number}" for number in range(skills)]
    return {
        "format": "rung/1",
        "career": {"key": key, "title": f"Career of {skills}"},
        "levels": [
            {"key": f"level-{n}", "title": f"Level {n}", "rank": n} for n in range(1, levels + 1)
        ],
        "groups": [{"key": f"page-{n}", "title": f"Page {n}"} for n in range(pages)],
        "skills": [skill(key, f"page-{n * pages // skills}") for n, key in enumerate(keys)],
        "requirements": [
            requirement(f"level-{n}", key, 1 + (n + place) % 4, 1 + place % 5, essential=place == 0)
            for n in range(1, levels + 1)
            for place, key in enumerate(keys)
        ],
        "steps": [step(f"learn-{key}", hours=8, gives={key: 4}) for key in keys],
    }


def skill(key: str, group: str) -> Json:
    """Return a skill with five different anchors."""
    title = key.replace("-", " ").capitalize()
    anchors = [f"{title}: what {n} looks like." for n in range(5)]
    return {"key": key, "title": title, "group": group, "description": "", "anchors": anchors}


def requirement(
    level: str, skill: str, rating: int, importance: int, *, essential: bool = False
) -> Json:
    """Return a requirement row."""
    return {
        "level": level,
        "skill": skill,
        "rating": rating,
        "importance": importance,
        "essential": essential,
    }


def step(key: str, **changes: Any) -> Json:
    """Return a training step; ``requires`` and ``gives`` are {skill: rating}."""
    lists = {
        name: [{"skill": s, "rating": r} for s, r in changes.pop(name, {}).items()]
        for name in ("requires", "gives")
    }
    return {
        "key": key,
        "title": key.replace("-", " ").capitalize(),
        "kind": "on-the-job",
        "hours": 1,
        "cost": "0.00",
        "currency": "USD",
        **lists,
        **changes,
    }
