//! P3: a broker that dies, hangs, forgets, goes back in time or rots on its disk is a delay.

use std::fs;

use dossier_exchange::nats::stream_name;

use crate::{
    healing::{ORIGIN, all_is_well, at, settled_as_deployed},
    house::{HEALED_WITHIN, Reader},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_and_started_again() {
    let (house, shelf, reader) = settled_as_deployed(60).await;
    for round in 1..=3 {
        house.broker().kill();
        shelf.fill(40);
        house.broker().restart();
        reader.holds_exactly(ORIGIN, 60 + 40 * round).await;
    }
    all_is_well(&house, &shelf, &reader, 180).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_for_a_while() {
    let (house, shelf, reader) = settled_as_deployed(60).await;
    house.broker().freeze();
    shelf.fill(60);
    let mut health = house.connection(ORIGIN).health();
    let noticed = health.wait_for(|health| !health.is_connected());
    tokio::time::timeout(HEALED_WITHIN, noticed).await.expect("it is noticed").expect("a connection");
    house.broker().thaw();
    all_is_well(&house, &shelf, &reader, 120).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_deleted_with_events_undelivered() {
    let (house, shelf, reader) = settled_as_deployed(60).await;
    // The consumer's own connection is not there while 80 events are published.
    drop(reader);
    shelf.fill(80);
    house.is_stored(ORIGIN, at(140)).await;
    {
        let mut broker = house.broker();
        broker.kill();
        broker.delete_store();
        broker.restart();
    }
    let reader = Reader::of(&house, ORIGIN);
    all_is_well(&house, &shelf, &reader, 140).await;
    shelf.fill(10);
    all_is_well(&house, &shelf, &reader, 150).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_deleted_under_a_running_server() {
    let (house, shelf, reader) = settled_as_deployed(60).await;
    house.broker().delete_store();
    shelf.fill(60);
    reader.holds_exactly(ORIGIN, 120).await;
    {
        let mut broker = house.broker();
        broker.kill();
        broker.restart();
    }
    shelf.fill(10);
    all_is_well(&house, &shelf, &reader, 130).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bit_flipped_in_a_block_file() {
    for place in [0.1, 0.5, 0.97] {
        let (house, shelf, reader) = settled_as_deployed(100).await;
        {
            let mut broker = house.broker();
            broker.terminate();
            let block = broker.block_files(&stream_name(ORIGIN)).pop().expect("a block of messages");
            let mut bytes = fs::read(&block).expect("a readable block");
            let at = (bytes.len() as f64 * place) as usize;
            bytes[at] ^= 0x10;
            fs::write(&block, bytes).expect("a writable block");
            broker.restart();
        }
        shelf.fill(20);
        reader.holds_exactly(ORIGIN, 120).await;
        Reader::of(&house, ORIGIN).holds_exactly(ORIGIN, 120).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_rolled_back_to_an_older_copy() {
    let (house, shelf, reader) = settled_as_deployed(60).await;
    let copy = {
        let mut broker = house.broker();
        broker.terminate();
        let copy = broker.copy_store("older");
        broker.restart();
        copy
    };
    shelf.fill(60);
    reader.holds_exactly(ORIGIN, 120).await;
    house.is_stored(ORIGIN, at(120)).await;
    {
        let mut broker = house.broker();
        broker.kill();
        broker.restore_store(&copy);
        broker.restart();
    }
    shelf.fill(30);
    all_is_well(&house, &shelf, &reader, 150).await;
}
