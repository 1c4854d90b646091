//! What the command line does, a file a command.

mod account;
mod approve;
mod backup;
mod demo;
mod doctor;
pub(crate) mod entering;
mod erase;
mod export;
mod front;
mod import;
pub mod import_file;
mod keys;
mod openapi;
mod prove;
mod queue;
mod registry;
mod replay;
mod request_changes;
mod restore;
mod review;
mod running;
mod serve;
mod story;
mod telling;
mod trail;
pub mod up;
mod verify;
mod witness;

#[cfg(test)]
pub(crate) use verify::proven_fork;

use crate::{
    Failure,
    cli::{Cli, Command},
    output::Audience,
};

/// Does what the command line asks.
///
/// # Errors
/// [`Failure`], with an exit code and what to do.
pub fn run(cli: Cli) -> Result<(), Failure> {
    let audience = Audience::of(cli.json);
    match cli.command {
        Command::Up(up) => up::run(&up),
        Command::Serve(serve) => serve::run(&serve),
        Command::Front(front) => front::run(&front),
        Command::Witness(one) => witness::run(&one, audience),
        Command::Story(story) => story::run(&story, audience),
        Command::Welcome(entrance) => entering::welcome(&entrance, audience),
        Command::SignIn(sign_in) => entering::sign_in(&sign_in, audience),
        Command::SignOut(sign_out) => entering::sign_out(&sign_out, audience),
        Command::NewPassword(entrance) => entering::new_password(&entrance, audience),
        Command::Demo(demo) => demo::run(&demo, audience),
        Command::Import(import) => import::run(&import, audience),
        Command::Queue(queue) => queue::run(&queue, audience),
        Command::Review(one) => review::run(&one, audience),
        Command::Approve(approve) => approve::run(&approve, audience),
        Command::RequestChanges(request) => request_changes::run(&request, audience),
        Command::Erase(erase) => erase::run(&erase, audience),
        Command::Erasures(erasures) => erase::list(&erasures, audience),
        Command::Trail(one) => trail::run(&one, audience),
        Command::Prove(prove) => prove::run(&prove, audience),
        Command::Replay(replay) => replay::run(&replay, audience),
        Command::Verify(verify) => verify::run(&verify, audience),
        Command::Export(export) => export::run(&export, audience),
        Command::Backup(backup) => backup::run(&backup, audience),
        Command::Restore(restore) => restore::run(&restore, audience),
        Command::Doctor(data) => doctor::run(&data, audience),
        Command::Registry(what) => registry::run(&what, audience),
        Command::Account(account) => account::run(&account, audience),
        Command::Keys(keys) => keys::run(&keys, audience),
        Command::Openapi(openapi) => openapi::run(&openapi),
    }
}
