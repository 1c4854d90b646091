//! The shortest way from one list to another, after Myers, "An O(ND) Difference Algorithm and Its Variations"
//! (Algorithmica 1, 1986).

/// One step from the list before to the list after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Keep,
    Remove,
    Add,
}

/// Removals and additions followed at most. The memory of the search is the sum of d+1 positions of 4 bytes for every d up
/// to this: 2 MB. Texts further apart read better as "all of this replaced by all of that".
pub(super) const EDITS_MAX: usize = 1_000;

/// The steps, or `None` when there are more than [`EDITS_MAX`] edits or `work` (comparisons, counted down) runs out.
pub(super) fn steps<T: PartialEq>(before: &[T], after: &[T], work: &mut u64) -> Option<Vec<Step>> {
    let most = EDITS_MAX.min(before.len() + after.len());
    let mut rounds: Vec<Vec<u32>> = Vec::new();
    for edits in 0..=most {
        let mut round = Vec::with_capacity(edits + 1);
        for diagonal in diagonals(edits) {
            let mut x = reach(rounds.last(), edits, diagonal);
            let mut y = usize::try_from(x as isize - diagonal).unwrap_or(usize::MAX);
            while let (Some(one), Some(other)) = (before.get(x), after.get(y)) {
                if one != other {
                    break;
                }
                (x, y) = (x + 1, y + 1);
                *work = work.checked_sub(1)?;
            }
            *work = work.checked_sub(1)?;
            round.push(u32::try_from(x).ok()?);
            if x == before.len() && y == after.len() {
                rounds.push(round);
                return Some(walk_back(&rounds, before.len(), after.len()));
            }
        }
        rounds.push(round);
    }
    None
}

/// −d, −d+2, …, d.
fn diagonals(edits: usize) -> impl Iterator<Item = isize> {
    let edits = edits as isize;
    (-edits..=edits).step_by(2)
}

/// How far along `before` the round before lets this round start on a diagonal.
fn reach(last: Option<&Vec<u32>>, edits: usize, diagonal: isize) -> usize {
    let Some(last) = last else { return 0 };
    if comes_by_adding(last, edits, diagonal) {
        at(last, edits - 1, diagonal + 1).unwrap_or(0)
    } else {
        at(last, edits - 1, diagonal - 1).map_or(0, |x| x + 1)
    }
}

fn comes_by_adding(last: &[u32], edits: usize, diagonal: isize) -> bool {
    match (at(last, edits - 1, diagonal - 1), at(last, edits - 1, diagonal + 1)) {
        (None, _) => true,
        (_, None) => false,
        (Some(removing), Some(adding)) => removing < adding,
    }
}

/// The position a round of so many edits reached on a diagonal, if it has that diagonal.
fn at(round: &[u32], edits: usize, diagonal: isize) -> Option<usize> {
    let index = usize::try_from((diagonal + edits as isize) / 2).ok()?;
    round.get(index).filter(|_| diagonal.unsigned_abs() <= edits).map(|x| *x as usize)
}

fn walk_back(rounds: &[Vec<u32>], before: usize, after: usize) -> Vec<Step> {
    let mut steps = Vec::with_capacity(before.max(after));
    let (mut x, mut y) = (before, after);
    for edits in (1..rounds.len()).rev() {
        let Some(last) = rounds.get(edits - 1) else { break };
        let diagonal = x as isize - y as isize;
        let adding = comes_by_adding(last, edits, diagonal);
        let start = reach(Some(last), edits, diagonal);
        while x > start {
            steps.push(Step::Keep);
            (x, y) = (x - 1, y - 1);
        }
        if adding {
            steps.push(Step::Add);
            y -= 1;
        } else {
            steps.push(Step::Remove);
            x -= 1;
        }
    }
    steps.extend(std::iter::repeat_n(Step::Keep, x));
    steps.reverse();
    steps
}
