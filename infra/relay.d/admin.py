"""The operator's commands on a deployed relay, through `cloud-relay-admin`."""

import subprocess

import stack
from cloud import Cloud
from code import ROOT
from stage import Stage


def run(cloud: Cloud, stage: Stage, arguments: list[str]) -> int:
    """Runs `cloud-relay-admin ARGUMENTS` against the stage; gives its exit code."""
    told = stack.outputs(cloud, stage)
    environment = {
        **cloud.environment(),
        "PLACARD_TABLE": told["TableName"],
        "PLACARD_PUSH_ENDPOINT": told["PushEndpoint"],
        "PLACARD_MASTER_KEY_PARAMETER": told["MasterKeyParameter"],
        "PLACARD_MASTER_KEY_VERSION": told["MasterKeyVersion"],
    }
    build = ["cargo", "build", "--quiet", "--release", "--package", "cloud-relay", "--bin", "cloud-relay-admin"]
    subprocess.run(build, cwd=ROOT, check=True)
    metadata = environment.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    return subprocess.run([f"{metadata}/release/cloud-relay-admin", *arguments], env=environment, check=False).returncode
