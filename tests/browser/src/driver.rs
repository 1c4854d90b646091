//! The driver, a process of Debian's package `chromium-driver` that starts browsers and steers them.

use std::{
    env,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};

use crate::wire::Wire;

/// A running driver. It ends, with its browsers, when this is dropped.
#[derive(Debug)]
pub struct Driver {
    child: Child,
    pub(crate) wire: Wire,
}

impl Driver {
    /// Starts one on a port that is free.
    ///
    /// # Panics
    /// When there is none to start, with what to do.
    pub fn start() -> Self {
        let named = env::var_os("DOSSIER_CHROMEDRIVER").map_or_else(|| PathBuf::from("chromedriver"), PathBuf::from);
        // A group of its own, so that its browsers end with it.
        let mut command = Command::new(&named);
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap_or_else(|error| {
            panic!("{}: {error}. `tests/run services` installs Chromium and its driver", named.display())
        });
        let mut said = BufReader::new(child.stdout.take().expect("standard output is piped")).lines();
        let port = said.by_ref().map_while(Result::ok).find_map(|line| port_of(&line));
        let port = port.expect("the driver says on which port it listens");
        // What it says later is nobody's concern, but it must not stand still because nobody reads it.
        thread::spawn(move || said.for_each(drop));
        Self { child, wire: Wire::to(format!("http://127.0.0.1:{port}")) }
    }
}

/// The number at the end of `ChromeDriver was started successfully on port 38271.`
fn port_of(line: &str) -> Option<u16> {
    let (_, port) = line.rsplit_once("successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        let _ = self.child.wait();
    }
}
