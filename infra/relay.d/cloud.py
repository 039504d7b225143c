"""The operator's AWS account, through boto3 and the usual settings (profile, SSO, environment)."""

import os
from typing import Any

import boto3
import botocore.exceptions
from say import Refused


class Cloud:
    """Clients of one region; each is made once."""

    def __init__(self, region: str) -> None:
        self.session = boto3.Session(region_name=region)
        self.region = region
        self._clients: dict[str, Any] = {}

    def __getattr__(self, service: str) -> Any:
        if service.startswith("_"):
            raise AttributeError(service)
        if service not in self._clients:
            name = {"lambda_": "lambda", "http_apis": "apigatewayv2"}.get(service, service)
            self._clients[service] = self.session.client(name)
        return self._clients[service]

    def account(self) -> str:
        """The account's number; refuses, with what to do, when there are no working credentials."""
        try:
            return self.sts.get_caller_identity()["Account"]
        except (botocore.exceptions.NoCredentialsError, botocore.exceptions.TokenRetrievalError) as error:
            raise Refused(
                "there are no AWS credentials", str(error), "run `aws sso login` or `aws configure`, and set AWS_PROFILE"
            ) from error
        except botocore.exceptions.ClientError as error:
            raise Refused("AWS refuses the credentials", message(error), "sign in again") from error

    def environment(self) -> dict[str, str]:
        """Environment for programs that know fewer ways to credentials than boto3."""
        frozen = self.session.get_credentials().get_frozen_credentials()
        found = {
            "AWS_REGION": self.region,
            "AWS_ACCESS_KEY_ID": frozen.access_key,
            "AWS_SECRET_ACCESS_KEY": frozen.secret_key,
            "AWS_SESSION_TOKEN": frozen.token,
        }
        ours = {name: value for name, value in found.items() if value}
        return {**{k: v for k, v in os.environ.items() if k not in found and k != "AWS_PROFILE"}, **ours}


def code(error: botocore.exceptions.ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def message(error: botocore.exceptions.ClientError) -> str:
    return error.response.get("Error", {}).get("Message", str(error))
