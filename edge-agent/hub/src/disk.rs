//! Writing files so that a crash leaves the old one or the new one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Whether the file must survive a power cut, or only the death of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lasting {
    /// On the disk, under its name, when the call returns.
    PowerCut,
    /// Complete or absent; the operating system writes it when it likes.
    Crash,
}

/// Puts `bytes` in the place of whatever is at `path`.
pub(crate) fn replace(path: &Path, bytes: &[u8], lasting: Lasting) -> io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let mut file = File::create(&unfinished)?;
    file.write_all(bytes)?;
    if lasting == Lasting::PowerCut {
        file.sync_all()?;
    }
    fs::rename(&unfinished, path)?;
    if lasting == Lasting::PowerCut {
        sync_folder(path)?;
    }
    Ok(())
}

/// Writes a file whose content proves itself (it is named by its hash), so that it needs no temporary name. Its name is
/// on the disk only after the folder has been synced too.
pub(crate) fn write_self_proving(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Has the names of the files beside `path` on the disk.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
