//! A checkpoint from the open network: a Certificate Transparency log of July 2026, its Ed25519 signature, a
//! signature of a type unknown here (RFC 6962, `0x05`), and the cosignatures of four public witnesses, with their keys as
//! they publish them. Nothing in it was made by this code.

use dossier_proof::{CosignerKey, SignedCheckpoint, VerifierKey};

const ORIGIN: &str = "arche2025h1.staging.ct.transparency.dev";
const LOG: &str = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
const WITNESSES: [&str; 3] = [
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
];
/// This witness publishes its bare public key.
const STAGEMOLE: (&str, &str) =
    ("witness.stagemole.eu", "4a921b7caef58ae670cdc11ef4184f1c058f7b9259a9107a969f69fa54aa496f");
/// The time on all four, big-endian in their first bytes: `0x6a122120`.
const COSIGNED_AT_SECONDS: u64 = 0x6a12_2120;

const CHECKPOINT: &str = "\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
";

fn witnesses() -> Vec<CosignerKey> {
    let bare: dossier_proof::Hash = STAGEMOLE.1.parse().expect("32 bytes in hex");
    let stagemole = CosignerKey::from_public_key(STAGEMOLE.0, bare.as_bytes()).expect("a key");
    let named = WITNESSES.iter().map(|key| CosignerKey::parse(key).expect("a key"));
    named.chain([stagemole]).collect()
}

#[test]
fn the_log_has_signed_and_all_witnesses_have_cosigned() {
    let signed = SignedCheckpoint::parse(CHECKPOINT).expect("a signed checkpoint");
    assert_eq!(signed.text(), CHECKPOINT);
    let log = [VerifierKey::parse(LOG).expect("a key")];
    let checkpoint = signed.verify_from(ORIGIN, &log).expect("the log has signed");
    assert_eq!(checkpoint.size, 1_432_088_532);
    assert_eq!(checkpoint.root.to_base64(), "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=");
    let verified = signed.note().verify(&log).expect("the log has signed");
    assert_eq!(verified.unknown.len(), 5, "the RFC 6962 signature and the witnesses");
    for witness in witnesses() {
        assert_eq!(signed.cosigned_at(&witness), Ok(COSIGNED_AT_SECONDS), "{witness}");
    }
}

#[test]
fn any_change_of_it_is_seen_by_every_key() {
    let log = VerifierKey::parse(LOG).expect("a key");
    for (old, new) in [("1432088532", "1432088533"), ("U7WM79jrzyhG", "U7WM79jrzyhH"), ("Ro=\n\n", "Ro=\nmore\n\n")] {
        let changed = SignedCheckpoint::parse(&CHECKPOINT.replace(old, new)).expect("still a checkpoint");
        assert!(changed.verify(&log).is_err(), "{new}");
        for witness in witnesses() {
            assert!(changed.cosigned_at(&witness).is_err(), "{new} {witness}");
        }
    }
}
