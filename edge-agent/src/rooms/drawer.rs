//! The one thread that draws. Whoever waits for the glass goes first, whoever plans the day goes after.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};

use frame::{Panel, Renderer, RoomState};
use jiff::civil::{Date, DateTime};
use tokio::sync::oneshot;

use crate::store::Picture;

/// Pictures that are kept, since displays of one size show the same rooms and plans overlap from hour to hour. The
/// largest common panel has 48 kB.
const KEPT: usize = 256;

/// What can be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    let idle = |queue: &mut Queue| queue.now.is_empty() && queue.later.is_empty();
    let (mut queue, _) = shared
        .work
        .wait_timeout_while(queue, NAP, idle)
        .unwrap_or_else(PoisonError::into_inner);
    queue.now.pop_front().or_else(|| queue.later.pop_front())
}

fn draw(renderer: &mut Renderer, (drawing, panel): &Key) -> Picture {
    let bitmap = match drawing {
        Drawing::Room(state) => renderer.render(state, panel),
        Drawing::Notice { title, lines } => {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            renderer.notice(panel, title, &lines)
        }
        Drawing::Mark { since, today } => renderer.stale_mark(panel, *since, *today),
    };
    bitmap.into()
}
