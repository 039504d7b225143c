//! Words about Google: the app, the accounts, and the guide to both.

words! {
    integration {
        APP = "Google App";
        APP_LEAD = "Your own OAuth client in Google Cloud: nobody but you holds its keys. The guide takes about ten minutes.";
        EDIT = "Edit";
        CLOSE = "Close";
        CLIENT_ID = "Client Id";
        CLIENT_SECRET = "Client Secret";
        SECRET_KEPT = "Saved and never shown; type it again to change anything";
        SAVE = "Save";
        SAVED = "Saved.";
        PROJECT = "Project";
        NOT_SAVED = "No app is saved yet. Press Edit to enter it.";
        GUIDE = "Guide, step by step";
        MEND = "Go there";
        IN_FILE = "in the file";
        NEEDED = "needed";
        DROP = "Drop client_secret.json here, or";
        CHOOSE = "choose the file";
        FILE_LEAD = "Nothing is saved before you press Save.";
        FILE_GOOD = "The file fits.";
        FILE_WARNING = "This file will not work as it is.";
        FILE_LARGE = "That file is too large to be a client_secret.json.";
        FILE_LARGE_HINT = "Download the OAuth client's JSON again from Google's console; it is about 1 KB.";
        BOTH_NEEDED = "Client Id and Client Secret are both needed.";
        BOTH_NEEDED_HINT = "Copy both from Google's console, or drop client_secret.json.";
        WORKSPACE = "Google Workspace";
        WORKSPACE_LEAD = "You will be sent to Google to sign in and come back here.";
        CONNECT = "Connect";
        WITH_ROOMS = "Also list the organisation's rooms, with building, floor and seats (administrators only)";
        DISCONNECT = "Disconnect";
        NO_DIRECTORY = "Organisers are named by their addresses:";
        DISCONNECT_WHAT = "The signs of its rooms will stop changing and be marked with the time.";
        CONNECTED = "Connected";
        RECONNECT = "Reconnect";
        BROKEN = "Google has ended the permission";
        NO_ACCOUNTS = "No account is connected yet.";
        FINISHING = "Finishing the sign-in with Google…";
        FINISHED = "Google is connected.";
        FINISHED_HINT = "Its rooms are being read. Link them to signs next.";
        BAD_ADDRESS = "The agent named an address that is no web address.";
        BAD_ADDRESS_HINT = "Check the authorise address under [google] in agent.toml.";
    }
    guide {
        AUDIENCE = "Who will press Connect?";
        INTERNAL = "Our organisation";
        INTERNAL_IS = "Internal: accounts of one Google Workspace. Google reviews nothing. Right for nearly everybody.";
        TESTING = "Others, to try it out";
        TESTING_IS = "External, in Testing: up to 100 accounts on a list, and permissions end after seven days.";
        PRODUCTION = "Others, for good";
        PRODUCTION_IS = "External, in production: Google asks for a verification.";
        OUTSIDE = "(opens Google in a new tab)";
        DONE_WHEN = "Done when";
        NEXT = "Done, next step";
        DEAD_ENDS = "Google shows an error and does not come back";
        DEAD_ENDS_LEAD = "The word stands on Google's page, sometimes behind “error details”.";
    }
}
