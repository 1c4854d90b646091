//! The list as a table.

use serde_json::json;

use crate::tests::{House, corrected, entry, sample, sample_with};

/// Rows of CSV, read back as RFC 4180 writes them.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut rest = text.strip_prefix('\u{FEFF}').expect("the mark that says UTF-8").chars().peekable();
    let mut is_quoted = false;
    while let Some(letter) = rest.next() {
        match letter {
            '"' if is_quoted && rest.peek() == Some(&'"') => cell.push(rest.next().unwrap()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !is_quoted => {}
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    assert!(!is_quoted && row.is_empty() && cell.is_empty(), "it ends with a line");
    rows
}

async fn table(house: &House, query: &str) -> Vec<Vec<String>> {
    let told = house.get(&format!("/api/v1/entries.csv{query}")).send().await.expect(200);
    assert_eq!(told.headers["content-type"], "text/csv; charset=utf-8; header=present");
    assert_eq!(told.headers["content-disposition"], "attachment; filename=\"entries.csv\"");
    rows(&told.text)
}

fn column<'a>(rows: &'a [Vec<String>], name: &str) -> Vec<&'a str> {
    let at = rows[0].iter().position(|one| one == name).unwrap_or_else(|| panic!("no column {name}"));
    rows[1..].iter().map(|row| row[at].as_str()).collect()
}

#[tokio::test]
async fn each_entry_is_a_line_and_each_line_has_every_column() {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    house.publish(entry(2), "KEN", None, &corrected()).await;
    let rows = table(&house, "").await;
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    assert_eq!(column(&rows, "number"), ["EVT-2026-00002", "EVT-2026-00001"]);
    assert_eq!(column(&rows, "body_name"), ["Kenya", "Kazakhstan"]);
    assert_eq!(column(&rows, "countries"), ["KEN USA", "KAZ"]);
    assert_eq!(column(&rows, "address")[0], "https://dossier.example/entries/EVT-2026-00002");
    assert!(column(&rows, "title_en")[1].contains("Kazakhstan"));
    assert_eq!(column(&rows, "title_fr"), ["", ""], "a title in another language is none of this column");
    let narrowed = table(&house, "?country=KEN").await;
    assert_eq!(column(&narrowed, "number"), ["EVT-2026-00002"]);
    for query in ["?page=2", "?limit=3", "?cursor=x", "?boredom=1"] {
        let told = house.get(&format!("/api/v1/entries.csv{query}")).send().await;
        assert!(told.status.is_client_error(), "{query}");
    }
}

/// DOMAIN section 6, importers: "an empty date prints as `, -`".
#[tokio::test]
async fn an_empty_date_prints_as_nothing() {
    let house = House::open().await;
    for (number, dates) in
        [(1, json!(null)), (2, json!({})), (3, json!({"start": ""})), (4, json!({"start": "2022-05-17"}))]
    {
        house.publish(entry(number), "KAZ", None, &sample_with(&json!({"dates": dates}))).await;
    }
    let rows = table(&house, "").await;
    assert_eq!(column(&rows, "dates"), ["17 May 2022", "", "", ""]);
    for number in 1..=3 {
        let page = house.page(&format!("/entries/EVT-2026-0000{number}"), "en").await.expect(200);
        assert!(!page.text.contains(", -"), "{number}");
    }
}

/// DOMAIN section 6, spreadsheets: "a cell starting with = + - @ runs as a formula on export".
#[tokio::test]
async fn a_cell_starting_with_equals_plus_minus_or_at_runs_as_a_formula_on_export() {
    let house = House::open().await;
    for (number, begins) in [(1, "="), (2, "+"), (3, "-"), (4, "@"), (5, "\t="), (6, "a\"\r\n=")] {
        let title = json!({"title": {"en": format!("{begins}HYPERLINK(\"https://example.org\",\"x\")")}});
        house.publish(entry(number), "KAZ", None, &sample_with(&title)).await;
    }
    let rows = table(&house, "").await;
    let titles = column(&rows, "title_en");
    assert_eq!(titles.len(), 6);
    for title in titles {
        assert!(title.contains("'=HYP") || title.starts_with('\''), "{title:?}");
        assert!(!title.trim_start().starts_with(['=', '+', '-', '@']), "{title:?}");
    }
}

#[tokio::test]
async fn a_list_longer_than_what_is_read_at_a_time_is_whole() {
    let house = House::open().await;
    for number in 0..300_u16 {
        let id = dossier_proto::EntryId([number.to_be_bytes(), [7; 2]].concat().repeat(4).try_into().unwrap());
        house.publish(id, "KAZ", None, &sample()).await;
    }
    assert_eq!(table(&house, "").await.len(), 301);
}
