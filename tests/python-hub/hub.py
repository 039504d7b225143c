#!/usr/bin/env python3
"""A hub for Placard, written from hub.proto and its prose alone.

It is paired beforehand: it is given a key and the agent's pin. It proves that the protocol can be spoken without our
code; it has no pairing, no buttons, no telemetry, and drives panels of black and white that are PNG files.
Prints a line of JSON when connected, and one for each change of a glass.
"""

import argparse
import asyncio
import importlib
import json
import os
import ssl
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from aioquic.asyncio import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ConnectionTerminated, StreamDataReceived, StreamReset
from blake3 import blake3
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from sign import Sign

ALPN = "placard-hub/1"
LONGEST_MESSAGE = 262_144
IDLE_SECONDS = 12.0
KEEP_ALIVE_SECONDS = 4.0
SUPERSEDED = 1
LOOK_EVERY_SECONDS = 0.05


def compiled(proto: Path):
    """The messages of the .proto as Python classes."""
    from grpc_tools import protoc

    folder = tempfile.mkdtemp(prefix="placard-python-hub-")
    if protoc.main(["protoc", f"-I{proto.parent}", f"--python_out={folder}", proto.name]) != 0:
        raise SystemExit(f"protoc refused {proto}")
    sys.path.insert(0, folder)
    return importlib.import_module(f"{proto.stem}_pb2")


def private_key(der: bytes) -> Ed25519PrivateKey:
    """The key in a PKCS#8 file of either version: version 2, with the public key behind, is not read by `cryptography`."""
    _, octets, rest = der.partition(b"\x04\x22\x04\x20")
    if not octets or len(rest) < 32:
        raise SystemExit("the key file does not hold an Ed25519 key")
    return Ed25519PrivateKey.from_private_bytes(rest[:32])


def self_signed(key):
    """A certificate of an Ed25519 key; what it says beside the key means nothing."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hub")])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=3650))
    return dated.sign(key, None)


def pin_of(certificate) -> str:
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return blake3(spki).hexdigest()


def framed(message) -> bytes:
    data = message.SerializeToString()
    return len(data).to_bytes(4, "big") + data


def take_message(buffer: bytearray, kind):
    """Takes a whole message out of the buffer's beginning; None while it is not all there."""
    if len(buffer) < 4:
        return None
    length = int.from_bytes(buffer[:4], "big")
    if length > LONGEST_MESSAGE:
        raise ValueError(f"a message of {length} bytes is announced")
    if len(buffer) < 4 + length:
        return None
    message = kind.FromString(bytes(buffer[4 : 4 + length]))
    del buffer[: 4 + length]
    return message


class Hub(QuicConnectionProtocol):
    """One connection to the agent."""

    def begin(self, wire, name: str, signs: list[Sign], pins: list[str]) -> None:
        """Judges the agent's key and says Hello."""
        self.wire, self.signs = wire, {sign.key: sign for sign in signs}
        pin = pin_of(self._quic.tls._peer_certificate)
        if pin not in pins:
            raise SystemExit(f"the agent's key has the pin {pin}, which is not pinned")
        self.ahead_us = None  # the agent's clock before ours
        self.ended = asyncio.get_running_loop().create_future()
        self.buffers: dict[int, bytearray] = {}
        self.finished: dict[int, bool] = {}  # streams of frames that have ended; False: superseded
        self.next_frame = 3  # the agent's first unidirectional stream
        self.control = self._quic.get_next_available_stream_id()
        hello = wire.Hello(name=name, version="python", boot=os.urandom(16))
        hello.displays.extend(sign.described() for sign in signs)
        stored = [display.stored for display in hello.displays if display.HasField("stored")]
        if stored:
            hello.highest.CopyFrom(max(stored, key=lambda g: (g.epoch, g.counter)))
        self.say(hello=hello)
        for event in self.early:
            self.quic_event_received(event)

    early: list = []
    wire = None

    def say(self, **kind) -> None:
        self._quic.send_stream_data(self.control, framed(self.wire.ToAgent(**kind)))
        self.transmit()

    def now_us(self) -> int:
        return time.time_ns() // 1000 + (self.ahead_us or 0)

    def quic_event_received(self, event) -> None:
        if self.wire is None:  # what comes before Hello is looked at after it
            self.early = [*self.early, event]
        elif isinstance(event, StreamDataReceived):
            self.buffers.setdefault(event.stream_id, bytearray()).extend(event.data)
            if event.stream_id == self.control:
                while order := take_message(self.buffers[self.control], self.wire.ToHub):
                    self.obey(order)
            elif event.end_stream:
                self.finished[event.stream_id] = True
                self.take_frames()
        elif isinstance(event, StreamReset):
            if event.error_code != SUPERSEDED:
                self.close()
            self.finished[event.stream_id] = False
            self.take_frames()
        elif isinstance(event, ConnectionTerminated) and not self.ended.done():
            self.ended.set_result(event.reason_phrase or f"error {event.error_code}")

    def take_frames(self) -> None:
        """Takes frames in the order of their streams: one may build on an earlier one."""
        while self.next_frame in self.finished:
            whole, buffer = self.finished.pop(self.next_frame), self.buffers.pop(self.next_frame, bytearray())
            self.next_frame += 4
            if not whole:
                continue
            header = take_message(buffer, self.wire.FrameHeader)
            sign = self.signs.get(header.display)
            wrong = sign.take_frame(header, bytes(buffer)) if sign else "there is no such display"
            if wrong:
                code = self.wire.FAILURE_CODE_BAD_FRAME if sign else self.wire.FAILURE_CODE_UNKNOWN_DISPLAY
                self.say(failed=self.wire.Failed(display=header.display, code=code, detail=wrong))
            else:
                self.adopt(sign)

    def obey(self, order) -> None:
        if order.sent_at_us:
            self.ahead_us = order.sent_at_us - time.time_ns() // 1000
        kind = order.WhichOneof("kind")
        if kind == "welcome":
            print(json.dumps({"connected": True, "agent": order.welcome.version}), flush=True)
        elif kind == "plan" and (sign := self.signs.get(order.plan.display)):
            if sign.take_plan(order.plan):
                self.adopt(sign)
            else:
                code = self.wire.FAILURE_CODE_OLD_GENERATION
                self.say(failed=self.wire.Failed(display=sign.key, code=code, detail="an older plan"))
        elif kind == "freshness":
            for update in order.freshness.displays:
                if sign := self.signs.get(update.display):
                    sign.take_freshness(update.freshness)

    def adopt(self, sign: Sign) -> None:
        if generation := sign.adopt(self.now_us()):
            self.say(stored=self.wire.Stored(display=sign.key, generation=generation))
            self.refresh(sign, told=True)

    def refresh(self, sign: Sign, told: bool = False) -> None:
        """Shows what is due, and reports it; `told`: also when nothing changed, since a new plan waits to hear so."""
        if self.ahead_us is None:
            return
        changed = sign.refresh(self.now_us())
        if not (changed or told):
            return
        frame, since = sign.shown
        report = self.wire.Displayed(
            display=sign.key, generation=sign.plan.generation, frame=frame, at_us=self.now_us(),
            stored_at_us=sign.stored_at_us,
        )  # fmt: skip
        if since is not None:
            report.marked_since_us = since
        self.say(displayed=report)
        print(json.dumps({"shown": frame.hex(), "display": sign.key, "marked_since_us": since}), flush=True)

    async def serve(self) -> str:
        """Until the connection ends; says why it did."""
        pinged = time.monotonic()
        while not self.ended.done():
            for sign in self.signs.values():
                self.refresh(sign)
            if time.monotonic() - pinged > KEEP_ALIVE_SECONDS:
                await self.ping()
                pinged = time.monotonic()
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        return self.ended.result()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--proto", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--agent", required=True, help="HOST:PORT")
    parser.add_argument("--key", type=Path, required=True, help="this hub's Ed25519 key, PKCS#8 in DER")
    parser.add_argument("--pin", action="append", required=True, help="a key of the agent's; may be given twice")
    parser.add_argument("--name", default="Python")
    parser.add_argument("--display", action="append", required=True, help="KEY=WIDTHxHEIGHT")
    arguments = parser.parse_args()

    wire = compiled(arguments.proto)
    pairs = [display.split("=") for display in arguments.display]
    signs = [Sign(wire, key, panel, arguments.data) for key, panel in pairs]
    configuration = QuicConfiguration(
        is_client=True, alpn_protocols=[ALPN], server_name=f"p-{arguments.pin[0][:32]}.placard",
        verify_mode=ssl.CERT_NONE, idle_timeout=IDLE_SECONDS, max_datagram_frame_size=1200,
    )  # fmt: skip
    configuration.private_key = private_key(arguments.key.read_bytes())
    configuration.certificate = self_signed(configuration.private_key)
    host, port = arguments.agent.rsplit(":", 1)
    while True:
        try:
            async with connect(host, int(port), configuration=configuration, create_protocol=Hub) as hub:
                hub.begin(wire, arguments.name, signs, arguments.pin)
                print(json.dumps({"ended": await hub.serve()}), flush=True)
        except ConnectionError as error:
            print(json.dumps({"not_connected": str(error)}), flush=True)
        await asyncio.sleep(0.5)


if __name__ == "__main__":
    asyncio.run(main())
