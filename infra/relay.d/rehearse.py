"""The rehearsal: a deployment into ministack by the commands, template and zip of a real one, and everything tried.

What the emulator cannot show is listed in infra/book/relay-on-aws.md.
"""

import dataclasses
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import code as codes
import deploy
import stack
from cloud import Cloud
from emulator import Emulator, free_port
from say import Refused, note
from stage import Stage

# An ordinary machine runs the rehearsal, so the zip is for it; a real stage is arm64 unless its file says otherwise.
ARCHITECTURE = "x86_64" if os.uname().machine == "x86_64" else "arm64"

# tests/rehearsal/sign_in.rs has the relay carry it.
CANARY = "4/canary-of-the-rehearsal"

# Stories of tests/tests/e2e that need nothing of the relay but that it works: a real agent with its hub and Google's
# stand-in, at the deployed relay.
STORIES = [
    "first_light::a_rename_in_google_reaches_the_glass",
    "first_light::signing_in_with_google_returns_to_the_origin_it_began_at_by_name_and_by_lan_address",
    "identity::a_new_key_is_taken_and_survives_a_kill_at_once",
    "identity::an_agent_that_left_can_come_back_and_its_rooms_are_watched_again",
    "identity::the_host_owner_shows_google_whose_the_domain_is",
    "promises::two::promise_2_duplicate_late_reordered_and_forged_notifications_change_nothing",
    "way_out::everything_goes_through_the_proxy_from_the_first_enrolment_to_the_glass",
]

# ministack knows neither CodeDeploy nor Budgets.
STAGE = Stage(
    name="rehearsal",
    region="eu-central-1",
    relay_host="relay.localhost",
    connect_host="connect.localhost",
    hosted_zone="",
    alarm_email="operator@example.org",
    architecture=ARCHITECTURE,
    google_concurrency=20,
    agents_concurrency=20,
    rollout="at-once",
    budget_usd=0,
)


class Tests(NamedTuple):
    """Programs that try the deployed relay."""

    # cloud-relay/tests/rehearsal, which speaks the contract and nothing more.
    rehearsal: Path
    # tests/tests/e2e, of which STORIES are told.
    e2e: Path


def run(given: Path | None, names: list[str]) -> int:
    tests = build_suite()
    zipped = codes.at(given) if given else codes.build(ARCHITECTURE)
    with tempfile.TemporaryDirectory(prefix="placard-rehearsal-") as folder, Emulator(Path(folder)) as emulator:
        os.environ.update(emulator.environment)
        cloud = Cloud(STAGE.region)
        zone = cloud.route53.create_hosted_zone(Name="localhost", CallerReference="rehearsal")["HostedZone"]["Id"]
        stage = dataclasses.replace(STAGE, hosted_zone=zone.rsplit("/", 1)[1])
        try:
            rehearse(cloud, stage, emulator, zipped, tests, names)
        except Refused:
            tail = emulator.log.read_text().splitlines()[-40:]
            note("the emulator's last words:\n" + "\n".join(tail))
            raise
    note("the rehearsal is over and nothing of it is left")
    return 0


def rehearse(
    cloud: Cloud, stage: Stage, emulator: Emulator, zipped: codes.Zip, tests: Tests, names: list[str]
) -> None:
    told = deploy.deploy(cloud, stage, zipped)
    # The emulator serves no custom names of WebSocket APIs, so the functions learn of its own address by an update.
    api = f"{emulator.endpoint}/_aws/execute-api"
    # Nor the names of HTTP APIs with TLS: the stories have a front of their own for both, on this port.
    port = free_port()
    stage = dataclasses.replace(stage, port=f":{port}", push_endpoint=f"{api}/{told['WebSocketApiId']}/live")
    before = live_versions(cloud, stage)
    told = deploy.deploy(cloud, stage, zipped)
    expect("a new environment is live", all(a != b for a, b in zip(before, live_versions(cloud, stage), strict=True)))
    here = {
        "PLACARD_REHEARSAL_HTTP": f"{api}/{told['HttpApiId']}/$default",
        "PLACARD_REHEARSAL_WS": f"{api}/{told['WebSocketApiId']}/live".replace("http://", "ws://"),
        "PLACARD_REHEARSAL_HOST": stage.relay_host,
        "PLACARD_REHEARSAL_PORT": str(port),
    }
    suite(cloud, stage, tests, here, names)
    stories(cloud, stage, tests, here, names)
    if names:
        return
    blind(cloud, stage)
    gone(cloud, stage)

    note("code update, by cargo lambda deploy")
    before = live_versions(cloud, stage)
    deploy.update(cloud, stage, zipped)
    after = live_versions(cloud, stage)
    expect("both aliases point to a new version", all(a != b for a, b in zip(before, after, strict=True)))
    suite(cloud, stage, tests, here, ["smoke"])

    note("rotation of the master key")
    deploy.rotate(cloud, stage)
    suite(cloud, stage, tests, here, ["smoke"])
    deploy.retire(cloud, stage)
    suite(cloud, stage, tests, here, ["smoke"])

    note("and down again")
    deploy.destroy(cloud, stage, keep_data=False)
    expect("the stack is gone", stack.find(cloud, stage) is None)
    expect("the table is gone", stage.table not in cloud.dynamodb.list_tables()["TableNames"])


def build_suite() -> Tests:
    """Builds the tests and every program of the system."""
    workspace = ["--workspace", "--features", "cloud-relay/local cloud-relay/lambda"]
    subprocess.run(["cargo", "build", *workspace, "--bins"], cwd=codes.ROOT, check=True)
    command = ["cargo", "test", *workspace, "--test", "rehearsal", "--test", "e2e", "--no-run"]
    command += ["--message-format", "json-render-diagnostics"]
    built = subprocess.run(command, cwd=codes.ROOT, stdout=subprocess.PIPE, text=True, check=True)
    told = [json.loads(line) for line in built.stdout.splitlines()]
    found = {line["target"]["name"]: Path(line["executable"]) for line in told if line.get("executable")}
    return Tests(found["rehearsal"], found["e2e"])


def suite(cloud: Cloud, stage: Stage, tests: Tests, here: dict[str, str], names: list[str]) -> None:
    """Runs the tests against the deployed relay."""
    # One after the other: the host owner is whoever enrolled last as one, and the emulator is slow enough.
    run_tests(cloud, stage, [str(tests.rehearsal), "--ignored", "--test-threads=1", *names], "cloud-relay", here)


def stories(cloud: Cloud, stage: Stage, tests: Tests, here: dict[str, str], names: list[str]) -> None:
    """Runs those of STORIES that have one of the names, or all."""
    listed = subprocess.run([str(tests.e2e), "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout
    for story in STORIES:
        expect(f"there is a story {story}", f"{story}: test\n" in listed)
    wanted = [story for story in STORIES if not names or any(name in story for name in names)]
    if wanted:
        command = [str(tests.e2e), "--exact", "--test-threads=1", *wanted]
        run_tests(cloud, stage, command, "tests", here)


def run_tests(cloud: Cloud, stage: Stage, command: list[str], folder: str, here: dict[str, str]) -> None:
    told = stack.outputs(cloud, stage)
    environment = {
        **os.environ,
        **here,
        "PLACARD_TABLE": told["TableName"],
        "PLACARD_PUSH_ENDPOINT": told["PushEndpoint"],
        "PLACARD_MASTER_KEY_PARAMETER": told["MasterKeyParameter"],
        "PLACARD_MASTER_KEY_VERSION": told["MasterKeyVersion"],
    }
    if subprocess.run(command, cwd=codes.ROOT / folder, env=environment, check=False).returncode:
        show_logs(cloud, stage)
        raise Refused("the deployed relay does not do what it should", "see the tests above", "correct it and rehearse again")


def log_lines(cloud: Cloud, group: str) -> list[str]:
    pages = cloud.logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    return [event["message"] for page in pages for event in page["events"]]


def show_logs(cloud: Cloud, stage: Stage) -> None:
    for function in stage.functions():
        note(f"the end of {function}'s log:\n" + "\n".join(log_lines(cloud, f"/aws/lambda/{function}")[-25:]))


def blind(cloud: Cloud, stage: Stage) -> None:
    """Neither log nor table holds the code that a browser carried through the relay."""
    google = "\n".join(log_lines(cloud, f"/aws/lambda/{stage.functions()[0]}"))
    expect("the log tells of the callback", "/oauth/google/callback/{agent}" in google)
    expect("the table holds the sealed answer", any("sealed" in item for item in items(cloud, stage)))
    expect("no log and no item holds the code, in any form", not seen(cloud, stage))
    # A search that finds nothing must be able to find something.
    planted = {"pk": {"S": "planted"}, "sk": {"S": "planted"}, "note": {"B": forms(CANARY)[-1].encode()}}
    cloud.dynamodb.put_item(TableName=stage.table, Item=planted)
    expect("the search finds one that was planted", seen(cloud, stage))
    cloud.dynamodb.delete_item(TableName=stage.table, Key={key: planted[key] for key in ("pk", "sk")})


def gone(cloud: Cloud, stage: Stage) -> None:
    """Every connection of the tests was closed, and posting to one says so."""
    endpoint = stack.outputs(cloud, stage)["PushEndpoint"]
    gateway = cloud.session.client("apigatewaymanagementapi", endpoint_url=endpoint)
    connections = [pk[3:] for pk in (item["pk"]["S"] for item in items(cloud, stage)) if pk.startswith("WS#")]
    expect("the table knows of connections", connections)
    for connection in connections:
        try:
            gateway.post_to_connection(ConnectionId=connection, Data=b"x")
        except gateway.exceptions.GoneException:
            continue
        expect(f"the closed connection {connection} is gone (410)", False)
    note(f"so it is: {len(connections)} closed connections are gone (410)")


def items(cloud: Cloud, stage: Stage) -> list[dict]:
    pages = cloud.dynamodb.get_paginator("scan").paginate(TableName=stage.table)
    return [item for page in pages for item in page["Items"]]


def seen(cloud: Cloud, stage: Stage) -> list[str]:
    """The forms of the canary that a log or an item holds."""
    logs = [log_lines(cloud, f"/aws/lambda/{function}") for function in stage.functions()]
    everything = json.dumps([logs, items(cloud, stage)], default=lambda raw: raw.decode("latin-1"))
    return [form for form in forms(CANARY) if form in everything]


def forms(canary: str) -> list[str]:
    """The canary as it may be written somewhere."""
    from base64 import b64encode
    from urllib.parse import quote

    raw = canary.encode()
    # Base64 of the middle part, whichever the bytes before it were.
    encoded = {b64encode(b"x" * shift + raw).decode()[4 + shift : -6] for shift in range(3)}
    return [canary, quote(canary, safe=""), raw.hex(), *sorted(encoded)]


def live_versions(cloud: Cloud, stage: Stage) -> list[str]:
    return [cloud.lambda_.get_alias(FunctionName=f, Name="live")["FunctionVersion"] for f in stage.functions()]


def expect(what: str, so: object) -> None:
    if not so:
        raise Refused(f"it is not so that {what}", "the rehearsal has just looked", "see the log above")
    note(f"so it is: {what}")
