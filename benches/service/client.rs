//! The load generator: some connections that each ask the next question as soon as the last is answered.

use std::cell::Cell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::process::Measured;

/// A request as it is sent.
pub(crate) fn request(path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    use std::fmt::Write as _;
    let mut text = format!("GET {path} HTTP/1.1\r\nHost: directory.example\r\n");
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    (text + "\r\n").into_bytes()
}

/// What came of driving a server.
#[derive(Default)]
pub(crate) struct Tally {
    /// How long each answer took, in microseconds.
    taken: Vec<f64>,
    bytes: usize,
    seconds: f64,
}

impl Tally {
    /// How long a body is on average.
    pub(crate) fn body_bytes(&self) -> usize {
        self.bytes / self.taken.len().max(1)
    }

    /// In figures, where the server spent some CPU time on it.
    pub(crate) fn measured(mut self, cpu: Duration) -> Measured {
        self.taken.sort_by(f64::total_cmp);
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let count = self.taken.len() as f64;
        let at = |percent: usize| self.taken.get(self.taken.len() * percent / 100).copied().unwrap_or_default();
        Measured {
            per_second: count / self.seconds,
            p50: at(50),
            p99: at(99),
            cpu_us: cpu.as_secs_f64() * 1e6 / count.max(1.0),
        }
    }
}

/// Drives a server for some time, all connections together asking the requests in turn.
pub(crate) async fn drive(
    address: SocketAddr,
    requests: &[Vec<u8>],
    connections: usize,
    time: Duration,
    status: u16,
) -> Tally {
    let next = Cell::new(0);
    let begun = Instant::now();
    let one = async || {
        let mut connection = Connection::open(address).await;
        let mut tally = Tally::default();
        while begun.elapsed() < time {
            let request = requests.get(next.get() % requests.len()).expect("a request");
            next.set(next.get() + 1);
            let asked = Instant::now();
            tally.bytes += connection.ask(request, status).await;
            tally.taken.push(asked.elapsed().as_secs_f64() * 1e6);
        }
        tally
    };
    // Asleep, the load generator would have to be woken by the server's answer: an interrupt to another core, which on a
    // virtual machine takes microseconds, is charged to whoever sends it, and comes the more often the slower the server.
    let awake = async {
        while begun.elapsed() < time {
            tokio::task::yield_now().await;
        }
    };
    let (tallies, ()) = tokio::join!(join_all((0..connections).map(|_| one())), awake);
    let seconds = begun.elapsed().as_secs_f64();
    tallies.into_iter().fold(Tally { seconds, ..Tally::default() }, |mut all, one| {
        all.taken.extend(one.taken);
        all.bytes += one.bytes;
        all
    })
}

/// A connection that is kept.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, buffer: Vec::with_capacity(1 << 20) }
    }

    /// Asks, and reads the answer to its end; how many bytes its body has.
    pub(crate) async fn ask(&mut self, request: &[u8], status: u16) -> usize {
        self.stream.write_all(request).await.expect("sent");
        self.buffer.clear();
        let head = loop {
            self.read().await;
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let text = String::from_utf8_lossy(self.buffer.get(..head).unwrap_or_default()).to_ascii_lowercase();
        let answered = text.get(9..12).unwrap_or_default();
        assert_eq!(answered, status.to_string(), "{text}\nto {}", String::from_utf8_lossy(request));
        let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        if value("transfer-encoding:").is_some() {
            // No body of ours has a line like the last chunk's in it.
            while !self.buffer.ends_with(b"\r\n0\r\n\r\n") {
                self.read().await;
            }
        } else if let Some(length) = value("content-length:").and_then(|length| length.parse::<usize>().ok()) {
            while self.buffer.len() < head + length {
                self.read().await;
            }
        }
        self.buffer.len() - head
    }

    /// The body of what was asked last.
    pub(crate) fn body(&self) -> &[u8] {
        let head = self.buffer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        self.buffer.get(head + 4..).unwrap_or_default()
    }

    /// A header of what was answered last.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.buffer);
        let headers = text.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(": "));
        headers.filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
    }

    async fn read(&mut self) {
        let read = self.stream.read_buf(&mut self.buffer).await.expect("an answer");
        assert!(read > 0, "the connection was closed");
    }
}
