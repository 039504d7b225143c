//! Clients, codes and tokens, in memory.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::random;

/// Google keeps this many refresh tokens per account and client; the oldest dies without a word.
const REFRESH_TOKENS_KEPT: usize = 100;
/// How long a grant lives while the consent screen is External and in Testing.
const TESTING_LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long things last.
#[derive(Clone, Debug)]
pub(crate) struct Lifetimes {
    pub(crate) code: SignedDuration,
    pub(crate) access: SignedDuration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            code: SignedDuration::from_mins(10),
            access: SignedDuration::from_secs(3599),
        }
    }
}

/// A registered OAuth client.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) redirect_uris: Vec<String>,
    /// External and in Testing: grants end after seven days.
    pub(crate) testing: bool,
}

/// What a consent promised; redeemed once.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) client: String,
    pub(crate) account: String,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Vec<String>,
    /// Method and challenge.
    pub(crate) challenge: Option<(String, String)>,
    pub(crate) nonce: Option<String>,
    /// `access_type=offline`.
    pub(crate) offline: bool,
    /// `prompt=consent`: a refresh token even if one was given before.
    pub(crate) consent: bool,
    pub(crate) expires: Timestamp,
}

#[derive(Clone, Debug)]
struct Token {
    account: String,
    client: String,
    scopes: Vec<String>,
    expires: Option<Timestamp>,
}

/// A refresh token's worth.
#[derive(Clone, Debug)]
pub(crate) struct Refreshed {
    pub(crate) account: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires: Option<Timestamp>,
}

/// Everything that signing in left behind.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    clients: BTreeMap<String, Client>,
    codes: BTreeMap<String, Code>,
    access: BTreeMap<String, Token>,
    /// In the order they were given, for the limit.
    refresh: Vec<(String, Token)>,
    consented: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Grants {
    pub(crate) fn register(&mut self, client: Client) {
        self.clients.insert(client.id.clone(), client);
    }

    /// Every client, by id.
    pub(crate) fn clients(&self) -> impl Iterator<Item = &Client> {
        self.clients.values()
    }

    /// Lets a client send people to `uri`; false when there is no such client.
    pub(crate) fn allow_redirect(&mut self, id: &str, uri: &str) -> bool {
        let Some(client) = self.clients.get_mut(id) else {
            return false;
        };
        if !client.redirect_uris.iter().any(|known| known == uri) {
            client.redirect_uris.push(uri.to_owned());
        }
        true
    }

    pub(crate) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.get(id)
    }

    /// Remembers a consent and makes its code.
    pub(crate) fn consent(&mut self, code: Code) -> String {
        let text = random::secret("4/0");
        self.codes.insert(text.clone(), code);
        text
    }

    /// Takes a code: whatever comes of it, it is used.
    pub(crate) fn take_code(&mut self, text: &str, now: Timestamp) -> Option<Code> {
        self.codes.remove(text).filter(|code| code.expires > now)
    }

    /// What `account` granted `client` before, for `include_granted_scopes`.
    pub(crate) fn granted(&self, account: &str, client: &str) -> Vec<String> {
        let key = (account.to_owned(), client.to_owned());
        self.consented
            .get(&key)
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }

    /// Issues an access token.
    pub(crate) fn issue_access(
        &mut self,
        account: &str,
        client: &str,
        scopes: &[String],
        expires: Timestamp,
    ) -> String {
        let text = random::secret("ya29.");
        self.access
            .insert(text.clone(), token(account, client, scopes, Some(expires)));
        text
    }

    /// Issues a refresh token for a redeemed code, when Google would: offline, and the first one or asked again.
    pub(crate) fn issue_refresh(
        &mut self,
        code: &Code,
        now: Timestamp,
    ) -> Option<(String, Option<Timestamp>)> {
        let same = |t: &Token| t.account == code.account && t.client == code.client;
        let key = (code.account.clone(), code.client.clone());
        let first = !self.refresh.iter().any(|(_, t)| same(t));
        self.consented
            .entry(key)
            .or_default()
            .extend(code.scopes.iter().cloned());
        if !code.offline || !(first || code.consent) {
            return None;
        }
        if self.refresh.iter().filter(|(_, t)| same(t)).count() >= REFRESH_TOKENS_KEPT {
            let oldest = self.refresh.iter().position(|(_, t)| same(t));
            self.refresh.remove(oldest.expect("counted above"));
        }
        let testing = self.clients.get(&code.client).is_some_and(|c| c.testing);
        let expires = testing.then(|| now + TESTING_LIFETIME);
        let text = random::secret("1//0");
        self.refresh.push((
            text.clone(),
            token(&code.account, &code.client, &code.scopes, expires),
        ));
        Some((text, expires))
    }

    /// What a refresh token of `client` is worth now.
    pub(crate) fn refresh(&self, text: &str, client: &str, now: Timestamp) -> Option<Refreshed> {
        let (_, token) = self.refresh.iter().find(|(t, _)| t == text)?;
        let alive = token.client == client && token.expires.is_none_or(|at| at > now);
        alive.then(|| Refreshed {
            account: token.account.clone(),
            scopes: token.scopes.clone(),
            expires: token.expires,
        })
    }

    /// Account and scopes of a live access token.
    pub(crate) fn access(&self, text: &str, now: Timestamp) -> Option<(String, Vec<String>)> {
        let token = self.access.get(text)?;
        let alive = token.expires.is_none_or(|at| at > now);
        alive.then(|| (token.account.clone(), token.scopes.clone()))
    }

    /// Ends the grant that an access or refresh token belongs to. False when the token is unknown.
    pub(crate) fn revoke(&mut self, text: &str) -> bool {
        let by_refresh = self.refresh.iter().find(|(t, _)| t == text).map(|(_, t)| t);
        let Some(token) = self.access.get(text).or(by_refresh).cloned() else {
            return false;
        };
        self.end(|t| t.account == token.account && t.client == token.client);
        self.consented.remove(&(token.account, token.client));
        true
    }

    /// Ends every grant of `account`, as its owner or an administrator can.
    pub(crate) fn revoke_account(&mut self, account: &str) {
        self.end(|t| t.account == account);
        self.consented.retain(|(who, _), _| who != account);
    }

    /// Lets every access token expire; refresh tokens live on.
    pub(crate) fn expire_access(&mut self) {
        self.access.clear();
    }

    fn end(&mut self, which: impl Fn(&Token) -> bool) {
        self.access.retain(|_, t| !which(t));
        self.refresh.retain(|(_, t)| !which(t));
    }
}

fn token(account: &str, client: &str, scopes: &[String], expires: Option<Timestamp>) -> Token {
    Token {
        account: account.to_owned(),
        client: client.to_owned(),
        scopes: scopes.to_vec(),
        expires,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(consent: bool) -> Code {
        Code {
            client: "c".into(),
            account: "a".into(),
            redirect_uri: "r".into(),
            scopes: vec!["openid".into()],
            challenge: None,
            nonce: None,
            offline: true,
            consent,
            expires: Timestamp::MAX,
        }
    }

    #[test]
    fn a_refresh_token_comes_first_or_when_consent_is_asked_for() {
        let mut grants = Grants::default();
        assert!(
            grants
                .issue_refresh(&code(false), Timestamp::UNIX_EPOCH)
                .is_some()
        );
        assert!(
            grants
                .issue_refresh(&code(false), Timestamp::UNIX_EPOCH)
                .is_none()
        );
        assert!(
            grants
                .issue_refresh(&code(true), Timestamp::UNIX_EPOCH)
                .is_some()
        );
    }

    #[test]
    fn the_hundred_and_first_refresh_token_ends_the_first() {
        let mut grants = Grants::default();
        let now = Timestamp::UNIX_EPOCH;
        let tokens: Vec<String> = (0..=REFRESH_TOKENS_KEPT)
            .map(|_| grants.issue_refresh(&code(true), now).unwrap().0)
            .collect();
        assert!(grants.refresh(&tokens[0], "c", now).is_none());
        assert!(grants.refresh(&tokens[1], "c", now).is_some());
    }

    #[test]
    fn a_code_is_used_once_and_expires() {
        let mut grants = Grants::default();
        let text = grants.consent(code(false));
        assert!(grants.take_code(&text, Timestamp::UNIX_EPOCH).is_some());
        assert!(grants.take_code(&text, Timestamp::UNIX_EPOCH).is_none());
        let text = grants.consent(Code {
            expires: Timestamp::UNIX_EPOCH,
            ..code(false)
        });
        assert!(grants.take_code(&text, Timestamp::UNIX_EPOCH).is_none());
    }

    #[test]
    fn in_testing_a_grant_ends_after_seven_days() {
        let mut grants = Grants::default();
        let now = Timestamp::UNIX_EPOCH;
        grants.register(Client {
            id: "c".into(),
            secret: "s".into(),
            redirect_uris: vec![],
            testing: true,
        });
        let (text, expires) = grants.issue_refresh(&code(true), now).unwrap();
        assert_eq!(expires, Some(now + TESTING_LIFETIME));
        assert!(grants.refresh(&text, "c", now + TESTING_LIFETIME).is_none());
    }
}
