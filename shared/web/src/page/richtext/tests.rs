//! What the marks become, and that nothing else ever comes out.

use proptest::prelude::*;

use super::{html, plain};

#[test]
fn the_marks_there_are() {
    for (text, expected) in [
        ("One.\n\nTwo.", "<p>One.</p><p>Two.</p>"),
        ("a\nb", "<p>a\nb</p>"),
        ("a  \nb", "<p>a<br>b</p>"),
        ("*a* **b** ***c***", "<p><em>a</em> <strong>b</strong> <em><strong>c</strong></em></p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("3. a\n4. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>"),
        ("- a\n\n  b\n- c", "<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>"),
        ("- a\n  - b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("[a](https://example.org/x?y=1&z=2)", "<p><a href=\"https://example.org/x?y=1&amp;z=2\">a</a></p>"),
        ("<mailto:office@example.org>", "<p><a href=\"mailto:office@example.org\">mailto:office@example.org</a></p>"),
        ("", ""),
        ("من *هنا*", "<p>من <em>هنا</em></p>"),
    ] {
        assert_eq!(html(text), expected, "{text:?}");
    }
}

#[test]
fn what_has_no_form_here_keeps_its_words() {
    for (text, expected) in [
        ("# Title", "<p><strong>Title</strong></p>"),
        ("    code <b>", "<p>code &lt;b&gt;</p>"),
        ("`code`", "<p>code</p>"),
        ("> said", "<p>said</p>\n"),
        ("![a chart](https://example.org/x.png)", "<p>a chart\n</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("a <b onclick=x>b</b>", "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>"),
        ("[a](javascript:alert(1))", "<p>a\n</p>"),
        ("[a](JaVaScRiPt:alert(1))", "<p>a\n</p>"),
        ("[a](data:text/html,x)", "<p>a\n</p>"),
        ("[a](/entries/EVT-2026-00001)", "<p>a\n</p>"),
        ("[a](//example.org)", "<p>a\n</p>"),
        ("[a](https://)", "<p>a\n</p>"),
        ("a\u{0}b\u{8}c", "<p>a\u{fffd}b\u{fffd}c</p>"),
    ] {
        assert_eq!(html(text).trim_end(), expected.trim_end(), "{text:?}");
    }
}

#[test]
fn lists_in_lists_end_somewhere() {
    let deep = "- ".repeat(5_000) + "end";
    let shown = html(&deep);
    assert_eq!(shown.matches("<ul>").count(), 6);
    assert!(shown.contains("end"));
    check(&shown).unwrap();
}

#[test]
fn plain_is_one_line_of_words() {
    assert_eq!(plain("# A\n\n*b*  c\n\n- d\n- e [f](https://example.org)"), "A b c d e f");
}

/// Reads what came out as strictly as can be: only the elements of this module, closed in order, text without `<`, links to
/// the web or a mailbox only.
fn check(html: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '>']) {
        let (text, tag) = rest.split_at(at);
        check_text(text, open.last().copied())?;
        let tag = tag.strip_prefix('<').ok_or("a bare >")?;
        let (tag, after) = tag.split_once('>').ok_or("a tag without its end")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop();
            if last != Some(name) {
                return Err(format!("</{name}> closes {last:?}"));
            }
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let parent = open.last().copied();
        let stands = match name {
            "p" | "ul" | "ol" => matches!(parent, None | Some("li")),
            "li" => matches!(parent, Some("ul" | "ol")),
            "em" | "strong" | "a" | "br" => !matches!(parent, None | Some("ul" | "ol")),
            _ => false,
        };
        if !stands {
            return Err(format!("<{name}> in {parent:?}"));
        }
        check_attributes(name, attributes)?;
        if name != "br" {
            open.push(name);
        }
    }
    check_text(rest, open.last().copied())?;
    if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
}

fn check_text(text: &str, parent: Option<&str>) -> Result<(), String> {
    if matches!(parent, None | Some("ul" | "ol")) && !text.trim().is_empty() {
        return Err(format!("bare text {text:?} in {parent:?}"));
    }
    if text.contains(['"', '\'']) || text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(format!("not escaped: {text:?}"));
    }
    let mut pieces = text.split('&').skip(1);
    let known = ["amp;", "lt;", "gt;", "quot;", "#39;"];
    match pieces.find(|piece| !known.iter().any(|one| piece.starts_with(one))) {
        Some(piece) => Err(format!("a bare & before {piece:?}")),
        None => Ok(()),
    }
}

fn check_attributes(name: &str, attributes: &str) -> Result<(), String> {
    let value = |prefix: &str| attributes.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('"'));
    let fits = match name {
        "a" => value("href=\"").is_some_and(|address| {
            let address = address.to_ascii_lowercase();
            ["https://", "http://", "mailto:"].iter().any(|scheme| address.starts_with(scheme))
                && !address.contains(['"', '<', '>', ' '])
        }),
        "ol" => attributes.is_empty() || value("start=\"").is_some_and(|start| start.parse::<i32>().is_ok()),
        _ => attributes.is_empty(),
    };
    if fits { Ok(()) } else { Err(format!("<{name} {attributes}>")) }
}

/// Text made of what might do harm, in any order.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<script>alert(1)</script>".to_owned()),
        Just("<img src=x onerror=alert(1)>".to_owned()),
        Just("<!-- ".to_owned()),
        Just("]]>".to_owned()),
        Just("[x](javascript:alert(1))".to_owned()),
        Just("[x](https://a.example/\"onmouseover=alert(1))".to_owned()),
        Just("[x]: data:text/html,<script>".to_owned()),
        Just("<https://a.example/'>".to_owned()),
        Just("![".to_owned()),
        Just("](".to_owned()),
        Just("**".to_owned()),
        Just("_".to_owned()),
        Just("\n\n".to_owned()),
        Just("\n- ".to_owned()),
        Just("\n  1. ".to_owned()),
        Just("\n> ".to_owned()),
        Just("\n# ".to_owned()),
        Just("\n    ".to_owned()),
        Just("\n```\n".to_owned()),
        Just("`".to_owned()),
        Just("&lt;".to_owned()),
        Just("&#x3C;".to_owned()),
        Just("&".to_owned()),
        Just("\u{202E}".to_owned()),
        Just("\u{0}".to_owned()),
        "[a-z<>\"'&= \\\\]{1,8}",
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn nothing_but_these_elements_comes_out(text in hostile()) {
        let shown = html(&text);
        prop_assert!(check(&shown).is_ok(), "{:?}\n{}\n{}", check(&shown), text, shown);
    }

    #[test]
    fn words_are_never_lost(words in proptest::collection::vec("[a-zа-я一-龥ء-ي]{1,9}", 1..30), marks in proptest::collection::vec(0usize..9, 30)) {
        let marks = marks.into_iter().map(|mark| [" ", "\n\n", "\n- ", " **", "** ", "\n> ", "\n# ", " <b>", " `"][mark]);
        let text: String = words.iter().zip(marks).map(|(word, mark)| format!("{word}{mark}")).collect();
        let (shown, line) = (html(&text), plain(&text));
        for word in &words {
            prop_assert!(shown.contains(word.as_str()), "{word} of {text:?} is not in {shown}");
            prop_assert!(line.contains(word.as_str()), "{word} of {text:?} is not in {line}");
        }
    }
}
