"""Where the API token comes from, and how `login` keeps it. It is never shown or logged."""

import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import platformdirs

from reconcile.domain.errors import TokenError

__all__ = [
    "checked_token",
    "default_token_file",
    "find_token",
    "keep_token",
    "redacted",
    "redacted_values",
    "token_file_of",
    "token_fingerprint",
]


_T = TypeVar("_T")
_LONG = 16
_INSTEAD = "(token)"


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
    """The text without the token, should it ever have got into it; for whatever is written.

    A token as long as Flxpoint's is found in whatever case, spelled in the escapes of JSON, and
    where the text was cut within it; a short one may be part of a word.
    """
    if not token or not text:
        return text
    escaped = "\\" in text
    without = _pattern(token, escaped=escaped).sub(_INSTEAD, text)
    if len(token) < _LONG:
        return without
    end = without.rstrip("…").casefold()
    for length in range(min(len(token) - 1, len(end)), _LONG - 1, -1):
        if end.endswith(token[:length].casefold()):
            return without.rstrip("…")[:-length] + _INSTEAD
    return without


def redacted_values(value: _T, token: str | None) -> _T:
    """The same of every text in a value: in mappings, lists, tuples and records, however deep."""
    if not token:
        return value
    return _redacted_any(value, token)  # type: ignore[no-any-return]


def _redacted_any(value: Any, token: str) -> Any:
    match value:
        case str():
            return redacted(value, token) if type(value) is str else value
        case Mapping():
            return {
                _redacted_any(name, token): _redacted_any(each, token)
                for name, each in value.items()
            }
        case list():
            return [_redacted_any(each, token) for each in value]
        case tuple():
            parts = [_redacted_any(each, token) for each in value]
            return type(value)._make(parts) if hasattr(value, "_make") else tuple(parts)
        case _ if is_dataclass(value) and not isinstance(value, type):
            given = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
            return replace(value, **_redacted_any(given, token))
        case _:
            return value


@lru_cache(maxsize=16)
def _pattern(token: str, *, escaped: bool) -> re.Pattern[str]:
    case = re.IGNORECASE if len(token) >= _LONG else re.NOFLAG
    if not escaped:
        return re.compile(re.escape(token), case)
    return re.compile("".join(_spellings(sign) for sign in token), case)


def _spellings(sign: str) -> str:
    """A sign itself, and as JSON may escape it, also in JSON that stands in JSON."""
    codes = "|".join(sorted({f"{ord(each):04x}" for each in (sign, sign.lower(), sign.upper())}))
    return rf"(?:\\{{0,4}}{re.escape(sign)}|\\{{1,4}}u(?i:{codes}))"
