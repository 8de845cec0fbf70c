"""Settings: read once at the edge from the environment (``PEYVAND_…``), typed, printed with secrets masked."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.reading.json_text import DEFAULT_DEPTH, MAX_DEPTH

CHECKOUT = Path(__file__).resolve().parents[2]
"""Where the data folders lie unless the settings say otherwise."""

Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """What a hub process is told from outside. Each field is an environment variable: ``PEYVAND_PORT``."""

    model_config = SettingsConfigDict(env_prefix="PEYVAND_", frozen=True, extra="ignore")

    contracts_dir: Path = Field(default=CHECKOUT / "contracts", description="the folder of contracts")
    routes_dir: Path = Field(default=CHECKOUT / "routes", description="the folder of routes")
    adapters_dir: Path = Field(default=CHECKOUT / "adapters", description="the folder of adapters' manifests")
    calendar_file: Path = Field(
        default=CHECKOUT / "calendars" / "iran.yaml", description="the file of weekends and official holidays"
    )
    data_dir: Path = Field(default=CHECKOUT / "var", description="where the embedded store and its key lie")

    host: str = Field(default="127.0.0.1", description="address of the public port")
    port: Port = Field(default=8080, description="the public port; 0 for any free one")
    public_url: str = Field(
        default="",
        description="the hub's address as clients know it, for WSDLs; without it, the one that is asked at",
    )
    management_host: str = Field(default="127.0.0.1", description="address of the management port")
    management_port: Port = Field(default=9090, description="the management port; 0 for any free one")

    database_url: SecretStr | None = Field(default=None, description="PostgreSQL of the clustered set-up")
    amqp_url: SecretStr | None = Field(default=None, description="RabbitMQ of the clustered set-up")
    clients_amqp_url: SecretStr | None = Field(
        default=None,
        description="RabbitMQ on which clients have queues of their own; may be that of amqp_url",
    )
    clients_amqp_public_url: str = Field(
        default="", description="its address as clients know it, for descriptions; like amqps://mq.example.ir"
    )
    master_key: SecretStr | None = Field(
        default=None,
        description="the master key, 32 bytes in base64; without it, the file `master.key` in data_dir",
    )

    control_token: SecretStr | None = Field(
        default=None,
        description="opens the control API on the management port; without it, the file `control.token` in data_dir",
    )

    documents_url: str | None = Field(
        default=None,
        description="where large documents lie: `file:///folder`, shared by all nodes, or `s3://bucket/prefix` "
        "(credentials and endpoint from AWS_… variables); by default `documents` in data_dir",
    )
    documents_max_bytes: int = Field(
        default=5 * 1000**3, ge=1, description="the largest document taken at `/attachments`"
    )
    documents_client_bytes: int = Field(
        default=50 * 1000**3, ge=1, description="what one client may have stored and under way in all"
    )
    documents_reserve_bytes: int = Field(
        default=1000**3,
        ge=0,
        description="disk space that documents leave free; what has no room is answered 507",
    )
    documents_transfers: int = Field(
        default=16,
        ge=1,
        le=1000,
        description="documents on their way in or out at once; one more is answered 503",
    )
    documents_unused_s: float = Field(
        default=7 * 24 * 3600, gt=0, description="how long a document is kept that no exchange refers to"
    )
    documents_unfinished_s: float = Field(
        default=24 * 3600, gt=0, description="how long an unfinished upload waits for its rest"
    )
    documents_collect_s: float = Field(
        default=60, gt=0, description="how often what nobody keeps any longer is removed"
    )

    max_body_bytes: int = Field(
        default=1024 * 1024,
        ge=1024,
        description="the largest message taken; one of many small parts holds others up while it is read",
    )
    max_bodies_bytes: int = Field(
        default=64 * 1024 * 1024,
        ge=1024,
        description="messages held at once; what has no room is answered 503",
    )
    max_depth: int = Field(
        default=DEFAULT_DEPTH, ge=4, le=MAX_DEPTH, description="how deeply a message may be nested"
    )
    body_timeout_s: float = Field(
        default=30, gt=0, description="how long a pause in a message's arrival may last"
    )
    max_in_flight: int = Field(
        default=1000, ge=1, description="exchanges carried at once; one more is answered 503"
    )
    workers_per_partner: int = Field(
        default=4, ge=1, le=1000, description="deliveries at once from a partner's channel"
    )
    drain_s: float = Field(
        default=20, ge=0, description="how long a stopping hub waits for what is under way"
    )

    min_free_bytes: int = Field(
        default=64 * 1024 * 1024,
        ge=0,
        description="room that the disk of data_dir must have for the hub to call itself ready",
    )

    webhook_networks: str = Field(
        default="",
        description="inner networks that webhooks may go to, like `10.20.0.0/16`, commas in between; by default none",
    )
    webhook_plain_hosts: str = Field(
        default="",
        description="hosts that webhooks may be sent to over plain http, commas in between; by default none",
    )

    evidence_key: SecretStr | None = Field(
        default=None,
        description="the log's private key, 32 bytes in base64; without it, the file evidence_key_file",
    )
    evidence_key_file: Path | None = Field(
        default=None,
        description="file of the log's private key; by default `log.key` in data_dir, made if missing",
    )
    evidence_origin: str | None = Field(
        default=None,
        description="the log's name in its checkpoints, like `hub.example.ir/journal`; by default made of its key",
    )
    evidence_accept_new_key: bool = Field(
        default=False, description="go on with another key or origin than the last checkpoint was signed with"
    )
    checkpoint_every_s: float = Field(
        default=10, gt=0, description="how long an entry waits at most for a signed checkpoint"
    )
    checkpoint_every_entries: int = Field(
        default=10_000, ge=1, description="after how many entries a checkpoint is made earlier"
    )
    timestamp_url: str | None = Field(
        default=None,
        description="the RFC 3161 time-stamping authority; without one there is no independent time",
    )
    timestamp_roots: Path | None = Field(
        default=None,
        description="PEM file of the authority's root certificates; other stamps are not accepted",
    )
    timestamp_every_s: float = Field(default=3600, gt=0, description="how often a checkpoint is time-stamped")
    timestamp_limit_s: float | None = Field(
        default=None,
        gt=0,
        description="for how long entries may lack a time stamp before new exchanges are refused; none: for ever",
    )

    log_format: Literal["auto", "json", "console"] = Field(default="auto", description="how log lines look")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="from which level on"
    )

    def masked(self) -> dict[str, str]:
        """All settings as texts, secrets hidden; empty where nothing is set."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: "" if value is None else str(value) for name, value in values.items()}
