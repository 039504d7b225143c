//! Name and certificate on trial: in use at once, and taken back by themselves unless somebody who reached the portal
//! under them says that they may stay.
//!
//! A trial lives in memory only: an agent that dies in the middle of one starts again as it was before.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_api::security::TRIAL_SECONDS;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use super::certificate::{CertificateError, Exchange, For, GivenCertificate, PortalCertificate};
use super::own_names::OwnNames;
use super::sign_in::SessionToken;

/// How long a trial lasts.
const TRIAL: Duration = Duration::from_secs(TRIAL_SECONDS as u64);

/// The certificate that is tried out.
#[derive(Clone, Debug)]
pub(crate) enum Choice {
    /// The present one; one of our own is made for the new name.
    Keep,
    /// One of our own.
    Own,
    /// This one, which passed its checks.
    Upload(GivenCertificate),
}

/// What stays when a trial is confirmed.
#[derive(Clone, Debug)]
pub(crate) struct Settled {
    /// The portal's name until now.
    pub(crate) before: Arc<str>,
    /// The portal's name.
    pub(crate) name: String,
    /// The uploaded certificate; none for our own.
    pub(crate) uploaded: Option<GivenCertificate>,
}

/// Why a trial is not confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unconfirmed {
    /// There is no such trial, or not any more.
    Gone,
    /// The request came by a connection that was made with another certificate.
    OldConnection,
    /// The request came by another name.
    OtherName,
}

/// The one trial there can be; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Trials {
    names: OwnNames,
    certificate: PortalCertificate,
    running: Arc<Mutex<Option<Running>>>,
    /// Wakes whoever ends trials, and whoever tells others of the portal's addresses.
    changed: watch::Sender<()>,
}

#[derive(Debug)]
struct Running {
    token_hash: [u8; 32],
    settled: Settled,
    exchange: Exchange,
    ends: Instant,
    until: Timestamp,
}

impl Trials {
    /// Tries things out on `names` and `certificate`.
    pub(crate) fn new(names: OwnNames, certificate: PortalCertificate) -> Self {
        Self {
            names,
            certificate,
            running: Arc::default(),
            changed: watch::Sender::default(),
        }
    }

    /// Until when something is tried out.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.lock().as_ref().map(|running| running.until)
    }

    /// Tells when a trial begins or ends.
    pub(crate) fn follow(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Uses `name` and `choice` from now on, for a while. Gives the token that confirms it, and until when; none while
    /// another trial runs.
    pub(crate) fn begin(
        &self,
        name: &str,
        choice: Choice,
        now: Timestamp,
    ) -> Result<Option<(SessionToken, Timestamp)>, CertificateError> {
        let mut running = self.lock();
        if running.is_some() {
            return Ok(None);
        }
        let names = self.names.certificate_names_of(name);
        let of = For {
            name,
            names: &names,
        };
        let kept = self.certificate.uploaded();
        let (exchange, uploaded) = match choice {
            Choice::Upload(given) => match given.check(now) {
                Ok(servable) => {
                    let judged = self.certificate.judge(servable, name, now);
                    (self.certificate.try_out(&judged), Some(given))
                }
                // Whoever calls has checked it; that it ended in this very moment is told by the trial's end.
                Err(_) => (self.certificate.try_own(of, now)?, None),
            },
            Choice::Keep if self.certificate.facts().self_signed() => {
                (self.certificate.try_own(of, now)?, None)
            }
            Choice::Keep => (*self.certificate.exchanges().borrow(), kept),
            Choice::Own => (self.certificate.try_own(of, now)?, None),
        };
        let before = self.names.name();
        self.names.try_out(name);
        let token = SessionToken::draw();
        let until = now.saturating_add(TRIAL).unwrap_or(now);
        *running = Some(Running {
            token_hash: token.hash(),
            settled: Settled {
                before,
                name: name.to_owned(),
                uploaded,
            },
            exchange,
            ends: Instant::now() + TRIAL,
            until,
        });
        drop(running);
        self.changed.send_replace(());
        Ok(Some((token, until)))
    }

    /// What would stay, if `token` is the trial's and the request came by its name (`host`) and its certificate
    /// (`exchange`). [`Self::settle`] then makes it stay.
    pub(crate) fn confirm(
        &self,
        token: &str,
        host: &str,
        exchange: Exchange,
    ) -> Result<Settled, Unconfirmed> {
        let running = self.lock();
        let hash = SessionToken::from_cookie(token).hash();
        let running = running
            .as_ref()
            .filter(|running| running.token_hash == hash)
            .ok_or(Unconfirmed::Gone)?;
        if exchange != running.exchange {
            return Err(Unconfirmed::OldConnection);
        }
        if *running.settled.before != *running.settled.name && !self.names.is_own_name(host) {
            return Err(Unconfirmed::OtherName);
        }
        Ok(running.settled.clone())
    }

    /// Makes what [`Self::confirm`] gave stay. Whoever calls has stored it.
    pub(crate) fn settle(&self, settled: Settled, now: Timestamp) {
        let mut running = self.lock();
        *running = None;
        self.names.rename(&settled.name);
        self.certificate.keep(settled.uploaded);
        // Serves the same as before, unless the trial ended while this was stored.
        self.reload(now);
        drop(running);
        self.changed.send_replace(());
    }

    /// Takes the trial back, if one runs; says whether one did.
    pub(crate) fn undo(&self, now: Timestamp) -> bool {
        self.undo_if(now, |_| true)
    }

    fn undo_if(&self, now: Timestamp, over: impl FnOnce(&mut Running) -> bool) -> bool {
        let mut running = self.lock();
        let Some(over) = running.take_if(over) else {
            return false;
        };
        self.names.rename(&over.settled.before);
        self.reload(now);
        drop(running);
        self.changed.send_replace(());
        true
    }

    /// Serves with what the files and the store hold now, unless something is being tried out.
    pub(crate) fn refresh(&self, now: Timestamp) {
        let running = self.lock();
        if running.is_none() {
            self.reload(now);
        }
    }

    /// Takes back what nobody confirmed, until `stop`.
    pub(crate) async fn watch(self, clock: fn() -> Timestamp, stop: CancellationToken) {
        let mut changed = self.follow();
        loop {
            let ends = self.lock().as_ref().map(|running| running.ends);
            let over = async {
                match ends {
                    Some(ends) => sleep_until(ends).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                _ = changed.changed() => {}
                () = over => {
                    if self.undo_if(clock(), |running| running.ends <= Instant::now()) {
                        info!("nobody confirmed the portal's new name and certificate; all is as before");
                    }
                }
            }
        }
    }

    fn reload(&self, now: Timestamp) {
        let name = self.names.name();
        let names = self.names.certificate_names();
        let of = For {
            name: &name,
            names: &names,
        };
        if let Err(error) = self.certificate.reload(of, now) {
            error!(%error, "the portal goes on with the certificate that it has");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::security::certificate::testing::TestAuthority;

    const NEW: &str = "signs.example.com";

    fn start() -> Timestamp {
        "2026-11-23T10:42:00Z".parse().unwrap()
    }

    fn trials() -> (tempfile::TempDir, TestAuthority, Trials) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (keys, authority) = (tempfile::tempdir().unwrap(), TestAuthority::new());
        let names = OwnNames::new("old.example.com", "127.0.0.1:8443".parse().unwrap());
        let of = For {
            name: "old.example.com",
            names: &names.certificate_names(),
        };
        let judge = authority.judge();
        let served = PortalCertificate::load(keys.path(), None, judge, of, start()).unwrap();
        (keys, authority, Trials::new(names, served))
    }

    fn exchange(trials: &Trials) -> Exchange {
        *trials.certificate.exchanges().borrow()
    }

    #[test]
    fn what_nobody_confirms_is_taken_back() {
        let (_keys, authority, trials) = trials();
        let (before, facts) = (exchange(&trials), trials.certificate.facts());
        let upload = Choice::Upload(authority.given(&[NEW], 2027));
        let begun = trials.begin(NEW, upload, start()).unwrap();
        assert!(begun.is_some());
        assert_eq!(&*trials.names.name(), NEW);
        assert!(
            trials.names.is_own_host("old.example.com"),
            "open pages go on"
        );
        assert!(trials.certificate.facts().trusted);
        assert_ne!(exchange(&trials), before);
        let second = trials.begin("third.example", Choice::Own, start()).unwrap();
        assert!(second.is_none(), "one trial at a time");
        trials.refresh(start());
        assert!(
            trials.certificate.facts().trusted,
            "housekeeping leaves a trial alone"
        );

        let early = trials.undo_if(start(), |running| running.ends <= Instant::now());
        assert!(!early, "its time is not over");
        assert!(trials.undo_if(start(), |running| running.ends <= Instant::now() + TRIAL));
        assert_eq!(&*trials.names.name(), "old.example.com");
        assert!(!trials.names.is_own_host(NEW));
        let after = trials.certificate.facts();
        assert_eq!((after.source, after.names), (facts.source, facts.names));
        assert!(!trials.undo(start()), "there is nothing left to take back");
    }

    #[test]
    fn it_stays_only_for_who_came_by_its_name_and_its_certificate() {
        let (_keys, authority, trials) = trials();
        let old = exchange(&trials);
        let upload = Choice::Upload(authority.given(&[NEW], 2027));
        let (token, until) = trials.begin(NEW, upload, start()).unwrap().unwrap();
        assert_eq!(until, start() + TRIAL);
        let new = exchange(&trials);
        let confirm = |token: &str, host, exchange| trials.confirm(token, host, exchange).err();
        let token = token.as_str();
        assert_eq!(confirm("guess", NEW, new), Some(Unconfirmed::Gone));
        assert_eq!(confirm(token, NEW, old), Some(Unconfirmed::OldConnection));
        let by_old_name = confirm(token, "old.example.com", new);
        assert_eq!(by_old_name, Some(Unconfirmed::OtherName));
        let by_address = confirm(token, "127.0.0.1:8443", new);
        assert_eq!(by_address, Some(Unconfirmed::OtherName));
        let settled = trials
            .confirm(token, "Signs.example.com:8443", new)
            .unwrap();
        trials.settle(settled, start());
        assert_eq!(
            exchange(&trials),
            new,
            "the same certificate again is no exchange"
        );
        assert!(!trials.names.is_own_host("old.example.com"));
        assert_eq!(confirm(token, NEW, new), Some(Unconfirmed::Gone), "once");
        trials.refresh(start());
        assert!(trials.certificate.facts().trusted);

        // Under the same name, an address will do; and it goes back to one of the agent's own.
        let (token, _) = trials.begin(NEW, Choice::Own, start()).unwrap().unwrap();
        let settled = trials.confirm(token.as_str(), "127.0.0.1:8443", exchange(&trials));
        trials.settle(settled.unwrap(), start());
        assert!(trials.certificate.facts().self_signed());
        assert!(trials.certificate.facts().names.contains(&NEW.to_owned()));
    }
}
