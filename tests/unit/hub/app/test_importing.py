"""Names and facets on the way from a partner's description to a draft."""

from pathlib import Path

import pytest

from hub.app.importing import Wish, draft, kebab
from hub.contracts.drafting.draft import UndraftableError
from hub.core.findings import LintError

WSDL = Path(__file__).parents[4] / "adapters" / "behpardakht" / "wsdl" / "payment.wsdl"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("OwnershipInquiry", "ownership-inquiry"),
        ("getEstelam3", "get-estelam-3"),
        ("bpVerifyRequest", "bp-verify-request"),
        ("get /debts/{file}", "get-debts-file"),
        ("XMLData", "xml-data"),
        ("3DSecure", "op-3-d-secure"),
        ("استعلام", "operation"),
    ],
)
def test_a_partner_s_name_becomes_one_of_ours(theirs, ours):
    assert kebab(theirs) == ours


def test_a_draft_writes_nothing_and_names_every_file():
    made = draft(Wish(WSDL, "bank", "bpVerifyRequest"))
    assert set(made.contracts) == {
        "bank.bp-verify-request/contract.yaml",
        "bank.bp-verify-request/1.0.request.schema.json",
        "bank.bp-verify-request/1.0.reply.schema.json",
    }
    assert set(made.adapters) == {"bank/manifest.yaml", "bank/README.md", "bank/wsdl/payment.wsdl"}
    assert made.adapters["bank/wsdl/payment.wsdl"] == WSDL.read_bytes()
    assert {decision.path for decision in made.decisions} <= {*made.contracts, *made.adapters}


@pytest.mark.parametrize("name", ["notes.txt", "service"])
def test_what_is_no_description_is_refused(tmp_path, name):
    (tmp_path / name).touch()
    with pytest.raises(UndraftableError):
        draft(Wish(tmp_path / name, "bank"))


def test_of_several_ports_one_is_named(tmp_path: Path) -> None:
    text = WSDL.read_text(encoding="utf-8")
    port = text[text.index("<wsdl:port ") : text.index("</wsdl:port>")] + "</wsdl:port>"
    name = port.split('name="', 1)[1].split('"', 1)[0]
    other = port.replace(f'name="{name}"', 'name="Other"', 1)
    (tmp_path / "two.wsdl").write_text(text.replace(port, port + other), encoding="utf-8")
    with pytest.raises(LintError) as caught:
        draft(Wish(tmp_path / "two.wsdl", "bank", "bpVerifyRequest"))
    assert caught.value.findings[0].rule == "soap.port-ambiguous"
    made = draft(Wish(tmp_path / "two.wsdl", "bank", "bpVerifyRequest", port="Other"))
    assert 'port: "Other"' in str(made.adapters["bank/manifest.yaml"]).replace("port: Other", 'port: "Other"')
