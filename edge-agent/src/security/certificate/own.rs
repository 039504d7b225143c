//! The certificate that the agent makes itself, there from the first start.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
};

use super::error::CertificateError;

/// Makes it for `names`, with the key that lies there already or a new one.
///
/// ECDSA P-256, since Chromium takes no Ed25519; valid for a year, since some browsers take no more than 398 days.
pub(super) fn make(
    certificate: &Path,
    key: &Path,
    names: &[String],
    now: Timestamp,
) -> Result<(), CertificateError> {
    let pair = match std::fs::read_to_string(key) {
        // The same key again, so that whoever pinned it need not do it anew.
        Ok(pem) => KeyPair::from_pem(&pem)?,
        Err(_) => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?,
    };
    let mut params = CertificateParams::new(names.to_vec())?;
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "Placard, made by itself");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let today = now.to_zoned(TimeZone::UTC).date();
    // From yesterday on, for browsers whose clock is behind.
    let day = |date: jiff::civil::Date| {
        let month = u8::try_from(date.month()).expect("months are 1 to 12");
        let of_month = u8::try_from(date.day()).expect("days are 1 to 31");
        rcgen::date_time_ymd(i32::from(date.year()), month, of_month)
    };
    params.not_before = day(today.saturating_sub(1.day()));
    params.not_after = day(today.saturating_add(1.year()));
    let signed = params.self_signed(&pair)?;
    write(key, pair.serialize_pem().as_bytes(), 0o600)?;
    write(certificate, signed.pem().as_bytes(), 0o644)
}

/// Replaces a file at one stroke.
fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), CertificateError> {
    let failed = |source| CertificateError::Write {
        path: path.to_owned(),
        source,
    };
    let folder = path
        .parent()
        .expect("certificates are inside the keys folder");
    std::fs::create_dir_all(folder).map_err(failed)?;
    let fresh = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&fresh)
        .map_err(failed)?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    std::fs::rename(&fresh, path).map_err(failed)
}
