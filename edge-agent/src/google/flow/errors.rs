//! Why a sign-in did not begin or did not end well. Every text is for the administrator and says what to do.

use google_calendar::{Error, IdTokenError};

use crate::relay::{OpenAnswerError, RelayError};
use crate::store::StoreError;

/// Why a sign-in did not begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BeginError {
    #[error("no Google app is saved yet; enter its client id and secret under Google App > Edit")]
    NoApp,
    #[error(
        "no relay is set up yet, and Google needs one to return to; set it up under Settings > Relay"
    )]
    NoRelay,
    #[error(transparent)]
    Relay(#[from] RelayError),
    #[error(
        "the relay's public address is not an address; set the relay up again under Settings > Relay"
    )]
    RedirectUri(#[source] url::ParseError),
    #[error("the sign-in could not be stored; is the disk full?")]
    Store(#[from] StoreError),
}

/// Why a sign-in did not end in a connected account.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FinishError {
    #[error("this sign-in is not known or older than ten minutes; press Connect again")]
    Unknown,
    #[error(
        "this sign-in was begun in another browser or by another admin session; press Connect here and finish it in this browser"
    )]
    OtherBrowser,
    #[error("this sign-in has been used; if the account is not in the list, press Connect again")]
    AlreadyUsed,
    #[error(
        "the agent was interrupted while this sign-in was being finished, and Google takes an answer only once; press Connect again"
    )]
    Interrupted,
    #[error(
        "Google's answer has not arrived at the relay yet; load this page again in a moment, or press Connect again"
    )]
    NoAnswer,
    #[error("Google reports that the sign-in was declined; press Connect again and choose Allow")]
    Declined,
    #[error(
        "Google ended the sign-in with \"{error}\"; check the app in Google's console and press Connect again"
    )]
    RefusedByGoogle { error: String },
    #[error(
        "reading calendars was not allowed; press Connect again and leave every permission ticked"
    )]
    MissingPermission,
    #[error(
        "Google gave no lasting permission; remove this app under myaccount.google.com > Third-party access, then press Connect again"
    )]
    NoRefreshToken,
    #[error("the Google app was changed since this sign-in began; press Connect again")]
    AppChanged,
    #[error("the code that Google sent was not accepted ({reason}); press Connect again")]
    CodeRefused { reason: String },
    #[error(
        "Google does not accept the client secret ({reason}); correct it under Google App > Edit, then press Connect again"
    )]
    WrongClient { reason: String },
    #[error("the code could not be redeemed; press Connect again")]
    Redeem(#[source] Error),
    #[error("Google's statement of who signed in is not believed; press Connect again")]
    Identity(#[source] IdTokenError),
    #[error(transparent)]
    Answer(#[from] OpenAnswerError),
    #[error(transparent)]
    Relay(#[from] RelayError),
    #[error("the account could not be stored; press Connect again")]
    Store(#[from] StoreError),
}
