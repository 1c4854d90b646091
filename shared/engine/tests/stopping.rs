//! A service that cannot go on says so, and nobody is told that it is well.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod toy;

use std::{sync::Arc, time::Duration};

use dossier_engine::{Clock, Engine, EngineSettings, ExecuteError, Faults, Passing, Step};
use dossier_proto::Micros;
use toy::{NOON, ToyClock, ToyCommand, ToyEngine, request, settings};

const PATIENCE: Duration = Duration::from_secs(20);

/// Panics at a step.
struct Panicking(Step);

impl Faults for Panicking {
    fn reach(&self, passing: Passing) {
        assert_ne!(passing.step, self.0, "as the test wants it");
    }
}

fn panicking(directory: &std::path::Path, step: Step) -> ToyEngine {
    let settings = EngineSettings { faults: Arc::new(Panicking(step)), ..settings(directory, ToyClock::at(NOON)) };
    Engine::open(settings).unwrap()
}

/// Gives the time once, for the opening.
struct Broken(std::sync::atomic::AtomicBool);

impl Clock for Broken {
    fn now(&self) -> Micros {
        assert!(!self.0.swap(true, std::sync::atomic::Ordering::SeqCst), "as the test wants it");
        NOON
    }
}

async fn stops_saying(engine: &ToyEngine, reason: &str) {
    let refused = engine.execute(request("one", ToyCommand::Start(3))).await.unwrap_err();
    assert_eq!(refused, ExecuteError::Stopped);
    // At once: whoever is told that it has stopped finds readiness saying the same.
    assert_eq!(engine.stopped_because().as_deref(), Some(reason));
    assert_eq!(engine.admits_persons().unwrap_err(), ExecuteError::Stopped);
    let told = tokio::time::timeout(PATIENCE, engine.stopped()).await.unwrap();
    assert_eq!(told, reason);
    assert_eq!(engine.execute(request("two", ToyCommand::Start(3))).await.unwrap_err(), ExecuteError::Stopped);
}

/// The thread that commits ended by a panic, the other one ended quietly, and the service said that it was running.
#[tokio::test]
async fn a_panic_while_committing_stops_the_service() {
    let directory = tempfile::tempdir().unwrap();
    let engine = panicking(directory.path(), Step::Committed);
    stops_saying(&engine, "the thread that commits panicked").await;
}

/// The same of the thread in the middle, from which the one behind it hears nothing more.
#[tokio::test]
async fn a_panic_while_writing_stops_the_service() {
    let directory = tempfile::tempdir().unwrap();
    let engine = panicking(directory.path(), Step::BeforeCommit);
    stops_saying(&engine, "the thread that writes panicked").await;
}

/// The same of the first thread: the reason was "it was asked to".
#[tokio::test]
async fn a_panic_while_deciding_stops_the_service() {
    let directory = tempfile::tempdir().unwrap();
    let settings = EngineSettings {
        clock: Arc::new(Broken(std::sync::atomic::AtomicBool::new(false))),
        ..settings(directory.path(), ToyClock::at(NOON))
    };
    let engine: ToyEngine = Engine::open(settings).unwrap();
    stops_saying(&engine, "the thread that decides panicked").await;
}
