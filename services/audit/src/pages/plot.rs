//! A plot of bars beside a table: half of the decisions, and nine of ten, took so long. Pure, in whole pixels; the table says the same.

use dossier_web::{Language, page::Words};

use super::said;

const WIDTH: i32 = 640;
const NAMES: i32 = 190;
const BARS: i32 = 330;
const ROW: i32 = 30;
/// A name is cut here: 190 pixels at twelve a letter's seven.
const NAME_MAX: usize = 26;

/// The picture.
pub(super) struct Plot {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) axis: String,
    pub(super) bars: Vec<Bar>,
}

/// A row of it.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) name_x: i32,
    pub(super) text_y: i32,
    pub(super) y: i32,
    pub(super) half_x: i32,
    pub(super) half: i32,
    pub(super) most_x: i32,
    pub(super) most: i32,
    pub(super) value: String,
    pub(super) value_x: i32,
}

impl Plot {
    /// Of names with two values in seconds each, the second not below the first.
    pub(super) fn of(rows: Vec<(&str, u64, u64)>, words: &Words, language: Language) -> Self {
        let longest = rows.iter().map(|(_, _, most)| *most).max().unwrap_or_default().max(1);
        let is_from_right = language == Language::Ar;
        let x = |along: i32| if is_from_right { WIDTH - along } else { along };
        // At least a line, so that what took no time is seen.
        let length = |seconds: u64| {
            let share = u128::from(seconds) * u128::from(BARS.unsigned_abs()) / u128::from(longest);
            i32::try_from(share).unwrap_or(BARS).clamp(2, BARS)
        };
        let bar = |(at, (name, half, most)): (i32, (&str, u64, u64))| {
            let y = 8 + at * ROW;
            let (half_long, most_long) = (length(half), length(most));
            let begin = |long: i32| if is_from_right { x(NAMES + long) } else { x(NAMES) };
            Bar {
                name: said::shortened(name, NAME_MAX),
                name_x: x(8),
                text_y: y + 15,
                y,
                half_x: begin(half_long),
                half: half_long,
                most_x: begin(most_long),
                most: most_long,
                value: said::duration(words, i64::try_from(half).unwrap_or(i64::MAX).saturating_mul(1_000_000)),
                value_x: x(NAMES + most_long + 8),
            }
        };
        let bars: Vec<Bar> = (0..).zip(rows).map(bar).collect();
        let height = 16 + i32::try_from(bars.len()).unwrap_or_default() * ROW;
        Self { width: WIDTH, height, axis: format!("M{} 4V{}", x(NAMES), height - 4), bars }
    }
}
