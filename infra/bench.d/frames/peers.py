"""Other renderers on the same screen: each function returns the times of warm frames in microseconds, and a picture."""

import asyncio
import base64
import io
import json
import os
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image

import drawings
from scene import BOOKING, HEIGHT, QR, WIDTH, boxes, texts


def packed(image: Image.Image) -> bytes:
    """Rows of bits as a panel takes them: the same work that every renderer has behind it."""
    return image.convert("L").point(lambda tone: 255 if tone > 127 else 0).convert("1", dither=Image.Dither.NONE).tobytes()


def elements(number: int, module: int = QR[2]) -> list[dict]:
    """The scene in the vocabulary that both Python renderers share."""
    rects = [
        {"type": "rectangle", "x_start": b.x, "y_start": b.y, "x_end": b.x + b.width - 1, "y_end": b.y + b.height - 1,
         "fill": b.color, "outline": b.color, "width": 0}
        for b in boxes()
    ]
    words = [
        {"type": "text", "value": t.text, "x": t.x, "y": t.baseline, "size": t.size, "color": t.color,
         "font": str(drawings.font_file(t.bold)), "anchor": "rs" if t.right else "ls"}
        for t in texts(number)
    ]
    left, top, _ = QR
    code = {"type": "qrcode", "data": BOOKING, "x": left, "y": top, "boxsize": module, "border": 0, "eclevel": "l"}
    return [*rects, *words, code]


def timed(draw, warm: int, count: int) -> tuple[list[float], Image.Image]:
    times = []
    for number in range(warm + count):
        begun = time.perf_counter()
        image = draw(number)
        packed(image)
        times.append((time.perf_counter() - begun) * 1e6)
    return sorted(times[warm:]), image


def imagespec() -> tuple[list[float], Image.Image]:
    from imagespec import RenderContext, render

    context = RenderContext(palette=["black", "white"], font_resolver=lambda name: name)
    return timed(lambda number: render(elements(number), WIDTH, HEIGHT, context=context), 3, 30)


def odl_renderer() -> tuple[list[float], Image.Image]:
    from odl_renderer import generate_image

    loop = asyncio.new_event_loop()

    def draw(number: int) -> Image.Image:
        # Its codes have the highest error correction and no choice: finer modules, so that the code fits.
        screen = elements(number, module=2)
        return loop.run_until_complete(generate_image(width=WIDTH, height=HEIGHT, elements=screen))

    return timed(draw, 3, 30)


class Chromium:
    """Over its debugging protocol, as a renderer that is kept running would be used."""

    def __init__(self, program: str) -> None:
        self.home = tempfile.TemporaryDirectory()
        page = Path(self.home.name) / "room.html"
        page.write_text(drawings.page())
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--hide-scrollbars",
             f"--user-data-dir={self.home.name}/profile", f"--window-size={WIDTH},{HEIGHT}", page.as_uri()],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )

    def target(self) -> tuple[str, str]:
        """Address of the page, and the browser's version."""
        announced = Path(self.home.name) / "profile" / "DevToolsActivePort"
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                base = f"http://127.0.0.1:{announced.read_text().split()[0]}/json"
                pages = json.load(urllib.request.urlopen(base))
                found = [page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page"]
                if found:
                    return found[0], json.load(urllib.request.urlopen(f"{base}/version"))["Browser"]
            except (OSError, IndexError):
                pass
            time.sleep(0.02)
        raise SystemExit("the browser did not start within a minute")

    def measure(self) -> tuple[list[float], float, Image.Image, str]:
        """Warm times, the first frame's time from the browser's start, a picture, the version."""
        from websockets.sync.client import connect

        address, version = self.target()
        with connect(address, max_size=None) as socket:
            asked = 0

            def call(method: str, **parameters):
                nonlocal asked
                asked += 1
                socket.send(json.dumps({"id": asked, "method": method, "params": parameters}))
                while True:
                    answer = json.loads(socket.recv())
                    if answer.get("id") == asked:
                        return answer["result"]

            size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
            call("Emulation.setDeviceMetricsOverride", **size)

            def draw(number: int) -> Image.Image:
                words = json.dumps(drawings.words_html(number))
                script = f"document.getElementById('words').innerHTML={words};document.fonts.ready.then(()=>1)"
                call("Runtime.evaluate", expression=script, awaitPromise=True)
                shot = call("Page.captureScreenshot", format="png", optimizeForSpeed=True)
                return Image.open(io.BytesIO(base64.b64decode(shot["data"])))

            packed(draw(0))
            cold = (time.perf_counter() - self.begun) * 1e6
            times, image = timed(draw, 10, 60)
            return times, cold, image, version

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.home.cleanup()


def chromium() -> tuple[list[float], float, Image.Image, str]:
    browser = Chromium(os.environ.get("PLACARD_CHROMIUM", "chromium"))
    try:
        return browser.measure()
    finally:
        browser.stop()
