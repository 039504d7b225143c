"""One stage: what its file says, checked."""

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from say import Refused

FOLDER = Path(__file__).resolve().parent.parent / "stages"

NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True)
class Stage:
    """Settings of one relay. Those without a default must be in its file."""

    name: str
    region: str
    relay_host: str
    connect_host: str
    hosted_zone: str
    alarm_email: str
    budget_usd: int = 20
    architecture: str = "arm64"
    google_concurrency: int = 50
    agents_concurrency: int = 50
    webhooks_per_minute: int = 600
    log_retention_days: int = 14
    rollout: str = "canary"
    # What differs in an emulator; no stage file sets them.
    port: str = ""
    push_endpoint: str = ""

    @property
    def stack(self) -> str:
        return f"placard-{self.name}"

    @property
    def table(self) -> str:
        return f"placard-{self.name}"

    def functions(self) -> list[str]:
        return [f"placard-{self.name}-google", f"placard-{self.name}-agents"]

    def master_key(self, version: int) -> str:
        return f"/placard/{self.name}/master-key/{version}"

    def parameters(self) -> dict[str, str]:
        """What the template is given of the file."""
        return {
            "Stage": self.name,
            "RelayHost": self.relay_host,
            "ConnectHost": self.connect_host,
            "HostedZoneId": self.hosted_zone,
            "Architecture": self.architecture,
            "WebhooksPerMinute": str(self.webhooks_per_minute),
            "GoogleConcurrency": str(self.google_concurrency),
            "AgentsConcurrency": str(self.agents_concurrency),
            "LogRetentionDays": str(self.log_retention_days),
            "AlarmEmail": self.alarm_email,
            "BudgetUsd": str(self.budget_usd),
            "Rollout": self.rollout,
            "Port": self.port,
            "PushEndpoint": self.push_endpoint,
        }


def load(name: str, folder: Path = FOLDER) -> Stage:
    """Reads infra/stages/NAME.toml."""
    path = folder / f"{name}.toml"
    if not NAME.fullmatch(name):
        raise Refused(f"`{name}` cannot name a stage", "names are a-z, 0-9 and -, at most 20", "choose another, such as live")
    if not path.is_file():
        raise Refused(f"there is no stage {name}", f"infra/stages/{name}.toml is missing", "copy infra/stages/example.toml and fill it in")
    try:
        given = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"infra/stages/{name}.toml cannot be read", str(error), "correct that line") from error
    return check(name, given)


def check(name: str, given: dict) -> Stage:
    known = {field.name: field for field in fields(Stage) if field.name not in ("name", "port", "push_endpoint")}
    for key, value in given.items():
        if key not in known:
            raise Refused(f"infra/stages/{name}.toml sets `{key}`", "there is no such setting", f"settings are {', '.join(known)}")
        if type(value) is not known[key].type:
            raise Refused(
                f"infra/stages/{name}.toml sets {key} = {value!r}",
                f"that is no {known[key].type.__name__}",
                "see infra/stages/example.toml",
            )
    for key in ("region", "relay_host", "connect_host", "hosted_zone", "alarm_email"):
        if not given.get(key):
            raise Refused(f"infra/stages/{name}.toml does not set {key}", "it has no default", "see infra/stages/example.toml")
    stage = Stage(name=name, **given)
    for key, host in (("relay_host", stage.relay_host), ("connect_host", stage.connect_host)):
        if not HOST.fullmatch(host):
            raise Refused(f"{key} = {host!r}", "that is no host name in lower case", "write it as in signs.example.org")
    if stage.relay_host == stage.connect_host:
        raise Refused("both hosts are the same", "an HTTP and a WebSocket API cannot share a name", "give connect_host another")
    if stage.architecture not in ("arm64", "x86_64"):
        raise Refused(f"architecture = {stage.architecture!r}", "Lambda knows arm64 and x86_64", "choose one of them")
    if stage.rollout not in ("canary", "at-once"):
        raise Refused(f"rollout = {stage.rollout!r}", "there are canary and at-once", "choose one of them")
    return stage
