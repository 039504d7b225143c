"""The zip that both functions run: built by cargo lambda, kept in a bucket of the account."""

import base64
import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import botocore.exceptions
import cloud as clouds
from cloud import Cloud
from say import Refused, note

ROOT = Path(__file__).resolve().parent.parent.parent
TARGETS = {"arm64": "--arm64", "x86_64": "--x86-64"}
# Old zips are needed for going back, not for ever.
KEPT_DAYS = 90


class Zip(NamedTuple):
    """A built zip."""

    path: Path
    sha256: str

    @property
    def key(self) -> str:
        """Another name for each build."""
        return f"relay/{base64.b64decode(self.sha256).hex()[:32]}.zip"


def folder(architecture: str) -> Path:
    """Where `cargo lambda` leaves what it built."""
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    return Path(target) / "lambda" / architecture


def build(architecture: str) -> Zip:
    """Builds the release zip."""
    into = folder(architecture)
    command = ["cargo-lambda", "lambda", "build", "--profile", "lambda", "--locked", "--package", "cloud-relay", "--bin", "cloud-relay"]
    command += ["--output-format", "zip", "--lambda-dir", str(into), TARGETS[architecture]]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise Refused(
            f"the relay was not built for {architecture}",
            "see cargo's words above",
            f"`rustup target add` the target if it is missing, or set architecture = {'x86_64' if architecture == 'arm64' else 'arm64'!r}",
        )
    return at(into / "cloud-relay" / "bootstrap.zip")


def at(path: Path) -> Zip:
    data = path.read_bytes()
    note(f"the zip has {len(data) / 1e6:.1f} MB")
    return Zip(path, base64.b64encode(hashlib.sha256(data).digest()).decode())


def bucket(cloud: Cloud) -> str:
    """The account's bucket for zips; made at the first deployment, closed to the world."""
    name = f"placard-relay-{cloud.account()}-{cloud.region}"
    try:
        cloud.s3.head_bucket(Bucket=name)
        return name
    except botocore.exceptions.ClientError as error:
        if clouds.code(error) not in ("404", "NoSuchBucket"):
            raise
    note(f"making the bucket {name}")
    where = {} if cloud.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": cloud.region}}
    cloud.s3.create_bucket(Bucket=name, **where)
    closed = {
        key: True for key in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    }
    cloud.s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=closed)
    expire = {"ID": "old-zips", "Status": "Enabled", "Filter": {"Prefix": "relay/"}, "Expiration": {"Days": KEPT_DAYS}}
    cloud.s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [expire]})
    arn = f"arn:{cloud.session.get_partition_for_region(cloud.region)}:s3:::{name}"
    only_tls = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    if not cloud.s3.meta.endpoint_url.startswith("http://"):
        cloud.s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [only_tls]}))
    return name


def upload(cloud: Cloud, zipped: Zip) -> str:
    """Puts the zip into the bucket and gives the bucket's name."""
    into = bucket(cloud)
    cloud.s3.put_object(Bucket=into, Key=zipped.key, Body=zipped.path.read_bytes(), ServerSideEncryption="AES256")
    return into
