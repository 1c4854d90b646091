//! Who tells, and who is told.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use dossier_proto::SubjectId;
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderName, HeaderValue, header};
use tokio::{
    sync::broadcast::{self, error::RecvError, error::TryRecvError},
    time::Instant,
};

use super::{
    Asked, Closing,
    places::{Place, Places},
};
use crate::{Answer, Cache, Problem, ProblemKind};

/// Messages that wait for a stream that is slow. One that has missed some is told to look at everything: 256 × 64 bytes are 16 KiB, once.
const WAITING_MAX: usize = 256;
/// Between two signs of life: proxies close what is silent for 30 to 60 s.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How long a stream lasts. Then the browser asks again, and its rights are looked at anew: who lost them is told of nothing for longer.
const LASTS: Duration = Duration::from_secs(5 * 60);
/// A browser comes back after so many milliseconds.
const BACK_AFTER: u64 = 2_000;
/// What else happens at the same moment goes into the same message: a command causes several events within a few milliseconds.
const GATHERED: Duration = Duration::from_millis(50);
/// Tried again after so many seconds, where there is no place.
const RETRY_SECONDS: u64 = 30;
/// Some proxies keep what passes until they have a whole page of it.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

type Feed = Pin<Box<dyn Stream<Item = Vec<String>> + Send>>;

/// Tells pages that something has changed. One for each service; all clones are the same.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

struct Inner {
    told: broadcast::Sender<Told>,
    places: Places,
    /// Begun when somebody listens for the first time: before that there is nobody to tell.
    feed: Mutex<Option<Feed>>,
}

#[derive(Debug, Clone)]
enum Told {
    Topic(Arc<str>),
    Everything,
}

impl Default for Live {
    fn default() -> Self {
        Self::of(None)
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Live")
    }
}

impl Live {
    fn of(feed: Option<Feed>) -> Self {
        let (told, _) = broadcast::channel(WAITING_MAX);
        Self(Arc::new(Inner { told, places: Places::default(), feed: Mutex::new(feed) }))
    }

    /// One that is told by a stream of topics, from when somebody listens for the first time. An empty list of topics says: everything.
    pub fn fed_by(feed: impl Stream<Item = Vec<String>> + Send + 'static) -> Self {
        Self::of(Some(Box::pin(feed)))
    }

    /// Something of these topics has changed. Never waits, and costs nothing when nobody listens.
    pub fn tell<T: AsRef<str>>(&self, topics: impl IntoIterator<Item = T>) {
        for topic in topics {
            self.send(Told::Topic(topic.as_ref().into()));
        }
    }

    /// So much has changed that everybody looks again.
    pub fn tell_everybody(&self) {
        self.send(Told::Everything);
    }

    fn send(&self, told: Told) {
        // An error says that nobody listens.
        drop(self.0.told.send(told));
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.0.places.count()
    }

    /// The stream of what is asked for. Whether this person may follow each of the topics has been looked at by whoever calls.
    ///
    /// # Errors
    /// 503 when this person, or all together, have as many streams open as there may be; pages work by reloading.
    pub fn follow(&self, whose: SubjectId, asked: Asked) -> Answer<Response> {
        let place = self.0.places.take(whose).ok_or_else(|| {
            Problem::new(ProblemKind::Unavailable)
                .detail("As many pages stand open as can be told of changes. This page works by reloading it.")
                .header(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS))
        })?;
        let listener = Listener {
            told: self.0.told.subscribe(),
            closing: asked.closing.clone(),
            asked,
            until: Instant::now() + LASTS,
            has_begun: false,
            _place: place,
        };
        self.begin();
        let pieces = stream::unfold(listener, |mut listener| async move { Some((listener.next().await?, listener)) });
        let kind = HeaderValue::from_static("text/event-stream");
        let headers = [(header::CONTENT_TYPE, kind), (UNBUFFERED, HeaderValue::from_static("no"))];
        let body = Body::from_stream(pieces.map(Ok::<_, std::convert::Infallible>));
        Ok((Cache::Private, headers, body).into_response())
    }

    /// Begins to be told.
    fn begin(&self) {
        let feed = self.0.feed.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut feed) = feed else { return };
        let inner = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            while let Some(topics) = feed.next().await {
                let Some(live) = inner.upgrade().map(Self) else { return };
                if topics.is_empty() { live.tell_everybody() } else { live.tell(topics) }
            }
        });
    }
}

/// One stream.
struct Listener {
    told: broadcast::Receiver<Told>,
    closing: Closing,
    asked: Asked,
    until: Instant,
    has_begun: bool,
    _place: Place,
}

impl Listener {
    /// The next piece of the stream; `None` when it ends.
    async fn next(&mut self) -> Option<Bytes> {
        if !self.has_begun {
            self.has_begun = true;
            // The first piece goes out at once: the browser knows then that it listens, and looks once at what it may have missed.
            return Some(Bytes::from(format!("retry: {BACK_AFTER}\n\n")));
        }
        let (closing, told, asked) = (&mut self.closing, &mut self.told, self.asked.topics());
        let changed = tokio::select! {
            biased;
            () = closing.closed() => return None,
            () = tokio::time::sleep_until(self.until) => return None,
            // Nothing is lost when another branch is quicker: what is taken and concerns somebody ends the waiting at once.
            changed = first(told, asked) => changed?,
            () = tokio::time::sleep(SIGN_OF_LIFE) => return Some(Bytes::from_static(b":\n\n")),
        };
        tokio::time::sleep(GATHERED).await;
        Some(Bytes::from(format!("data: {}\n\n", with_the_rest(told, asked, changed).join(" "))))
    }
}

/// Waits for something that concerns whoever follows these topics; `None` when nobody will tell anything more.
async fn first<'a>(told: &mut broadcast::Receiver<Told>, asked: &'a [String]) -> Option<Vec<&'a str>> {
    let mut changed = Vec::new();
    while changed.is_empty() {
        match told.recv().await {
            Ok(message) => note(&message, asked, &mut changed),
            Err(RecvError::Lagged(_)) => note(&Told::Everything, asked, &mut changed),
            Err(RecvError::Closed) => return None,
        }
    }
    Some(changed)
}

/// What was told meanwhile goes into the same message.
fn with_the_rest<'a>(
    told: &mut broadcast::Receiver<Told>,
    asked: &'a [String],
    mut changed: Vec<&'a str>,
) -> Vec<&'a str> {
    loop {
        match told.try_recv() {
            Ok(message) => note(&message, asked, &mut changed),
            Err(TryRecvError::Lagged(_)) => note(&Told::Everything, asked, &mut changed),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return changed,
        }
    }
}

fn note<'a>(message: &Told, asked: &'a [String], changed: &mut Vec<&'a str>) {
    for topic in asked {
        let concerns = match message {
            Told::Everything => true,
            Told::Topic(told) => **told == **topic,
        };
        if concerns && !changed.contains(&topic.as_str()) {
            changed.push(topic);
        }
    }
}
