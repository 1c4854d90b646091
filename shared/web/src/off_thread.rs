//! Work that would hold up the threads which answer everybody.

use crate::{Answer, Problem, ProblemKind};

/// Does work that reads the disk, seals or unseals, off the async threads, in the span of the request.
///
/// # Errors
/// What the work answers; 503 when the process is going down.
///
/// # Panics
/// When the work does: a panic is told where every panic is.
pub async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Answer<T> + Send + 'static) -> Answer<T> {
    let span = tracing::Span::current();
    match tokio::task::spawn_blocking(move || span.in_scope(work)).await {
        Ok(answer) => answer,
        // Only when the process is going down is such work not run to its end.
        Err(stopped) if stopped.is_cancelled() => Err(Problem::new(ProblemKind::Unavailable)),
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}
