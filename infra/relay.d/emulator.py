"""AWS on this machine: ministack on a free port of loopback, in a folder of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from say import Refused

UP_SECONDS = 60


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Emulator:
    """A running ministack; ends with its `with` block."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.log = folder / "ministack.log"
        # What the operator's own tools, cargo lambda and the functions find the emulator by.
        self.environment = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        environment = {
            **os.environ,
            **self.environment,
            "GATEWAY_PORT": str(self.port),
            # Without these two it listens to the world, and with TLS for things that we do not have.
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            # Policies are evaluated, those of the functions as well.
            "AUTH": "true",
            # Functions run as processes of this machine.
            "LAMBDA_EXECUTOR": "local",
            "TMPDIR": str(folder),
            "STATE_DIR": str(folder / "state"),
        }
        with self.log.open("w") as log:
            command = [str(Path(sys.executable).parent / "ministack")]
            self.process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)

    def __enter__(self) -> "Emulator":
        deadline = time.monotonic() + UP_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2).read()
                return self
            except OSError:
                time.sleep(0.1)
        self.__exit__()
        raise Refused("the emulator does not come up", f"see {self.log}", "try again; the port may have been taken")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
