//! Fetches the files that events name and that are not here yet.
//!
//! There is no list of what is missing: what is named is in the view, what is here lies in the store, and the difference is fetched, after
//! a restart as before it. A file that broke off is begun again; at most 25 MB come twice.

use std::{sync::Arc, time::Duration};

use dossier_proto::Origin;
use dossier_vault::{
    KeyError,
    files::{Arriving, FileError, FileStore},
};
use futures_util::future::BoxFuture;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use super::{
    FILE_PART_BYTES, NamedFile,
    queue::{Errand, Queue},
    wire::Part,
};
use crate::{Question, Transport, TransportError};

/// Files that are fetched at once, so that a long one does not keep a short one waiting. Each holds one part: 512 KiB in all.
const AT_ONCE: usize = 2;
/// Names that are looked at in one go.
const NAMES: usize = 256;
/// What is named is looked at so often at least.
const LOOK: Duration = Duration::from_secs(1);
/// What is named within this is looked at together, however many events come by.
const GATHER: Duration = Duration::from_millis(20);
/// How often all names are looked at again: files whose keys were destroyed since are removed, and those that were taken away come again.
const TIDY: Duration = Duration::from_secs(3600);
/// After so many attempts in vain a file is worth the operator's attention: some two minutes.
const TROUBLE: u32 = 8;

/// What a service ought to have.
pub trait FileNeeds: Send + Sync + 'static {
    /// What was named after the first `count`, at most `at_most`; and a position that [`FileNeeds::more`] goes on from.
    fn named(&self, count: usize, at_most: usize) -> (Vec<NamedFile>, u64);

    /// Returns when more may be named than at this position, or after `patience`.
    fn more(&self, position: u64, patience: Duration) -> BoxFuture<'_, ()>;
}

/// Keeps a store as full as it ought to be.
pub struct FileFetcher {
    /// Where the files are to lie.
    pub store: FileStore,
    /// Carries the questions.
    pub transport: Arc<dyn Transport>,
    /// Who has the files.
    pub holder: Origin,
    /// What is wanted.
    pub needs: Arc<dyn FileNeeds>,
}

/// Why a file did not come.
#[derive(Debug, thiserror::Error)]
enum Unfetched {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error("a part of {found} bytes came where {wanted} were asked for")]
    Length { found: usize, wanted: u64 },
    #[error("the work on it ended in an unexpected way")]
    Panicked,
}

impl Unfetched {
    /// Whether it never comes, because nobody can read it any more.
    fn is_for_ever(&self) -> bool {
        matches!(self, Self::File(FileError::Key(KeyError::Erased(_))))
    }
}

impl FileFetcher {
    /// Fetches for as long as it is polled.
    pub async fn run(self) {
        let fetcher = Arc::new(self);
        let (mut count, mut queue) = (0, Queue::default());
        let mut fetching: JoinSet<(Errand, Result<(), Unfetched>)> = JoinSet::new();
        let mut tidied = None;
        loop {
            let now = Instant::now();
            if tidied.is_none_or(|at| now.duration_since(at) >= TIDY) {
                tidied = Some(now);
                Arc::clone(&fetcher).tidy().await;
                (count, queue) = (0, Queue::default());
            }
            let (named, missing, position) = Arc::clone(&fetcher).look(count).await;
            count += named;
            missing.into_iter().for_each(|file| queue.put(now, Errand { file, failed: 0 }));
            while fetching.len() < AT_ONCE
                && let Some(errand) = queue.take(now)
            {
                let fetcher = Arc::clone(&fetcher);
                fetching.spawn(async move {
                    let fetched = fetcher.fetch(&errand.file).await;
                    (errand, fetched)
                });
            }
            metrics::gauge!("dossier_files_missing", "holder" => fetcher.holder.name())
                .set((queue.len() + fetching.len()) as f64);
            if named == NAMES {
                continue;
            }
            let next = queue.next().filter(|_| fetching.len() < AT_ONCE).unwrap_or(now + LOOK);
            tokio::select! {
                Some(done) = fetching.join_next() => {
                    if let Ok((errand, Err(error))) = done {
                        fetcher.failed(errand, &error, &mut queue);
                    }
                }
                () = sleep_until(next) => {}
                () = fetcher.more(position) => {}
            }
        }
    }

    async fn more(&self, position: u64) {
        self.needs.more(position, LOOK).await;
        sleep(GATHER).await;
    }

    /// How many more files are named, and those of them that are not here.
    async fn look(self: Arc<Self>, count: usize) -> (usize, Vec<NamedFile>, u64) {
        let looking = tokio::task::spawn_blocking(move || {
            let (named, position) = self.needs.named(count, NAMES);
            let all = named.len();
            let missing = named.into_iter().filter(|file| !self.store.is_here(file.entry, file.digest)).collect();
            (all, missing, position)
        });
        // Looking at a view and a directory: were it to fail, it is done again.
        looking.await.unwrap_or_default()
    }

    /// Removes the files whose keys were destroyed: nobody can read them any more.
    async fn tidy(self: Arc<Self>) {
        let tidying = tokio::task::spawn_blocking(move || {
            let mut count = 0;
            loop {
                let (named, _) = self.needs.named(count, NAMES);
                count += named.len();
                for file in named.iter().filter(|file| self.store.is_erased(file.key)) {
                    if let Err(error) = self.store.remove(file.entry, file.digest) {
                        tracing::warn!(%error, "what is left of an erased file stays for another hour");
                    }
                }
                if named.len() < NAMES {
                    return;
                }
            }
        });
        // It is done again in an hour.
        drop(tidying.await);
    }

    async fn fetch(&self, file: &NamedFile) -> Result<(), Unfetched> {
        let (store, entry, kept) = (self.store.clone(), file.entry, file.kept());
        let mut arriving = blocking(move || store.arrive(entry, kept)).await?;
        while arriving.left() > 0 {
            arriving = self.part(file, arriving).await?;
        }
        blocking(move || arriving.finish()).await?;
        metrics::counter!("dossier_files_arrived_total", "holder" => self.holder.name()).increment(1);
        tracing::info!(entry = %file.entry, digest = %file.digest, holder = %self.holder, "a file has arrived");
        Ok(())
    }

    /// Asks for the next part: exactly as much as is asked for comes, or it counts for nothing. So whoever answers ends in as many answers
    /// as the file has parts.
    async fn part(&self, file: &NamedFile, mut arriving: Arriving) -> Result<Arriving, Unfetched> {
        let wanted = arriving.left().min(u64::from(FILE_PART_BYTES));
        let length = u32::try_from(wanted).unwrap_or(FILE_PART_BYTES);
        let part = Part { entry: file.entry, digest: file.digest, offset: arriving.came(), length };
        let bytes = self.transport.ask(self.holder, Question::File, part.encode()).await?;
        if bytes.len() as u64 != wanted {
            return Err(Unfetched::Length { found: bytes.len(), wanted });
        }
        blocking(move || arriving.write(&bytes).map(|()| arriving)).await
    }

    fn failed(&self, mut errand: Errand, error: &Unfetched, queue: &mut Queue) {
        let (entry, digest) = (errand.file.entry, errand.file.digest);
        if error.is_for_ever() {
            tracing::info!(%entry, %digest, "a file was erased before it arrived");
            return;
        }
        errand.failed = errand.failed.saturating_add(1);
        let (failed, holder) = (errand.failed, self.holder);
        if failed >= TROUBLE {
            tracing::warn!(%entry, %digest, %holder, failed, %error, "a file does not arrive");
        } else {
            tracing::debug!(%entry, %digest, %holder, failed, %error, "a file did not arrive yet");
        }
        queue.put(Instant::now() + errand.patience(), errand);
    }
}

/// Files are on disk; the runtime's threads must not wait for that.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
) -> Result<T, Unfetched> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|_panicked| Unfetched::Panicked)?;
    done.map_err(Unfetched::File)
}
