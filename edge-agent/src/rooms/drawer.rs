//! The one thread that draws. Whoever waits for the glass goes first, whoever plans the day goes after.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};

use frame::{Panel, Rect, Renderer, Rotation, SignState};
use jiff::civil::{Date, DateTime};
use tokio::sync::oneshot;

use super::fonts::SignFonts;
use super::look::Look;
use crate::digest::Digest;
use crate::store::{DrawingName, Picture};

/// Pictures that are kept, since displays of one size show the same rooms and plans overlap from hour to hour. The
/// largest common panel has 48 kB.
const KEPT: usize = 256;

/// What can be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Drawing {
    /// A layout with what it has to say.
    Sign { state: Box<SignState>, look: Look },
    Notice {
        title: String,
        lines: Vec<String>,
        rotation: Rotation,
    },
    /// The stale mark, for a block of that many pixels across and down as the reader sees it.
    Mark {
        since: DateTime,
        today: Date,
        size: (u32, u32),
        rotation: Rotation,
        locale: String,
    },
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
pub(crate) struct Drawer {
    shared: Arc<Shared>,
    fonts: SignFonts,
}

impl std::fmt::Debug for Drawer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Drawer(..)")
    }
}

impl Drawer {
    /// Starts the thread; fonts are unpacked there, so that start-up does not wait for it.
    pub(crate) fn start(fonts: SignFonts) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (weak, own) = (Arc::downgrade(&shared), fonts.clone());
        std::thread::Builder::new()
            .name("drawer".to_owned())
            .spawn(move || run(&weak, &own))?;
        Ok(Self { shared, fonts })
    }

    /// What names the picture of a drawing on a panel before anybody has drawn it: equal names, equal pixels. Another
    /// version of this program, or one with other fonts, may draw otherwise, so it names otherwise.
    pub(crate) fn name(&self, drawing: &Drawing, panel: &Panel) -> DrawingName {
        let mut digest = Digest::default();
        (env!("CARGO_PKG_VERSION"), &self.fonts, drawing, panel).hash(&mut digest);
        digest.name()
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
            let mut queue = self
                .shared
                .queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            match urgency {
                Urgency::Now => queue.now.push_back(job),
                Urgency::Later => queue.later.push_back(job),
            }
        }
        self.shared.work.notify_one();
        picture.await.map_err(|_| DrawError)
    }
}

#[cfg(test)]
impl Drawer {
    /// Holds up, or lets go on, what nobody waits for.
    pub(crate) fn hold_later(&self, hold: bool) {
        let mut queue = self
            .shared
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        queue.later_waits = hold;
        drop(queue);
        self.shared.work.notify_one();
    }
}

impl Drop for Drawer {
    fn drop(&mut self) {
        // The thread looks whether anyone is left.
        self.shared.work.notify_one();
    }
}

/// How long the thread sleeps at most before it looks whether anyone is left to draw for.
const NAP: std::time::Duration = std::time::Duration::from_secs(1);

fn run(shared: &Weak<Shared>, fonts: &SignFonts) {
    let mut renderer = Renderer::with_fonts(fonts.fonts());
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
                    renderer = Renderer::with_fonts(fonts.fonts());
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
        Drawing::Sign { state, look } => renderer
            .draw(look.document(), state, &panel.turned(look.rotation))
            .rotated(look.rotation),
        Drawing::Notice {
            title,
            lines,
            rotation,
        } => {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let seen = panel.turned(*rotation);
            renderer.notice(&seen, title, &lines).rotated(*rotation)
        }
        Drawing::Mark {
            since,
            today,
            size: (width, height),
            rotation,
            locale,
        } => {
            let block = Rect {
                x: 0,
                y: 0,
                width: *width,
                height: *height,
            };
            renderer
                .stale_mark(block, *since, *today, locale)
                .rotated(*rotation)
        }
    };
    bitmap.into()
}
