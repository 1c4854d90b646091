//! A browser with a window of its own and nothing remembered.

use std::{cell::RefCell, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dossier_endtoend::{House, until, waiting::within};
use serde_json::{Value, json};

use crate::{Driver, Look, Width, wire::Wire};

/// The name under which WebDriver gives elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// How the driver says that an element is no longer on the page.
const STALE: &str = "stale element reference";
/// So high is a window before anybody asks how long the page is.
const HEIGHT: u32 = 1_000;
/// The highest window; the longest page is shorter.
const HEIGHT_MAX: u64 = 16_000;

/// Whether pages may run their scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    /// As in most browsers.
    On,
    /// As in some.
    Off,
}

/// Something that stands on the page.
#[derive(Debug, Clone)]
pub struct Found(String);

/// A browser that looks at one house.
#[derive(Debug)]
pub struct Browser {
    wire: Wire,
    base: String,
    /// What the console said so far that was an error.
    complaints: RefCell<Vec<String>>,
}

impl Browser {
    /// A new one, in front of that house.
    ///
    /// # Panics
    /// When the driver cannot start one.
    pub fn open(driver: &Driver, house: &House, scripts: Scripts) -> Self {
        Self::at(driver, house.base(), scripts)
    }

    fn at(driver: &Driver, base: &str, scripts: Scripts) -> Self {
        let mut options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--force-prefers-reduced-motion",
                // Nothing but this machine has an address.
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
                format!("--window-size={},{HEIGHT}", Width::Desk.pixels()),
            ],
        });
        if scripts == Scripts::Off {
            options["prefs"] = json!({"profile.managed_default_content_settings.javascript": 2});
        }
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"},
            "unhandledPromptBehavior": "accept",
            "timeouts": {"script": 60_000, "pageLoad": 60_000, "implicit": 0},
        }}});
        let session = driver.wire.ask("POST", "/session", Some(&wanted)).unwrap_or_else(|error| panic!("{error}"));
        let id = session["sessionId"].as_str().expect("a session has a name");
        Self { wire: driver.wire.session(id), base: base.to_owned(), complaints: RefCell::default() }
    }

    #[track_caller]
    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = (method != "GET" && method != "DELETE").then_some(body);
        self.wire.ask(method, path, body).unwrap_or_else(|error| panic!("{error}; on {}", self.where_it_is()))
    }

    /// The address of the page without the house's own part, and the title.
    pub fn where_it_is(&self) -> String {
        let of = |path: &str| {
            let found = self.wire.ask("GET", path, None).ok();
            found.and_then(|value| value.as_str().map(ToOwned::to_owned)).unwrap_or_default()
        };
        format!("{} ({})", of("/url").replacen(&self.base, "", 1), of("/title"))
    }

    /// The address of the page without the house's own part.
    pub fn address(&self) -> String {
        let url = self.ask("GET", "/url", &Value::Null);
        url.as_str().expect("an address is text").replacen(&self.base, "", 1)
    }

    /// Goes to an address of the house.
    #[track_caller]
    pub fn go(&self, address: &str) {
        self.ask("POST", "/url", &json!({"url": format!("{}{address}", self.base)}));
        self.listen();
    }

    /// Loads the page anew.
    #[track_caller]
    pub fn reload(&self) {
        self.ask("POST", "/refresh", &json!({}));
        self.listen();
    }

    fn found(&self, css: &str) -> Option<String> {
        let asked = json!({"using": "css selector", "value": css});
        let found = self.wire.ask("POST", "/element", Some(&asked)).ok()?;
        found[ELEMENT].as_str().map(ToOwned::to_owned)
    }

    /// The element of that id, as soon as it is there.
    #[track_caller]
    fn element(&self, css: &str) -> String {
        within(Duration::from_secs(20), || self.found(css))
            .unwrap_or_else(|| panic!("no {css} on {}:\n{}", self.where_it_is(), self.text("body")))
    }

    /// Does something with the element of that id, as soon as it is there. A page that follows what happens elsewhere may put another in its place
    /// between finding and doing: then nothing was done, and it is looked for again.
    #[track_caller]
    fn with_element(&self, css: &str, act: impl Fn(&str) -> Result<Value, String>) -> Value {
        let tried = within(Duration::from_secs(20), || match act(&self.element(css)) {
            Err(error) if error.contains(STALE) => None,
            done => Some(done),
        });
        match tried {
            Some(Ok(value)) => value,
            Some(Err(error)) => panic!("{error}; {css} on {}", self.where_it_is()),
            None => panic!("{css} is replaced again and again on {}", self.where_it_is()),
        }
    }

    /// What the driver says of an element, by the end of its address there.
    #[track_caller]
    fn said_of(&self, css: &str, what: &str) -> Value {
        self.with_element(css, |element| self.wire.ask("GET", &format!("/element/{element}/{what}"), None))
    }

    fn tell(&self, element: &str, what: &str, body: &Value) -> Result<Value, String> {
        self.wire.ask("POST", &format!("/element/{element}/{what}"), Some(body))
    }

    /// Whether it is there now.
    pub fn has(&self, css: &str) -> bool {
        self.found(css).is_some()
    }

    /// Clicks it, and waits for the page that follows, if one follows.
    #[track_caller]
    pub fn click(&self, css: &str) {
        self.with_element(css, |element| self.brought(element).and_then(|_| self.tell(element, "click", &json!({}))));
        self.listen();
    }

    /// Clicks what sends a form, and waits until another page has come for it. A page that is left too early may never have sent it.
    #[track_caller]
    pub fn sends(&self, css: &str) {
        let before = self.element("html");
        self.click(css);
        until(&format!("another page comes after {css} on {}", self.where_it_is()), || {
            self.wire.ask("GET", &format!("/element/{before}/name"), None).is_err().then_some(())
        });
        self.listen();
    }

    /// Scrolls as a person would, so that it does not lie under a bar that sticks to an edge.
    fn brought(&self, element: &str) -> Result<Value, String> {
        let script = "arguments[0].scrollIntoView({block: 'center'})";
        self.wire.ask("POST", "/execute/sync", Some(&json!({"script": script, "args": [{ELEMENT: element}]})))
    }

    /// Puts the text in the place of what stands in the field.
    #[track_caller]
    pub fn fill(&self, css: &str, text: &str) {
        self.with_element(css, |element| {
            self.tell(element, "clear", &json!({})).and_then(|_| self.tell(element, "value", &json!({"text": text})))
        });
    }

    /// Types where the focus is, or into the element.
    #[track_caller]
    pub fn type_into(&self, css: &str, text: &str) {
        self.with_element(css, |element| self.tell(element, "value", &json!({"text": text})));
    }

    /// Chooses the option that has this value.
    #[track_caller]
    pub fn choose(&self, css: &str, value: &str) {
        self.click(&format!("{css} option[value=\"{value}\"]"));
    }

    /// Chooses the round button or box that has this value, among those of that name.
    #[track_caller]
    pub fn tick(&self, name: &str, value: &str) {
        self.click(&format!("input[name=\"{name}\"][value=\"{value}\"]"));
    }

    /// All of them, each to be pressed on.
    #[track_caller]
    pub fn all(&self, css: &str) -> Vec<Found> {
        let found = self.ask("POST", "/elements", &json!({"using": "css selector", "value": css}));
        let found = found.as_array().expect("elements are a list").iter();
        found.filter_map(|one| one[ELEMENT].as_str()).map(|one| Found(one.to_owned())).collect()
    }

    /// Clicks one of [`all`](Self::all).
    #[track_caller]
    pub fn press_on(&self, found: &Found) {
        self.brought(&found.0).unwrap_or_else(|error| panic!("{error}; on {}", self.where_it_is()));
        self.ask("POST", &format!("/element/{}/click", found.0), &json!({}));
    }

    /// Goes to a page again and again until that stands on it.
    #[track_caller]
    pub fn finds(&self, address: &str, css: &str) {
        until(&format!("{css} stands on {address}"), || {
            self.go(address);
            self.has(css).then_some(())
        });
    }

    /// What a person reads there; folded and hidden parts are not.
    #[track_caller]
    pub fn text(&self, css: &str) -> String {
        let text = self.said_of(css, "text");
        text.as_str().unwrap_or_default().to_owned()
    }

    /// What stands in the field now.
    #[track_caller]
    pub fn value(&self, css: &str) -> String {
        let value = self.said_of(css, "property/value");
        value.as_str().unwrap_or_default().to_owned()
    }

    /// An attribute as the page has it.
    #[track_caller]
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let value = self.said_of(css, &format!("attribute/{name}"));
        value.as_str().map(ToOwned::to_owned)
    }

    /// Waits until the text can be read there.
    #[track_caller]
    pub fn reads(&self, css: &str, text: &str) {
        let read = || self.found(css).filter(|_| self.text(css).contains(text));
        if within(Duration::from_secs(20), read).is_none() {
            panic!("{css} does not say {text:?} on {}; it says:\n{}", self.where_it_is(), self.text(css));
        }
    }

    /// Waits until the address is one that begins so.
    #[track_caller]
    pub fn arrives(&self, beginning: &str) {
        until(&format!("the browser is at {beginning}, and not at {}", self.where_it_is()), || {
            self.address().starts_with(beginning).then_some(())
        });
    }

    /// Presses a key as a person at the keyboard does, wherever the focus is.
    #[track_caller]
    pub fn press(&self, key: &str) {
        let steps = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
        let actions = json!({"actions": [{"type": "key", "id": "keyboard", "actions": steps}]});
        self.ask("POST", "/actions", &actions);
    }

    /// Runs a script of the test's; it stands outside of the page's rules.
    #[track_caller]
    pub fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.ask("POST", "/execute/sync", &json!({"script": script, "args": arguments}))
    }

    /// Runs a script that says when it is done, by its last argument.
    #[track_caller]
    pub fn run_to_end(&self, script: &str) -> Value {
        self.ask("POST", "/execute/async", &json!({"script": script, "args": []}))
    }

    /// Steers what no person can: Chromium's own protocol (<https://chromedevtools.github.io/devtools-protocol/>).
    #[track_caller]
    pub fn steer(&self, command: &str, parameters: &Value) -> Value {
        self.ask("POST", "/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// Looks so from now on.
    #[track_caller]
    pub fn look(&self, look: Look) {
        self.window(look.width, HEIGHT);
        let shade = json!({"features": [{"name": "prefers-color-scheme", "value": look.shade.name()}]});
        self.steer("Emulation.setEmulatedMedia", &shade);
    }

    fn window(&self, width: Width, height: u32) {
        let size = json!({"width": width.pixels(), "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.steer("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Makes the window as high as the page is long, so that nothing stands under a bar that sticks.
    #[track_caller]
    pub fn as_tall_as_the_page(&self, width: Width) {
        let height =
            self.run("return document.documentElement.scrollHeight", &[]).as_u64().expect("a page has a height");
        let height = u32::try_from(height.clamp(u64::from(HEIGHT), HEIGHT_MAX)).expect("it was clamped");
        self.window(width, height);
    }

    /// A picture of the window, as PNG.
    #[track_caller]
    pub fn picture(&self) -> Vec<u8> {
        let picture = self.ask("GET", "/screenshot", &Value::Null);
        STANDARD.decode(picture.as_str().expect("a picture is text")).expect("a picture is base64")
    }

    /// Keeps what the console complained of since it was asked last.
    fn listen(&self) {
        let said = self.wire.ask("POST", "/se/log", Some(&json!({"type": "browser"}))).unwrap_or_default();
        let severe = said.as_array().into_iter().flatten().filter(|one| one["level"] == "SEVERE");
        let messages = severe.filter_map(|one| one["message"].as_str());
        // That the page itself was answered with a problem is no complaint: the test reads the page.
        let url = self.wire.ask("GET", "/url", None).unwrap_or_default();
        let of_the_page = format!("{} - Failed to load resource", url.as_str().unwrap_or_default());
        let others = messages.filter(|message| !message.starts_with(&of_the_page)).map(ToOwned::to_owned);
        self.complaints.borrow_mut().extend(others);
    }

    /// What the console complained of so far: scripts that failed, what the page's rules forbade, what could not be loaded.
    pub fn complaints(&self) -> Vec<String> {
        self.listen();
        self.complaints.take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.wire.ask("DELETE", "", None);
    }
}
