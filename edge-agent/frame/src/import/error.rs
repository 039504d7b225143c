//! Why a text is not a layout.

/// Why a text is not a layout at all.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is longer than any layout needs to be.
    #[error(
        "a layout of {bytes} bytes; at most {most} are read. Keep pictures out of it: it names them"
    )]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The greatest length that is read.
        most: usize,
    },
    /// It is not JSON, even with commas at the ends of lists forgiven.
    #[error("not JSON; look at the place that is named")]
    Json(#[source] serde_json::Error),
    /// It is JSON, but none of the shapes that layouts come in.
    #[error(
        "no layout in it: an object with `items`, or with a `layout` that has them, or a list of such objects is needed"
    )]
    NoLayout,
}
