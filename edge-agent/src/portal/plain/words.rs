//! Every English word of the plain pages. Another language is another file of the same names.

pub(super) const NAME: &str = "Placard";

pub(super) mod field {
    pub(in super::super) const TOKEN: &str = "Setup token";
    pub(in super::super) const USER: &str = "User name";
    pub(in super::super) const PASSWORD: &str = "Password";
    pub(in super::super) const PASSWORD_HINT: &str =
        "At least ten characters. A few words are better than signs.";
    pub(in super::super) const CODE: &str = "One-time code";
    pub(in super::super) const CODE_HINT: &str =
        "What your authenticator shows now, or one of your recovery codes.";
}

pub(super) mod setup {
    pub(in super::super) const TITLE: &str = "Set up this agent";
    pub(in super::super) const LEAD: &str =
        "Nobody has claimed it yet. Whoever can read its setup token becomes its owner.";
    pub(in super::super) const WHERE_TOKEN: &str =
        "On the machine where the agent runs, this prints the token:";
    pub(in super::super) const WHERE_FILE: &str =
        "It also stands in this file, and on the agent's log at its first start:";
    pub(in super::super) const CLAIM: &str = "Set up";
}

pub(super) mod login {
    pub(in super::super) const TITLE: &str = "Sign in";
    pub(in super::super) const SIGN_IN: &str = "Sign in";
    pub(in super::super) const FORGOTTEN_SHORT: &str = "Forgotten the password?";
    pub(in super::super) const FORGOTTEN: &str = "Ask another admin to set a new one. If nobody can sign in, this \
        ends all sessions and makes a new setup token on the agent's machine:";
    pub(in super::super) const RESET_COMMAND: &str = "edge-agent admin reset";
    pub(in super::super) const CODE_TITLE: &str = "One more step";
    pub(in super::super) const CODE_LEAD: &str =
        "Your password is right. Signing in takes a one-time code, too.";
    pub(in super::super) const START_AGAIN: &str = "Start again";
    pub(in super::super) const TOO_LONG: &str = "That took too long, or too many codes were wrong.";
    pub(in super::super) const TOO_LONG_HINT: &str = "Enter name and password again.";
    pub(in super::super) const DONE_TITLE: &str = "You are signed in";
    pub(in super::super) const DONE_LEAD: &str = "Go back to the page that asked for it: what you typed there is kept. This one can be closed.";
    pub(in super::super) const TO_SIGNS: &str = "To the signs";
}

pub(super) mod refused {
    pub(in super::super) const TITLE: &str = "This did not work";
    pub(in super::super) const REQUEST: &str = "Request";
    pub(in super::super) const TO_START: &str = "To the start";
}
