"""Master keys: SecureStrings /placard/STAGE/master-key/VERSION, drawn here and never shown."""

import base64
import secrets

import botocore.exceptions
from cloud import Cloud, code
from say import note
from stage import Stage


def ensure(cloud: Cloud, stage: Stage, version: int) -> None:
    """Draws a key unless this version has one; never replaces one, since agents' channels hang on it."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    try:
        cloud.ssm.put_parameter(
            Name=stage.master_key(version),
            Description="Master key of a Placard relay. Lost, every agent has to enrol again.",
            Type="SecureString",
            Value=key,
            Overwrite=False,
        )
    except botocore.exceptions.ClientError as error:
        if code(error) != "ParameterAlreadyExists":
            raise
    else:
        note(f"drew master key {stage.master_key(version)}")


def delete(cloud: Cloud, stage: Stage, version: int) -> None:
    cloud.ssm.delete_parameters(Names=[stage.master_key(version)])
    note(f"deleted master key {stage.master_key(version)}")


def versions(cloud: Cloud, stage: Stage) -> list[int]:
    """Versions that have a key."""
    pages = cloud.ssm.get_paginator("describe_parameters").paginate(
        ParameterFilters=[{"Key": "Name", "Option": "BeginsWith", "Values": [f"/placard/{stage.name}/master-key/"]}]
    )
    return sorted(int(found["Name"].rsplit("/", 1)[1]) for page in pages for found in page["Parameters"])
