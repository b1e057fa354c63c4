"""What config.yaml can say, and how it is told what is wrong with it (rules, sections 2 to 7)."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from reconcile.config import NoticeKind as Kind
from reconcile.config import (
    NotifySettings,
    PingSettings,
    Settings,
    TimeoutSettings,
    is_loopback,
    ping_fault,
    read_settings,
    server_of,
)
from reconcile.domain.errors import ConfigError, ExitCode
from reconcile.domain.model import Field
from reconcile.domain.payload import STATUSES
from reconcile.domain.rules import CellRules, PlanningRules, ResolvingRules, SyncedDefault

OWN: Final = Path(__file__).parents[2] / "config.yaml"

Read = Callable[..., Settings]
Refusal = Callable[..., str]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(text: str, **options: Any) -> Settings:
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return read_settings(path, options)

    return read_text


@pytest.fixture
def refusal(tmp_path: Path) -> Refusal:
    """What is said of a faulty file, after the name of that file."""

    def refused(text: str | bytes, **options: Any) -> str:
        path = tmp_path / "config.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(ConfigError) as error:
            read_settings(path, options)
        assert error.value.exit_code == ExitCode.NOTHING_SENT
        assert "\n" not in str(error.value)
        assert str(path) in str(error.value)
        return str(error.value).replace(str(path), "config.yaml")

    return refused


# Where settings come from


def test_without_a_config_file_the_defaults_apply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_settings(None, {}) == Settings()


def test_the_config_yaml_of_the_working_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text("tries: 3\njournal: runs.sqlite3\n", encoding="utf-8")
    settings = read_settings(None, {})
    assert (settings.tries, settings.journal) == (3, "runs.sqlite3")


def test_a_file_that_is_named_is_read_instead_of_the_one_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text("tries: 3\n", encoding="utf-8")
    Path("other.yaml").write_text("max_failures: 7\n", encoding="utf-8")
    settings = read_settings(Path("other.yaml"), {})
    assert (settings.tries, settings.max_failures) == (6, 7)


@pytest.mark.parametrize(
    "text", ["", "\n", "# nothing\n", "---\n", "{}\n", "\ufeff", "columns:\nvalues:\nonly:\n"]
)
def test_an_empty_file_leaves_the_defaults(read: Read, text: str) -> None:
    assert read(text) == Settings()


def test_options_of_the_command_line_win(read: Read) -> None:
    text = "base_url: https://file.example\nsheet: January\nstatus_updates: false\n"
    settings = read(text, base_url="https://option.example", sheet="March", status_updates=True)
    assert settings.base_url == "https://option.example"
    assert settings.sheet == "March"
    assert settings.status_updates is True


def test_an_option_that_was_not_given_leaves_what_the_file_says(read: Read) -> None:
    settings = read("sheet: January\nstatus_updates: true\n", sheet=None, status_updates=None)
    assert (settings.sheet, settings.status_updates) == ("January", True)


def test_a_fault_of_the_file_under_an_option_does_no_harm(read: Read) -> None:
    assert read("base_url: nowhere\n", base_url="https://a.example").base_url == "https://a.example"


def test_a_faulty_option_is_not_blamed_on_the_file(
    refusal: Refusal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = refusal("base_url: https://file.example\n", base_url="ftp://option.example")
    assert message == (
        "config.yaml: base_url (of the command line): must be an address such as "
        'https://api.flxpoint.com (found "ftp://option.example").'
    )
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    with pytest.raises(ConfigError, match=r"^The options: base_url: must be an address"):
        read_settings(None, {"base_url": "ftp://option.example"})


# Places beside the file


@pytest.mark.parametrize("key", ["journal", "token_file", "ids"])
def test_a_relative_path_lies_beside_the_config_file(read: Read, tmp_path: Path, key: str) -> None:
    settings = read(f"{key}: kept/here\n")
    assert Path(getattr(settings, key)) == tmp_path / "kept" / "here"


@pytest.mark.parametrize("key", ["journal", "token_file", "ids"])
def test_an_absolute_path_and_one_of_the_home_folder_stay_what_they_are(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    assert Path(getattr(read(f"{key}: {tmp_path / 'x'}\n"), key)) == tmp_path / "x"
    assert Path(getattr(read(f"{key}: ~/x\n"), key)) == tmp_path / "home" / "x"


def test_a_path_of_the_command_line_does_not_lie_beside_the_config_file(read: Read) -> None:
    assert read("journal: a.sqlite3\n", journal="b.sqlite3").journal == "b.sqlite3"


def test_the_folder_for_what_is_done_is_left_as_it_was_written(read: Read) -> None:
    assert read("done: kept/done\n").done == "kept/done"
    assert Settings().done is None


# Files that can't be read


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    with pytest.raises(ConfigError) as error:
        read_settings(path, {})
    assert str(error.value) == f"There is no config file {path}."


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        read_settings(tmp_path, {})
    assert str(error.value) == f"The config file {tmp_path} can't be read: Is a directory."


@pytest.mark.parametrize("text", [b"account: M\xfcller\n", "account: x\n".encode("utf-16")])
def test_a_file_that_is_not_utf_8_is_told(refusal: Refusal, text: bytes) -> None:
    assert refusal(text) == "The config file config.yaml is not UTF-8 text."


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("account: a: b\n", 1),
        ("tries: 3\naccount: [x\n", 3),
        ("tries: 3\n\taccount: x\n", 2),
        ("tries: 3\ntries: 4\n", 2),
        ("account: !secret x\n", 1),
    ],
)
def test_a_file_that_is_no_yaml_is_told_with_its_line(
    refusal: Refusal, text: str, line: int
) -> None:
    message = refusal(text)
    assert message.startswith(f"The config file config.yaml can't be read in line {line}: ")


@pytest.mark.parametrize("text", ["- account\n", "account\n", "5\n", "true\n"])
def test_a_file_without_settings_is_told(refusal: Refusal, text: str) -> None:
    assert refusal(text) == ("The config file config.yaml must hold settings such as `account: …`.")


def test_a_day_that_is_none_is_told(refusal: Refusal) -> None:
    message = refusal("account: 2026-13-45\n")
    assert message.startswith("The config file config.yaml can't be read: month must be in 1..12")


# Faults


def test_every_fault_of_the_file_is_named_at_once(refusal: Refusal) -> None:
    message = refusal(
        """\
        base_url: http://api.example
        acount: mine
        journal: 2026-03-05
        requests_per_second: 10
        columns: {ordr_id: No, memo: Memo, item_id: 2.5}
        values: {Ja: jawohl, Nein: no, Shipped: Clsed}
        only: {Payment: [Paid, true], Shop: 1.5}
        clear_word: " "
        accounting_synced: yes
        status_updates: yes
        max_changes: -1
        tries: 0
        max_failures: many
        give_up_after: 0
        timeouts: {read: -1, conect: 3, whole: long}
        """
    )
    assert message.startswith("config.yaml: ")
    assert message.removeprefix("config.yaml: ").removesuffix(".").split("; ") == [
        "base_url: must begin with https://",
        'plain http is for this machine only (found "http://api.example")',
        "journal: must be text",
        'write it in quotes (found "2026-03-05")',
        "requests_per_second: must be at most 2, which Flxpoint allows",
        'more is for this machine only (found "10")',
        'columns.ordr_id: there is no field "ordr_id"',
        'did you mean "order_id"?',
        'columns.memo: there is no field "memo" (known: '
        + ", ".join(field.value for field in Field)
        + ")",
        "columns.item_id: must be text",
        'write it in quotes (found "2.5")',
        'values.Ja: must mean yes, no or a status: "jawohl" (known: yes, no, '
        + ", ".join(STATUSES)
        + ")",
        'values.Shipped: must mean yes, no or a status: "Clsed"',
        'did you mean "Closed"?',
        "only.Payment: must be text",
        'write it in quotes (found "True")',
        "only.Shop: must be text",
        'write it in quotes (found "1.5")',
        'clear_word: must not be empty (found " ")',
        'accounting_synced: must be auto, true, false or none (found "yes")',
        'status_updates: input should be a valid boolean (found "yes")',
        'max_changes: input should be greater than or equal to 0 (found "-1")',
        'tries: input should be greater than or equal to 1 (found "0")',
        'max_failures: input should be a valid integer (found "many")',
        'give_up_after: input should be greater than 0 (found "0")',
        'timeouts.read: input should be greater than 0 (found "-1")',
        'timeouts.whole: input should be a valid number (found "long")',
        'there is no setting "conect"',
        'did you mean "connect"?',
        'there is no setting "acount"',
        'did you mean "account"?',
    ]


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("base-url", "base_url"),
        ("Tries", "tries"),
        ("request_per_second", "requests_per_second"),
        ("column", "columns"),
    ],
)
def test_an_unknown_setting_is_told_with_the_nearest(
    refusal: Refusal, key: str, nearest: str
) -> None:
    assert refusal(f"{key}: 1\n") == (
        f'config.yaml: there is no setting "{key}"; did you mean "{nearest}"?'
    )


def test_an_unknown_setting_with_nothing_near_is_told_with_all_there_are(refusal: Refusal) -> None:
    known = ", ".join(Settings.model_fields)
    assert refusal("5: x\n") == f'config.yaml: there is no setting "5" (known: {known}).'


@pytest.mark.parametrize(
    "line",
    [
        "base_url: 5",
        "base_url: api.flxpoint.com",
        "base_url: https://",
        "base_url: https://api.flxpoint.com:port",
        "base_url: https://[::1",
        "account: true",
        "account: 1.5",
        "account: [x]",
        'account: ""',
        "sheet: {x: y}",
        "token_variable: ' '",
        "columns: order_id",
        "columns: {order_id: ''}",
        "columns: {order_id: }",
        "columns: {order_id: [A, B]}",
        "values: [Ja]",
        "values: {Ja: 5}",
        "values: {Ja: [yes]}",
        "only: Paid",
        "only: {Payment: [{x: y}]}",
        "clear_word: ''",
        "accounting_synced: 1",
        "status_updates: 1",
        "requests_per_second: 0",
        "requests_per_second: -1",
        "requests_per_second: .inf",
        "requests_per_second: .nan",
        "requests_per_second: '2'",
        "max_changes: 25.0",
        "max_changes: true",
        "tries: 0",
        "tries: 1.5",
        "longest_retry_after: 1 hour",
        "timeouts: 30",
        "timeouts: {read: 0}",
    ],
)
def test_a_setting_of_the_wrong_kind_is_named(refusal: Refusal, line: str) -> None:
    message = refusal(f"{line}\n")
    setting = line.partition(":")[0]
    assert message.startswith(f"config.yaml: {setting}")
    assert len(re.findall(rf"{setting}[.:]", message)) == 1  # one fault, one sentence


# The address


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost",
        "http://127.0.0.1:8765/api",
        "http://127.9.9.9",
        "http://[::1]:8765",
    ],
)
def test_plain_http_is_accepted_on_this_machine(read: Read, url: str) -> None:
    assert read(f"base_url: '{url}'\n").base_url == url
    assert is_loopback(url)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://API.Flxpoint.com/", "https://api.flxpoint.com"),
        ("https://api.flxpoint.com:443", "https://api.flxpoint.com"),
        ("http://LOCALHOST:8765/api/", "http://localhost:8765/api"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_address_has_one_spelling_since_history_goes_by_it(
    read: Read, written: str, meant: str
) -> None:
    assert read(f"base_url: '{written}'\n").base_url == meant


def test_a_budget_goes_by_the_server_whatever_it_is_called() -> None:
    assert server_of("http://localhost:8765/a") == server_of("http://127.0.0.1:8765")
    assert server_of("https://api.flxpoint.com") == server_of("https://api.flxpoint.com:443/v1")
    assert server_of("http://localhost:8765") != server_of("http://localhost:8766")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.flxpoint.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://128.0.0.1",
        "http://0.0.0.0",
        "http://192.168.0.1",
        "http://[::2]",
    ],
)
def test_plain_http_is_refused_elsewhere(refusal: Refusal, url: str) -> None:
    assert "must begin with https://" in refusal(f"base_url: '{url}'\n")
    assert not is_loopback(url)


def test_a_slash_at_the_end_of_the_address_makes_no_other_account(read: Read) -> None:
    assert read("base_url: https://api.flxpoint.com/\n").base_url == Settings().base_url


@pytest.mark.parametrize(
    "url",
    [
        "https://me:open-sesame@api.flxpoint.com",
        "https://api.flxpoint.com?token=open-sesame",
        "https://api.flxpoint.com#open-sesame",
        "me:open-sesame@api.flxpoint.com",
    ],
)
def test_an_address_with_a_secret_is_refused_without_showing_it(refusal: Refusal, url: str) -> None:
    assert "open-sesame" not in refusal(f"base_url: {url}\n")


# The rate


@pytest.mark.parametrize("rate", ["0.5", "1", "2", "2.0"])
def test_the_rate_may_be_lowered(read: Read, rate: str) -> None:
    assert read(f"requests_per_second: {rate}\n").requests_per_second == float(rate)


def test_the_rate_may_be_raised_on_this_machine(read: Read) -> None:
    text = "requests_per_second: 50\n"
    assert read(text, base_url="http://localhost:1").requests_per_second == 50
    assert read(f"base_url: https://127.0.0.1\n{text}").requests_per_second == 50


def test_the_rate_may_not_be_raised_elsewhere(refusal: Refusal) -> None:
    fault = (
        "config.yaml: requests_per_second: must be at most 2, which Flxpoint allows; "
        'more is for this machine only (found "2.1").'
    )
    assert refusal("requests_per_second: 2.1\n") == fault
    local = "base_url: http://localhost\nrequests_per_second: 2.1\n"
    assert refusal(local, base_url="https://api.flxpoint.com") == fault


# Words of people's own


def test_yes_and_no_are_words_and_true_and_false_are_booleans(read: Read) -> None:
    text = "values: {Ja: yes, Nein: no, WAHR: true, FALSCH: False, on: Y, off: F, yes: no}\n"
    assert read(text).planning.cells == CellRules(
        yes_no={
            "ja": True,
            "nein": False,
            "wahr": True,
            "falsch": False,
            "on": True,
            "off": False,
            "yes": False,
        }
    )


def test_statuses_may_be_meant_in_any_case(read: Read) -> None:
    text = "values: {Shipped: closed, Wartet: ON HOLD, storniert: Canceled}\n"
    assert read(text).planning.cells.statuses == {
        "shipped": "Closed",
        "wartet": "On Hold",
        "storniert": "Canceled",
    }


def test_a_word_may_be_a_number_or_a_boolean_of_yaml(read: Read) -> None:
    text = "values: {2: yes, 3: no, 00: no, true: no, 4: Closed, 5: 1}\n"
    cells = read(text).planning.cells
    assert cells.yes_no == {"2": True, "3": False, "00": False, "true": False, "5": True}
    assert cells.statuses == {"4": "Closed"}


def test_a_word_with_two_meanings_is_refused(refusal: Refusal) -> None:
    assert refusal("values: {Ja: yes, ja: no}\n") == (
        'config.yaml: values: explains "ja" twice; case doesn\'t matter.'
    )


def test_what_is_planned_follows_the_config(read: Read) -> None:
    text = "clear_word: ' (leer) '\naccounting_synced: none\nstatus_updates: true\n"
    assert read(text).planning == PlanningRules(CellRules("(leer)"), "none", send_status=True)
    assert Settings().planning == PlanningRules()


@pytest.mark.parametrize(
    ("word", "meaning"), [("auto", "auto"), ("none", "none"), ("true", True), ("false", False)]
)
def test_what_is_said_where_no_row_speaks_is_one_of_four(
    read: Read, word: str, meaning: SyncedDefault
) -> None:
    assert read(f"accounting_synced: {word}\n").planning.synced_default == meaning


# Columns and filters


@pytest.mark.parametrize(
    "name", ["order_external_id", "Order External ID", "order external-id", "ORDER_EXTERNAL_ID"]
)
def test_a_column_is_named_by_its_field_or_its_usual_header(read: Read, name: str) -> None:
    settings = read(f"columns: {{{name}: Invoice}}\n")
    assert settings.field_columns == {Field.ORDER_EXTERNAL_ID: "Invoice"}


def test_every_field_can_be_named(read: Read) -> None:
    lines = [f"  {field}: Column of {field}" for field in Field]
    settings = read("\n".join(["columns:", *lines]))
    assert settings.field_columns == {field: f"Column of {field}" for field in Field}


def test_a_synonym_is_no_name_of_a_field(refusal: Refusal) -> None:
    assert 'there is no field "Flxpoint Order ID"' in refusal("columns: {Flxpoint Order ID: No}\n")


def test_a_field_that_is_named_twice_is_refused(refusal: Refusal) -> None:
    assert refusal("columns: {order_id: A, Order ID: B}\n") == (
        "config.yaml: columns: names the field order_id twice."
    )


def test_a_column_that_is_named_for_two_fields_is_refused(refusal: Refusal) -> None:
    assert refusal("columns: {order_external_id: Ref No, item_external_id: REF_NO}\n") == (
        'config.yaml: columns: names the column "Ref No" for several fields.'
    )


# Layouts and the id map


def test_the_column_of_the_order_number_is_named_alone_or_with_its_prefix(read: Read) -> None:
    settings = read("order_number: {column: Memo, prefix: FLX-}\n")
    assert settings.field_columns == {Field.ORDER_NUMBER: "Memo"}
    assert settings.planning.resolving.prefix == "FLX-"
    assert read("order_number: {prefix: 00}\n").planning.resolving.prefix == "00"


def test_columns_beat_the_column_of_the_order_number(read: Read) -> None:
    settings = read("order_number: {column: Memo}\ncolumns: {order_number: Num}\n")
    assert settings.field_columns == {Field.ORDER_NUMBER: "Num"}


def test_the_number_and_the_external_id_may_stand_in_one_column(read: Read) -> None:
    settings = read("order_number: {column: Num}\ncolumns: {order_external_id: Num}\n")
    assert settings.field_columns == {Field.ORDER_EXTERNAL_ID: "Num", Field.ORDER_NUMBER: "Num"}


def test_a_wrong_name_under_order_number_is_told(refusal: Refusal) -> None:
    assert refusal("order_number: {colum: Memo}\n") == (
        'config.yaml: there is no setting "colum"; did you mean "column"?'
    )


def test_what_is_no_item_is_one_sku_or_several_in_any_case(read: Read) -> None:
    assert read("not_items: Shipping\n").planning.resolving.not_items == {"shipping"}
    said = read("not_items: [ Shipping , 00123]\n").planning.resolving
    assert said.not_items == {"shipping", "00123"}


def test_order_level_only_is_for_the_planner(read: Read) -> None:
    assert read("order_level_only: true\n").planning.resolving.order_level_only


# Filters


def test_a_filter_takes_one_value_or_several(read: Read) -> None:
    settings = read("only: {Payment: Paid, Shop: [A, B], Year: 2026}\n")
    assert settings.only == {"Payment": ["Paid"], "Shop": ["A", "B"], "Year": ["2026"]}


def test_digits_are_the_text_that_stands_there(read: Read) -> None:
    settings = read("account: 007\nsheet: 2026\nonly: {Ref: [00123, 0x1F, 1_000, +5, 12]}\n")
    assert (settings.account, settings.sheet) == ("007", "2026")
    assert settings.only == {"Ref": ["00123", "0x1F", "1_000", "+5", "12"]}


# No secret


@pytest.mark.parametrize(
    "key", ["token", "api_token", "FLXPOINT_API_TOKEN", "X-API-TOKEN", "password"]
)
def test_no_setting_takes_the_token_and_it_is_not_shown(refusal: Refusal, key: str) -> None:
    message = refusal(f"{key}: open-sesame\n")
    assert f'there is no setting "{key}"' in message
    assert "open-sesame" not in message
    assert "open-sesame" not in refusal(f"{key}: open-sesame\n{key}: open-sesame\n")


def test_settings_hold_nothing_of_a_token_that_is_there(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "open-sesame")
    (tmp_path / "token").write_text("open-sesame", encoding="utf-8")
    settings = read("token_variable: MY_TOKEN\ntoken_file: token\n")
    assert "open-sesame" not in repr(settings) + settings.model_dump_json()


def test_only_the_name_of_a_variable_and_of_a_file_have_to_do_with_the_token() -> None:
    speaking = [name for name in Settings.model_fields if re.search("token|secret|pass|key", name)]
    assert speaking == ["token_variable", "token_file"]


# Who is told

NOTIFY: Final = """\
notify:
  name: nightly books
  people: [mailtos://me:open-sesame@example.com, $SLACK_ADDRESS]
  on: [failure, no-file, success]
  ping:
    start: https://hc-ping.com/open-sesame/start
    success: $SUCCESS_PING
    failure: http://127.0.0.1:8000/open-sesame/fail
"""


def test_people_and_pings_are_named(read: Read) -> None:
    notify = read(NOTIFY).notify
    assert notify.name == "nightly books"
    assert [address.get_secret_value() for address in notify.people] == [
        "mailtos://me:open-sesame@example.com",
        "$SLACK_ADDRESS",
    ]
    assert notify.on == (Kind.FAILURE, Kind.NO_FILE, Kind.SUCCESS)
    pings = (notify.ping.start, notify.ping.success, notify.ping.failure)
    assert [address and address.get_secret_value() for address in pings] == [
        "https://hc-ping.com/open-sesame/start",
        "$SUCCESS_PING",
        "http://127.0.0.1:8000/open-sesame/fail",
    ]


def test_nobody_is_told_unless_the_config_names_them(read: Read) -> None:
    notify = read("notify:\n  people:\n  on:\n  ping:\n").notify
    assert notify == NotifySettings()
    assert (notify.people, notify.ping) == ((), PingSettings())
    assert set(Kind) - set(notify.on) == {Kind.SUCCESS}


def test_one_person_and_one_kind_need_no_list(read: Read) -> None:
    notify = read("notify: {people: $MAIL, on: failure}\n").notify
    assert [address.get_secret_value() for address in notify.people] == ["$MAIL"]
    assert notify.on == (Kind.FAILURE,)


def test_addresses_are_shown_nowhere(read: Read) -> None:
    settings = read(NOTIFY)
    assert "sesame" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_what_journal_and_workbook_are_told_leaves_out_the_api_and_who_is_told(read: Read) -> None:
    told = read(f"{NOTIFY}tries: 3\n", base_url="https://a.example").as_reported
    assert told["tries"] == 3
    assert told["notify"] == {"name": "nightly books", "on": ["failure", "no-file", "success"]}
    assert set(told) == set(Settings.model_fields) - {"base_url"}


def test_every_fault_of_the_notices_is_named_and_no_address_is_shown(refusal: Refusal) -> None:
    message = refusal(
        """\
        notify:
          nam: books
          people: [$MAIL, open-sesame@example.com, $open-sesame, 1.5, mailto://]
          on: [failure, no-fil, "json://open-sesame", 5]
          ping:
            sucess: https://hc-ping.com/1
            start: http://hc-ping.com/open-sesame
            success: https://me:open-sesame@hc-ping.com/
            failure: open-sesame
            https://hc-ping.com/open-sesame: x
        """
    )
    kinds = ", ".join(Kind)
    assert message.removeprefix("config.yaml: ").removesuffix(".").split("; ") == [
        "notify.people.2: must be an address of apprise, such as mailtos://…, or $NAME",
        "notify.people.3: must be an address of apprise, such as mailtos://…, or $NAME",
        "notify.people.4: must be text",
        "write it in quotes",
        "notify.people.5: must be an address of apprise, such as mailtos://…, or $NAME",
        'notify.on.2: there is no notice about "no-fil"',
        'did you mean "no-file"?',
        f"notify.on.3: must be what notices are about (known: {kinds})",
        f'notify.on.4: there is no notice about "5" (known: {kinds})',
        "notify.ping.start: must begin with https://",
        "plain http is for this machine only",
        "notify.ping.success: must hold no user name and no password",
        "notify.ping.failure: must be an address such as https://hc-ping.com/…, or $NAME",
        'there is no setting "sucess"',
        'did you mean "success"?',
        "an address stands where a setting belongs (known: start, success, failure)",
        'there is no setting "nam"',
        'did you mean "name"?',
    ]


@pytest.mark.parametrize(
    "text",
    [
        "notify: mailto://me:open-sesame@example.com",
        "notify: [mailto://me:open-sesame@example.com]",
        "notify: {mailto://me:open-sesame@example.com: x}",
        "mailto://me:open-sesame@example.com: x",
        "notify: {people: {mailto://me:open-sesame@example.com: x}}",
        "notify: {people: [[mailto://me:open-sesame@example.com]]}",
        'notify: {people: ["mailto://me:open-sesame@example.com\\nx"]}',
        "notify: {name: [mailto://me:open-sesame@example.com]}",
        "notify: {on: mailto://me:open-sesame@example.com}",
        "notify: {ping: https://open-sesame.example}",
        "notify: {ping: {start: ftp://open-sesame.example}}",
        "notify: {ping: {start: 'https://[open-sesame'}}",
        "notify: {ping: {start: 'https://a.example/open-sesame x'}}",
        "notify: {ping: {start: https://a.example:0/open-sesame}}",
    ],
)
def test_an_address_in_the_wrong_place_is_not_shown_either(refusal: Refusal, text: str) -> None:
    assert "sesame" not in refusal(f"{text}\n")


@pytest.mark.parametrize("name", ['"a\\nb"', '"a\\rb"', "x" * 101])
def test_the_name_of_the_job_is_one_short_line(refusal: Refusal, name: str) -> None:
    message = refusal(f"notify: {{name: {name}}}\n")
    assert message.startswith("config.yaml: notify.name: must be one line of at most 100 signs")


@pytest.mark.parametrize(
    "url", ["https://hc-ping.com/1?rid=2", "http://localhost:1/a", "http://[::1]/"]
)
def test_what_can_be_pinged_has_no_fault(url: str) -> None:
    assert ping_fault(url) == ""


# The config.yaml that comes with the program


def uncommented(text: str) -> str:
    """The file with all that is commented out in force; prose begins with a capital."""
    text = text.replace(": {}\n#   ", ":\n#   ")
    return re.sub(r"^# ?(?=(?:[a-z_]+:(?: |$)|  +\w[^:]*:(?: |$)))", "", text, flags=re.MULTILINE)


def test_the_config_yaml_of_the_repository_says_the_defaults() -> None:
    assert read_settings(OWN, {}) == Settings()


def test_every_setting_stands_in_it_once_and_nothing_else_does() -> None:
    names = re.findall(r"^([a-z_]+):", uncommented(OWN.read_text(encoding="utf-8")), re.MULTILINE)
    assert sorted(names) == sorted(Settings.model_fields)


def test_what_is_commented_out_is_the_default_where_there_is_one(read: Read) -> None:
    settings = read(uncommented(OWN.read_text(encoding="utf-8")))
    examples: dict[str, Any] = {"notify": {"people", "ping"}, "order_number": True}
    examples |= {"not_items": True, "bookings": True}
    defaults = Settings().model_dump(exclude=examples)
    has_default = {name for name, value in defaults.items() if value not in (None, {})}
    assert settings.model_dump(include=has_default) | {
        "notify": settings.notify.model_dump(exclude=examples["notify"])
    } == {name: value for name, value in defaults.items() if name in has_default}


def test_every_example_in_it_is_taken_up(read: Read, tmp_path: Path) -> None:
    settings = read(uncommented(OWN.read_text(encoding="utf-8")))
    assert (settings.account, settings.sheet) == ("my-shop", "Invoices")
    assert settings.token_file == str(tmp_path / "secrets" / "flxpoint-token")
    assert settings.journal == str(tmp_path / "journal.sqlite3")
    assert settings.field_columns == {
        Field.ORDER_ID: "Flxpoint No.",
        Field.ORDER_EXTERNAL_ID: "Invoice",
        Field.ORDER_NUMBER: "Memo/Description",
    }
    assert settings.ids == str(tmp_path / "flxpoint-ids.csv")
    assert settings.layout == "quickbooks-online"
    assert settings.planning.resolving == ResolvingRules(
        "FLX-", order_level_only=False, not_items=frozenset({"shipping", "discount"})
    )
    assert settings.bookings == ("Rechnung",)
    assert settings.planning.cells == CellRules(
        yes_no={"ja": True, "nein": False}, statuses={"shipped": "Closed"}
    )
    assert settings.only == {"Payment": ["Paid"]}
    assert settings.done == "done"
    assert [address.get_secret_value() for address in settings.notify.people] == [
        "mailtos://me:password@example.com",
        "$SLACK_ADDRESS",
    ]
    assert all(settings.notify.ping.model_dump().values())


def test_every_timeout_stands_in_it() -> None:
    text = uncommented(OWN.read_text(encoding="utf-8")).partition("timeouts:")[2]
    group = text.partition("# ---")[0]
    assert re.findall(r"^  (\w+):", group, re.MULTILINE) == list(TimeoutSettings.model_fields)


def test_everything_about_notices_stands_in_it() -> None:
    text = uncommented(OWN.read_text(encoding="utf-8")).partition("\nnotify:")[2]
    assert re.findall(r"^  (\w+):", text, re.MULTILINE) == list(NotifySettings.model_fields)
    assert re.findall(r"^    (\w+):", text, re.MULTILINE) == list(PingSettings.model_fields)


def test_every_field_is_named_in_it() -> None:
    listed = OWN.read_text(encoding="utf-8").partition("# The fields: ")[2].partition(".")[0]
    assert re.findall(r"\w+", listed) == [field.value for field in Field]
