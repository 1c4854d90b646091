//! The samples and numbers of RFC 8785, the limits, and what any content goes through.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

#[track_caller]
fn check_text(input: &str, expected: &str) {
    let value: Value = serde_json::from_str(input).unwrap();
    assert_eq!(String::from_utf8(canonical(&value).unwrap()).unwrap(), expected);
}

/// RFC 8785, section 3.2.2 and 3.2.4.
#[test]
fn the_sample_of_the_specification() {
    check_text(
        r#"{
            "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#,
        r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#,
    );
}

/// RFC 8785, section 3.2.3: names are sorted by their UTF-16 code units.
#[test]
fn names_are_sorted_by_utf16_units() {
    let value: Value = serde_json::from_str(
        r#"{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
            "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}"#,
    )
    .unwrap();
    let text = String::from_utf8(canonical(&value).unwrap()).unwrap();
    let order = [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ];
    let places = order.map(|name| text.find(name).unwrap());
    assert!(places.is_sorted(), "{text}");
}

/// RFC 8785, appendix B: the bits of a double and how it is written. `None`: refused here, because it is written as an integer that
/// not every reader keeps.
#[test]
fn the_numbers_of_the_specification() {
    for (bits, expected) in [
        (0x0000_0000_0000_0000_u64, Some("0")),
        (0x8000_0000_0000_0000, Some("0")),
        (0x0000_0000_0000_0001, Some("5e-324")),
        (0x8000_0000_0000_0001, Some("-5e-324")),
        (0x7fef_ffff_ffff_ffff, Some("1.7976931348623157e+308")),
        (0xffef_ffff_ffff_ffff, Some("-1.7976931348623157e+308")),
        (0x4340_0000_0000_0000, None),
        (0xc340_0000_0000_0000, None),
        (0x4430_0000_0000_0000, None),
        (0x44b5_2d02_c7e1_4af5, Some("9.999999999999997e+22")),
        (0x44b5_2d02_c7e1_4af6, Some("1e+23")),
        (0x44b5_2d02_c7e1_4af7, Some("1.0000000000000001e+23")),
        (0x444b_1ae4_d6e2_ef4e, None),
        (0x444b_1ae4_d6e2_ef4f, None),
        (0x444b_1ae4_d6e2_ef50, Some("1e+21")),
        (0x3eb0_c6f7_a0b5_ed8c, Some("9.999999999999997e-7")),
        (0x3eb0_c6f7_a0b5_ed8d, Some("0.000001")),
        (0x41b3_de43_5555_5553, Some("333333333.3333332")),
        (0x41b3_de43_5555_5554, Some("333333333.33333325")),
        (0x41b3_de43_5555_5555, Some("333333333.3333333")),
        (0x41b3_de43_5555_5556, Some("333333333.3333334")),
        (0x41b3_de43_5555_5557, Some("333333333.33333343")),
        (0xbecb_f647_612f_3696, Some("-0.0000033333333333333333")),
        (0x4314_3ff3_c1cb_0959, Some("1424953923781206.2")),
    ] {
        let found = canonical(&json!(f64::from_bits(bits))).ok().map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(found.as_deref(), expected, "{bits:016x}");
    }
}

#[test]
fn integers_go_up_to_what_every_reader_keeps() {
    check_text("9007199254740991", "9007199254740991");
    check_text("-9007199254740991", "-9007199254740991");
    for refused in ["9007199254740992", "-9007199254740992", "18446744073709551615", "1e17", "99999999999999999999"] {
        let value: Value = serde_json::from_str(refused).unwrap();
        assert!(matches!(canonical(&value), Err(CanonicalError::Number { .. })), "{refused}");
    }
}

fn nested(depth: usize) -> Value {
    (1..depth).fold(json!([]), |inner, _| json!([inner]))
}

#[test]
fn nesting_ends_at_32_levels() {
    assert!(canonical(&nested(32)).is_ok());
    assert_eq!(canonical(&nested(33)), Err(CanonicalError::TooDeep { limit: 32 }));
    assert_eq!(
        canonical(&(0..40).fold(json!(1), |inner, _| json!({"a": inner}))),
        Err(CanonicalError::TooDeep { limit: 32 })
    );
}

#[test]
fn size_ends_at_448_kib() {
    let quotes = 2;
    let largest = Value::String("x".repeat(448 * 1024 - quotes));
    assert_eq!(canonical(&largest).unwrap().len(), 448 * 1024);
    let larger = Value::String("x".repeat(448 * 1024 - quotes + 1));
    assert_eq!(canonical(&larger), Err(CanonicalError::TooLarge { limit: 448 * 1024 }));
    let escaped = json!({"text": "\u{1}".repeat(100 * 1024)});
    assert_eq!(canonical(&escaped), Err(CanonicalError::TooLarge { limit: 448 * 1024 }));
}

pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i32>().prop_map(|n| json!(n)),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(|n| json!(n)),
        proptest::num::f64::NORMAL.prop_map(|n| json!(n)),
    ];
    let text = prop_oneof!["[ -~]{0,12}", "\\PC{0,12}", any::<String>()];
    let leaf =
        prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::Bool), number, text.prop_map(Value::String)];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::btree_map("\\PC{0,8}", inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    /// The canonical form is valid JSON, is its own canonical form, and means the same.
    #[test]
    fn the_canonical_form_is_stable(value in any_value()) {
        let Ok(bytes) = canonical(&value) else { return Ok(()) };
        let read: Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(canonical(&read).unwrap(), bytes);
    }

    /// The order in which members were put in does not matter.
    #[test]
    fn the_order_of_members_does_not_matter(members in prop::collection::vec(("\\PC{0,8}", any::<i32>()), 0..8)) {
        let unique = members.iter().map(|(name, number)| (name.clone(), json!(number))).collect::<std::collections::BTreeMap<_, _>>();
        let forward = Value::Object(unique.clone().into_iter().collect());
        let backward = Value::Object(unique.into_iter().rev().collect());
        prop_assert_eq!(canonical(&forward).unwrap(), canonical(&backward).unwrap());
    }
}
