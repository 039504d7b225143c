//! Passwords: Argon2id, a few at a time.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Params, Version};
use edge_api::account::{MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARS};
use tokio::sync::Semaphore;

/// Memory of one hash in KiB: what OWASP asks of Argon2id with two passes.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes at once: each takes [`MEMORY_KIB`] and a core, and the agent has signs to keep up to date.
const AT_ONCE: usize = 2;

/// Verified when the name is unknown, so that a wrong name takes as long as a wrong password. Nobody's password.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$Zm9yLW5vYm9keS1hdC1hbGw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password was not hashed or checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PasswordError {
    #[error("the password has fewer than {MIN_PASSWORD_CHARS} characters")]
    TooShort,
    #[error("the password is longer than {MAX_PASSWORD_BYTES} bytes")]
    TooLong,
    #[error("hash the password")]
    Hash(#[from] argon2::password_hash::Error),
    #[error("the stored password hash cannot be read")]
    Stored(#[source] argon2::password_hash::phc::Error),
    #[error("the agent is stopping")]
    Stopping,
}

/// Hashes and checks passwords off the runtime's threads; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Passwords(Arc<Semaphore>);

impl Passwords {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// Hashes a new password into a PHC string with a salt of its own.
    pub(crate) async fn hash(&self, password: String) -> Result<String, PasswordError> {
        if password.chars().count() < MIN_PASSWORD_CHARS {
            return Err(PasswordError::TooShort);
        }
        check_length(&password)?;
        self.off_runtime(move || Ok(argon2id().hash_password(password.as_bytes())?.to_string()))
            .await
    }

    /// Whether `password` is the one that `stored` was made of; `None` stands for a name that does not exist, and takes
    /// as long.
    pub(crate) async fn is_right(
        &self,
        password: String,
        stored: Option<String>,
    ) -> Result<bool, PasswordError> {
        check_length(&password)?;
        self.off_runtime(move || {
            let phc = PasswordHash::new(stored.as_deref().unwrap_or(NOBODYS))
                .map_err(PasswordError::Stored)?;
            let right = argon2id()
                .verify_password(password.as_bytes(), &phc)
                .is_ok();
            Ok(right && stored.is_some())
        })
        .await
    }

    async fn off_runtime<T, F>(&self, work: F) -> Result<T, PasswordError>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, PasswordError> + Send + 'static,
    {
        let permit = Arc::clone(&self.0)
            .acquire_owned()
            .await
            .map_err(|_| PasswordError::Stopping)?;
        let done = tokio::task::spawn_blocking(move || {
            let outcome = work();
            drop(permit);
            outcome
        });
        done.await.map_err(|_| PasswordError::Stopping)?
    }
}

fn check_length(password: &str) -> Result<(), PasswordError> {
    if password.len() > MAX_PASSWORD_BYTES {
        return Err(PasswordError::TooLong);
    }
    Ok(())
}

fn argon2id() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .expect("the constants are within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_hashed_with_argon2id_and_a_salt_of_its_own() {
        let passwords = Passwords::new();
        let one = passwords.hash("correct horse".to_owned()).await.unwrap();
        let two = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two);
        assert!(
            passwords
                .is_right("correct horse".to_owned(), Some(one.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .is_right("correct house".to_owned(), Some(one))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn no_password_is_right_for_nobody() {
        let passwords = Passwords::new();
        assert!(
            !passwords
                .is_right("anything at all".to_owned(), None)
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn too_short_and_too_long_are_refused() {
        let passwords = Passwords::new();
        assert!(matches!(
            passwords.hash("ninechars".into()).await,
            Err(PasswordError::TooShort)
        ));
        assert!(matches!(
            passwords.hash("x".repeat(1025)).await,
            Err(PasswordError::TooLong)
        ));
        assert!(passwords.hash("zehn Bäume".into()).await.is_ok());
    }
}
