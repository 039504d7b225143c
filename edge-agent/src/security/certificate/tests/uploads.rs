//! What admins upload, as it comes from authorities, mail and clipboards.

use super::super::given::NotServable;
use super::super::testing::TestAuthority;
use super::*;

const NAME: &str = "placard.example.com";

fn check(chain: &str, key: &str) -> Result<Servable, NotServable> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let given = GivenCertificate {
        chain: chain.to_owned(),
        key: key.to_owned(),
    };
    given.check(start())
}

fn refused(chain: &str, key: &str) -> NotServable {
    check(chain, key).unwrap_err()
}

#[test]
fn an_upload_is_put_in_order_and_the_root_is_left_out() {
    let authority = TestAuthority::new();
    let (server, key) = authority.server(&[NAME], 2027);
    let stray = TestAuthority::new().root;
    let in_order = check(&format!("{server}{}", authority.middle), &key).unwrap();
    assert!(!in_order.reordered);
    assert_eq!(in_order.facts.names, [NAME]);
    assert_eq!(in_order.facts.issuer, "Test Middle");
    assert_eq!(in_order.chain.len(), 1);
    let (root, middle) = (&authority.root, &authority.middle);
    let mixed = check(&format!("{stray}{root}{middle}{server}"), &key).unwrap();
    assert!(mixed.reordered);
    assert_eq!(mixed.key.cert, in_order.key.cert);
    // All of it in one field, as some authorities send it.
    let one = check(&format!("{key}{server}{middle}"), "").unwrap();
    assert_eq!(one.key.cert, in_order.key.cert);
}

#[test]
fn what_cannot_be_served_with_is_refused_by_its_fault() {
    let authority = TestAuthority::new();
    let (server, key) = authority.server(&[NAME], 2027);
    let (_, other) = authority.server(&[NAME], 2027);
    assert_eq!(refused("", ""), NotServable::NoKey);
    assert_eq!(refused(&server, ""), NotServable::NoKey);
    assert_eq!(refused("", &key), NotServable::NoCertificate);
    assert_eq!(refused(&server, &other), NotServable::OtherKey);
    assert_eq!(
        refused(&server, &format!("{key}{other}")),
        NotServable::SeveralKeys
    );
    let locked = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    assert_eq!(refused(&server, &locked), NotServable::LockedKey);
    let nonsense = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    assert_eq!(refused(&server, nonsense), NotServable::BadKey);
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(
        refused(&format!("{server}{damaged}"), &key),
        NotServable::Damaged { number: 2 }
    );
    let large = " ".repeat(edge_api::security::MAX_CERTIFICATE_PEM + 1);
    assert_eq!(refused(&large, &key), NotServable::TooLarge);
    let many: String = (0..11).map(|_| authority.server(&["x"], 2027).0).collect();
    assert_eq!(refused(&many, &key), NotServable::TooMany);
}

#[test]
fn one_that_ended_or_is_not_valid_yet_is_refused_with_the_day() {
    let authority = TestAuthority::new();
    let given = authority.given(&[NAME], 2027);
    let at = |text: &str| given.check(text.parse().unwrap());
    let _ = rustls::crypto::ring::default_provider().install_default();
    let ended = at("2027-01-01T00:00:00Z").unwrap_err().to_string();
    assert!(ended.contains("1 January 2027"), "{ended}");
    let early = at("2025-12-31T00:00:00Z").unwrap_err().to_string();
    assert!(early.contains("1 January 2026"), "{early}");
}

#[test]
fn trust_is_judged_as_browsers_do() {
    let authority = TestAuthority::new();
    let keys = tempfile::tempdir().unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let names = names();
    let served =
        PortalCertificate::load(keys.path(), None, authority.judge(), of(&names), start()).unwrap();
    let trusted = |given: GivenCertificate, name: &str| {
        let servable = given.check(start()).unwrap();
        let covers = servable.covers(name);
        (covers, served.judge(servable, name, start()).facts.trusted)
    };
    let given = || authority.given(&[NAME, "*.signs.example"], 2027);
    assert_eq!(trusted(given(), NAME), (true, true));
    assert_eq!(trusted(given(), "north.signs.example"), (true, true));
    assert_eq!(trusted(given(), "a.b.signs.example"), (false, false));
    assert_eq!(trusted(given(), "other.example"), (false, false));
    let (server, key) = authority.server(&[NAME], 2027);
    let without_chain = GivenCertificate { chain: server, key };
    assert_eq!(trusted(without_chain, NAME), (true, false));
    let strangers = TestAuthority::new().given(&[NAME], 2027);
    assert_eq!(trusted(strangers, NAME), (true, false));
}

#[test]
fn a_kept_upload_serves_after_a_restart_and_an_unreadable_one_does_not_keep_the_portal_down() {
    let authority = TestAuthority::new();
    let keys = tempfile::tempdir().unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let names = names();
    let load = |given| {
        let judge = authority.judge();
        PortalCertificate::load(keys.path(), given, judge, of(&names), start()).unwrap()
    };
    let served = load(Some(authority.given(&[NAME], 2027)));
    assert_eq!(served.facts().source, CertificateSource::Upload);
    assert!(served.facts().trusted);
    let garbage = GivenCertificate {
        chain: "x".into(),
        key: "y".into(),
    };
    assert!(load(Some(garbage)).facts().self_signed());
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(
        chain in "(-----BEGIN CERTIFICATE-----\n)?[A-Za-z0-9+/=\n -]{0,200}(\n-----END CERTIFICATE-----)?",
        key in "(-----BEGIN (EC |RSA )?PRIVATE KEY-----\n)?[A-Za-z0-9+/=\n -]{0,200}(\n-----END PRIVATE KEY-----)?",
    ) {
        proptest::prop_assert!(check(&chain, &key).is_err());
    }
}
