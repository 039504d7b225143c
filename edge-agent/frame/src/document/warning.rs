//! What a layout says that is not drawn, told with the place where it says so.

use std::fmt;

/// More warnings than this help nobody; it bounds the answer to a layout that is wrong in ten thousand places.
const MOST: usize = 100;

/// One thing in a layout that is ignored, or drawn other than written. The layout is drawn all the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LayoutWarning {
    /// Where in the JSON, such as `layout[0].items[3].data.font`.
    pub path: String,
    /// What is wrong with it and what happens instead.
    pub text: String,
}

impl fmt::Display for LayoutWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.text)
    }
}

/// Collects warnings, a bounded number of them.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    list: Vec<LayoutWarning>,
    untold: usize,
}

impl Warnings {
    pub(crate) fn add(&mut self, path: &Path<'_>, text: impl Into<String>) {
        if self.list.len() < MOST {
            self.list.push(LayoutWarning {
                path: path.to_string(),
                text: text.into(),
            });
        } else {
            self.untold += 1;
        }
    }

    /// All that were kept, and one that counts the others.
    pub(crate) fn finish(mut self) -> Vec<LayoutWarning> {
        if self.untold > 0 {
            self.list.push(LayoutWarning {
                path: String::new(),
                text: format!("and {} more warnings", self.untold),
            });
        }
        self.list
    }
}

/// A place in a JSON text, written out only when something is said about it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl Path<'_> {
    pub(crate) fn key<'b>(&'b self, key: &'b str) -> Path<'b> {
        Path::Key(self, key)
    }

    pub(crate) fn index(&self, index: usize) -> Path<'_> {
        Path::Index(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(Self::Root, key) => write!(f, "{key}"),
            Self::Key(parent, key) => write!(f, "{parent}.{key}"),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_one_would_write_it() {
        let (layout, items) = (Path::Root.key("layout"), 3);
        let sheet = layout.index(0);
        let list = sheet.key("items");
        assert_eq!(
            list.index(items).key("data").to_string(),
            "layout[0].items[3].data"
        );
    }

    #[test]
    fn ten_thousand_faults_make_a_hundred_warnings() {
        let mut warnings = Warnings::default();
        for _ in 0..10_000 {
            warnings.add(&Path::Root, "wrong");
        }
        let told = warnings.finish();
        assert_eq!(told.len(), MOST + 1);
        assert_eq!(told[MOST].text, "and 9900 more warnings");
    }
}
