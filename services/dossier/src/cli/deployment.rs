//! What makes and runs a deployment: several processes that meet over NATS.

use std::{net::SocketAddr, path::PathBuf, str::FromStr};

use clap::{Args, Subcommand};
use dossier_proto::Origin;
use dossier_web::proxies::Network;

use super::{DEFAULT_SERVER, Data};

#[derive(Debug, Args)]
#[command(after_long_help = SERVE_HELP)]
pub struct Serve {
    /// Which service.
    pub service: Origin,
    /// Its configuration.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The address to listen on, instead of the configuration's.
    #[arg(long)]
    pub listen: Option<SocketAddr>,
    /// A demonstration, as `demo = true` in the configuration: every page says so, and moderation makes the invented people and writes
    /// their tokens to DATA/demo-tokens.json.
    #[arg(long)]
    pub demo: bool,
}

const SERVE_HELP: &str = "\
A whole configuration; paths are relative to the file:

  data = \"submission/data\"              # the service's own data directory, made by `dossier keys`
  listen = \"127.0.0.1:8081\"
  public_url = \"https://registry.example\"
  verifiers = \"verifiers\"               # what each service signs with: a line each, public
  trusted_proxies = [\"127.0.0.1\"]       # who is believed whose request it passes on (X-Forwarded-For), by address or
                                        # network; without it this machine, where the service listens on it alone
  witnesses = \"witnesses\"               # of audit alone: foreign witnesses whose cosignatures are taken, a line each (as for
                                        # `dossier up --witnesses`); may be left out
  demo = false                          # whether people here are invented; every page then says so
  log = \"text\"                          # or \"json\"

  [nats]
  servers = [\"tls://localhost:4222\"]    # all nodes of a cluster; nats:// without encryption
  nkey = \"submission/nkey.seed\"         # only its owner may read it
  ca = \"tls/ca.pem\"                     # instead of the system's authorities; may be left out
  replicas = 1                          # 3 on a cluster of three

  [mail]                                # people are told by mail what concerns them; without it in their inboxes alone
  server = \"mail.example\"
  port = 587                            # may be left out: 587 with starttls, 465 with wrapped, 25 with none
  tls = \"starttls\"                      # \"wrapped\", or \"none\" for a server on this machine
  user = \"dossier\"                      # with password_file; neither where the server asks for no name
  password_file = \"mail.password\"       # only its owner may read it
  ca = \"tls/mail-ca.pem\"                # instead of the system's authorities; may be left out
  from = \"Registry <registry@registry.example>\"";

#[derive(Debug, Args)]
pub struct Front {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Where submission is: http://HOST:PORT.
    #[arg(long, value_name = "URL")]
    pub submission: String,
    /// Where moderation is.
    #[arg(long, value_name = "URL")]
    pub moderation: String,
    /// Where publication is.
    #[arg(long, value_name = "URL")]
    pub publication: String,
    /// Where audit is.
    #[arg(long, value_name = "URL")]
    pub audit: String,
    /// Says on pages of its own (when a service is away) that this is a demonstration.
    #[arg(long)]
    pub demo: bool,
    /// Proxies in front of this one, by address or network: only what they say of the caller (X-Forwarded-For, -Proto, -Host) is believed.
    #[arg(long = "behind", value_name = "IP")]
    pub behind: Vec<Network>,
    /// How what happens is written to standard error: text or json.
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    pub log: String,
}

#[derive(Debug, Args)]
pub struct Story {
    /// Where the demonstration is.
    #[arg(long, default_value = DEFAULT_SERVER)]
    pub server: String,
    /// The tokens of its invented people: demo-tokens.json of moderation's data directory.
    #[arg(long, value_name = "FILE")]
    pub tokens: PathBuf,
    /// The saved page that is filed.
    #[arg(long, value_name = "FILE")]
    pub sample: PathBuf,
    /// Milliseconds between two steps, to look on, or to kill something in the middle.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub pause: u64,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Keys {
    #[command(subcommand)]
    pub action: Option<KeysAction>,
    /// The directory of the deployment; made when it does not exist.
    #[arg(required = true)]
    pub directory: Option<PathBuf>,
    /// A name or address under which services reach the broker; several times for several.
    #[arg(long = "host", value_name = "NAME", default_values_t = ["localhost".to_owned(), "127.0.0.1".to_owned()])]
    pub hosts: Vec<String>,
    /// The installation's name, for ever part of every checkpoint; without it one is made from the first key.
    #[arg(long, conflicts_with = "renew")]
    pub name: Option<String>,
    /// Makes one key anew: a service's key to the broker, or the broker's certificate (`broker`).
    #[arg(long, value_name = "SERVICE|broker")]
    pub renew: Option<Renewed>,
}

/// What else is done with keys.
#[derive(Debug, Subcommand)]
pub enum KeysAction {
    /// Lets services sign with another key from here on; they must be stopped.
    Rotate(RotateKeys),
}

#[derive(Debug, Args)]
#[command(after_long_help = ROTATE_HELP)]
pub struct RotateKeys {
    #[command(flatten)]
    pub data: Data,
    /// One service; without it all that have a journal there.
    #[arg(long)]
    pub service: Option<Origin>,
    /// Of a service of a deployment: its configuration, as `dossier serve` has it. Its journal is compared with what its stream at the broker and the
    /// other services have of it, before anything is written.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["data", "service"])]
    pub config: Option<PathBuf>,
}

const ROTATE_HELP: &str = "\
The journal gets one event more: it names the key that signs from there on. The checkpoint that ends with it is signed with the former key,
so whoever trusts that one learns the new one by itself: other services, the audit service, whoever verifies an export or a receipt with the
published file of keys. Nothing has to be configured, and what was signed before stays valid. With audit its cosigner takes another key too.

A service of a deployment (`dossier serve`) is named by its configuration, --config, with the broker running and at best the others too: a journal
that was put back, and does not know it, would give a place that was used before to another event.

A former key that somebody has stolen can forge nothing of later. Who has the master key has all keys, former and later.";

/// Whose key is made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewed {
    /// Who a service is to the broker.
    Service(Origin),
    /// The broker's certificate.
    Broker,
}

impl FromStr for Renewed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "broker" {
            return Ok(Self::Broker);
        }
        text.parse()
            .map(Self::Service)
            .map_err(|_| "write submission, moderation, publication, audit or broker".to_owned())
    }
}
