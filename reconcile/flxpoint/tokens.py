"""Where the API token comes from, and how `login` keeps it. It is never shown or logged."""

import json
import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import platformdirs

from reconcile.domain.errors import TokenError

__all__ = [
    "checked_token",
    "default_token_file",
    "find_token",
    "keep_token",
    "redacted",
    "redacted_json",
    "token_file_of",
    "token_fingerprint",
]


_LONG = 16


def default_token_file() -> Path:
    """In the user's config folder."""
    return Path(platformdirs.user_config_dir("reconcile", appauthor=False)) / "token"


def token_file_of(named: str | None) -> Path:
    """The file that the config names, else the one in the user's config folder."""
    return default_token_file() if named is None else Path(named)


def find_token(variable: str, file: Path, environment: Mapping[str, str]) -> str:
    """The token from the environment, else from the file that `login` wrote, trimmed.

    Raises:
        TokenError: there is none, or it can't be one.
    """
    token = environment.get(variable, "").strip()
    where = f"the variable {variable}"
    if not token:
        where = f"the file {file}"
        try:
            token = file.read_text(encoding="utf-8-sig").strip()
        except FileNotFoundError:
            token = ""
        except (OSError, UnicodeDecodeError) as error:
            raise TokenError(f"The token in {where} can't be read.") from error
    if not token:
        raise TokenError(
            f"There is no API token: set the variable {variable}, or run `reconcile login`."
        )
    return checked_token(token, where)


def checked_token(text: str, where: str) -> str:
    """A token without the blanks around it; `where` it stands is for the message.

    Raises:
        TokenError: it is empty, or holds what no header can.
    """
    token = text.strip()
    if not token:
        raise TokenError(f"There is no API token in {where}.")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise TokenError(f"What stands in {where} can't be a token: it holds blanks or signs.")
    return token


def keep_token(token: str, file: Path) -> None:
    """Writes the token where only its owner can read it.

    Raises:
        TokenError: the place can't be written.
    """
    temporary = file.with_name(f"{file.name}.new")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            temporary.unlink()
        handle = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR
        )
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(f"{token}\n")
        temporary.replace(file)
    except OSError as error:
        raise TokenError(f"The token can't be kept in {file}: {error.strerror}.") from error


def token_fingerprint(token: str) -> str:
    """A name for the token from which nobody gets it back."""
    return sha256(b"reconcile:" + token.encode()).hexdigest()[:32]


def redacted(text: str, token: str | None) -> str:
    """The text without the token, should it ever have got into it.

    A token as long as Flxpoint's is found in whatever case; a short one may be part of a word.
    """
    if not token:
        return text
    case = re.IGNORECASE if len(token) >= _LONG else re.NOFLAG
    return re.sub(re.escape(token), "(token)", text, flags=case)


def redacted_json(text: str, token: str) -> str:
    """The same of an answer, in which JSON may write the signs of the token in other ways."""
    bare = redacted(text, token)
    if "\\" not in bare:
        return bare
    try:
        plain = json.dumps(json.loads(bare), ensure_ascii=False)
    except (ValueError, RecursionError):
        return bare
    without = redacted(plain, json.dumps(token)[1:-1])
    return bare if without == plain else without
