//! Why there is no certificate to serve with.

use std::path::PathBuf;

/// Why the portal cannot serve with what it has. Every message names the file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    #[error("read `{path}`; it must be PEM")]
    Pem {
        path: PathBuf,
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    #[error("`{path}` holds no certificate; put the server's certificate first, then its chain")]
    Empty { path: PathBuf },
    #[error("`{path}` cannot be served with; does the key beside it belong to it?")]
    Unusable {
        path: PathBuf,
        #[source]
        source: rustls::Error,
    },
    #[error("`{path}` cannot be read as an X.509 certificate")]
    Parse { path: PathBuf },
    #[error("make a certificate")]
    Make(#[from] rcgen::Error),
    #[error("write `{path}`")]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}
