//! A foreign witness's command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub struct Witness {
    /// The installation that it watches: https://… or http://…. Without it, it cosigns only what logs bring to it (POST /add-checkpoint).
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// Where it keeps its key and what it has cosigned; made when it does not exist. Never put a backup of it back.
    #[arg(long, default_value = "./dossier-witness")]
    pub data: PathBuf,
    /// Its name, for ever part of each of its signatures, such as witness.archive.example. At the first start; later it is known.
    #[arg(long)]
    pub name: Option<String>,
    /// The verifier keys of the logs that it watches, got by a way that you trust: the installation's verifier-keys.txt.
    #[arg(long, value_name = "FILE")]
    pub keys: PathBuf,
    /// The address to listen on, for whoever asks what it has cosigned, and for logs that bring checkpoints.
    #[arg(long, default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    /// Seconds between two looks.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub every: u64,
    /// Looks once at every log, says what it found, and ends: 13 where a log has signed two histories, 14 where it shows less than before.
    #[arg(long, requires = "server")]
    pub once: bool,
    /// The certificate authority to trust instead of the system's: a PEM file.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// How what happens is written to standard error: text or json.
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    pub log: String,
}

const HELP: &str = "\
What it keeps in --data:
  witness.key        its secret; made at the first start
  witness.vkey       what others verify its cosignatures with: give this line to the installation (--witnesses FILE)
  checkpoints/       of each log the largest checkpoint that it has cosigned; `dossier verify --against` reads them
  evidence/          fork-…: the proof that a log has signed two histories; less-…: what it showed when it showed less

What it answers:
  GET  /checkpoints, /audit/log/SERVICE/EPOCH/checkpoint     what it has cosigned
  GET  /evidence, /evidence/NAME                             what it has found
  GET  /verifier-key.txt, /healthz, /readyz, /metrics
  POST /add-checkpoint                                       C2SP tlog-witness";
