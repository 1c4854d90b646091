use super::*;

#[test]
fn an_answer_is_read() {
    let config = serde_json::to_string(&StreamConfig::wanted(Origin::Audit, 3)).expect("json");
    let text = format!(
        r#"{{"type":"x","config":{config},"created":"then","state":{{"messages":5,"bytes":1,"first_seq":3,"last_seq":7}},"more":1}}"#
    );
    let info: StreamInfo = read_answer(text.as_bytes()).expect("an answer");
    assert_eq!(info.config, StreamConfig::wanted(Origin::Audit, 3));
    assert_eq!(info.state, StreamState { messages: 5, first_seq: 3, last_seq: 7 });
}

#[test]
fn a_refusal_is_read() {
    let text = r#"{"error":{"code":404,"err_code":10059,"description":"stream not found"}}"#;
    let refused = read_answer::<StreamInfo>(text.as_bytes());
    assert_eq!(refused, Err(StreamError::Refused { code: NOT_FOUND, description: "stream not found".to_owned() }));
    for nonsense in ["", "{", "[]", "{}", "null"] {
        assert!(
            matches!(read_answer::<StreamInfo>(nonsense.as_bytes()), Err(StreamError::Unreadable(_))),
            "{nonsense}"
        );
    }
}

#[test]
fn what_others_may_have_set_is_seen() {
    let wanted = serde_json::to_value(StreamConfig::wanted(Origin::Audit, 1)).expect("json");
    let changes = [
        ("mirror", json!({"name": "OTHER"})),
        ("sources", json!([{"name": "OTHER"}])),
        ("republish", json!({"src": ">", "dest": "x"})),
        ("subject_transform", json!({"src": "a", "dest": "b"})),
        ("subjects", json!(["dossier.event.>"])),
        ("no_ack", json!(true)),
        ("num_replicas", json!(3)),
    ];
    for (name, value) in changes {
        let mut changed = wanted.clone();
        changed[name] = value;
        let config: StreamConfig = serde_json::from_value(changed).expect("a configuration");
        assert_ne!(config, StreamConfig::wanted(Origin::Audit, 1), "{name}");
    }
}
