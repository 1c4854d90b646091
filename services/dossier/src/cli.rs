//! The command line: names are stable.
#![allow(missing_docs, reason = "the texts stand on commands and options, where clap shows them")]

mod demo;
mod deployment;
mod entering;
mod queue;
mod restoring;
mod trail;
mod witnessing;

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use dossier_identity::accounts::TokenId;
use dossier_proto::{BodyCode, Origin, SubjectId};
use dossier_web::proxies::Network;

use crate::public_url;

pub use demo::{Demo, Practice};
pub use deployment::{Front, Keys, KeysAction, Renewed, RotateKeys, Serve, Story};
pub use entering::{Entrance, SignIn, SignOut};
pub use queue::Queue;
pub use restoring::{Backup, Restore};
pub use trail::{Format as TrailFormat, Only as TrailOnly, Trail};
pub use witnessing::Witness;

/// A registry with a memory: records from draft to published, and how they got there.
#[derive(Debug, Parser)]
#[command(name = "dossier", version, after_help = EXIT_CODES)]
pub struct Cli {
    /// Answers as JSON, for programs.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

pub(crate) const EXIT_CODES: &str = "\
Exit codes: 0 done · 1 failed · 2 command line · 3 not there · 4 refused by the server · 5 server does not answer ·
6 disk · 7 damaged · 8 not proved · 9 done in part · 10 clock behind the journal ·
11 the same service runs already · 12 the port is taken · 13 a log has signed two histories · 14 a log shows less than was cosigned · 80 to 90 a journal was not opened
(80 truncated, 81 rolled back, 82 damaged, 83 forked, 84 foreign, 85 anchor lost, 86 snapshot differs, 87 busy,
88 damaged, found by the store, 89 disk, 90 options) · 20 to 34 what `verify` finds (`dossier verify --help`).";

/// What `dossier verify` finds has a code for each kind; the first finding's is the one that counts.
pub(crate) const VERIFY_CODES: &str = "\
Exit codes: 0 everything holds · 20 altered (edited, deleted, inserted or swapped: a root alone does not tell) · 21 edited · 22 deleted ·
23 inserted · 24 swapped · 25 truncated (its own anchor knows more) · 26 rolled back (others know more) · 27 forked (its key signed two
histories: made anew afterwards, or shown to some; signatures do not tell which) · 28 foreign · 29 unsigned · 30 reference broken ·
31 not decidable · 32 unreadable · 33 missing · 34 out of order · 7, 8 a receipt is none, does not hold.
Of several findings the first counts: what happened to a history before what others miss in it, then by service and event.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs all four services in this process.
    Up(Up),
    /// Runs one service of a deployment, which meets the others over NATS.
    Serve(Serve),
    /// One address in front of four services: a small reverse proxy. Any other may take its place.
    Front(Front),
    /// Watches an installation from outside, with a key of its own: cosigns checkpoints that continue what it cosigned before, and keeps the proof of
    /// those that do not.
    Witness(Witness),
    /// Takes the sample record from draft to published on a running demonstration, step by step.
    Story(Story),
    /// Uses an invitation: asks for the secret from the mail and for a new password, and signs in.
    Welcome(Entrance),
    /// Signs in: asks for the password. Commands on this machine use the session until it ends.
    SignIn(SignIn),
    /// Ends the session that `sign-in` began, or all of yours.
    SignOut(SignOut),
    /// Uses a link for a forgotten password: asks for the secret from the mail and for a new password, and signs in.
    NewPassword(Entrance),
    /// Shows what Dossier does, with invented people.
    #[command(subcommand)]
    Demo(Demo),
    /// Files records: JSON, or the text of a saved record page.
    Import(Import),
    /// Shows what waits for a decision, filtered and counted, now or as of any moment.
    Queue(Queue),
    /// Shows one review: the content, its digest, what changed.
    Review(OneEntry),
    /// Approves exactly the content with this digest.
    Approve(Approve),
    /// Returns a revision with requested changes.
    RequestChanges(RequestChanges),
    /// Has the words of an entry destroyed wherever they are, or a person forgotten, for good. For records managers.
    Erase(Erase),
    /// Shows what was ordered to be erased, who has done it and who has not.
    Erasures(Erasures),
    /// Shows how an entry got to where it is: who did what, when, under which authority, and how long it waited.
    Trail(Trail),
    /// Fetches the receipt of a published edition: a file that proves how it came to be public, to anybody, offline.
    Prove(Prove),
    /// Folds the journals of a data directory again, from the first event, and says what they amount to.
    Replay(Replay),
    /// Verifies journals: a data directory, or an export. Or a receipt, offline.
    Verify(Verify),
    /// Writes the journals of a data directory as plain files.
    Export(Export),
    /// Copies everything to another place, also while Dossier runs: journals as plain files, and what is secret under a key of its own.
    Backup(Backup),
    /// Puts a service whose disk is lost back from what the others keep of it, or all of them from a backup.
    Restore(Restore),
    /// Looks at a data directory, or asks a running Dossier, and says what is wrong with it.
    Doctor(Doctor),
    /// The registry: record types, vocabularies, notices.
    #[command(subcommand)]
    Registry(Registry),
    /// People and their tokens, also while Dossier runs: with --data, its data directory (of four services, moderation's).
    Account(Account),
    /// Makes everything secret of a deployment over NATS: keys for each service and for the broker.
    Keys(Keys),
    /// Prints the OpenAPI description of a service.
    Openapi(Openapi),
}

#[derive(Debug, Args)]
pub struct Up {
    /// The data directory; made when it does not exist.
    #[arg(long, default_value = "./dossier-data")]
    pub data: PathBuf,
    /// The address to listen on. When the port is taken, the next free one is used and told.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Makes invented people and writes their tokens to DATA/demo-tokens.json. Every page says that it is a demonstration.
    #[arg(long)]
    pub demo: bool,
    /// With --demo: files this page, takes it through review to publication, then a revision, and verifies everything.
    #[arg(long, value_name = "FILE", requires = "demo")]
    pub story: Option<PathBuf>,
    /// The services meet over NATS instead of in the process: nats://HOST:PORT or tls://HOST:PORT; several times for a cluster.
    #[arg(long, value_name = "URL")]
    pub nats: Vec<String>,
    /// With --nats: the services' keys to the broker, in a directory as `dossier keys` makes it. Without it the broker must admit
    /// anybody, and be on this machine.
    #[arg(long, value_name = "DIR", requires = "nats")]
    pub nats_keys: Option<PathBuf>,
    /// With --nats: the broker may be elsewhere though it admits anybody. Whoever reaches it can read the keys to every word.
    #[arg(long, requires = "nats", conflicts_with = "nats_keys")]
    pub nats_without_keys: bool,
    /// Proxies in front of this one, by address or network: only what they say of the caller (X-Forwarded-For) is believed.
    #[arg(long = "behind", value_name = "IP")]
    pub behind: Vec<Network>,
    /// The address under which the public reaches this site; the default is where it listens.
    #[arg(long, value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,
    /// A file with the table `[mail]` of a configuration (`dossier serve --help`): people are then told by mail what concerns them. Without
    /// it they are told in their inboxes alone.
    #[arg(long, value_name = "FILE")]
    pub mail: Option<PathBuf>,
    /// A file of foreign witnesses whose cosignatures are taken: a line each, the witness's verifier key, and its address behind it when checkpoints
    /// are pushed to it (C2SP tlog-witness).
    #[arg(long, value_name = "FILE")]
    pub witnesses: Option<PathBuf>,
    /// How what happens is written to standard error: text or json.
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    pub log: String,
}

/// Where a Dossier listens that was not told otherwise.
pub const DEFAULT_SERVER: &str = "http://127.0.0.1:8080";

/// A running Dossier.
#[derive(Debug, Args, Clone)]
pub struct Server {
    /// Where it is.
    #[arg(long, default_value = DEFAULT_SERVER)]
    pub server: String,
    /// Who asks; better given by DOSSIER_TOKEN than on the command line, where others may see it. Without either it is whoever signed in
    /// here (`dossier sign-in`).
    #[arg(long, env = "DOSSIER_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
}

#[derive(Debug, Args)]
pub struct Import {
    /// Files to read.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Submits what was filed and is complete; certifies that the body stands behind it.
    #[arg(long)]
    pub submit: bool,
    /// The record type.
    #[arg(long = "type", default_value = "event")]
    pub record_type: String,
    /// The language the records are written in.
    #[arg(long, default_value = "en")]
    pub language: String,
    /// The body to file for, when the caller acts for several.
    #[arg(long)]
    pub body: Option<String>,
    #[command(flatten)]
    pub server: Server,
}

#[derive(Debug, Args)]
pub struct OneEntry {
    /// The entry's id, or its public number.
    pub entry: String,
    #[command(flatten)]
    pub server: Server,
}

#[derive(Debug, Args)]
pub struct Prove {
    /// The public number of the entry.
    pub number: String,
    /// Which edition; the newest when nothing is said.
    #[arg(long)]
    pub edition: Option<u32>,
    /// Where to; must not exist yet. NUMBER-EDITION.receipt.json here when nothing is said.
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    #[command(flatten)]
    pub server: Server,
}

#[derive(Debug, Args)]
pub struct Approve {
    /// The entry's id.
    pub entry: String,
    /// The digest of the content you read, as `dossier review` shows it.
    #[arg(long)]
    pub digest: String,
    /// A note for your colleagues; the contributor does not see it.
    #[arg(long, default_value = "")]
    pub note: String,
    #[command(flatten)]
    pub server: Server,
}

#[derive(Debug, Args)]
pub struct Erase {
    /// The entry, by its public number or its id; of a person the subject id.
    pub what: String,
    /// What of it: words (everything), content (single ones, with --digest), personal-values, person.
    #[arg(long, value_parser = ["words", "content", "personal-values", "person"])]
    pub scope: String,
    /// Why, as the registry codes it: own-request, court-order, never-public, retention-over.
    #[arg(long)]
    pub reason: String,
    /// The digest of a content that is to be erased; several times for several.
    #[arg(long = "digest", value_name = "DIGEST")]
    pub digests: Vec<String>,
    /// A word for the record, for records managers and auditors.
    #[arg(long)]
    pub note: Option<String>,
    /// What is erased, said once more; asked for where it is not given.
    #[arg(long, value_name = "WHAT")]
    pub confirm: Option<String>,
    #[command(flatten)]
    pub server: Server,
}

#[derive(Debug, Args)]
pub struct Erasures {
    /// Those alone that somebody has not confirmed.
    #[arg(long)]
    pub waiting: bool,
    #[command(flatten)]
    pub server: Server,
}

#[derive(Debug, Args)]
pub struct RequestChanges {
    /// The entry's id.
    pub entry: String,
    /// The digest of the content you read, as `dossier review` shows it.
    #[arg(long)]
    pub digest: String,
    /// What is to be changed: FIELD=TEXT; several times for several.
    #[arg(long = "change", value_name = "FIELD=TEXT", required = true)]
    pub changes: Vec<String>,
    #[command(flatten)]
    pub server: Server,
}

/// A data directory that nothing has open.
#[derive(Debug, Args, Clone)]
pub struct Data {
    /// The data directory.
    #[arg(long, default_value = "./dossier-data", global = true)]
    pub data: PathBuf,
}

#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    pub data: Data,
    /// Asks a running Dossier how it is, instead of looking at a directory: one service, or the front of all four.
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    pub server: Option<String>,
}

#[derive(Debug, Args)]
pub struct Replay {
    #[command(flatten)]
    pub data: Data,
    /// One service only.
    #[arg(long)]
    pub service: Option<Origin>,
    /// Up to this moment (2026-03-09T12:00:00Z) or this sequence; a sequence needs --service. Of an entry also the event of any service,
    /// such as moderation/17.
    #[arg(long, value_name = "T|SEQ")]
    pub as_of: Option<String>,
    /// One entry, by its id or public number: where it stood, by what had happened in all services.
    #[arg(long, value_name = "ID")]
    pub entry: Option<String>,
    /// What changed about the entry between --as-of and this moment.
    #[arg(long, value_name = "T", requires = "entry", requires = "as_of")]
    pub difference: Option<String>,
    /// Also where the entry stood by what this service knew.
    #[arg(long, value_name = "SERVICE", requires = "entry")]
    pub known_to: Option<Origin>,
}

#[derive(Debug, Args)]
#[command(after_help = VERIFY_CODES)]
pub struct Verify {
    /// An export, the file of a receipt, or evidence that a witness kept (--keys is needed then); without it the data directory is verified.
    pub path: Option<PathBuf>,
    /// The verifier keys that you trust, when PATH is an export or a receipt, or a server is named; without it those that came with it are used.
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    #[command(flatten)]
    pub data: Data,
    /// Checkpoints that you kept, or directories of them: each journal must still contain what they speak of.
    #[arg(long, value_name = "CHECKPOINT")]
    pub against: Vec<PathBuf>,
    /// A running Dossier instead: all trees and signatures, as anybody can; with an auditor's token also the events and every decision.
    #[arg(long, value_name = "URL", conflicts_with_all = ["path", "data"])]
    pub server: Option<String>,
    /// So many witnesses that are not the installation, and whom you trust, must have cosigned all of a receipt.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub cosigners: usize,
    /// Certificates of the authorities that are believed over HTTPS, in PEM; without it those of this machine.
    #[arg(long, value_name = "FILE", requires = "server")]
    pub ca: Option<PathBuf>,
    /// An auditor's token, for --server; better given by DOSSIER_TOKEN.
    #[arg(long, env = "DOSSIER_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
}

#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub data: Data,
    /// Where to; must not exist yet.
    #[arg(long)]
    pub to: PathBuf,
    /// One service only.
    #[arg(long)]
    pub service: Option<Origin>,
}

#[derive(Debug, Subcommand)]
pub enum Registry {
    /// Checks a registry's files: every fault at once.
    Check {
        /// The directory with registry.toml; without it the embedded registry is checked.
        directory: Option<PathBuf>,
    },
    /// Says what one registry says otherwise than another: what came, went and changed, and what that means for what is on
    /// record.
    Compare {
        /// The directory with registry.toml, or a file with the bytes of a registry.
        before: PathBuf,
        /// The same; without it the embedded registry.
        after: Option<PathBuf>,
    },
    /// Puts a registry in force on a running Dossier, as a registrar.
    Adopt {
        /// The directory with registry.toml.
        directory: PathBuf,
        #[command(flatten)]
        server: Server,
    },
}

#[derive(Debug, Args)]
pub struct Account {
    #[command(flatten)]
    pub data: Data,
    #[command(subcommand)]
    pub what: AccountCommand,
}

#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Makes an account and issues its first token, which is printed once.
    Create {
        /// The person's name.
        name: String,
        /// The person's mail address.
        #[arg(long)]
        mail: Option<String>,
        /// Makes this person the first administrator, when nobody who has an account here is one: of a new installation, also while it
        /// runs; and again when the accounts were lost.
        #[arg(long)]
        administrator: bool,
    },
    /// Issues another token.
    Token {
        /// The subject id, as `account list` shows it.
        subject: SubjectId,
        /// What the token is for.
        #[arg(long, default_value = "command line")]
        label: String,
        /// The one body the token is bound to.
        #[arg(long)]
        body: Option<BodyCode>,
        /// After how many days it ends; without it, it is valid until it is revoked.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: Option<u32>,
    },
    /// Lists people.
    List,
    /// Lists the tokens of a person, by the names with which they are revoked.
    Tokens {
        /// The subject id.
        subject: SubjectId,
    },
    /// Ends one token.
    Revoke {
        /// The subject id.
        subject: SubjectId,
        /// The token's name, as `account tokens` shows it.
        token: TokenId,
    },
    /// Invites a person who has an account here, and whom an administrator has designated or will: a new link by mail. The one that was sent
    /// before works no more.
    Invite {
        /// The subject id.
        subject: SubjectId,
        /// Prints the link instead of sending it, for whoever hands it over: where no mail server is configured.
        #[arg(long)]
        print_link: bool,
        /// For a forgotten password, instead of an invitation: the link works for an hour. With --print-link.
        #[arg(long, requires = "print_link")]
        new_password: bool,
        /// Where people reach the site, to write the link in full.
        #[arg(long, value_name = "URL", value_parser = public_url)]
        public_url: Option<String>,
    },
    /// Stops all tokens of a person.
    Disable {
        /// The subject id.
        subject: SubjectId,
    },
    /// Takes a person's tokens again, after `account disable`.
    Enable {
        /// The subject id.
        subject: SubjectId,
    },
    /// Destroys the key to a person's name and address, for ever. Records and proofs stay.
    Erase {
        /// The subject id.
        subject: SubjectId,
    },
}

#[derive(Debug, Args)]
pub struct Openapi {
    /// Which service.
    #[arg(default_value = "publication")]
    pub service: Origin,
}
