"""The CloudFormation stack of a stage: every change is a change set, shown before it is made."""

import hashlib
import json
import time
from pathlib import Path

import botocore.exceptions
from cloud import Cloud, message
from say import Refused, note
from stage import Stage

TEMPLATE = Path(__file__).resolve().parent.parent / "template.yaml"
# Certificates wait for DNS; a canary takes five minutes for each function.
PATIENCE_SECONDS = 3600
POLL_SECONDS = 2.0


def find(cloud: Cloud, stage: Stage) -> dict | None:
    try:
        return cloud.cloudformation.describe_stacks(StackName=stage.stack)["Stacks"][0]
    except botocore.exceptions.ClientError as error:
        if "does not exist" in message(error):
            return None
        raise


def outputs(cloud: Cloud, stage: Stage) -> dict[str, str]:
    """What the stack tells of itself."""
    found = find(cloud, stage)
    if not found or "Outputs" not in found:
        raise Refused(
            f"{stage.stack} is not deployed in {stage.region}", "there is no such stack", f"infra/dev relay-deploy {stage.name}"
        )
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def parameters(found: dict | None) -> dict[str, str]:
    return {p["ParameterKey"]: p["ParameterValue"] for p in (found or {}).get("Parameters", [])}


def configuration(values: dict[str, str]) -> str:
    """Names a set of parameters."""
    told = sorted((k, v) for k, v in values.items() if k != "Configuration")
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def apply(cloud: Cloud, stage: Stage, wanted: dict[str, str]) -> bool:
    """Creates or changes the stack; `False` when nothing is to be changed.

    Parameters that are not in `wanted` keep their value.
    """
    found = find(cloud, stage)
    if found and found["StackStatus"] in ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"):
        note("an earlier first deployment failed; clearing what is left of it")
        cloud.cloudformation.delete_stack(StackName=stage.stack)
        wait(cloud, stage, gone=True)
        found = None
    body = TEMPLATE.read_text()
    known = {p["ParameterKey"] for p in cloud.cloudformation.get_template_summary(TemplateBody=body)["Parameters"]}
    wanted = {**wanted, "Configuration": configuration({**parameters(found), **wanted})}
    kept = {k: {"UsePreviousValue": True} for k in parameters(found) if k in known and k not in wanted}
    given = {k: {"ParameterValue": v} for k, v in wanted.items()}
    name = f"change-{int(time.time() * 1000)}"
    cloud.cloudformation.create_change_set(
        StackName=stage.stack,
        ChangeSetName=name,
        ChangeSetType="UPDATE" if found else "CREATE",
        TemplateBody=body,
        Parameters=[{"ParameterKey": k, **v} for k, v in {**kept, **given}.items()],
        Capabilities=["CAPABILITY_IAM"],
        Tags=[{"Key": "placard:stage", "Value": stage.name}],
    )
    changes = change_set(cloud, stage, name)
    if changes is None:
        note("the stack is as it should be")
        return False
    for change in changes:
        what = change["ResourceChange"]
        replaced = " (replaced)" if what.get("Replacement") == "True" else ""
        note(f"{what['Action'].lower():>8} {what['LogicalResourceId']}{replaced}")
    cloud.cloudformation.execute_change_set(StackName=stage.stack, ChangeSetName=name)
    wait(cloud, stage)
    cloud.cloudformation.update_termination_protection(StackName=stage.stack, EnableTerminationProtection=True)
    return True


def change_set(cloud: Cloud, stage: Stage, name: str) -> list[dict] | None:
    """The changes; `None` when there are none."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = cloud.cloudformation.describe_change_set(StackName=stage.stack, ChangeSetName=name)
        if found["Status"] == "CREATE_COMPLETE":
            return found["Changes"]
        if found["Status"] == "FAILED":
            reason = found.get("StatusReason", "")
            cloud.cloudformation.delete_change_set(StackName=stage.stack, ChangeSetName=name)
            if "didn't contain changes" in reason or "No updates" in reason:
                return None
            raise Refused("CloudFormation refuses the change", reason, "correct the stage's file or the template")
        time.sleep(POLL_SECONDS)
    raise Refused("CloudFormation does not answer", f"no change set after {PATIENCE_SECONDS} s", "look into the AWS console")


def wait(cloud: Cloud, stage: Stage, gone: bool = False) -> None:
    """Waits for the end of a change and tells of every resource that failed."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = find(cloud, stage)
        status = found["StackStatus"] if found else "DELETE_COMPLETE"
        if gone and status == "DELETE_COMPLETE":
            return
        if not status.endswith("_IN_PROGRESS"):
            good = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
            if status in good and not gone:
                return
            why = "; ".join(failures(cloud, stage)) or found.get("StackStatusReason", status)
            raise Refused(f"the stack ended in {status}", why, "correct what it says and run the same command again")
        time.sleep(POLL_SECONDS)
    raise Refused("the stack takes too long", f"not done after {PATIENCE_SECONDS} s", "look into the AWS console")


def failures(cloud: Cloud, stage: Stage) -> list[str]:
    """The last change's failures, first cause first."""
    found = []
    for event in cloud.cloudformation.describe_stack_events(StackName=stage.stack)["StackEvents"]:
        status, reason = event["ResourceStatus"], event.get("ResourceStatusReason", "")
        if status.endswith("FAILED") and "cancelled" not in reason.lower():
            found.append(f"{event['LogicalResourceId']}: {reason}")
        if event["LogicalResourceId"] == stage.stack and status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
            break
    return list(reversed(found))
