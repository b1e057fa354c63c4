"""`reconcile init`: what it sees in a file, what it leaves open, and what it writes."""

import re
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from reconcile.config import Settings, read_settings
from reconcile.domain.errors import FileRefusedError
from reconcile.domain.fields import normal_name
from reconcile.domain.model import Field
from reconcile.job.planned_input import SendRules, plan_files
from reconcile.proposal import Candidate, Proposal, config_text, propose, with_choice
from tests.conftest import Shop
from tests.loader.layouts.outcomes import examples

Command = Callable[..., tuple[int, str, str]]
EXPORTS = Path(__file__).parents[1] / "exports"
IDS = str(EXPORTS / "ids.csv")
SUMMARIES = [EXPORTS / "quickbooks-online" / "daily_summary.csv", EXPORTS / "xero" / "payout.csv"]
EXAMPLES = [path for path in examples() if path not in SUMMARIES]
PLAIN = "Order ID,Order External ID\n1,A\n2,B\n3,C\n4,D\n"
ODD = (
    "Flxpoint Ord Id,Order Ext. ID,Buyer,Amount,Day\n"
    "700001,INV-1,Alder,10.00,2026-01-05\n700002,INV-2,Birch,12.50,2026-01-06\n"
)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def proposal_of(path: Path, **said: object) -> Proposal:
    return propose(path, Settings.model_validate(said))


def file_with(folder: Path, text: str, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def settings_from(text: str, folder: Path) -> Settings:
    return read_settings(file_with(folder, text, "written.yaml"), {})


def by_reference() -> str:
    """A report of QuickBooks Online with the numbers of a marketplace in its memo."""
    text = (EXPORTS / "quickbooks-online" / "by_product.csv").read_text(encoding="utf-8")
    return text.replace("FLX-100", "114-000000")


def live_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def with_every_choice(text: str) -> str:
    """The config as somebody leaves it who takes the `#` of the first of each choice away."""
    seen: set[str] = set()
    lines = []
    for line in text.splitlines():
        setting = re.match(r"#(?: {3}| )?( *\w+): [\"\[]", line)
        if setting and setting[1] not in seen:
            seen.add(setting[1])
            lines.append(line.replace("#   ", "  ", 1) if line[1:4] == "   " else line[2:])
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def test_a_plain_file_needs_nothing_and_shows_three_orders(tmp_path: Path) -> None:
    found = proposal_of(file_with(tmp_path, PLAIN))

    assert found.can_be_run
    assert found.layout is not None
    assert found.layout.name == "plain"
    assert found.samples == (
        'order 1: {"accountingSynced":true,"externalAccountingId":"A"}',
        'order 2: {"accountingSynced":true,"externalAccountingId":"B"}',
        'order 3: {"accountingSynced":true,"externalAccountingId":"C"}',
    )
    assert live_lines(config_text(found, tmp_path)) == ['base_url: "https://api.flxpoint.com"']


def test_an_export_of_xero_is_understood_and_lacks_an_id_map_alone(tmp_path: Path) -> None:
    found = proposal_of(EXPORTS / "xero" / "invoices.csv")

    assert found.layout is not None
    assert found.layout.name == "xero"
    assert found.understood[Field.ORDER_NUMBER] == "Reference"
    assert found.understood[Field.ORDER_EXTERNAL_ID] == "InvoiceNumber"
    assert found.samples[0] == 'order number "1001", in the books "INV-0001"'
    [missing] = found.open
    assert missing.startswith("An id map")
    assert '# ids: "flxpoint-ids.csv"' in config_text(found, tmp_path)


def test_with_an_id_map_the_orders_are_shown_as_they_would_be_sent() -> None:
    found = proposal_of(EXPORTS / "xero" / "invoices.csv", ids=IDS)

    assert found.can_be_run
    assert found.samples[1] == (
        'order 700002: {"accountingSynced":true,"externalAccountingId":"INV-0002",'
        '"items":[{"id":9003}]}'
    )


def test_where_the_number_stands_in_quickbooks_is_for_a_person_to_say(tmp_path: Path) -> None:
    found = proposal_of(EXPORTS / "quickbooks-online" / "by_product.csv")
    text = config_text(found, tmp_path)

    assert [each.column for each in found.numbers] == ["Num", "Memo/Description"]
    assert found.numbers[1].prefix == "FLX-"
    assert not found.can_be_run
    assert settings_from(text, tmp_path).order_number.column is None
    assert '#   column: "Num"' in text
    assert '#   column: "Memo/Description"' in text
    assert '#   prefix: "FLX-"' in text


def test_numbers_that_only_one_column_shares_with_the_id_map_are_certain(tmp_path: Path) -> None:
    found = proposal_of(file_with(tmp_path, by_reference()), ids=IDS)
    settings = settings_from(config_text(found, tmp_path), tmp_path)

    assert found.can_be_run
    assert settings.order_number.column == "Memo/Description"
    assert settings.order_number.prefix is None
    assert found.samples[0].startswith('order 700001: {"accountingSynced":true')


def test_bare_digits_that_are_in_the_id_map_prove_nothing() -> None:
    found = proposal_of(EXPORTS / "quickbooks-online" / "list_of_numbers.csv", ids=IDS)

    assert not found.can_be_run
    assert found.settings.order_number.column is None
    assert found.numbers[0].column == "No."
    assert "3 of 5 are in the id map" in found.numbers[0].why


def test_bare_digits_behind_a_prefix_prove_no_more() -> None:
    found = proposal_of(EXPORTS / "quickbooks-online" / "by_product.csv", ids=IDS)

    assert not found.can_be_run
    assert found.settings.order_number.column is None
    assert found.numbers[0].column == "Memo/Description"
    assert "2 of 2 are in the id map" in found.numbers[0].why


@pytest.mark.parametrize("said", [{}, {"ids": IDS}], ids=["without ids", "with ids"])
@pytest.mark.parametrize("export", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_can_be_run_is_read_as_without_init_and_sends_the_same(
    export: Path, said: dict[str, str], tmp_path: Path
) -> None:
    found = proposal_of(export, **said)
    settings = settings_from(config_text(found, tmp_path), tmp_path)

    assert settings == found.settings
    assert bool(found.open) != found.can_be_run
    assert found.layout is not None
    assert found.layout.name == export.parent.name
    if found.can_be_run:
        planned = plan_files([export], settings, SendRules()).plan
        assert len(found.samples) == min(3, len(planned.orders))


def test_several_sheets_with_orders_are_for_a_person_to_choose_among(tmp_path: Path) -> None:
    book = Workbook()
    for name in ("May", "June # 'paid'"):
        sheet = book.create_sheet(name)
        sheet.append(["Order ID", "Order External ID"])
        sheet.append([1, "A"])
    path = tmp_path / "export.xlsx"
    book.save(path)
    found = proposal_of(path)
    text = config_text(found, tmp_path)

    assert found.sheets == ("May", "June # 'paid'")
    assert [sentence.partition(":")[0] for sentence in found.open] == ["Which sheet is read"]
    assert not found.can_be_run
    assert settings_from(text, tmp_path).sheet is None
    assert settings_from(with_every_choice(text), tmp_path).sheet == "May"
    assert proposal_of(path, sheet="June # 'paid'").can_be_run


def test_a_prefix_of_all_numbers_is_proposed_and_with_the_id_map_taken(tmp_path: Path) -> None:
    text = "Order Number,Order External ID\nFLX-1001,A\nFLX-1002,B\n"
    path = file_with(tmp_path, text)
    alone, mapped = proposal_of(path), proposal_of(path, ids=IDS)

    assert alone.prefix == "FLX-"
    assert '#   prefix: "FLX-"' in config_text(alone, tmp_path)
    assert mapped.can_be_run
    assert mapped.settings.order_number.prefix == "FLX-"


@pytest.mark.parametrize(
    ("numbers", "prefix"),
    [
        (("FLX-1001", "FLX-1002"), "FLX-"),
        (("#1001", "#1002"), "#"),
        (("A2X-1001", "A2X-1002"), "A2X-"),
        (("114-0001", "114-0002"), ""),
        (("1001", "1002"), ""),
        (("FLX-1001", "1002"), ""),
        (("FLX-1001", "FLX-1001"), ""),
    ],
)
def test_a_prefix_is_letters_or_a_hash_before_each_of_several_numbers(
    tmp_path: Path, numbers: tuple[str, str], prefix: str
) -> None:
    rows = "".join(f"{number},{at}\n" for at, number in enumerate(numbers))
    path = file_with(tmp_path, f"Order Number,Order External ID\n{rows}")

    assert proposal_of(path).prefix == prefix


def test_unknown_headers_are_met_with_the_nearest_and_nothing_is_guessed(tmp_path: Path) -> None:
    found = proposal_of(file_with(tmp_path, ODD))
    text = config_text(found, tmp_path)

    assert found.layout is None
    assert found.nearest[Field.ORDER_ID][0] == "Flxpoint Ord Id"
    assert found.nearest[Field.ORDER_EXTERNAL_ID][0] == "Order Ext. ID"
    assert not found.can_be_run
    assert settings_from(text, tmp_path).columns == {}
    chosen = settings_from(with_every_choice(text).replace("\nids:", "\n# ids:"), tmp_path)
    assert chosen.field_columns[Field.ORDER_ID] == "Flxpoint Ord Id"
    assert chosen.field_columns[Field.ORDER_EXTERNAL_ID] == "Order Ext. ID"


def test_amounts_dates_and_words_are_no_order_numbers(tmp_path: Path) -> None:
    found = proposal_of(file_with(tmp_path, ODD))

    assert [each.column for each in found.numbers] == ["Flxpoint Ord Id"]


def test_a_file_without_any_id_says_what_it_has(tmp_path: Path) -> None:
    found = proposal_of(file_with(tmp_path, "Name,City\nAlder,Bonn\n"))

    assert found.headers == ("Name", "City")
    assert found.numbers == ()
    assert len(found.open) == 2
    assert settings_from(config_text(found, tmp_path), tmp_path) == Settings()


def test_a_layout_that_nearly_recognises_the_file_is_named_with_what_it_misses(
    tmp_path: Path,
) -> None:
    template = "ContactName,InvoiceNumber,Reference,UnitAmount\nAlder,INV-1,1001,1.00\n"
    found = proposal_of(file_with(tmp_path, template))

    assert [(layout.name, missing) for layout, missing in found.could_be] == [
        ("xero", ('"Type"', '"Status"'))
    ]


def test_a_column_that_is_there_twice_is_for_a_person_to_mend(tmp_path: Path) -> None:
    found = proposal_of(file_with(tmp_path, "Order ID,Order ID,Order External ID\n1,2,A\n"))

    [sentence] = found.open
    assert "has a column twice: Order ID (columns A and B)" in sentence


def test_words_that_the_layout_does_not_know_are_listed(tmp_path: Path) -> None:
    text = (EXPORTS / "xero" / "invoices.csv").read_text(encoding="utf-8")
    found = proposal_of(file_with(tmp_path, text.replace("Sales invoice", "Rechnung")))

    assert found.bookings == ("Rechnung",)
    assert '# bookings: ["Rechnung"]' in config_text(found, tmp_path)


def test_orders_that_would_all_be_rejected_are_no_file_that_can_be_run(tmp_path: Path) -> None:
    found = proposal_of(file_with(tmp_path, "Order ID,Order External ID\n1,#N/A\n"))

    assert not found.can_be_run
    assert "[cell-error]" in found.notices[-1]


@pytest.mark.parametrize("path", SUMMARIES, ids=lambda path: path.stem)
@pytest.mark.parametrize("said", [{}, {"ids": IDS}], ids=["without ids", "with ids"])
def test_summaries_are_refused_with_the_sentence_of_the_loader(
    path: Path, said: dict[str, str]
) -> None:
    with pytest.raises(FileRefusedError, match="is a daily summary or payout"):
        proposal_of(path, **said)


def test_a_file_that_is_not_there_is_refused_with_the_sentence_of_the_loader() -> None:
    with pytest.raises(FileRefusedError, match=r"There is no file nowhere\.csv\."):
        proposal_of(EXPORTS / "nowhere.csv")


NASTY = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(":#'\"\\{}[],&*!|>%@`- \n\tüß€"),
    min_size=1,
).filter(lambda name: bool(name.strip()))


@given(NASTY, NASTY, NASTY, NASTY)
def test_whatever_a_column_is_called_the_config_says_it(
    tmp_path_factory: pytest.TempPathFactory, number: str, prefix: str, external: str, word: str
) -> None:
    folder = tmp_path_factory.mktemp("config")
    settings = with_choice(
        Settings(sheet=word), Field.ORDER_NUMBER, Candidate(number, "", prefix), prefix=True
    )
    settings = with_choice(settings, Field.ORDER_EXTERNAL_ID, Candidate(external, ""), prefix=False)
    text = config_text(Proposal(word, word, settings, None, {}), folder)
    read = settings_from(text, folder)

    assert read == settings


@given(NASTY, NASTY, NASTY)
def test_a_choice_means_what_it_shows_when_its_mark_is_taken_away(
    tmp_path_factory: pytest.TempPathFactory, number: str, external: str, word: str
) -> None:
    folder = tmp_path_factory.mktemp("config")
    unsure = Proposal(
        word,
        "",
        Settings(),
        None,
        {},
        nearest={Field.ORDER_EXTERNAL_ID: (external,)},
        numbers=(Candidate(number, "why", word),),
        sheets=(word, number),
        bookings=(word, number),
    )
    text = config_text(unsure, folder)

    assert settings_from(text, folder) == Settings()
    read = settings_from(with_every_choice(text).replace("\nids:", "\n# ids:"), folder)
    assert read.order_number.column == number
    assert read.order_number.prefix == word
    assert read.columns == {"order_external_id": external}
    assert read.sheet == word
    assert read.bookings == (word, number)


@given(NASTY)
def test_a_column_of_any_name_is_read_through_the_written_config(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    plain = name.strip().replace('"', '""').replace("\r", "").replace("\0", "")
    if not normal_name(plain) or normal_name(plain) == "orderexternalid":
        return
    folder = tmp_path_factory.mktemp("config")
    path = file_with(folder, f'"{plain}",Order External ID\n114-0000001,A\n114-0000002,B\n')
    try:
        found = proposal_of(path, ids=IDS)
    except FileRefusedError:
        return  # control characters that no export has
    assert found.settings.order_number.column is not None
    settings = settings_from(config_text(found, folder), folder)

    assert proposal_of(path, **settings.model_dump()).samples == found.samples


def test_without_a_terminal_nothing_is_written_but_shown(shop: Shop, command: Command) -> None:
    shop.export(PLAIN)
    before = sorted(shop.folder.iterdir())
    code, out, err = command("init", "export.csv")

    assert code == 0
    assert "Sample     order 1:" in out
    assert f'base_url: "{shop.server.base_url}"' in out
    assert "--yes writes this config" in err
    assert sorted(shop.folder.iterdir()) == before


def test_what_is_missing_ends_with_1_and_what_is_no_export_with_2(
    shop: Shop, command: Command
) -> None:
    shop.export(ODD)
    shop.export("%PDF-1.7", "report.csv")

    assert command("init", "export.csv")[0] == 1
    code, _, err = command("init", "report.csv")
    assert code == 2
    assert "PDF" in err


def test_the_config_that_is_written_runs_the_file(shop: Shop, command: Command) -> None:
    shop.export(by_reference())
    shop.export(Path(IDS).read_text(encoding="utf-8"), "ids.csv")
    code, out, _ = command(
        "init", "export.csv", "--ids", "ids.csv", "--config", "books.yaml", "--yes"
    )

    assert code == 0
    assert "Written    books.yaml" in out
    assert 'ids: "ids.csv"' in (shop.folder / "books.yaml").read_text(encoding="utf-8")
    code, out, _ = command("check", "export.csv", "--config", "books.yaml")
    assert code == 0
    assert "2 planned" in out


def test_a_config_is_never_overwritten(shop: Shop, command: Command) -> None:
    shop.export(PLAIN)
    config = shop.folder / "config.yaml"
    before = config.read_bytes()
    first, second = (command("init", "export.csv", "--yes") for _ in range(2))

    assert config.read_bytes() == before
    assert "Written    config.proposed.yaml" in first[1]
    assert "config.yaml is there already" in first[2]
    assert "Written    config.proposed-2.yaml" in second[1]
    proposed = (shop.folder / "config.proposed.yaml").read_text(encoding="utf-8")
    assert f'base_url: "{shop.server.base_url}"' in proposed


def test_a_place_that_cannot_be_written_is_told_in_one_sentence(
    shop: Shop, command: Command
) -> None:
    shop.export(PLAIN)
    code, _, err = command("init", "export.csv", "--config", "nowhere/config.yaml", "--yes")

    assert code == 2
    assert "nowhere/config.yaml can't be written" in err


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, answers: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answers))
    monkeypatch.setattr(sys, "stderr", Terminal())


def test_on_a_terminal_it_asks_before_it_writes(
    shop: Shop, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.export(PLAIN)
    on_a_terminal(monkeypatch, "n\n")
    assert command("init", "export.csv", "--config", "new.yaml")[0] == 0
    assert not (shop.folder / "new.yaml").exists()

    on_a_terminal(monkeypatch, "y\n")
    assert command("init", "export.csv", "--config", "new.yaml")[0] == 0
    assert (shop.folder / "new.yaml").exists()


def test_on_a_terminal_a_person_says_what_is_not_certain(
    shop: Shop, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.export(ODD)
    on_a_terminal(monkeypatch, "1\n1\ny\n")
    code, out, _ = command("init", "export.csv", "--config", "new.yaml")

    assert code == 0
    assert 'order 700001: {"accountingSynced":true,"externalAccountingId":"INV-1"}' in out
    settings = read_settings(shop.folder / "new.yaml", {})
    assert settings.columns == {
        "order_id": "Flxpoint Ord Id",
        "order_external_id": "Order Ext. ID",
    }


def test_on_a_terminal_a_prefix_is_asked_for_too(
    shop: Shop, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.export((EXPORTS / "quickbooks-online" / "by_product.csv").read_text(encoding="utf-8"))
    on_a_terminal(monkeypatch, "2\ny\ny\n")
    code, _, _ = command("init", "export.csv", "--config", "new.yaml")

    assert code == 1, "the ids are missing"
    said = read_settings(shop.folder / "new.yaml", {}).order_number
    assert (said.column, said.prefix) == ("Memo/Description", "FLX-")
