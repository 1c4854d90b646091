//! How much processor time this process has used, as Linux counts it. Unlike the time of day it does not grow when
//! others use the machine.

use std::{fs, time::Duration};

/// Linux counts in hundredths of a second whatever the kernel's own tick is (`USER_HZ`, time(7)).
const TICK: Duration = Duration::from_millis(10);

/// User and system time of all threads, ended ones included. `None` where the system does not say.
pub(crate) fn used() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // proc_pid_stat(5): the name, in parentheses, may hold anything; the times are the 12th and 13th fields behind it.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u32 = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
    Some(TICK * ticks)
}
