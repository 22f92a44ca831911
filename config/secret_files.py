"""Secrets that come in files, as Docker, Kubernetes, Vault's agent and systemd hand them over.

Unlike a variable, a file is not handed on to every program that a process starts, is not shown
beside it, and only who may read it can.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

ENDING = "_FILE"
FOLDER = "CREDENTIALS_DIRECTORY"
"""Set by systemd: a folder of files, each with the name of a setting."""
MOST_BYTES = 65_536
OTHERS = stat.S_IRWXO


def text_of(name: str, environ: Mapping[str, str], *, guarded: bool) -> str:
    """Return a secret from the one place where it is; "" where it is nowhere.

    Raises ValueError with the rest of a sentence that begins with its name, and repeats neither
    text nor path: who mistakes one variable for the other writes a password in it.
    """
    plain = environ.get(name, "").strip()
    places = {name: plain} if plain else {}
    path = environ.get(f"{name}{ENDING}", "").strip()
    if path:
        places[f"{name}{ENDING}"] = path
    folder = environ.get(FOLDER, "").strip()
    if folder and _is_there(Path(folder, name)):
        places[FOLDER] = str(Path(folder, name))
    if len(places) > 1:
        raise ValueError(f"is given more than once: leave it in one of {', '.join(places)}.")
    if plain or not places:
        return plain
    [(where, path)] = places.items()
    return _read(Path(path), where, guarded=guarded)


def fault_of_folder(environ: Mapping[str, str]) -> list[str]:
    """Return a line if there should be a folder of secrets and is none.

    Otherwise all that was expected there would be unset, and the database another one.
    """
    folder = environ.get(FOLDER, "").strip()
    try:
        is_wrong = bool(folder) and not stat.S_ISDIR(Path(folder).stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        is_wrong = True
    except OSError:
        is_wrong = False  # it is there; what hinders looking is said of each secret
    return [f"{FOLDER} must name a folder that exists, or be left out."] if is_wrong else []


def _is_there(path: Path) -> bool:
    # Whatever hinders looking is said when it is read, but for what is simply not there.
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return path.is_symlink()
    except OSError:
        return True
    return True


def _read(path: Path, where: str, *, guarded: bool) -> str:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise ValueError(f"must be in a regular file: {where} names none.")
        if guarded and mode & OTHERS:
            raise ValueError(
                f"is open to every user of the machine in the file that {where} names: "
                "let its mode be 0400 or 0440."
            )
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        text = raw.decode().strip()
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise ValueError(f"cannot be read from the file that {where} names: {why}.") from None
    except UnicodeDecodeError:
        text = "\n"
    if not text:
        raise ValueError(f"is empty in the file that {where} names.")
    if len(raw) > MOST_BYTES or not text.isprintable():
        raise ValueError(f"must be one line of text in the file that {where} names.")
    return text
