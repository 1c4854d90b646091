//! The report as a table for people.

use std::fmt::Write as _;

use crate::report::{Figure, Report, Section, Target};

/// Everything, as text.
pub(crate) fn table(report: &Report) -> String {
    let mut text = String::new();
    let machine = &report.machine;
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "{} cores ({}), {:.1} GiB of memory, Linux {}, {} at {}",
        machine.cores, machine.processor, machine.memory_gib, machine.kernel, machine.file_system, machine.directory
    );
    let _ = writeln!(
        text,
        "raw append of 256 bytes + fdatasync: p50 {:.0} µs, p99 {:.0} µs; load average before: {}",
        machine.fdatasync_p50_us, machine.fdatasync_p99_us, machine.load_average
    );
    if machine.busy {
        text.push_str(
            "others were using this machine: times are too long, and ratios off either way; measure again alone\n",
        );
    }
    for section in &report.sections {
        add_section(&mut text, section);
    }
    text
}

fn add_section(text: &mut String, section: &Section) {
    let _ = writeln!(text, "\n{}, {}\n  ({})", section.subject, section.events, section.how);
    for figure in &section.figures {
        let _ = writeln!(
            text,
            "  {:<46} {:>12} {:<12} {}",
            figure.name,
            number(figure.value),
            figure.unit,
            verdict(figure)
        );
    }
}

fn verdict(figure: &Figure) -> String {
    let (Some(target), Some(met)) = (figure.target, figure.met) else { return String::new() };
    let word = if met { "met" } else { "NOT MET" };
    match target {
        Target::AtLeast(bound) => format!("target ≥ {}: {word}", number(bound)),
        Target::AtMost(bound) => format!("target ≤ {}: {word}", number(bound)),
    }
}

/// As many digits as the number is worth.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 10.0 => format!("{value:.2}"),
        size if size < 100.0 => format!("{value:.1}"),
        _ => grouped(value.round()),
    }
}

/// Thousands apart, for numbers without a fraction.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len() - index;
        if index > 0 && left.is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
