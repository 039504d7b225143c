"""The room screen that every renderer draws: boxes, texts and a QR code, as our own sign of 800×480 has them."""

from dataclasses import dataclass

WIDTH, HEIGHT = 800, 480
BOOKING = (
    "https://calendar.google.com/calendar/render?action=TEMPLATE"
    "&add=c_1885lqoq2h5duhc2kq6u9ebt83kf4@resource.calendar.google.com"
)
QR = (648, 300, 3)
"""Left, top, pixels of a module."""


@dataclass(frozen=True)
class Box:
    x: int
    y: int
    width: int
    height: int
    color: str = "black"


@dataclass(frozen=True)
class Text:
    """`baseline` is the letters' foot; `right` means that x is where the text ends."""

    text: str
    x: int
    baseline: int
    size: int
    bold: bool = False
    color: str = "black"
    right: bool = False


def boxes() -> list[Box]:
    day_bar = [Box(560, 152, 44, 2), Box(560, 452, 44, 2), Box(560, 152, 2, 302), Box(602, 152, 2, 302)]
    meetings = [Box(560, 152 + 25 * hour, 44, 23) for hour in range(1, 9)]
    return [Box(0, 0, WIDTH, 134), Box(24, 340, 514, 2), *day_bar, *meetings]


def texts(number: int) -> list[Text]:
    """The words; titles differ with `number`, so that nobody draws a picture from memory."""
    labels = [Text(str(hour), 630, 158 + 25 * (hour - 8), 15, right=True) for hour in range(8, 21, 2)]
    return [
        Text("UB2.147", 24, 41, 32, bold=True, color="white"),
        Text("Busy", 24, 105, 64, bold=True, color="white"),
        Text("until 11:30", 776, 105, 64, bold=True, color="white", right=True),
        Text("Using hardware accelerators", 24, 182, 34, bold=True),
        Text(f"for real-time DSP on {number} devices", 24, 226, 34, bold=True),
        Text("10:30 – 11:30", 24, 272, 28, bold=True),
        Text("Sylvain Azarian", 24, 309, 28),
        Text("11:30", 24, 376, 24, bold=True),
        Text(f"M17 and OpenRTX: year {number}", 112, 376, 24),
        Text("12:30", 24, 407, 24, bold=True),
        Text(f"The AFF3CT framework for {number}…", 112, 407, 24),
        Text("Saturday 1 February", 24, 456, 18),
        Text("Scan to book", 648, 456, 18),
        *labels,
    ]
