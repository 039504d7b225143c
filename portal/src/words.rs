//! Every English word that the portal itself says, by page. Another language is another file of the same names.
//!
//! What signs show, and how, is in [`showing`]; Google's side is in [`google`]. What the agent says (problems, repairs, hints) comes from the agent.

macro_rules! words {
    ($($group:ident { $($name:ident = $text:expr;)* })*) => {
        $(pub(crate) mod $group {
            $(pub(crate) const $name: &str = $text;)*
        })*
    };
}

// After the macro, which it uses.
mod google;
mod showing;

pub(crate) use self::google::{guide, integration};
pub(crate) use self::showing::{announce, layouts, settings};

words! {
    app {
        NAME = "Placard";
        SKIP = "Skip to the page";
        NAVIGATION = "Pages";
        NO_PAGE = "There is no such page";
        NO_PAGE_HINT = "The address may be old or mistyped.";
        TO_SIGNS = "To the signs";
        LOST = "Live updates are interrupted. What you see may be out of date; the portal keeps trying.";
        LOADING = "Loading";
        TRY_AGAIN = "Try again";
        COPY = "Copy";
        COPIED = "Copied";
        COPY_BY_HAND = "Select and copy by hand";
        REQUEST = "Request";
        CANCEL = "Cancel";
        BUSY = "One moment…";
        NOT_REFRESHED = "This could not be refreshed and may be out of date. ";
        UNKNOWN = "not known";
    }
    nav {
        SIGNS = "Signs";
        ROOMS = "Rooms";
        HUBS = "Hubs";
        LAYOUTS = "Layouts";
        ACTIVITY = "Activity";
        REPAIRS = "Repairs";
        SETTINGS = "Settings";
        INTEGRATION = "Integration";
        SECURITY = "Security";
        RELAY = "Relay";
        ABOUT = "About";
        SIGN_OUT = "Sign out";
    }
    client {
        UNREACHABLE = "The agent did not answer.";
        UNREACHABLE_HINT = "Check that the agent runs and that this computer is on its network, then try again.";
        UNREADABLE = "The agent's answer could not be read.";
        UNREADABLE_HINT = "Reload the page: it may belong to another version of the agent.";
        NOT_SENT = "The request could not be made.";
        NOT_SENT_HINT = "Check what you typed, then try again.";
    }
    door {
        EXPIRED_TITLE = "Your session has ended";
        EXPIRED_LEAD = "Sign in again in another tab, then come back: what you typed on this page is kept.";
        SIGN_IN = "Sign in";
        GO_ON = "I have signed in";
    }
    signs {
        FIND = "Find a room";
        PAIR_A_HUB = "Pair a hub";
        NONE_TITLE = "No signs yet";
        NONE_LEAD = "Displays appear here by themselves once the hub that drives them is paired.";
        NO_MATCH = "No sign matches.";
        NOTHING_SHOWN = "Nothing is known of this glass yet";
        NO_ROOM = "No room";
        CHECKLIST = "What is left to set up";
        DONE = "done";
        NEXT = "next";
        LATER = "later";
        STEP_RELAY = "Relay";
        STEP_APP = "Google app";
        STEP_WORKSPACE = "Workspace";
        STEP_HUB = "Hub";
        STEP_LINK = "Link signs";
        NOT_SET_UP = "not set up";
        NOT_CONNECTED = "not connected";
        NOT_PAIRED = "none paired";
        ROOM = "Room";
        LINK = "Link";
        PICK = "Type to search";
        NO_ROOM_FOUND = "No room matches";
        NO_ROOMS = "No rooms yet: connect a Google account first.";
        NOT_A_ROOM = "That is not the name of one room.";
        NOT_A_ROOM_HINT = "Choose a room from the list.";
    }
    display {
        IDENTIFY = "Identify";
        IDENTIFIED = "The panel shows its own name for a moment.";
        UNLINK = "Unlink";
        CHANGE = "Change room";
        HUB = "Hub";
        NAME_ON_HUB = "Name on the hub";
        PANEL = "Panel";
        SHOWN = "Shown since";
        FRAME = "Frame";
        MARKED = "Marked “as of” since";
        LAST_CHANGE = "Last change, hop by hop";
        NO_CHANGE = "No change has been traced to this display yet.";
        GONE = "This display is not known any more";
        GONE_HINT = "Its hub may have been replaced. The wall shows every display there is.";
    }
    hops {
        HOP = "Hop";
        TOOK = "Took";
        AT = "At";
        WEBHOOK = "Google's notice reached the relay";
        HINT = "The agent heard of it";
        LISTED = "The calendar was read";
        RENDERED = "The sign was drawn";
        STORED = "The hub had it";
        DISPLAYED = "The glass showed it";
        WHOLE = "Together";
    }
    rooms {
        NONE_TITLE = "No rooms yet";
        NONE_LEAD = "Rooms come from the calendars of a connected Google account.";
        CONNECT = "Connect Google";
        NAME = "Room";
        ZONE = "Time zone";
        DISPLAYS = "Signs";
        CHECKED = "Checked";
        NEWS = "Announcements";
        LIVE = "Live";
        MISSING = "Do not come: read every 5 minutes";
        OFF = "None: read every 5 minutes";
        LAST_NEWS = "last";
        STALE = "too long ago";
        NOT_LINKED = "not on a sign";
        ADD_LEAD = "A room is missing? Add it by its calendar's address.";
        ADDRESS = "Calendar address";
        ADD = "Add";
        SEATS = "seats";
    }
    hubs {
        PAIR_TITLE = "Pair a hub";
        PAIR_LEAD = "Start the hub. Its panels and its console show a code.";
        CODE = "Pairing code";
        NAME = "Name";
        NAME_HINT = "Optional: where it stands, such as North wing.";
        PAIR = "Pair";
        SHOW_CODE = "Show a code instead";
        SHOWN_LEAD = "Start the hub with this code.";
        QR = "The command that pairs the hub, as a QR code";
        CANCEL = "Cancel";
        REPLACES = "In place of";
        REPLACES_NONE = "no other hub";
        REPLACES_HINT = "A hub that takes the place of a broken one gets its signs: name its displays as before.";
        DIALS = "Hubs find the agent at";
        WAITING = "Waiting for the hub with this code.";
        PASSIVE = "This is an old copy of the agent: another one serves the hubs.";
        PASSIVE_HINT = "Switch this machine off. If it is the one that should serve: stop it, run edge-agent hubs take-over, and start it again.";
        NO_STANDBY = "There is no recovery phrase yet.";
        NO_STANDBY_HINT = "Run edge-agent recovery-phrase on the agent's machine and write the phrase down, then restart the agent. Without it, a lost key means pairing every hub again.";
        BATTERY = "battery";
        SIGNAL = "signal";
        DETAILS = "Details";
        RESTART = "Restart";
        FORGET = "Forget";
        FORGET_SURE = "Forget it and its signs' links";
        LOG = "Show log";
        LOG_EMPTY = "It has not noticed anything since the agent was started.";
        FOUND_AT = "Address";
        VERSION = "Version";
        RECONNECTS = "Came back";
        CLOCK = "Clock";
        SYSTEM_CLOCK = "Clock of its system";
        CLONED = "Two machines use this hub's key.";
        PAIRED = "The hub is paired.";
        NONE_TITLE = "No hub is paired";
        NONE_LEAD = "A hub drives the displays. Type the code that it shows.";
        CONNECTED = "Connected";
        AWAY = "Away";
    }
    activity {
        CHANGES = "Changes on the glass";
        NO_CHANGES = "No change has reached a glass yet.";
        PEOPLE = "Who did what";
        NO_PEOPLE = "Nothing yet.";
        WHEN = "When";
        ROOM = "Room";
        TOOK = "From notice to glass";
        TIMER = "found by timer";
        WHO = "Who";
        WHAT = "What";
        WHERE = "From";
        CONSOLE = "the console";
    }
    repairs {
        ALL_WELL = "Nothing needs a hand";
        ALL_WELL_LEAD = "Whatever does will stand here, with what to do, and go away by itself once it is repaired.";
        OPEN = "Go there";
    }
    relay {
        LEAD = "The relay stands on a public domain and passes on what Google has to reach. This agent only dials out to it.";
        ADDRESS = "Relay address";
        ADDRESS_HINT = "Such as https://signs.example.org";
        INVITE = "Invite";
        INVITE_HINT = "One-time; the relay's operator makes it.";
        ENROL = "Enrol";
        CONNECTED = "Connected";
        DOWN = "Not connected";
        DOWN_MEANS = "Changes are still found by timer, minutes later. Signing in with Google has to wait.";
        PUBLIC = "Public address";
        AGENT_ID = "This agent's id";
        REDIRECT = "Redirect URI";
        WEBHOOK = "Webhook address";
        OWNER = "Speaks for the whole domain";
        YES = "yes";
        NO = "no";
        KEY = "Key";
        KEY_LEAD = "This agent proves to the relay who it is with a key that never leaves this machine. Change it when somebody may have seen the machine's data.";
        CHANGE_KEY = "Change the key";
        KEY_CHANGED = "A new key is in use; the old one is worth nothing.";
        TAKE_OVER = "Take over";
        TAKE_OVER_MEANS = "The other copy goes passive, and says so there.";
        LEAVE_TITLE = "Leave the relay";
        LEAVE_LEAD = "Before this agent moves to another relay, or for good.";
        LEAVE = "Leave";
        LEAVE_SURE = "The relay forgets this agent.";
        LEAVE_MEANS = "Changes are found by timer until it is enrolled again, perhaps under another address that has to be entered in Google's console. Signs and accounts stay.";
        LEAVE_UNHEARD = "Leave although the relay cannot be told";
    }
    site {
        TITLE = "Site verification";
        LEAD = "Google asks whose the relay's domain is before it lets people sign in. The relay shows what Search Console gives you.";
        ENTRY = "File name or meta tag";
        ENTRY_HINT = "As Search Console shows it: google0123456789abcdef.html, or the whole <meta …> tag.";
        ADD = "Add";
        AT = "shown at";
        TAG = "Meta tag on the relay's home page";
        REMOVE = "Remove";
    }
    way_out {
        TITLE = "Way out";
        LEAD = "How this agent reaches the relay and Google. It takes the proxy that is set here, and none from the machine's settings.";
        DIRECT = "Directly, without a proxy.";
        SET = "Set a proxy";
        EDIT = "Edit";
        PROXY = "Proxy";
        PROXY_HINT = "Name and port, such as proxy.example.com:3128";
        USER = "User name";
        USER_HINT = "Empty when the proxy asks for none.";
        NO_USER = "none";
        PASSWORD = "Password";
        PASSWORD_KEPT = "Saved and never shown";
        EXCEPT = "Not through the proxy";
        EXCEPT_HINT = "Hosts in the building, with commas between them; .example.com stands for all below it.";
        SAVE = "Save and test";
        REMOVE = "Remove the proxy";
        ADDRESS_NEEDED = "The proxy's address is needed.";
        ADDRESS_NEEDED_HINT = "Enter its name and port, or press Remove to go without one.";
        TEST = "Test the way out";
        THROUGH = "through the proxy";
        DIRECTLY = "directly";
        NOT_REACHED = "not reached";
    }
    authorities {
        TITLE = "Certificate authorities";
        LEAD = "Needed where a proxy or firewall opens encrypted connections and signs them anew. These are believed besides the machine's own, for relay and Google.";
        ADD = "Add";
        REPLACE = "Replace";
        PEM = "Certificates (PEM)";
        PEM_HINT = "The authority's certificate, not a server's; several may follow each other.";
        SHAPE = "-----BEGIN CERTIFICATE-----";
        SAVE = "Save";
        REMOVE = "Remove all";
        UNTIL = "Valid until";
    }
    security {
        ADDRESSES = "Portal address";
        ADDRESSES_LEAD = "The portal answers on the network of the building only.";
        DOMAIN = "Public domain";
        DOMAIN_LEAD = "What Google and the Internet see is the relay, never this agent.";
        NO_DOMAIN = "No relay is set up.";
        CERTIFICATE = "Certificate";
        KIND = "Kind";
        SELF_SIGNED = "Made by the agent itself. Browsers warn about it once; compare the fingerprint then.";
        ISSUED = "Issued by an authority";
        NAMES = "Valid for";
        UNTIL = "Valid until";
        FINGERPRINT = "SHA-256 fingerprint";
        SESSIONS = "Sessions";
        THIS = "this browser";
    }
    about {
        VERSIONS = "Versions";
        AGENT = "Agent";
        PORTAL = "Portal";
        LICENCES = "Licences";
        OURS = "Placard: Apache-2.0";
        INTER = "The typeface Inter: SIL Open Font License 1.1";
        CRATES = "The Rust crates inside the portal";
    }
}
