"""One display: its frames and its plan on disk, and what is due now."""

import os
from pathlib import Path

import picture


def write_durably(path: Path, data: bytes) -> None:
    """The file has `data` or is as it was, also after a power cut."""
    unfinished = path.with_suffix(".new")
    with open(unfinished, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.rename(unfinished, path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


class Sign:
    def __init__(self, wire, key: str, panel: str, data: Path):
        self.wire, self.key, self.panel = wire, key, panel
        self.width, self.height = (int(part) for part in panel.split("x"))
        self.shelf = data / "shelf" / key
        self.glass = data / "glass" / f"{key}.png"
        self.shelf.mkdir(parents=True, exist_ok=True)
        self.glass.parent.mkdir(parents=True, exist_ok=True)
        self.frames = {bytes.fromhex(file.stem): file.read_bytes() for file in self.shelf.glob("*.frame")}
        self.plan, self.pending, self.stored_at_us, self.shown = None, None, 0, None
        if (file := self.shelf / "plan").exists():
            self.plan = wire.Plan.FromString(file.read_bytes())

    def described(self):
        """The display as Hello has it."""
        display = self.wire.Display(key=self.key, panel=self.panel)
        if self.plan:
            display.stored.CopyFrom(self.plan.generation)
            display.frames.extend({step.frame for step in self.plan.steps})
        return display

    def take_frame(self, header, payload: bytes) -> str | None:
        """Keeps a frame; says what is wrong with one that cannot be kept."""
        try:
            base = self.frames.get(header.base)
            rows = picture.decode(header.encoding, payload, base, header.raw_length)
        except Exception as error:  # zstandard has errors of its own
            return str(error)
        if (header.width, header.height) != (self.width, self.height):
            return f"the frame has {header.width}x{header.height} pixels, the panel {self.panel}"
        if picture.frame_hash(self.width, self.height, rows) != header.frame:
            return "the pixels do not hash to the frame's name"
        write_durably(self.shelf / f"{header.frame.hex()}.frame", rows)
        self.frames[header.frame] = rows
        return None

    def take_plan(self, plan) -> bool:
        """Waits for the plan's frames; False when it is older than what there is."""
        newest = self.pending or self.plan
        if newest and order(plan) < order(newest):
            return False
        self.pending = plan
        return True

    def adopt(self, now_us: int):
        """The generation that has just become complete on disk, if one has."""
        if not self.pending or any(step.frame not in self.frames for step in self.pending.steps):
            return None
        write_durably(self.shelf / "plan", self.pending.SerializeToString())
        self.plan, self.pending, self.stored_at_us = self.pending, None, now_us
        return self.plan.generation

    def take_freshness(self, freshness) -> None:
        if self.plan and freshness.verified_at_us >= self.plan.freshness.verified_at_us:
            self.plan.freshness.CopyFrom(freshness)

    def refresh(self, now_us: int):
        """Brings the glass to what is due; returns (frame, marked_since) when it changed, the latter or None."""
        if not self.plan or not self.plan.steps:
            return None
        due = self.plan.steps[0]
        for step in self.plan.steps:
            due = step if step.from_us <= now_us else due
        rows, since = self.frames[due.frame], None
        if self.plan.HasField("freshness"):
            freshness = self.plan.freshness
            if freshness.verified_at_us + freshness.stale_after_ms * 1000 <= now_us:
                since = freshness.verified_at_us
                rows = picture.stamp(self.width, self.height, rows, freshness.mark)
        if self.shown == (due.frame, since):
            return None
        write_durably(self.glass, picture.png(self.width, self.height, rows))
        self.shown = (due.frame, since)
        return self.shown


def order(plan) -> tuple[int, int]:
    return plan.generation.epoch, plan.generation.counter
