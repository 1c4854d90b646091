//! What is done against the loss of a disk, and after it.

use std::path::PathBuf;

use clap::Args;
use dossier_proto::Origin;

#[derive(Debug, Args)]
#[command(after_long_help = RESTORE_HELP)]
pub struct Restore {
    /// Where to: the data directory of all four services, or of the one that is put back.
    #[arg(long, default_value = "./dossier-data")]
    pub data: PathBuf,
    /// Puts this service alone back, from what the others keep of it. Without it all services of a backup are put back.
    #[arg(long)]
    pub service: Option<Origin>,
    /// A backup that `dossier backup` made: the newest in that directory, or the one that is named.
    #[arg(long, value_name = "BACKUP")]
    pub from: Option<PathBuf>,
    /// With --from: the key that the backup was made with. Without it nobody can read or sign anything; only proofs are in a backup then.
    #[arg(long, value_name = "FILE", requires = "from")]
    pub key: Option<PathBuf>,
    /// With --service: the data directories in which the others lie, when they do not lie in --data: audit's at least. Nothing may have
    /// them open. Or an export of the journals that an auditor has, or the address (https://…) of an audit service that is at work: these are compared
    /// with what was signed, and have no keys, so name a backup too.
    #[arg(long, value_name = "DIR|EXPORT|URL", requires = "service")]
    pub from_audit: Vec<PathBuf>,
    /// Of an auditor of all bodies, where --from-audit is an address; better given by DOSSIER_TOKEN.
    #[arg(long, env = "DOSSIER_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Certificates of the authorities that are believed over HTTPS, in PEM; without it those of this machine.
    #[arg(long, value_name = "FILE", requires = "from_audit")]
    pub ca: Option<PathBuf>,
    /// With --service: its configuration, as `dossier serve` has it. The others are asked over NATS while they work.
    #[arg(long, value_name = "FILE", requires = "service", conflicts_with_all = ["data", "from_audit"])]
    pub config: Option<PathBuf>,
    /// With --service: the copy of DATA/keys that was kept elsewhere, when that directory is lost too.
    #[arg(long, value_name = "DIR", requires = "service")]
    pub keys: Option<PathBuf>,
    /// With --from: no further than this moment (2026-03-09T12:00:00Z), or than the moment of this event (submission/786; of a later epoch
    /// submission/EPOCH/786). All services go back to it.
    #[arg(long, value_name = "T|SEQ", requires = "from")]
    pub until: Option<String>,
}

const RESTORE_HELP: &str = "\
After the loss of one service's directory, with all four in one data directory and nothing running:
  dossier restore --service submission --data DATA
The same in a deployment, while the others work:
  dossier restore --service submission --config submission.toml --keys SAFE/submission-keys
After the loss of everything:
  dossier restore --from BACKUP --key KEYFILE --data DATA

What is put back goes on in a new epoch, which names what is known of the former one. What was acknowledged and read by nobody else is told
as a range. deploy/RESTORE.md says what is lost in which case.";

#[derive(Debug, Args)]
pub struct Backup {
    /// The data directory. A Dossier that runs on it is asked, and goes on meanwhile.
    #[arg(long, default_value = "./dossier-data")]
    pub data: PathBuf,
    /// Where to: each backup is a directory of its own in it, and shares with the one before what has not changed.
    #[arg(long, required_unless_present = "new_key")]
    pub to: Option<PathBuf>,
    /// The key under which all secrets are sealed: master key, vaults, accounts. It must not lie in the data directory, nor with the backup.
    #[arg(long, value_name = "FILE", required_unless_present = "new_key")]
    pub key: Option<PathBuf>,
    /// Makes such a key, and nothing else. Keep it where neither the data nor the backups are.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["to", "key"])]
    pub new_key: Option<PathBuf>,
}
