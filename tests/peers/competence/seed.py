"""A database of thirty skills with their texts, one role with targets, people in a round.

Competence knows no accounts: whoever reaches it may do everything. It opens each
connection with Python's defaults, which sync at every commit; the write-ahead log is set
once here, as it stays with the file.
"""

import json
import os
import sqlite3
from pathlib import Path

from competence import seed
from competence.core import catalogue, services

LEVELS = (0, 1, 2, 3, 5, 8)
LANES = int(os.environ.get("BENCH_LANES", "2"))
database = Path(os.environ["MATRIX_DB"])
asked = json.loads(Path(os.environ["BENCH_JOB"]).read_text(encoding="utf-8"))


def text(value: str) -> str:
    """Return a string as TOML has it."""
    return json.dumps(value, ensure_ascii=False)


source = database.with_suffix(".toml")
skills = ",\n".join(
    f"  {{ name = {text(each['title'])}, description = {text(each['description'])} }}"
    for each in asked
)
source.write_text(
    'roles = [\n  { code = "SENIOR", name = "Senior" },\n]\n\n[[categories]]\n'
    f'name = "All thirty"\ntargets = {{ SENIOR = 5 }}\nskills = [\n{skills},\n]\n',
    encoding="utf-8",
)
seed.create_database(database, demo=False, catalogue=catalogue.find(str(source)))
connection = sqlite3.connect(database)
connection.row_factory = sqlite3.Row
connection.execute("PRAGMA foreign_keys = ON")
connection.execute("PRAGMA journal_mode = WAL")
role = services.list_active_roles(connection)[0].id
held = services.create_round(connection, "2026-Q4", "2026-11-25").id
numbers = [row[0] for row in connection.execute("SELECT id FROM skills ORDER BY sort_order")]
found = {"open": [], "save_one": [], "result": []}
for number in range(LANES):
    for name, lanes in found.items():
        person = services.create_person(connection, f"{name} {number}").id
        services.start_assessment(connection, held, person, role, None)
        assessment = services.get_assessment(connection, held, person).id
        if name == "result":
            for place, skill in enumerate(numbers):
                level, desire = LEVELS[place % 6], 1 + place % 3
                services.save_rating(connection, assessment, skill, level, None, desire)
        path, method, bodies = f"/round/{held}/person/{person}", "GET", []
        if name == "save_one":
            path, method = f"{path}/skill/{numbers[0]}", "POST"
            bodies = [f"self_level={level}&agreed=&desire=2" for level in LEVELS]
        elif name == "result":
            path += "/profile"
        headers = {
            "Origin": f"http://localhost:{os.environ['BENCH_PORT']}",
            "HX-Request": "true",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        lanes.append({"method": method, "path": path, "headers": headers, "bodies": bodies})
connection.commit()
connection.close()
operations = {name: {"status": 200, "lanes": lanes} for name, lanes in found.items()}
operations["save_all"] = {"missing": "saves each rating on its own"}
print(json.dumps(operations))
