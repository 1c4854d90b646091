//! The pages, of the running service.

mod doors;
mod rendering;
mod verifying;
mod visiting;
