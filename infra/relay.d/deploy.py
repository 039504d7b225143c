"""Bringing a stage up, changing it, and taking it down."""

import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import botocore.exceptions
import cloud as clouds
import code as codes
import keys
import stack
from cloud import Cloud
from say import Refused, note
from stage import Stage

# A new name takes a while to be known everywhere.
HEALTHY_SECONDS = 300
# AWS insists that so much of an account's concurrency stays for its other functions.
UNRESERVED = 10


def deploy(cloud: Cloud, stage: Stage, zipped: codes.Zip) -> dict[str, str]:
    """Creates or updates the stack with this zip; gives its outputs."""
    note(f"stage {stage.name}: account {cloud.account()}, region {stage.region}")
    found = stack.find(cloud, stage)
    if not found:
        check_first(cloud, stage)
    now = stack.parameters(found)
    version = int(now.get("MasterKeyVersion", "1"))
    keys.ensure(cloud, stage, version)
    wanted = {
        **stage.parameters(),
        "CodeBucket": codes.upload(cloud, zipped),
        "CodeKey": zipped.key,
        "CodeSha256": zipped.sha256,
        "MasterKeyVersion": str(version),
        "PreviousMasterKeyVersion": now.get("PreviousMasterKeyVersion", "0"),
        "GatewayLogRole": now.get("GatewayLogRole") or log_role(cloud),
    }
    stack.apply(cloud, stage, wanted)
    return stack.outputs(cloud, stage)


def check_first(cloud: Cloud, stage: Stage) -> None:
    """What would make a first deployment fail after many minutes."""
    try:
        cloud.dynamodb.describe_table(TableName=stage.table)
    except botocore.exceptions.ClientError as error:
        if clouds.code(error) != "ResourceNotFoundException":
            raise
    else:
        raise Refused(
            f"there is a table {stage.table} already",
            "an earlier stack was deleted and its table kept",
            f"import it into a stack, or delete it for good: infra/dev relay-destroy {stage.name}",
        )
    limit = cloud.lambda_.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    wanted = stage.google_concurrency + stage.agents_concurrency
    if wanted and wanted + UNRESERVED > limit:
        raise Refused(
            f"{wanted} concurrent executions cannot be reserved",
            f"the account has {limit} in {stage.region}, and AWS keeps {UNRESERVED} of them unreserved",
            "ask AWS for more (Service Quotas, Lambda, Concurrent executions), or set google_concurrency and "
            "agents_concurrency to 0 until then",
        )


def log_role(cloud: Cloud) -> str:
    """Whether the stack makes the account's role with which API Gateway logs."""
    return "no" if cloud.apigateway.get_account().get("cloudwatchRoleArn") else "yes"


def healthy(base: str) -> None:
    """Waits until the relay answers under its name."""
    deadline = time.monotonic() + HEALTHY_SECONDS
    why = "no answer"
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=10) as answer:
                if answer.status == 200:
                    note(f"{base} answers")
                    return
        except (urllib.error.URLError, OSError) as error:
            why = str(error)
        time.sleep(2)
    raise Refused(f"{base}/healthz does not answer", why, "names need some minutes at first; else look into the google function's log")


def update(cloud: Cloud, stage: Stage, zipped: codes.Zip) -> None:
    """Replaces the code alone, at once, by `cargo lambda deploy`; Google's function first, as in a rotation.

    The stack does not learn of it: the next deployment brings both together again.
    """
    stack.outputs(cloud, stage)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(zipped.path) as packed:
        binary = Path(packed.extract("bootstrap", folder))
        binary.chmod(0o755)
        for function in stage.functions():
            update_one(cloud, stage, function, binary)


def update_one(cloud: Cloud, stage: Stage, function: str, binary: Path) -> None:
    command = ["cargo-lambda", "lambda", "deploy", function, "--alias", "live", "--region", stage.region]
    command += ["--binary-path", str(binary)]
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        command += ["--endpoint-url", endpoint]
    if subprocess.run(command, cwd=codes.ROOT, env=cloud.environment(), check=False).returncode:
        raise Refused(f"{function} was not updated", "see cargo lambda's words above", "run it again, or infra/dev relay-deploy")


def rotate(cloud: Cloud, stage: Stage) -> None:
    """A new master key beside the old one, which stays valid until `retire`."""
    found = stack.parameters(stack.find(cloud, stage))
    if found.get("PreviousMasterKeyVersion", "0") != "0":
        raise Refused("a rotation is under way", "only two keys can be valid", f"finish it: infra/dev relay-retire {stage.name}")
    old = int(stack.outputs(cloud, stage)["MasterKeyVersion"])
    keys.ensure(cloud, stage, old + 1)
    stack.apply(cloud, stage, {"MasterKeyVersion": str(old + 1), "PreviousMasterKeyVersion": str(old)})


def retire(cloud: Cloud, stage: Stage) -> None:
    """Ends a rotation; whether any channel still needs the old key was asked before."""
    old = int(stack.outputs(cloud, stage)["PreviousMasterKeyVersion"])
    if not old:
        raise Refused("no rotation is under way", "there is one key", f"begin one: infra/dev relay-rotate {stage.name}")
    stack.apply(cloud, stage, {"PreviousMasterKeyVersion": "0"})
    keys.delete(cloud, stage, old)


def destroy(cloud: Cloud, stage: Stage, keep_data: bool) -> None:
    """Takes the stack down; with it, unless they are to be kept, the table and the master keys."""
    if stack.find(cloud, stage):
        cloud.cloudformation.update_termination_protection(StackName=stage.stack, EnableTerminationProtection=False)
        cloud.cloudformation.delete_stack(StackName=stage.stack)
        stack.wait(cloud, stage, gone=True)
        note(f"{stage.stack} is gone")
    if keep_data:
        note(f"kept: the table {stage.table} and the master keys; both are needed together")
        return
    try:
        cloud.dynamodb.update_table(TableName=stage.table, DeletionProtectionEnabled=False)
        cloud.dynamodb.get_waiter("table_exists").wait(TableName=stage.table)
        cloud.dynamodb.delete_table(TableName=stage.table)
        note(f"deleted the table {stage.table}")
    except botocore.exceptions.ClientError as error:
        if clouds.code(error) != "ResourceNotFoundException":
            raise
    for version in keys.versions(cloud, stage):
        keys.delete(cloud, stage, version)
