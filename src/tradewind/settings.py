"""Configuration from `TRADEWIND_*` environment variables (or a `.env` file beside the process)."""

from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "0.0.0.0", "::"})  # noqa: S104 - addresses to recognise


class Settings(BaseSettings):
    """Every knob of an installation; the defaults run the whole product on one machine."""

    model_config = SettingsConfigDict(env_prefix="TRADEWIND_", env_file=".env", extra="ignore")

    home: Path = Field(
        default_factory=lambda: Path.home() / ".tradewind",
        description="Where the embedded database, uploads, files and generated keys live.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL 15+ URL of the owner role, e.g. postgresql://user:password@host/db. "
        "Empty: the embedded server under TRADEWIND_HOME.",
    )
    database_app_url: SecretStr | None = Field(
        default=None,
        description="URL of the restricted role the application works as. Empty: the owner connection "
        "switches to the role tradewind_app.",
    )
    database_pool_size: int = Field(default=12, ge=1, le=200, description="Connections per process.")
    host: str = "127.0.0.1"
    port: int = Field(default=8420, ge=1, le=65535)
    public_url: str | None = Field(default=None, description="How users reach the web app from outside.")
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks of reverse proxies, separated by commas: their X-Forwarded-For and "
        "X-Forwarded-Proto say who calls. Empty: the address of the connection counts.",
    )
    web_processes: int = Field(default=1, ge=1, le=64)
    worker_concurrency: int = Field(default=16, ge=2, le=500, description="Jobs one worker runs at once.")
    job_heartbeat_seconds: float = Field(
        default=30, ge=1, description="A picked job without a heartbeat for this long is picked up again."
    )
    secret_keys: SecretStr | None = Field(
        default=None,
        description="Master keys as id:base64, newest first, separated by commas. "
        "Empty: a key file is generated under TRADEWIND_HOME.",
    )
    api_requests_per_minute: int = Field(default=600, ge=1, description="Limit per signed-in user.")
    webhooks_allow_localhost: bool = Field(
        default=False,
        description="Let webhook endpoints be http:// or https:// addresses on localhost, for development: "
        "whoever may create endpoints can then reach services of this machine.",
    )
    knowledge_allow_localhost: bool = Field(
        default=False,
        description="Let sites on localhost be crawled for the knowledge base, for development: "
        "whoever may add sources can then read what services of this machine answer.",
    )
    calendars_allow_localhost: bool = Field(
        default=False,
        description="Let calendars on localhost be connected, for development: "
        "members can then reach what services of this machine answer.",
    )
    calendar_stand_ins: str = Field(
        default="",
        description="Servers on localhost that stand for calendar vendors, for development and tests, as "
        "vendor=http://localhost:port separated by commas.",
    )
    mail_servers: str = Field(
        default="",
        description="Mail servers (SMTP, IMAP) in private networks that organisations may connect, as host:port "
        "separated by commas, e.g. localhost:25; host:* for all ports. Empty: servers on the open internet only.",
    )
    dns_server: str = Field(
        default="",
        description="Address and port of the name server that sending domains are checked with. Empty: the system's.",
    )
    mail_blocklists: str = Field(
        default="",
        description="Zones of blocklists of domains to ask about sending domains, separated by commas. "
        "Most ask for an agreement first; empty asks none.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "json", "console"] = "auto"
    metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="Where a worker serves its own /metrics, on TRADEWIND_HOST."
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description="Bearer token for /metrics; without it only this machine may read them.",
    )
    local_identity_providers: bool = Field(
        default=False,
        description="Let single sign-on use providers in private networks and over plain http.",
    )
    model_servers: str = Field(
        default="localhost:11434,localhost:1234",
        description="Model servers in private networks that organisations may connect, as host:port separated by "
        "commas; by default Ollama and LM Studio on this machine. Empty: servers on the open internet only.",
    )
    data_centre_ranges: Path | None = Field(
        default=None,
        description="File with networks of hosting providers, one in CIDR form a line, beside the built-in list: "
        "events from there are less likely to be a person's.",
    )
    redis_url: SecretStr | None = Field(default=None, description="Optional, for limits shared by many processes.")

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, proxies: str) -> str:
        for proxy in filter(None, map(str.strip, proxies.split(","))):
            try:
                ip_network(proxy)
            except ValueError:
                raise ValueError(f"{proxy!r} is no address or network such as 10.0.0.0/8") from None
        return proxies

    @field_validator("model_servers")
    @classmethod
    def _servers(cls, servers: str) -> str:
        for server in filter(None, map(str.strip, servers.split(","))):
            host, _, port = server.rpartition(":")
            if not host or not port.isdigit():
                raise ValueError(f"{server!r} is no host and port such as localhost:11434")
        return servers

    @field_validator("mail_servers")
    @classmethod
    def _mail_servers(cls, servers: str) -> str:
        for server in filter(None, map(str.strip, servers.split(","))):
            host, _, port = server.rpartition(":")
            if not host or not (port.isdigit() or port == "*"):
                raise ValueError(f"{server!r} is no host and port such as localhost:25")
        return servers

    @property
    def known_mail_servers(self) -> frozenset[tuple[str, int | None]]:
        """`mail_servers` as pairs of host and port, None for all ports."""
        pairs = (server.strip().lower().rpartition(":") for server in self.mail_servers.split(",") if server.strip())
        return frozenset((host.strip("[]"), None if port == "*" else int(port)) for host, _, port in pairs)

    @field_validator("calendar_stand_ins")
    @classmethod
    def _stand_ins(cls, stand_ins: str) -> str:
        for entry in filter(None, map(str.strip, stand_ins.split(","))):
            vendor, _, address = entry.partition("=")
            if not vendor or urlsplit(address).hostname not in ("localhost", "127.0.0.1", "::1"):
                raise ValueError(f"{entry!r} is no vendor=http://localhost:port")
        return stand_ins

    @property
    def calendar_stand_in_addresses(self) -> dict[str, str]:
        """`calendar_stand_ins` by vendor."""
        entries = (entry.strip().partition("=") for entry in self.calendar_stand_ins.split(",") if entry.strip())
        return {vendor: address for vendor, _, address in entries}

    @property
    def known_model_servers(self) -> frozenset[tuple[str, int]]:
        """`model_servers` as pairs of host and port."""
        pairs = (server.strip().lower().rpartition(":") for server in self.model_servers.split(",") if server.strip())
        return frozenset((host.strip("[]"), int(port)) for host, _, port in pairs)

    @field_validator("home")
    @classmethod
    def _absolute_home(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @property
    def base_url(self) -> str:
        """Address to print and to put into links, without a trailing slash.

        This machine is called `localhost`: browsers make no passkeys for bare addresses.
        """
        host = "localhost" if self.host in _THIS_MACHINE else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
