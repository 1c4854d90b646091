use dossier_proto::{Actor, CommandId, Digest, Micros, Origin, Place, SubjectId};

use super::{Against, Sight};
use crate::trail::{ByWhom, Counts, Filter, Heads, Judged, Only, Outline, Row, Turn};

const HOUR: i64 = 3_600 * Micros::SECOND;

/// A step of some hour.
fn row(hour: i64, origin: Origin, sequence: u64, kind: &'static str) -> Row {
    Row {
        at: Micros(hour * HOUR),
        place: Place { origin, epoch: 0, sequence },
        cause: None,
        command: None,
        kind,
        actor: Actor::System(origin),
        designation: None,
        judged: Judged::default(),
        corrects: false,
        public: Box::default(),
    }
}

fn with_content(row: Row, byte: u8) -> Row {
    let digest = Some(Digest([byte; 32]));
    Row { judged: Judged { digest, carries: true, round: Some(u32::from(byte)), ..Judged::default() }, ..row }
}

const ALL: Heads = Heads([(u32::MAX, 0); 4]);

fn story() -> Vec<Row> {
    use Origin::{Moderation, Publication, Submission};
    vec![
        with_content(row(0, Submission, 0, "draft-started"), 1),
        with_content(row(10, Submission, 1, "submitted"), 1),
        row(12, Moderation, 0, "review-claimed"),
        row(13, Moderation, 1, "review-held"),
        row(33, Moderation, 2, "review-resumed"),
        row(34, Moderation, 3, "changes-requested"),
        with_content(row(50, Submission, 2, "submitted"), 2),
        row(51, Moderation, 4, "review-held"),
        with_content(row(60, Moderation, 5, "approved"), 2),
        with_content(row(61, Publication, 0, "edition-published"), 2),
    ]
}

#[test]
fn a_step_says_how_long_it_waited_for_whom_and_holds_are_subtracted_and_said() {
    let outline = Outline::of(story());
    let sight = Sight::new(&outline, ALL, None);
    let numbers: Vec<usize> = (1..=sight.len()).collect();
    let (known, pending) = sight.follow(&numbers);
    let waited: Vec<_> = known
        .iter()
        .map(|before| before.waited.map(|it| (it.micros / HOUR, it.held / HOUR, it.whom, it.step)))
        .collect();
    assert_eq!(
        waited,
        [
            None,
            Some((10, 0, Turn::Body, 1)),
            Some((2, 0, Turn::Moderation, 2)),
            None,
            None,
            // 24 hours since it was submitted, of which 20 on hold.
            Some((4, 20, Turn::Moderation, 2)),
            Some((16, 0, Turn::Body, 6)),
            None,
            // On hold from the first hour to the approval.
            Some((1, 9, Turn::Moderation, 7)),
            Some((1, 0, Turn::Publication, 9)),
        ]
    );
    assert_eq!(pending, [], "everything is done");
}

#[test]
fn who_has_the_move_where_the_trail_ends_is_told_and_whether_the_clock_stands_still() {
    let outline = Outline::of(story().into_iter().take(8).collect());
    let (_, pending) = Sight::new(&outline, ALL, None).follow(&[]);
    assert_eq!(pending.len(), 1);
    assert_eq!((pending[0].whom, pending[0].step, pending[0].held), (Turn::Moderation, 7, true));
    // A correction is under way beside a revision.
    let mut rows = story();
    rows.push(row(70, Origin::Submission, 3, "revision-opened"));
    rows.push(row(71, Origin::Moderation, 6, "correction-proposed"));
    rows.push(row(72, Origin::Moderation, 7, "correction-confirmed"));
    rows.push(Row { corrects: true, ..row(73, Origin::Publication, 1, "edition-published") });
    let outline = Outline::of(rows);
    let (_, pending) = Sight::new(&outline, ALL, None).follow(&[]);
    assert_eq!(pending.len(), 1, "the correction is published; the revision still waits for its body");
    assert_eq!((pending[0].whom, pending[0].step), (Turn::Body, 11));
}

#[test]
fn a_content_is_compared_with_the_one_before_it_of_its_kind() {
    let outline = Outline::of(story());
    let sight = Sight::new(&outline, ALL, None);
    let (known, _) = sight.follow(&[1, 2, 7, 9, 10]);
    let bases: Vec<_> = known.iter().map(|before| before.base).collect();
    assert_eq!(
        bases,
        [
            None,
            None,
            Some((Against::PreviousSubmission, 2)),
            Some((Against::Submission, 7)),
            Some((Against::Submission, 7)),
        ]
    );
    assert_eq!(
        known.iter().map(|before| before.round).collect::<Vec<_>>(),
        [Some(1), Some(1), Some(2), Some(2), Some(2)]
    );
}

#[test]
fn what_a_step_led_to_is_what_names_it_as_cause_and_what_its_command_did_besides() {
    let mut rows = story();
    let submitted = rows[1].place;
    rows[2].cause = Some(submitted);
    rows[5].cause = Some(submitted);
    let command = Some(CommandId([7; 16]));
    let mut cleared = row(80, Origin::Submission, 3, "cleared");
    cleared.command = command;
    let mut again = row(80, Origin::Submission, 4, "submitted");
    again.command = command;
    rows.extend([cleared, again]);
    let outline = Outline::of(rows);
    let sight = Sight::new(&outline, ALL, None);
    assert_eq!(sight.effects(2), [3, 6]);
    assert_eq!(sight.effects(11), [12]);
    assert_eq!(
        sight.effects(12),
        [] as [usize; 0],
        "the first event of the command led to it, not the other way round"
    );
    assert_eq!(sight.effects(99), [] as [usize; 0]);
}

#[test]
fn a_look_is_of_one_moment_whatever_comes_meanwhile() {
    let outline = Outline::of(story());
    // When submission had two events, moderation one and publication none.
    let heads = Heads([(0, 2), (0, 1), (0, 0), (0, 0)]);
    let sight = Sight::new(&outline, heads, None);
    let kinds: Vec<_> = sight.rows().map(|(_, row)| row.kind).collect();
    assert_eq!(kinds, ["draft-started", "submitted", "review-claimed"]);
    let sight = Sight::new(&outline, ALL, Some(Micros(13 * HOUR)));
    assert_eq!(sight.len(), 4, "what was recorded at the moment itself counts");
}

#[test]
fn a_filter_wants_everything_that_is_said_at_once() {
    let person = SubjectId([9; 16]);
    let mut rows = story();
    rows[5].actor = Actor::Person(person);
    rows[9].public = vec![rows[1].place, rows[8].place].into();
    let outline = Outline::of(rows);
    let wanted = |filter: Filter| -> Vec<&'static str> {
        outline.rows().iter().filter(|row| filter.wants(&outline, row)).map(|row| row.kind).collect()
    };
    assert_eq!(wanted(Filter { by: Some(ByWhom::Person(person)), ..Filter::default() }), ["changes-requested"]);
    assert_eq!(wanted(Filter { by: Some(ByWhom::System), ..Filter::default() }).len(), 9);
    assert_eq!(
        wanted(Filter { only: Only::Decisions, ..Filter::default() }),
        ["changes-requested", "approved", "edition-published"]
    );
    assert_eq!(
        wanted(Filter { only: Only::Public, ..Filter::default() }),
        ["submitted", "approved", "edition-published"]
    );
    let filter = Filter {
        origins: vec![Origin::Moderation],
        kinds: vec!["review-held".to_owned(), "approved".to_owned(), "submitted".to_owned()],
        from: Some(Micros(13 * HOUR)),
        to: Some(Micros(60 * HOUR)),
        ..Filter::default()
    };
    assert_eq!(wanted(filter), ["review-held", "review-held"], "from is included, to is not");
    let counts = Counts::of(outline.rows().iter());
    assert_eq!((counts.origins["moderation"], counts.kinds["submitted"]), (6, 2));
}
