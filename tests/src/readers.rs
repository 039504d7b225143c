//! Eyes that are not ours: `zbarimg` reads the QR code, `tesseract` the words of a glass.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use frame::Bitmap;
use tokio::process::Command;

/// What the QR code on a picture says.
///
/// # Errors
///
/// Fails when `zbarimg` is not installed or finds no code.
pub async fn qr_code(picture: &Path) -> Result<String> {
    let output = Command::new("zbarimg")
        .args(["--quiet", "--raw"])
        .arg(picture)
        .output()
        .await
        .context("run zbarimg; `infra/dev` installs it")?;
    ensure!(
        output.status.success(),
        "zbarimg found no QR code in {}",
        picture.display()
    );
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// All words on a picture, as `tesseract` reads them from the picture and from its negative: it does not reliably find
/// white letters in a black band by itself.
///
/// # Errors
///
/// Fails when `tesseract` is not installed or refuses the picture.
pub async fn words(picture: &Path) -> Result<String> {
    let positive = Bitmap::from_png(&std::fs::read(picture)?)?;
    let mut negative = Bitmap::new_white(positive.width(), positive.height());
    for (x, y) in (0..positive.height()).flat_map(|y| (0..positive.width()).map(move |x| (x, y))) {
        negative.set(x, y, !positive.get(x, y));
    }
    let turned = picture.with_extension("negative.png");
    std::fs::write(&turned, negative.to_png())?;
    Ok(read(picture).await? + &read(&turned).await?)
}

async fn read(picture: &Path) -> Result<String> {
    let output = Command::new("tesseract")
        .arg(picture)
        .args(["stdout", "--psm", "11", "--dpi", "150"])
        .output()
        .await
        .context("run tesseract; `infra/dev` installs it")?;
    ensure!(
        output.status.success(),
        "tesseract refused {}: {}",
        picture.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// How much of `wanted` was misread: the least edit distance to any stretch of `seen`, over the length of `wanted`.
///
/// Case and white space do not count: where a line breaks is the layout's choice.
pub fn misread(wanted: &str, seen: &str) -> f64 {
    let fold = |text: &str| {
        text.chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
            .collect::<Vec<_>>()
    };
    let (wanted, seen) = (fold(wanted), fold(seen));
    // Sellers' algorithm: the first row is zero, so that a match may begin anywhere in `seen`.
    let mut row = vec![0_usize; seen.len() + 1];
    for (i, w) in wanted.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, s) in seen.iter().enumerate() {
            let cost = (diagonal + usize::from(w != s))
                .min(row[j] + 1)
                .min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    let best = row.into_iter().min().unwrap_or(wanted.len());
    #[expect(clippy::cast_precision_loss, reason = "titles are short")]
    let share = best as f64 / wanted.len().max(1) as f64;
    share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misread_counts_wrong_characters_against_the_wanted_text() {
        assert_eq!(
            misread("Copper lantern", "Room A\nCopper\nlantern\n10:30"),
            0.0
        );
        assert_eq!(misread("abcdefghij", "xx abcdefghiX yy"), 0.1);
        assert_eq!(misread("abc", ""), 1.0);
    }
}
