//! People who work with the house over HTTP without a pause, and do not mind that it dies: what is not answered is asked again
//! under the same key, wherever the house is then.

mod administrator;
mod auditor;
mod caller;
mod contributor;
mod moderator;
mod people;
mod publisher;
mod reply;
mod town;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, JoinHandle},
};

pub use caller::{Caller, Order};
pub use people::{People, Person};
pub use reply::Reply;
pub use town::Town;

/// What one of them does, over and over.
type Work = fn(&mut Caller);

/// Who works: a name of their own, whose account they use, and what they do.
const WORKERS: [(&str, &str, Work); 9] = [
    ("alder", "contributor-kz", contributor::work),
    ("aspen", "contributor-kz", contributor::work),
    ("baobab", "contributor-ke", contributor::work),
    ("acacia", "contributor-ke", contributor::work),
    ("birch", "moderator-a", moderator::work),
    ("maple", "moderator-b", moderator::work),
    ("oak", "publisher", publisher::work),
    ("yew", "auditor", auditor::work),
    ("pine", "administrator", administrator::work),
];

/// The workers, at work.
pub struct Workers {
    town: Arc<Town>,
    threads: Vec<(&'static str, JoinHandle<Result<u64, String>>)>,
}

impl Workers {
    /// All of them begin.
    pub fn begin(town: &Arc<Town>, people: &People) -> Self {
        let begin = |(name, account, work): (&'static str, &str, Work)| {
            let mut caller = Caller::new(town, name, people.of(account).clone());
            let thread = thread::spawn(move || {
                let worked = catch_unwind(AssertUnwindSafe(|| {
                    while !caller.town().is_closing() {
                        work(&mut caller);
                    }
                }));
                worked.map(|()| caller.answered()).map_err(|panic| words_of(&*panic))
            });
            (name, thread)
        };
        Self { town: Arc::clone(town), threads: WORKERS.into_iter().map(begin).collect() }
    }

    /// Lets them finish what they have asked for; gives the number of commands that took effect.
    ///
    /// # Errors
    /// What went wrong at whose.
    pub fn finish(self) -> Result<u64, String> {
        self.town.close();
        let mut answered = 0;
        let mut wrong = Vec::new();
        for (name, thread) in self.threads {
            match thread.join().unwrap_or_else(|panic| Err(words_of(&*panic))) {
                Ok(count) => answered += count,
                Err(words) => wrong.push(format!("{name}: {words}")),
            }
        }
        if wrong.is_empty() { Ok(answered) } else { Err(wrong.join("\n")) }
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}
