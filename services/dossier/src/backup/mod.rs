//! Copies of everything, made while Dossier runs.
//!
//! ```text
//! BACKUPS/2026-11-23T19-30-00.123Z/   a backup; has this name when it is whole
//!   backup.txt                        every file with its length and SHA-256; written last
//!   journals/verifier-keys.txt        what the services sign with: public
//!   journals/<service>/               as `dossier export` writes them: no words, no names
//!   checkpoints/                      what the audit service has kept of the others, cosigned
//!   attachments/<service>/<entry>/    attached files, under seal
//!   secrets.sealed                    master key, vaults, accounts: under the backup key
//! ```
//!
//! The journals are cut at one moment, so that none holds an answer to what another lacks. Vaults are copied after that: they have the keys to
//! everything in the cut. What has not changed since the backup before is shared with it (hard links).
//!
//! - `holdings`: what is to be copied, of a directory that nothing has open or of running services; `making`: copying it;
//! - `contents`: the list of files; `archive`: what is secret, in one file; `opening`: a backup that was found whole;
//! - `door`: where an operator's command finds the process that runs on a data directory.

mod archive;
mod contents;
mod door;
mod holdings;
mod making;
mod opening;

pub(crate) use door::{Asked, BackupDoor, Told, knock};
pub(crate) use holdings::{Holdings, PERSONS};
pub(crate) use making::{Made, make};
pub(crate) use opening::Opened;
