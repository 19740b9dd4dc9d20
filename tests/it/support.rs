//! Starting the binary, asking it, and running its commands.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::engine::{Database, Engine};
use crate::promise;

/// Declares a test for each engine.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$attribute:meta])* async fn $name:ident($engine:ident: Engine) $body:block)+) => {$(
        $(#[$attribute])*
        mod $name {
            #[allow(unused_imports, reason = "not every test uses all of its file's names")]
            use super::*;

            async fn test($engine: Engine) $body

            #[tokio::test]
            async fn sqlite() {
                test(Engine::Sqlite).await;
            }

            #[tokio::test]
            async fn postgres() {
                test(Engine::Postgres).await;
            }
        }
    )+};
}

/// How long anything may take before its test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// The binary under test.
pub(crate) fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadership-directory"));
    command.env_clear().env("RUST_BACKTRACE", "0");
    command
}

/// A running server.
pub(crate) struct App {
    pub database: Database,
    pub process: Process,
}

/// A running process of the binary.
pub(crate) struct Process {
    pub child: Child,
    pub url: String,
    client: reqwest::Client,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

impl App {
    pub(crate) async fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[]).await
    }

    pub(crate) async fn start_with(engine: Engine, arguments: &[&str]) -> Self {
        let database = engine.fresh().await;
        let process = Process::start(&database.url, arguments);
        Self { database, process }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.process.get(path).await
    }

    /// Asks as a client that has a token.
    pub(crate) async fn get_with(&self, path: &str, token: &str) -> Answer {
        self.process.ask(reqwest::Method::GET, path, &[("authorization", token)]).await
    }

    /// A client that may ask for tokens.
    pub(crate) fn client(&self) -> Client {
        Client::create(&self.database.url)
    }

    /// What a client of its own says in the header `Authorization`.
    pub(crate) async fn token(&self) -> String {
        self.client().token(&self.process).await
    }

    /// The data of an answer that must go well.
    pub(crate) async fn data(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()["data"].clone()
    }

    /// Imports a text as a file of this name.
    pub(crate) fn import(&self, name: &str, text: &str) -> Output {
        let file = self.database.folder.path().join(name);
        std::fs::write(&file, text).expect("written");
        import(&self.database.url, &file, &[])
    }
}

/// A client that may ask for tokens.
pub(crate) struct Client {
    pub id: String,
    pub secret: String,
}

impl Client {
    /// Makes a client as an administrator does.
    pub(crate) fn create(database: &str) -> Self {
        let output = binary().args(["--database", database, "clients", "create", "--name", "A test"]).output();
        let told = text(&output.expect("it runs").stdout);
        let value = |name: &str| told.lines().find_map(|line| line.strip_prefix(name)).expect("a line").to_owned();
        Self { id: value("client_id "), secret: value("client_secret ") }
    }

    /// What HTTP Basic says of it.
    pub(crate) fn basic(&self) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{}", self.id, self.secret)))
    }

    /// Asks for a token, and says what to send.
    pub(crate) async fn token(&self, server: &Process) -> String {
        let basic = self.basic();
        let headers = [("authorization", &*basic), ("content-type", "application/x-www-form-urlencoded")];
        let form = "grant_type=client_credentials".to_owned();
        let answer = server.send(reqwest::Method::POST, "/oauth/token", &headers, form).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        format!("Bearer {}", answer.json()["access_token"].as_str().expect("a token"))
    }
}

impl Process {
    /// Starts a server and waits until it says that it listens.
    pub(crate) fn start(database: &str, arguments: &[&str]) -> Self {
        Self::spawn(
            binary().args(["--listen", "127.0.0.1:0", "--database", database]).args(arguments).stderr(Stdio::piped()),
        )
    }

    /// Starts a server that logs everything it ever would into a file.
    pub(crate) fn start_logged(database: &str, level: &str, format: &str, log: &Path) -> Self {
        let file = std::fs::File::create(log).expect("a log");
        let mut command = binary();
        command.env("LEADERSHIP_DIRECTORY__LOG__LEVEL", level).env("LEADERSHIP_DIRECTORY__LOG__FORMAT", format);
        Self::spawn(command.args(["--listen", "127.0.0.1:0", "--database", database]).stderr(file))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
        let mut line = String::new();
        let mut lines = BufReader::new(child.stdout.take().expect("standard output"));
        lines.read_line(&mut line).expect("a line");
        let Some(url) = line.trim().strip_prefix("listening on ").map(str::to_owned) else {
            let mut errors = String::new();
            if let Some(mut pipe) = child.stderr.take() {
                pipe.read_to_string(&mut errors).expect("text");
            }
            panic!("the server did not start: {line}{errors}");
        };
        // Where nobody reads what a process logs, it waits for somebody to, once the pipe is full.
        if let Some(mut log) = child.stderr.take() {
            std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        }
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self { child, url, client }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(reqwest::Method::GET, path, &[]).await
    }

    /// Asks with a body that is JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(reqwest::Method::POST, path, &[("content-type", "application/json")], body.to_string()).await
    }

    pub(crate) async fn ask(&self, method: reqwest::Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(method, path, headers, String::new()).await
    }

    pub(crate) async fn send(
        &self,
        method: reqwest::Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let name = method.as_str().to_lowercase();
        let mut request = self.client.request(method, format!("{}{path}", self.url)).timeout(PATIENCE);
        let is_coded = headers.iter().any(|(name, _)| *name == "accept-encoding");
        let is_plain = (name == "get" || !body.is_empty()) && !is_coded;
        if !body.is_empty() {
            request = request.body(body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("an answer");
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: String::from_utf8_lossy(&response.bytes().await.expect("a body")).into_owned(),
        };
        if is_plain {
            promise::check(&name, path, &answer);
        }
        answer
    }

    /// Begins a request with a body that never ends, and reads what is answered.
    pub(crate) async fn begin_post(&self, path: &str, begun: &str) -> Answer {
        let (url, at, begun) = (self.url.clone(), path.to_owned(), begun.to_owned());
        let answer = tokio::task::spawn_blocking(move || begin_post(&url, &at, &begun)).await.expect("an answer");
        promise::check("post", path, &answer);
        answer
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: &str) {
        send_signal(&self.child, signal);
    }

    /// Asks until the answer is as wanted, and says how long that took.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&Answer) -> bool) -> Duration {
        let begun = Instant::now();
        loop {
            let answer = self.get(path).await;
            if wanted(&answer) {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < PATIENCE, "{path} stays at {} {}", answer.status, answer.text);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have stopped by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Begins a request with a body that never ends, and reads what is answered.
fn begin_post(url: &str, path: &str, begun: &str) -> Answer {
    let host = url.strip_prefix("http://").expect("an address");
    let mut stream = std::net::TcpStream::connect(host).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a deadline");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{begun}"
    );
    stream.write_all(head.as_bytes()).expect("sent");
    let mut bytes = Vec::new();
    // A server that closes with bytes unread resets the connection, which is an answer too.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    let header = |line: &str| {
        let (name, value) = line.split_once(": ").expect("a header");
        (name.parse::<HeaderName>().expect("a name"), value.parse::<HeaderValue>().expect("a value"))
    };
    Answer { status, headers: lines.map(header).collect(), text: body.to_owned() }
}

/// Sends a signal to a process.
pub(crate) fn send_signal(child: &Child, signal: &str) {
    let status = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
    assert!(status.expect("kill runs").success());
}

/// Runs `import` on a file.
pub(crate) fn import(database: &str, file: &Path, arguments: &[&str]) -> Output {
    binary().args(["--database", database, "import"]).args(arguments).arg(file).output().expect("it runs")
}

/// The text that a command wrote.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A small entry that imports into a fresh directory.
pub(crate) fn course(id: &str, title: &str) -> Value {
    serde_json::json!({
        "kind": "programme", "id": id, "type": "course", "title": title, "summary": "A course made for a test.",
        "provider": "kings-fund",
        "status": {"term": "running", "asOf": {"date": "2026"}, "sources": ["page"]},
        "sources": [{"id": "page", "title": "A page"}],
        "evidence": {"/provider": ["page"]},
    })
}

/// A small provider that imports into a fresh directory.
pub(crate) fn provider(id: &str, title: &str) -> Value {
    serde_json::json!({
        "kind": "provider", "id": id, "type": "charity", "title": title, "summary": "A provider made for a test.",
        "status": {"term": "running", "asOf": {"date": "2026"}, "sources": ["page"]},
        "sources": [{"id": "page", "title": "A page"}],
    })
}
