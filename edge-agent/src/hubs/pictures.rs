//! Pictures by their hash, those that were needed lately from memory: a thousand hubs must not hold a day of pictures each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::{FrameHash, Picture, Store, StoreError};

/// How many are kept, which bounds the memory: 48 kB each for a common panel.
const KEPT: usize = 256;

/// A handle on the pictures; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Pictures {
    store: Store,
    lately: Arc<Mutex<Lately>>,
}

#[derive(Debug, Default)]
struct Lately {
    uses: u64,
    pictures: HashMap<FrameHash, (u64, Arc<Picture>)>,
}

impl Pictures {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            lately: Arc::default(),
        }
    }

    /// The picture; `None` when nobody shows or plans it any more.
    pub(crate) async fn get(&self, hash: FrameHash) -> Result<Option<Arc<Picture>>, StoreError> {
        if let Some(picture) = self.lock().get(&hash) {
            return Ok(Some(picture));
        }
        let Some(picture) = self.store.frame(hash).await?.map(Arc::new) else {
            return Ok(None);
        };
        self.remember(&picture);
        Ok(Some(picture))
    }

    /// Keeps a picture at hand that is about to be sent.
    pub(crate) fn remember(&self, picture: &Arc<Picture>) {
        self.lock().put(picture);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Lately> {
        self.lately.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lately {
    fn get(&mut self, hash: &FrameHash) -> Option<Arc<Picture>> {
        self.uses += 1;
        let (used, picture) = self.pictures.get_mut(hash)?;
        *used = self.uses;
        Some(Arc::clone(picture))
    }

    fn put(&mut self, picture: &Arc<Picture>) {
        self.uses += 1;
        let entry = (self.uses, Arc::clone(picture));
        self.pictures.insert(picture.hash, entry);
        if self.pictures.len() <= KEPT {
            return;
        }
        let oldest = self.pictures.iter().min_by_key(|(_, (used, _))| *used);
        if let Some(oldest) = oldest.map(|(hash, _)| *hash) {
            self.pictures.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use frame::Bitmap;

    use super::*;

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let mut lately = Lately::default();
        let picture = |hash: u16| {
            let mut name = [0; 32];
            name[..2].copy_from_slice(&hash.to_le_bytes());
            Arc::new(Picture {
                hash: name,
                bitmap: Bitmap::new_white(8, 8),
            })
        };
        let first = picture(0);
        lately.put(&first);
        for hash in 1..1000 {
            lately.put(&picture(hash));
            assert!(lately.get(&first.hash).is_some());
        }
        assert_eq!(lately.pictures.len(), KEPT);
        assert!(lately.get(&picture(1).hash).is_none());
        assert!(lately.get(&picture(999).hash).is_some());
    }
}
