"""The text of an adapter's ``manifest.yaml`` and README, as they are drafted."""

from hub.contracts.drafting.contract_text import quoted


def manifest_yaml(
    partner: str, protocol: str, contract: str, endpoint: str, section: str, *, partner_section: str = ""
) -> str:
    """A manifest with one endpoint that lints; credentials and outcomes are still to be said."""
    variable = partner.upper().replace("-", "_").replace(".", "_")
    return f"""partner: {partner}
title: {{fa: {quoted(partner)}, en: {quoted(partner)}}}
protocol: {protocol}
evidence: seen
address: env:PEYVAND_{variable}_URL
connect_timeout: 5s
max_connections: 10
max_concurrent: 20
max_reply: 2MB
{partner_section}endpoints:
  {endpoint}:
    contract: {contract}@1.0
    idempotent: false # true only if repeating a message changes nothing there
    timeout: 20s
    {protocol}: {section}
"""


def readme(partner: str, source: str) -> str:
    """The adapter's page."""
    return f"""# {partner}

Drafted from `{source}`. To be written: what the partner offers, who answers for it there, its quirks, its service hours and quotas, and what the adapter cannot do.
"""


def question_of_manifest() -> tuple[str, ...]:
    """What no description of an interface says."""
    return (
        "idempotent: may a message be repeated to the partner without harm?",
        "credentials: how does the partner know the hub? (credentials, http, soap.header or soap.body)",
        "outcomes: which answers are refusals or errors inside a success?",
        "timeout, max_concurrent, max_connections: what does the partner allow?",
    )
