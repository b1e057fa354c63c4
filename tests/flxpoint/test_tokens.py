"""Where the API token comes from, and how it is kept (rules, section 7)."""

import json
import os
import stat
from pathlib import Path

import pytest

from reconcile.domain.errors import ExitCode, TokenError
from reconcile.flxpoint.tokens import (
    checked_token,
    default_token_file,
    find_token,
    keep_token,
    redacted,
    redacted_values,
    token_fingerprint,
)

NAME = "FLXPOINT_API_TOKEN"
TOKEN = "open-sesame.0123456789+/=_~"

RUBBISH = [
    "open sesame",
    "open\nsesame",
    "open\tsesame",
    "öffne-dich",
    "open\u200bsesame",
    "a\x07b",
]

only_with_modes = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where `login` keeps the token; neither it nor its folder is there yet."""
    return tmp_path / "config" / "reconcile" / "token"


def refusal(variable: str, file: Path) -> str:
    with pytest.raises(TokenError) as refused:
        find_token(NAME, file, {NAME: variable})
    assert refused.value.exit_code == ExitCode.NOTHING_SENT
    return str(refused.value)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# Where it comes from


def test_the_environment_comes_first(file: Path) -> None:
    keep_token("from-the-file", file)
    assert find_token(NAME, file, {NAME: TOKEN}) == TOKEN


def test_the_file_comes_second(file: Path) -> None:
    keep_token(TOKEN, file)
    assert find_token(NAME, file, {"OTHER": "other"}) == TOKEN


@pytest.mark.parametrize("empty", ["", " ", "\n", "\u00a0\t"], ids=ascii)
def test_an_empty_variable_is_none(file: Path, empty: str) -> None:
    keep_token(TOKEN, file)
    assert find_token(NAME, file, {NAME: empty}) == TOKEN


def test_the_variable_is_the_one_that_the_config_names(file: Path) -> None:
    assert find_token("MINE", file, {NAME: "other", "MINE": TOKEN}) == TOKEN


@pytest.mark.parametrize("blanks", [" {} ", "{}\r\n", "\t\n{}\n\n", "\u00a0{}\u00a0"], ids=ascii)
def test_blanks_around_the_token_are_trimmed_wherever_it_stands(file: Path, blanks: str) -> None:
    written = blanks.format(TOKEN)
    assert find_token(NAME, file, {NAME: written}) == TOKEN
    file.parent.mkdir(parents=True)
    file.write_text(written, encoding="utf-8")
    assert find_token(NAME, file, {}) == TOKEN


def test_a_file_may_begin_with_a_byte_order_mark(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_text(TOKEN, encoding="utf-8-sig")
    assert find_token(NAME, file, {}) == TOKEN


# There is none


def test_without_any_token_the_message_says_what_to_do(file: Path) -> None:
    assert refusal("", file) == (
        "There is no API token: set the variable FLXPOINT_API_TOKEN, or run `reconcile login`."
    )


@pytest.mark.parametrize("empty", ["", "\n", " \r\n"], ids=ascii)
def test_an_empty_file_is_none(file: Path, empty: str) -> None:
    file.parent.mkdir(parents=True)
    file.write_text(empty, encoding="utf-8")
    assert refusal("", file).startswith("There is no API token: ")


def test_a_file_that_cannot_be_read_is_told(file: Path) -> None:
    file.mkdir(parents=True)
    assert refusal("", file) == f"The token in the file {file} can't be read."


def test_a_file_that_is_no_text_is_told(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(b"open-sesame\xff")
    assert refusal("", file) == f"The token in the file {file} can't be read."


# What can't be a token


@pytest.mark.parametrize("rubbish", RUBBISH, ids=ascii)
def test_what_no_token_can_be_is_refused_without_showing_it(file: Path, rubbish: str) -> None:
    assert refusal(rubbish, file) == (
        "What stands in the variable FLXPOINT_API_TOKEN can't be a token: it holds blanks or signs."
    )
    file.parent.mkdir(parents=True)
    file.write_text(rubbish, encoding="utf-8")
    assert refusal("", file) == (
        f"What stands in the file {file} can't be a token: it holds blanks or signs."
    )


def test_what_is_typed_is_trimmed_and_checked_in_the_same_way() -> None:
    assert checked_token(f" {TOKEN}\n", "the answer") == TOKEN
    with pytest.raises(TokenError, match=r"^There is no API token in the answer\.$"):
        checked_token(" \n", "the answer")
    with pytest.raises(TokenError, match=r"^What stands in the answer can't be a token"):
        checked_token("open sesame", "the answer")


# How it is kept


@only_with_modes
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_the_owner_can_read_the_file_and_look_into_its_folder(file: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        keep_token(TOKEN, file)
    finally:
        os.umask(before)
    assert mode(file) == 0o600
    assert mode(file.parent) == 0o700


def test_an_older_token_is_replaced(file: Path) -> None:
    keep_token("an-older-and-longer-token" * 9, file)
    keep_token(TOKEN, file)
    assert find_token(NAME, file, {}) == TOKEN
    assert [path.name for path in file.parent.iterdir()] == ["token"]


@only_with_modes
def test_a_file_that_all_could_read_is_one_that_only_the_owner_can(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_text("older", encoding="utf-8")
    file.chmod(0o644)
    keep_token(TOKEN, file)
    assert mode(file) == 0o600


@only_with_modes
def test_what_an_interrupted_login_left_behind_is_in_nobodys_way(
    file: Path, tmp_path: Path
) -> None:
    file.parent.mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched", encoding="utf-8")
    file.with_name("token.new").symlink_to(elsewhere)
    keep_token(TOKEN, file)
    assert find_token(NAME, file, {}) == TOKEN
    assert elsewhere.read_text(encoding="utf-8") == "untouched"
    assert not file.is_symlink()


def test_a_place_that_cannot_be_written_is_told_without_the_token(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file, not a folder", encoding="utf-8")
    place = tmp_path / "config" / "token"
    with pytest.raises(TokenError) as refused:
        keep_token(TOKEN, place)
    assert str(refused.value).startswith(f"The token can't be kept in {place}: ")
    assert TOKEN not in str(refused.value)


@only_with_modes
def test_the_token_is_kept_in_the_config_folder_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    place = default_token_file()
    assert place.is_relative_to(tmp_path)
    assert place.parts[-2:] == ("reconcile", "token")


# Its fingerprint


def test_the_fingerprint_tells_tokens_apart_and_holds_none_of_them() -> None:
    fingerprints = {token_fingerprint(f"{TOKEN}{number}") for number in range(100)}
    assert len(fingerprints) == 100
    assert token_fingerprint(TOKEN) == token_fingerprint(TOKEN)
    assert {len(fingerprint) for fingerprint in fingerprints} == {32}
    assert not any(part in mark for mark in fingerprints for part in ("open", "sesame", TOKEN))


def test_the_token_is_taken_out_of_a_text_that_quotes_it() -> None:
    assert redacted(f"X-API-TOKEN: {TOKEN}, {TOKEN}", TOKEN) == "X-API-TOKEN: (token), (token)"
    assert redacted("nothing in it", TOKEN) == "nothing in it"
    assert redacted("nothing known", None) == redacted("nothing known", "") == "nothing known"


LONG = 'T0ken/with"signs' + "x" * 40
ESCAPED = "".join(f"\\u{ord(sign):04X}" for sign in LONG)


@pytest.mark.parametrize(
    "spelled",
    [
        LONG,
        LONG.lower(),
        json.dumps(LONG)[1:-1],
        LONG.replace("/", "\\/").replace('"', '\\"'),
        ESCAPED,
        ESCAPED.replace("\\u0054", "\\u0074"),
        json.dumps(ESCAPED)[1:-1],
        LONG.replace("x", "\\u0078", 1),
    ],
)
def test_a_long_token_is_found_however_it_is_spelled(spelled: str) -> None:
    assert redacted(f"key {spelled}!", LONG) == "key (token)!"


@pytest.mark.parametrize("cut", [len(LONG) - 1, 30, 16])
def test_a_token_that_was_cut_is_found_at_the_end(cut: int) -> None:
    assert redacted(f"key {LONG[:cut].upper()}", LONG) == "key (token)"
    assert redacted(f"key {LONG[:cut]}…", LONG) == "key (token)"
    assert redacted(f"key {LONG[:cut]} and more", LONG) == f"key {LONG[:cut]} and more"


def test_the_token_is_taken_out_of_every_text_of_a_value() -> None:
    value = {"a": [LONG, 1, None], LONG: (f"<{LONG}>", True)}
    assert redacted_values(value, LONG) == {
        "a": ["(token)", 1, None],
        "(token)": ("<(token)>", True),
    }
    assert redacted_values(value, None) is value


def test_a_long_answer_of_nothing_but_escapes_is_looked_through_at_once() -> None:
    assert redacted("\\" * 100_000, LONG) == "\\" * 100_000
