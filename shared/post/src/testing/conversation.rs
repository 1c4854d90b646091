//! One line to the server, from its greeting to its end ([RFC 5321](https://www.rfc-editor.org/rfc/rfc5321)).

use std::{
    io::{self, BufRead, BufReader, Write},
    net::TcpStream,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Fault, Received, Shared};

/// A client that says nothing for so long has gone.
const SILENCE_MAX: Duration = Duration::from_secs(60);

pub(super) fn hold(stream: TcpStream, shared: &Shared) {
    let mut fault = None;
    shared.change(|inside| {
        inside.tries += 1;
        fault = inside.faults.pop_front();
    });
    // The client may be killed in the middle: that is its affair.
    drop(Conversation::of(stream, shared, fault).and_then(|mut conversation| conversation.go_on()));
}

struct Conversation<'a> {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
    shared: &'a Shared,
    fault: Option<Fault>,
    signed_in: bool,
    from: String,
    to: Vec<String>,
}

impl<'a> Conversation<'a> {
    fn of(stream: TcpStream, shared: &'a Shared, fault: Option<Fault>) -> io::Result<Self> {
        stream.set_read_timeout(Some(SILENCE_MAX))?;
        let writer = stream.try_clone()?;
        let reader = BufReader::new(stream);
        Ok(Self { reader, writer, shared, fault, signed_in: false, from: String::new(), to: Vec::new() })
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(format!("{text}\r\n").as_bytes())
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.reader.read_line(&mut line)?;
        Ok((read > 0).then(|| line.trim_end().to_owned()))
    }

    fn go_on(&mut self) -> io::Result<()> {
        match self.fault {
            Some(Fault::HangUp) => return Ok(()),
            Some(Fault::Endless) => loop {
                self.writer.write_all(b"220-and so on and on, ")?;
            },
            Some(Fault::Greeting(code)) => return self.say(&format!("{code} not today")),
            _ => self.say("220 sink.example ESMTP")?,
        }
        while let Some(line) = self.line()? {
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => self.greet()?,
                "AUTH" => self.sign_in(&line)?,
                "MAIL" => self.sender(&line)?,
                "RCPT" => self.recipient(&line)?,
                "DATA" => {
                    if !self.message()? {
                        return Ok(());
                    }
                }
                "RSET" | "NOOP" => self.say("250 2.0.0 well")?,
                "QUIT" => return self.say("221 2.0.0 goodbye"),
                _ => self.say("502 5.5.1 unknown here")?,
            }
        }
        Ok(())
    }

    fn greet(&mut self) -> io::Result<()> {
        let asks = self.shared.lock().password.is_some();
        let auth = if asks { "250-AUTH PLAIN\r\n" } else { "" };
        self.say(&format!("250-sink.example\r\n{auth}250-8BITMIME\r\n250 SMTPUTF8"))
    }

    fn sign_in(&mut self, line: &str) -> io::Result<()> {
        let expected = self.shared.lock().password.clone();
        let given = line.rsplit(' ').next().and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
        let right = expected.is_some_and(|(user, password)| given == format!("\0{user}\0{password}").into_bytes());
        self.signed_in |= right;
        self.say(if right { "235 2.7.0 welcome" } else { "535 5.7.8 wrong name or password" })
    }

    fn sender(&mut self, line: &str) -> io::Result<()> {
        if let Some(Fault::Sender(code)) = self.fault {
            return self.say(&format!("{code} not from you"));
        }
        if self.shared.lock().password.is_some() && !self.signed_in {
            return self.say("530 5.7.0 sign in first");
        }
        (self.from, self.to) = (address(line), Vec::new());
        self.say("250 2.1.0 well")
    }

    fn recipient(&mut self, line: &str) -> io::Result<()> {
        if let Some(Fault::Recipient(code)) = self.fault {
            return self.say(&format!("{code} <{}>: not to them", address(line)));
        }
        if self.from.is_empty() {
            return self.say("503 5.5.1 from whom?");
        }
        self.to.push(address(line));
        self.say("250 2.1.5 well")
    }

    /// Answers "no" when the line is to be cut.
    fn message(&mut self) -> io::Result<bool> {
        if self.to.is_empty() {
            self.say("503 5.5.1 to whom?")?;
            return Ok(true);
        }
        self.say("354 go on")?;
        let mut lines = Vec::new();
        loop {
            let Some(line) = self.line()? else { return Ok(false) };
            if line == "." {
                break;
            }
            // RFC 5321, 4.5.2: a dot at the beginning was doubled.
            lines.push(line.strip_prefix('.').map_or(line.clone(), str::to_owned));
        }
        let text = lines.join("\n");
        match self.fault.take() {
            Some(Fault::Message(code)) => {
                self.say(&format!("{code} <{}>: not this", self.to.join(" ")))?;
                return Ok(true);
            }
            Some(Fault::AcceptedInSilence) => {
                self.accept(&text);
                return Ok(false);
            }
            Some(Fault::Slow(time)) => std::thread::sleep(time), // that is how long
            _ => {}
        }
        self.accept(&text);
        self.say("250 2.0.0 taken")?;
        Ok(true)
    }

    fn accept(&mut self, text: &str) {
        let (from, to) = (std::mem::take(&mut self.from), std::mem::take(&mut self.to));
        self.shared.change(|inside| inside.accepted.push(Received::parse(from, to, text)));
    }
}

fn address(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(address, _)| address.to_owned()).unwrap_or_default()
}
