//! What a configuration may say, and what is told of one that says something else.

use std::{fs, path::Path};

use dossier_post::MailTls;

use super::{Configuration, LogForm};
use crate::Exit;

const WHOLE: &str = r#"
data = "submission/data"
listen = "127.0.0.1:8081"
public_url = "https://registry.example/"
verifiers = "verifiers"

[nats]
servers = ["tls://localhost:4222", "tls://[::1]:4222"]
nkey = "submission/nkey.seed"
ca = "tls/ca.pem"
replicas = 3
"#;

const MAIL: &str = r#"
[mail]
server = "mail.example"
user = "dossier"
password_file = "secrets/mail.password"
from = "Registry <registry@registry.example>"
"#;

fn read(text: &str) -> Result<Configuration, (u8, String)> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("submission.toml");
    fs::write(&file, text).unwrap();
    let place = directory.path().display().to_string();
    Configuration::read(&file).map_err(|failure| (failure.exit_code(), failure.to_string().replace(&place, "DIR")))
}

#[test]
fn paths_are_relative_to_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("submission.toml");
    fs::write(&file, WHOLE.replace("\"verifiers\"", "\"/etc/verifiers\"")).unwrap();
    let found = Configuration::read(&file).unwrap();
    assert_eq!(found.data, directory.path().join("submission/data"));
    assert_eq!(found.nats.nkey, directory.path().join("submission/nkey.seed"));
    assert_eq!(found.nats.ca, Some(directory.path().join("tls/ca.pem")));
    assert_eq!(found.verifiers, Path::new("/etc/verifiers"), "an absolute one stays");
    assert_eq!(
        found.public_url, "https://registry.example",
        "without the slash, so that addresses can be put behind it"
    );
    assert_eq!((found.nats.replicas, found.demo, found.log), (3, false, LogForm::Text));
}

#[test]
fn what_is_wrong_is_told_with_file_line_key_and_remedy() {
    let cases = [
        ("listen = \"127.0.0.1:8081\"", "listn = 1", &["DIR/submission.toml line 3", "listn", "listen"][..]),
        ("listen = \"127.0.0.1:8081\"", "", &["missing field `listen`"]),
        ("listen = \"127.0.0.1:8081\"", "listen = \"here\"", &["line 3: listen: ", "socket address"]),
        ("replicas = 3", "replicas = \"three\"", &["line 11: nats.replicas: ", "u32"]),
        ("replicas = 3", "replicas = 2", &["nats.replicas: ", "write 1, or 3"]),
        ("replicas = 3", "password = \"x\"", &["nats.password", "unknown field"]),
        ("https://registry.example/", "registry.example", &["public_url: write https://"]),
        ("tls://localhost:4222", "nats://me:secret@host:4222", &["nats.servers: ", "without a name or password"]),
        ("tls://localhost:4222", "nats://localhost:4222", &["nats.ca: ", "write tls:// or leave it out"]),
        ("tls://localhost:4222", "localhost", &["nats.servers: \"localhost\" is no server; write nats://HOST:PORT"]),
        ("[nats]", "[nats", &["DIR/submission.toml line 7"]),
        ("[nats]", "trusted_proxies = [\"front\"]\n[nats]", &["line 7: trusted_proxies: ", "10.0.0.0/8"]),
    ];
    for (from, to, expected) in cases {
        let (code, said) = read(&WHOLE.replace(from, to)).expect_err(to);
        assert_eq!(code, Exit::Usage as u8, "{said}");
        for part in expected {
            assert!(said.contains(part), "{part:?} is not in {said:?}");
        }
        assert!(said.contains("dossier serve --help"), "{said}");
    }
}

/// Who listens to this machine alone is told by a front on it; who listens to others believes nobody that it was not told of.
#[test]
fn who_is_believed_whose_request_it_is() {
    let has = |text: &str, address: &str| read(text).unwrap().proxies().has(address.parse().unwrap());
    assert!(has(WHOLE, "127.0.0.1") && has(WHOLE, "::1") && !has(WHOLE, "10.0.0.7"));
    let open = WHOLE.replace("127.0.0.1:8081", "0.0.0.0:8081");
    assert!(!has(&open, "127.0.0.1") && !has(&open, "10.0.0.7"));
    let named = open.replace("[nats]", "trusted_proxies = [\"10.0.0.7\", \"fd00::/8\"]\n[nats]");
    assert!(has(&named, "10.0.0.7") && has(&named, "fd00::3") && !has(&named, "127.0.0.1"));
    let nobody = WHOLE.replace("[nats]", "trusted_proxies = []\n[nats]");
    assert!(!has(&nobody, "127.0.0.1"), "nobody was asked for");
}

#[test]
fn a_file_that_is_none_says_what_to_name() {
    let failure = Configuration::read(Path::new("/not/there.toml")).unwrap_err();
    assert_eq!(failure.exit_code(), Exit::NotThere as u8);
    assert!(failure.to_string().contains("--config"), "{failure}");
    let (_, said) = read(&"# long\n".repeat(20_000)).unwrap_err();
    assert!(said.contains("longer"), "{said}");
}

#[test]
fn what_is_no_text_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.toml");
    fs::write(&file, [0xff, 0xfe, 0]).unwrap();
    for (path, words) in [(file.as_path(), "UTF-8"), (directory.path(), "is a directory")] {
        let refused = Configuration::read(path).unwrap_err();
        assert_eq!(refused.exit_code(), Exit::Usage as u8);
        assert!(refused.to_string().contains(words) && !refused.to_string().contains("disk"), "{refused}");
    }
}

#[test]
fn a_mail_server_may_be_named() {
    let whole = format!("{WHOLE}{MAIL}");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("submission.toml");
    fs::write(&file, &whole).unwrap();
    let mail = Configuration::read(&file).unwrap().mail.unwrap();
    assert_eq!((mail.port(), mail.tls), (587, MailTls::Starttls));
    let password = directory.path().join("secrets/mail.password");
    assert_eq!(mail.password_file.as_deref(), Some(password.as_path()));
    let refused = super::mail_server(&mail).unwrap_err();
    assert_eq!(refused.exit_code(), Exit::Usage as u8);
    assert!(refused.to_string().contains("mail.password_file"), "{refused}");
    for (good, bad, words) in [
        ("password_file = \"secrets/mail.password\"", "", "mail.user: "),
        ("Registry <registry@registry.example>", "Registry", "mail.from: "),
        ("user = ", "usr = ", "mail.usr"),
        ("\"mail.example\"", "\"mail.example\"\ntls = \"yes\"", "mail.tls: "),
    ] {
        let (code, said) = read(&whole.replace(good, bad)).unwrap_err();
        assert_eq!(code, Exit::Usage as u8);
        assert!(said.contains(words) && said.contains("DIR/submission.toml"), "{bad}: {said}");
    }
}

#[test]
fn up_reads_the_table_alone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mail.toml");
    fs::write(&file, "[mail]\nserver = \"127.0.0.1\"\nport = 2525\ntls = \"none\"\nfrom = \"a@b.example\"\n").unwrap();
    assert_eq!(super::read_mail(&file).unwrap().name(), "127.0.0.1:2525");
    fs::write(&file, WHOLE).unwrap();
    let refused = super::read_mail(&file).unwrap_err().to_string();
    assert!(refused.contains("mail.toml line 2") && refused.contains("unknown field"), "{refused}");
}
