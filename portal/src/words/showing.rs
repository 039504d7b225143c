//! Words about layouts, what displays are set to, and announcements.

words! {
    layouts {
        LEAD = "What signs look like. Those that came with the agent stay as they are; a copy is yours to change.";
        IMPORT = "Import or write one";
        IMPORT_HINT = "SyncSign's JSON is taken as it is; what cannot be drawn is told.";
        NAME = "Name";
        DOCUMENT = "Layout (JSON)";
        SAVE = "Save";
        SAVED = "Saved. Signs that show it are being drawn again.";
        COPY = "Make a copy";
        DELETE = "Delete";
        OWN = "Yours";
        SHIPPED = "Came with the agent";
        ALL = "All layouts";
        NEW_NAME = "New layout";
        PANEL = "Panel";
        STATE = "Showing";
        HANGS = "Turned";
        PREVIEW = "Preview, pixel for pixel";
        WARNINGS = "Not drawn as written";
        NO_NAME = "The layout needs a name.";
        NO_NAME_HINT = "Give it one by which you will know it again.";
    }
    settings {
        TITLE = "What it shows";
        LAYOUT = "Layout";
        BY_PANEL = "Made for its panel";
        HANGS = "Turned";
        PRIVACY = "Meetings";
        FULL = "Title, organiser and people";
        ORGANISER = "Organiser only";
        BUSY = "Only that it is taken";
        LANGUAGE = "Language";
        OF_ROOM = "As the room's";
        CLOCK = "Times";
        CLOCK_24 = "13:00";
        CLOCK_12 = "1:00 pm";
        QUIET_FROM = "Quiet from";
        QUIET_UNTIL = "Quiet until";
        QUIET_HINT = "In quiet hours the panel is refreshed only when what it says about now changes. Both empty: none.";
        CLOSED = "Out of order";
        CLOSED_HINT = "The sign says that the room must not be used.";
        REASON = "Why";
        CLOSED_UNTIL = "Until (empty: until you change it)";
        SHOWS = "About";
        ROOM = "Its room";
        DIRECTORY = "Several rooms";
        PICTURE = "A picture";
        HEADING = "Heading";
        ROOMS = "Rooms, one name a line";
        FILE = "Picture (PNG, JPEG, BMP or SVG)";
        MARK = "“As of” goes";
        SAVE = "Save settings";
        SAVED = "Saved. The sign is being drawn again.";
        NO_ROOM = "One of the rooms is not known.";
        NO_ROOM_HINT = "Write each as it stands under Rooms, one a line.";
    }
    announce {
        TITLE = "Announcement";
        LEAD = "Shown instead of the room until a time; the sign goes back by itself.";
        WHAT = "Title";
        TEXT = "Text";
        UNTIL = "Until";
        EVERYWHERE = "On every display";
        SEND = "Announce";
        WITHDRAW = "Withdraw";
        NO_TIME = "Until when?";
        NO_TIME_HINT = "Choose a date and a time to come.";
    }
}
