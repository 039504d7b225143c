mod uploads;

use std::os::unix::fs::PermissionsExt;

use super::*;

fn names() -> Vec<String> {
    vec!["placard.example.com".to_owned(), "192.0.2.7".to_owned()]
}

fn start() -> Timestamp {
    "2026-11-23T10:42:00Z".parse().unwrap()
}

fn load_at(keys: &Path, now: Timestamp) -> Result<PortalCertificate, CertificateError> {
    // Every test process needs a provider once; that another test was first is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    PortalCertificate::load(keys, None, None, of(&names()), now)
}

fn of(names: &[String]) -> For<'_> {
    For {
        name: &names[0],
        names,
    }
}

#[test]
fn the_first_start_makes_a_certificate_for_a_year_and_the_second_keeps_it() {
    let keys = tempfile::tempdir().unwrap();
    let first = load_at(keys.path(), start()).unwrap().facts();
    assert!(first.self_signed() && !first.trusted);
    assert_eq!(first.names, names());
    assert_eq!(first.not_before, "2026-11-22T00:00:00Z".parse().unwrap());
    assert_eq!(first.not_after, "2027-11-23T00:00:00Z".parse().unwrap());
    assert_eq!(load_at(keys.path(), start()).unwrap().facts(), first);
    let mode = std::fs::metadata(keys.path().join("self-signed.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn one_that_is_nearly_over_is_made_anew_with_the_same_key() {
    let keys = tempfile::tempdir().unwrap();
    let served = load_at(keys.path(), start()).unwrap();
    let first = served.facts();
    let key = std::fs::read(keys.path().join("self-signed.key")).unwrap();
    served
        .reload(of(&names()), start() + SignedDuration::from_hours(24 * 340))
        .unwrap();
    assert_ne!(served.facts().fingerprint, first.fingerprint);
    assert!(served.facts().not_after > first.not_after);
    assert_eq!(
        std::fs::read(keys.path().join("self-signed.key")).unwrap(),
        key
    );
}

#[test]
fn the_admins_certificate_goes_first() {
    let elsewhere = tempfile::tempdir().unwrap();
    let given = load_at(elsewhere.path(), start()).unwrap().facts();
    let keys = tempfile::tempdir().unwrap();
    let copy = |from: &str, to: &str| {
        std::fs::copy(elsewhere.path().join(from), keys.path().join(to)).unwrap()
    };
    copy("self-signed.crt", "portal.crt");
    copy("self-signed.key", "portal.key");
    let served = load_at(keys.path(), start()).unwrap().facts();
    assert_eq!(served.fingerprint, given.fingerprint);
    assert_eq!(served.source, CertificateSource::Files);
}

#[test]
fn a_key_of_another_certificate_is_refused_and_the_file_named() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    load_at(one.path(), start()).unwrap();
    load_at(two.path(), start()).unwrap();
    let keys = tempfile::tempdir().unwrap();
    std::fs::copy(
        one.path().join("self-signed.crt"),
        keys.path().join("portal.crt"),
    )
    .unwrap();
    std::fs::copy(
        two.path().join("self-signed.key"),
        keys.path().join("portal.key"),
    )
    .unwrap();
    let refused = load_at(keys.path(), start()).unwrap_err();
    assert!(
        matches!(refused, CertificateError::Unusable { .. }),
        "{refused:?}"
    );
    assert!(refused.to_string().contains("portal.crt"));
}
