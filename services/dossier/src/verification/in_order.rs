//! Work on pieces, by several threads, handed on in the order of the pieces.

use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

/// Two processors are what everybody has; more would wait for the one that reads.
const WORKERS: usize = 2;
/// Pieces that wait before and behind each worker.
const WAITING: usize = 4;

/// Gives pieces out; says whether anybody still takes them.
pub(super) type Hand<'a, P> = dyn FnMut(P) -> bool + 'a;

/// `read` hands out pieces, `work` is done on them by several threads, and `each` sees the outcomes in the order of the pieces. At most
/// 2 × 2 × 4 pieces and those in work are held.
pub(super) fn in_order<P: Send, T: Send, R: Send>(
    read: impl FnOnce(&mut Hand<'_, P>) -> R + Send,
    work: impl Fn(P) -> T + Sync,
    mut each: impl FnMut(T),
) -> R {
    let work = &work;
    thread::scope(|scope| {
        let mut to_do = Vec::new();
        let mut done: Vec<Receiver<T>> = Vec::new();
        for _ in 0..WORKERS {
            let (give, take): (SyncSender<P>, Receiver<P>) = sync_channel(WAITING);
            let (hand_on, outcome) = sync_channel(WAITING);
            // It ends when there are no more pieces, or nobody takes any more.
            scope.spawn(move || take.into_iter().try_for_each(|piece| hand_on.send(work(piece))));
            to_do.push(give);
            done.push(outcome);
        }
        let reader = scope.spawn(move || {
            let mut turns = to_do.iter().cycle();
            read(&mut |piece| turns.next().is_some_and(|worker| worker.send(piece).is_ok()))
        });
        for outcome in done.iter().cycle() {
            // The first that has no more is the one whose turn it is: pieces go round.
            let Ok(outcome) = outcome.recv() else { break };
            each(outcome);
        }
        drop(done);
        match reader.join() {
            Ok(end) => end,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn outcomes_come_in_the_order_of_the_pieces_and_all_of_them() {
        for count in [0_u64, 1, 2, 3, 1_000] {
            let mut seen = Vec::new();
            let read = in_order(
                |hand| (0..count).filter(|piece| hand(*piece)).count(),
                |piece| {
                    // Some take longer than those after them.
                    let rounds = if piece % 7 == 0 { 20_000 } else { 1 };
                    (0..rounds).fold(piece, |sum, _| std::hint::black_box(sum))
                },
                |piece| seen.push(piece),
            );
            assert_eq!(seen, (0..count).collect::<Vec<_>>());
            assert_eq!(read as u64, count);
        }
    }
}
