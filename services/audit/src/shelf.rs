//! The copies as the shelf on which [`reconcile`](crate::reconcile) looks events up.

use dossier_proto::Place;

use crate::{
    copies::Copies,
    reconcile::{Look, Shelf},
};

impl Shelf for Copies {
    fn at(&self, place: Place) -> Look {
        if self.journal(place.origin).is_none() {
            return Look::Unknown;
        }
        match self.get(place) {
            Ok(Some(filed)) => Look::Found(Box::new(filed)),
            Ok(None) => Look::Absent,
            Err(error) => {
                // A copy that cannot be read is no finding about the others; the journal says so by itself.
                tracing::error!(%place, %error, "a copied event could not be read");
                Look::Unknown
            }
        }
    }
}
