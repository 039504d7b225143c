"""Measures our frames and those of other renderers, one after the other on one core, and prints the rows as JSON.

The pictures that the others drew are left in out/bench/frames, so that a person can see that it is the same screen.
"""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import drawings
import peers

ROOT = Path(__file__).resolve().parents[3]
BENCH = Path(os.environ["CARGO_TARGET_DIR"]) / "release" / "examples" / "bench_frames"


def rows_of(*arguments: str) -> list[dict]:
    done = subprocess.run([BENCH, *arguments], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def resvg_version() -> str:
    lock = (ROOT / "Cargo.lock").read_text()
    return re.search(r'name = "resvg"\nversion = "([^"]+)"', lock).group(1)


def main() -> None:
    # One core for us and for everyone else.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    pictures = ROOT / "out" / "bench" / "frames"
    pictures.mkdir(parents=True, exist_ok=True)
    rows = rows_of()
    warm = next(row for row in rows if row["name"] == "warm.p50@800x480-bw")

    def beside(peer: str, version: str, value: float, n: int) -> None:
        name = f"warm.p50@800x480-bw beside {peer}"
        peer_row = {"peer": peer, "peer_version": version, "peer_value": round(value, 1)}
        rows.append({**warm, **peer_row, "name": name, "n": n})
        print(f"{peer} {version}: {value / 1000:.1f} ms", file=sys.stderr)

    with tempfile.NamedTemporaryFile("w", suffix=".svg") as drawing:
        drawing.write(drawings.svg(0))
        drawing.flush()
        [resvg] = rows_of("--svg", drawing.name)
    beside("resvg", resvg_version(), resvg["ours"], resvg["n"])
    for name, draw in (("imagespec", peers.imagespec), ("odl-renderer", peers.odl_renderer)):
        times, picture = draw()
        picture.save(pictures / f"{name}.png")
        beside(name, importlib.metadata.version(name), times[len(times) // 2], len(times))
    times, cold, picture, version = peers.chromium()
    picture.save(pictures / "chromium.png")
    median = times[len(times) // 2]
    beside("chromium", version, median, len(times))
    peer = {"peer": "chromium", "peer_version": version}
    rows.append({"name": "chromium_ratio", "ours": round(median / warm["ours"], 1), "unit": "x", "n": len(times), **peer,
                 "peer_value": round(median, 1)})
    first = next(row for row in rows if row["name"].startswith("cold.p50"))
    rows.append({**first, "name": f"{first['name']} beside chromium", **peer, "peer_value": round(cold, 1)})
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
