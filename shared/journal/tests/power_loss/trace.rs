//! Reading what strace wrote.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What a process did to files, as far as it matters for what is on disk. Paths are relative to the recorded directory.
#[derive(Debug)]
pub(crate) enum Call {
    /// A file was opened, and made where there was none.
    Open {
        path: PathBuf,
        create: bool,
        truncate: bool,
    },
    Write {
        path: PathBuf,
        offset: u64,
        data: Vec<u8>,
    },
    Sync {
        path: PathBuf,
    },
    SetLength {
        path: PathBuf,
        length: u64,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Unlink {
        path: PathBuf,
    },
    MakeDirectory {
        path: PathBuf,
    },
}

/// The beginning or the end of a call: with several threads they do not lie side by side.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    Begin(usize),
    End(usize),
}

pub(crate) struct Trace {
    pub(crate) calls: Vec<Call>,
    /// The lines in which each call began and ended.
    lines: Vec<(usize, usize)>,
}

/// A call as one line, with the numbers of the lines it came from.
struct Whole {
    text: String,
    begin: usize,
    end: usize,
}

impl Trace {
    /// Reads strace's output (`-f -y -xx`); what happened outside of `root` is left out.
    pub(crate) fn parse(output: &str, root: &Path) -> Self {
        let mut trace = Self { calls: Vec::new(), lines: Vec::new() };
        let mut reader = Reader { root: root.to_owned(), offsets: HashMap::new() };
        for whole in whole_calls(output) {
            if let Some(call) = reader.call(&whole.text) {
                trace.calls.push(call);
                trace.lines.push((whole.begin, whole.end));
            }
        }
        trace
    }

    /// Beginnings and ends in the order they happened.
    pub(crate) fn moments(&self) -> Vec<Moment> {
        let mut moments = Vec::new();
        for (call, (begin, end)) in self.lines.iter().enumerate() {
            moments.push((*begin, 0, Moment::Begin(call)));
            moments.push((*end, 1, Moment::End(call)));
        }
        moments.sort_by_key(|(line, order, _)| (*line, *order));
        moments.into_iter().map(|(_, _, moment)| moment).collect()
    }
}

/// Puts `<unfinished ...>` and `<... resumed>` together.
fn whole_calls(output: &str) -> Vec<Whole> {
    let mut open: HashMap<&str, (usize, &str)> = HashMap::new();
    let mut whole = Vec::new();
    for (number, line) in output.lines().enumerate() {
        let Some((thread, text)) = line.split_once(' ') else { continue };
        let text = text.trim_start();
        if let Some(begun) = text.strip_suffix(" <unfinished ...>") {
            open.insert(thread, (number, begun));
        } else if let Some(rest) = text.strip_prefix("<... ") {
            let (begin, begun) = open.remove(thread).expect("a call that resumes was begun");
            let (_, rest) = rest.split_once(" resumed>").expect("strace writes it so");
            whole.push(Whole { text: format!("{begun}{rest}"), begin, end: number });
        } else if !text.starts_with("+++") && !text.starts_with("---") {
            whole.push(Whole { text: text.to_owned(), begin: number, end: number });
        }
    }
    whole.sort_by_key(|call| call.end);
    whole
}

struct Reader {
    root: PathBuf,
    /// Where the next `write` of a descriptor goes. The threads of the process share them.
    offsets: HashMap<u32, u64>,
}

impl Reader {
    fn call(&mut self, text: &str) -> Option<Call> {
        let (name, rest) = text.split_once('(')?;
        let (arguments, result) = rest.rsplit_once(" = ")?;
        let arguments = arguments.trim_end().strip_suffix(')')?;
        let arguments: Vec<_> = arguments.split(", ").collect();
        if result.starts_with('-') {
            assert!(
                !matches!(name, "write" | "pwrite64" | "fsync" | "fdatasync"),
                "a recorded call failed: {text:.200}"
            );
            return None;
        }
        match name {
            "openat" => self.open(&arguments, result),
            "write" => self.write(&arguments, result),
            "pwrite64" => {
                let data = string(arguments[1]);
                assert_eq!(data.len().to_string(), *result, "a short write");
                Some(Call::Write {
                    path: self.of_descriptor(arguments[0])?,
                    offset: arguments[3].parse().unwrap(),
                    data,
                })
            }
            "fsync" | "fdatasync" => Some(Call::Sync { path: self.of_descriptor(arguments[0])? }),
            // Starts the writing, waits for it, and promises nothing: neither the file's size nor the disk's own cache.
            "sync_file_range" => None,
            "ftruncate" => {
                Some(Call::SetLength { path: self.of_descriptor(arguments[0])?, length: arguments[1].parse().unwrap() })
            }
            "rename" => Some(Call::Rename { from: self.path(arguments[0])?, to: self.path(arguments[1])? }),
            "unlink" => Some(Call::Unlink { path: self.path(arguments[0])? }),
            "mkdir" => Some(Call::MakeDirectory { path: self.path(arguments[0])? }),
            other => {
                let touches = arguments
                    .iter()
                    .any(|argument| self.of_descriptor(argument).is_some() || self.path(argument).is_some());
                assert!(!touches, "the replay does not know {other}: {text:.200}");
                None
            }
        }
    }

    fn open(&mut self, arguments: &[&str], result: &str) -> Option<Call> {
        let descriptor = result.split('<').next()?.parse().ok()?;
        self.offsets.insert(descriptor, 0);
        let flags = arguments[2];
        assert!(!flags.contains("O_APPEND"), "the replay does not know appending descriptors");
        let path = self.path(arguments[1])?;
        Some(Call::Open { path, create: flags.contains("O_CREAT"), truncate: flags.contains("O_TRUNC") })
    }

    fn write(&mut self, arguments: &[&str], result: &str) -> Option<Call> {
        let path = self.of_descriptor(arguments[0])?;
        let descriptor = arguments[0].split('<').next()?.parse().ok()?;
        let data = string(arguments[1]);
        assert_eq!(data.len().to_string(), *result, "a short write");
        let offset = self.offsets.entry(descriptor).or_default();
        let call = Call::Write { path, offset: *offset, data };
        *offset += result.parse::<u64>().unwrap();
        Some(call)
    }

    /// `7<\x2f…>`: the path of a descriptor.
    fn of_descriptor(&self, argument: &str) -> Option<PathBuf> {
        let (number, path) = argument.split_once('<')?;
        number.parse::<u32>().ok()?;
        self.relative(&unhex(path.strip_suffix('>')?))
    }

    /// `"\x2f…"`: a path.
    fn path(&self, argument: &str) -> Option<PathBuf> {
        let inner = argument.strip_prefix('"')?.strip_suffix('"')?;
        self.relative(&unhex(inner))
    }

    fn relative(&self, bytes: &[u8]) -> Option<PathBuf> {
        let path = Path::new(std::str::from_utf8(bytes).ok()?);
        path.strip_prefix(&self.root).ok().map(Path::to_owned)
    }
}

fn string(argument: &str) -> Vec<u8> {
    unhex(argument.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).expect("a whole string"))
}

/// `\x2f\x74` to bytes.
fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16).expect("a hexadecimal digit") as u8;
    text.as_bytes().as_chunks::<4>().0.iter().map(|[_, _, high, low]| digit(*high) << 4 | digit(*low)).collect()
}
