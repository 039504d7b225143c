//! The one thread that draws. Whoever waits for the glass goes first, whoever plans the day goes after.

use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};

use frame::{Corner, Panel, Renderer, RoomState, SignState, layouts};
use jiff::civil::{Date, DateTime};
use tokio::sync::oneshot;

use crate::store::{DrawingName, Picture};

/// Pictures that are kept, since displays of one size show the same rooms and plans overlap from hour to hour. The
/// largest common panel has 48 kB.
const KEPT: usize = 256;

/// What can be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time is on its way to the thread that draws"
)]
pub(crate) enum Drawing {
    Room(RoomState),
    Notice {
        title: String,
        lines: Vec<String>,
    },
    /// The stale mark, the size of its block.
    Mark {
        since: DateTime,
        today: Date,
    },
}

impl Drawing {
    /// What names the picture of this drawing on that panel before anybody has drawn it: equal names, equal pixels.
    /// Another version of this program may draw otherwise, so it names otherwise.
    pub(crate) fn name(&self, panel: &Panel) -> DrawingName {
        let mut digest = Digest(blake3::Hasher::new());
        (env!("CARGO_PKG_VERSION"), self, panel).hash(&mut digest);
        *digest.0.finalize().as_bytes()
    }
}

/// Feeds what is hashed to a hash that no two drawings share.
struct Digest(blake3::Hasher);

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = *self.0.finalize().as_bytes();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

/// Who waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// A glass, or a person.
    Now,
    /// The plan of the day.
    Later,
}

/// Something in the drawing made the renderer panic; the log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sign could not be drawn; the log says why, please report it")]
pub(crate) struct DrawError;

type Key = (Drawing, Panel);

struct Job {
    key: Key,
    answer: oneshot::Sender<Arc<Picture>>,
}

#[derive(Default)]
struct Queue {
    now: VecDeque<Job>,
    later: VecDeque<Job>,
    /// Nothing of `later` is drawn meanwhile: the moment between a change's first frame and the rest of its day.
    #[cfg(test)]
    later_waits: bool,
}

impl Queue {
    fn is_idle(&self) -> bool {
        self.now.is_empty() && (self.later.is_empty() || self.holds_later())
    }

    fn next(&mut self) -> Option<Job> {
        match self.now.pop_front() {
            None if !self.holds_later() => self.later.pop_front(),
            job => job,
        }
    }

    #[cfg(not(test))]
    fn holds_later(&self) -> bool {
        false
    }

    #[cfg(test)]
    fn holds_later(&self) -> bool {
        self.later_waits
    }
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    work: Condvar,
}

/// A handle on the thread; cheap to clone. The thread ends when the last handle is gone.
#[derive(Clone)]
pub(crate) struct Drawer(Arc<Shared>);

impl std::fmt::Debug for Drawer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Drawer(..)")
    }
}

impl Drawer {
    /// Starts the thread; fonts are unpacked there, so that start-up does not wait for it.
    pub(crate) fn start() -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let weak = Arc::downgrade(&shared);
        std::thread::Builder::new()
            .name("drawer".to_owned())
            .spawn(move || run(&weak))?;
        Ok(Self(shared))
    }

    /// Draws, or finds the picture of an equal drawing.
    pub(crate) async fn draw(
        &self,
        urgency: Urgency,
        drawing: Drawing,
        panel: Panel,
    ) -> Result<Arc<Picture>, DrawError> {
        let (answer, picture) = oneshot::channel();
        let job = Job {
            key: (drawing, panel),
            answer,
        };
        {
            let mut queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
            match urgency {
                Urgency::Now => queue.now.push_back(job),
                Urgency::Later => queue.later.push_back(job),
            }
        }
        self.0.work.notify_one();
        picture.await.map_err(|_| DrawError)
    }
}

#[cfg(test)]
impl Drawer {
    /// Holds up, or lets go on, what nobody waits for.
    pub(crate) fn hold_later(&self, hold: bool) {
        let mut queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.later_waits = hold;
        drop(queue);
        self.0.work.notify_one();
    }
}

impl Drop for Drawer {
    fn drop(&mut self) {
        // The thread looks whether anyone is left.
        self.0.work.notify_one();
    }
}

/// How long the thread sleeps at most before it looks whether anyone is left to draw for.
const NAP: std::time::Duration = std::time::Duration::from_secs(1);

fn run(shared: &Weak<Shared>) {
    let mut renderer = Renderer::new();
    let mut kept: HashMap<Key, Arc<Picture>> = HashMap::new();
    while let Some(shared) = shared.upgrade() {
        let Some(job) = next(&shared) else { continue };
        let picture = match kept.get(&job.key) {
            Some(picture) => Arc::clone(picture),
            None => {
                // A title can be anything; one that the renderer chokes on must not take all other signs with it.
                let drawn = catch_unwind(AssertUnwindSafe(|| draw(&mut renderer, &job.key)));
                let Ok(picture) = drawn.map(Arc::new) else {
                    tracing::error!(panel = %job.key.1, "the renderer panicked");
                    renderer = Renderer::new();
                    continue;
                };
                if kept.len() >= KEPT {
                    kept.clear();
                }
                kept.insert(job.key, Arc::clone(&picture));
                picture
            }
        };
        // Whoever asked may have gone.
        let _ = job.answer.send(picture);
    }
}

fn next(shared: &Shared) -> Option<Job> {
    let queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut queue, _) = shared
        .work
        .wait_timeout_while(queue, NAP, |queue| queue.is_idle())
        .unwrap_or_else(PoisonError::into_inner);
    queue.next()
}

fn draw(renderer: &mut Renderer, (drawing, panel): &Key) -> Picture {
    let bitmap = match drawing {
        Drawing::Room(state) => {
            let state = SignState::of_room(state.clone());
            renderer.draw(layouts::default_for(panel), &state, panel)
        }
        Drawing::Notice { title, lines } => {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            renderer.notice(panel, title, &lines)
        }
        Drawing::Mark { since, today } => {
            let block = layouts::default_for(panel).stale_block(panel, Corner::default(), "");
            renderer.stale_mark(block, *since, *today, "")
        }
    };
    bitmap.into()
}
