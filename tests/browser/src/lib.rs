//! Headless Chromium, driven as a person would drive it: it goes to addresses, clicks, types, and reads what stands there.
//!
//! [`Browser`] speaks WebDriver (<https://www.w3.org/TR/webdriver2/>) to Debian's `chromedriver`; [`Rules`] lets axe-core look at a page.
//! `tests/run` installs both. Nothing is ever asked of any host but the loopback address: every other name is unknown to the browser.

mod browser;
mod driver;
mod look;
mod person;
mod rules;
mod wire;

pub use browser::{Browser, Found, Scripts};
pub use driver::Driver;
pub use look::{Look, Shade, Width};
pub use rules::Rules;
