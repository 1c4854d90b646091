//! Somebody counts as forgotten at a distance once it was heard and written down, and not before.

use std::sync::atomic::Ordering;

use dossier_proto::SubjectId;
use tokio::time::advance;

use super::{Line, NOW};
use crate::accounts::{COPY_LASTS, Names, NotForgotten};

/// A service confirmed that somebody was forgotten because its copy of the accounts had not been heard at all.
#[tokio::test(start_paused = true)]
async fn nobody_counted_as_forgotten_because_the_accounts_were_not_heard() {
    for names in [Names::Given, Names::Withheld] {
        let line = Line::lay(names);
        let (oak, _) = line.person("Aiman Oak");
        line.is_cut.store(true, Ordering::SeqCst);
        assert_eq!(line.mirror.have_forgotten(oak), Err(NotForgotten::NotHeard), "never heard");
        line.is_cut.store(false, Ordering::SeqCst);
        line.until("they are known", |mirror| mirror.have_forgotten(oak) == Err(NotForgotten::Known)).await;
        line.is_cut.store(true, Ordering::SeqCst);
        line.holder.erase_person(oak, NOW).unwrap();
        advance(COPY_LASTS).await;
        line.until("the old copy is dropped", |mirror| mirror.unwritten().is_none()).await;
        assert_eq!(line.mirror.have_forgotten(oak), Err(NotForgotten::NotHeard), "no copy is no answer");
        line.is_cut.store(false, Ordering::SeqCst);
        line.until("they are forgotten", |mirror| mirror.have_forgotten(oak).is_ok()).await;
        let nobody = SubjectId([9; 16]);
        assert_eq!(line.mirror.have_forgotten(nobody), Err(NotForgotten::NotHeard), "the copy is older than the order");
        line.until("nobody is nobody", |mirror| mirror.have_forgotten(nobody).is_ok()).await;
    }
}

/// The confirmation stood in the journal while the file with the copy still named the person.
#[tokio::test(start_paused = true)]
async fn somebody_counts_as_forgotten_once_the_written_copy_is_another_one() {
    let line = Line::lay(Names::Given);
    line.mirror.will_be_written_down();
    let (oak, _) = line.person("Aiman Oak");
    line.until("they are known", |mirror| mirror.name_of(oak).is_some()).await;
    let former = line.mirror.unwritten().unwrap();
    line.mirror.written_down(former.edition);
    line.holder.erase_person(oak, NOW).unwrap();
    line.until("only the file has them", |mirror| mirror.have_forgotten(oak) == Err(NotForgotten::NotWritten)).await;
    let next = line.mirror.unwritten().unwrap();
    line.person("Olga Elm");
    line.until("the copy goes on", |mirror| mirror.unwritten().is_some_and(|copy| copy.edition > next.edition)).await;
    line.mirror.written_down(former.edition);
    assert_eq!(line.mirror.have_forgotten(oak), Err(NotForgotten::NotWritten));
    line.mirror.written_down(next.edition);
    assert_eq!(
        line.mirror.have_forgotten(oak),
        Ok(()),
        "a copy that was written is enough, also when there is a newer one"
    );
}
