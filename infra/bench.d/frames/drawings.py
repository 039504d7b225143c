"""The scene as an SVG of outlines, for resvg without text, and as a page, for a browser."""

import html
from pathlib import Path

import qrcode
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from scene import BOOKING, HEIGHT, QR, WIDTH, Text, boxes, texts

ROOT = Path(__file__).resolve().parents[3]
FONTS = ROOT / "edge-agent" / "frame" / "fonts"


def font_file(bold: bool) -> Path:
    return FONTS / f"NotoSans-{'Bold' if bold else 'Regular'}.ttf"


def qr_modules() -> list[tuple[int, int]]:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_L, border=0)
    code.add_data(BOOKING)
    code.make()
    return [(x, y) for y, row in enumerate(code.modules) for x, dark in enumerate(row) if dark]


def qr_path() -> str:
    left, top, module = QR
    return "".join(f"M{left + x * module} {top + y * module}h{module}v{module}h-{module}z" for x, y in qr_modules())


class Outlines:
    def __init__(self) -> None:
        self.fonts = {bold: TTFont(font_file(bold)) for bold in (False, True)}

    def path(self, text: Text) -> str:
        font = self.fonts[text.bold]
        glyphs, names, scale = font.getGlyphSet(), font.getBestCmap(), text.size / font["head"].unitsPerEm
        run = [glyphs[names.get(ord(letter), ".notdef")] for letter in text.text]
        x = text.x - (sum(glyph.width for glyph in run) * scale if text.right else 0)
        pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.2f}")
        for glyph in run:
            glyph.draw(TransformPen(pen, (scale, 0, 0, -scale, x, text.baseline)))
            x += glyph.width * scale
        return pen.getCommands()


def svg(number: int) -> str:
    outlines = Outlines()
    shapes = [f'<rect x="{b.x}" y="{b.y}" width="{b.width}" height="{b.height}" fill="{b.color}"/>' for b in boxes()]
    words = [f'<path d="{outlines.path(text)}" fill="{text.color}"/>' for text in texts(number)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>{"".join(shapes + words)}<path d="{qr_path()}"/></svg>'
    )


def words_html(number: int) -> str:
    spans = []
    for text in texts(number):
        side = f"right:{WIDTH - text.x}px" if text.right else f"left:{text.x}px"
        style = (
            f"position:absolute;{side};top:{text.baseline - text.size}px;line-height:{text.size * 1.2:.0f}px;"
            f"font-size:{text.size}px;font-weight:{700 if text.bold else 400};color:{text.color};white-space:pre"
        )
        spans.append(f'<span style="{style}">{html.escape(text.text)}</span>')
    return "".join(spans)


def page() -> str:
    faces = "".join(
        f"@font-face{{font-family:N;font-weight:{700 if bold else 400};src:url({font_file(bold).as_uri()})}}"
        for bold in (False, True)
    )
    rects = [
        f'<div style="position:absolute;left:{b.x}px;top:{b.y}px;width:{b.width}px;height:{b.height}px;'
        f'background:{b.color}"></div>'
        for b in boxes()
    ]
    code = f'<svg style="position:absolute;left:0;top:0" width="{WIDTH}" height="{HEIGHT}"><path d="{qr_path()}"/></svg>'
    return (
        f"<!doctype html><meta charset=utf-8><style>{faces}body{{margin:0;background:#fff;font-family:N}}</style>"
        f'{"".join(rects)}{code}<div id="words">{words_html(0)}</div>'
    )
