//! What the process says about itself tells of nobody: no query string, no header value, no path.

use std::io::{Read as _, Write as _};

use reqwest::Method;

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::Process;

/// What is nowhere but in requests.
const CANARY: &str = "canary9f3a";

/// Sends bytes as they are, and reads until the server hangs up or says no more.
fn raw(url: &str, bytes: &str) -> String {
    let mut stream = std::net::TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
    stream.write_all(bytes.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A server that closes with bytes unread resets the connection, which is an answer too.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

on_both_engines! {
    async fn no_level_tells_what_was_asked(engine: Engine) {
        let loose = "trace,actix_http=trace,actix_http::h1::decoder=trace,actix_web::middleware=trace,sqlx::query=trace";
        for (level, format) in [("trace", "text"), (loose, "json")] {
            let database = engine.fresh().await;
            let log = database.folder.path().join("log");
            let mut server = Process::start_logged(&database.url, level, format, &log);
            for path in [
                format!("/v1/programmes?role={CANARY}"), format!("/v1/programmes?{CANARY}=nurse"), format!("/v1/programmes?cursor={CANARY}"),
                format!("/v1/programmes?id={CANARY}"), format!("/v1/programmes?eligibility=positive-action-race&id={CANARY}"),
                format!("/v1/programmes/{CANARY}"), format!("/v1/programmes/edward-jenner?fields={CANARY}"), format!("/v1/vocabularies/{CANARY}"),
                format!("/v1/vocabularies/role/{CANARY}"), format!("/health/ready?{CANARY}"), format!("/{CANARY}"), format!("/problems/{CANARY}"),
                format!("/docs/{CANARY}"), format!("/assets/{CANARY}"), format!("/?{CANARY}"), format!("/v1/programmes?id={}", CANARY.repeat(900)),
            ] {
                for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST] {
                    let status = server.ask(method, &path, &[]).await.status;
                    assert!(status < 500, "{path}: {status}");
                }
            }
            for name in ["accept", "accept-encoding", "authorization", "cookie", "if-none-match", "referer", "user-agent", "x-forwarded-for", "x-request-id", "origin", "content-type", "traceparent"] {
                let answer = server.ask(Method::GET, "/v1/programmes?limit=1", &[(name, CANARY)]).await;
                assert!(answer.status < 500);
                assert!(!answer.headers.values().any(|value| value.to_str().is_ok_and(|text| text.contains(CANARY))), "{name} is sent back");
            }
            for bytes in [
                format!("GET /v1?{CANARY} HTTP/1.1\r\nBad Header: {CANARY}\r\n\r\n"), format!("{CANARY} / HTTP/1.1\r\nHost: x\r\n\r\n"),
                format!("GET /{CANARY} HTTP/9.9\r\n\r\n"), format!("GET /v1 HTTP/1.1\r\nHost: {CANARY}\r\nContent-Length: {CANARY}\r\n\r\n"),
                format!("POST /v1 HTTP/1.1\r\nHost: {CANARY}\r\nConnection: close\r\nContent-Length: 10\r\n\r\n{CANARY}"),
                format!("GET /v1/programmes?role=%{CANARY} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
            ] {
                raw(&server.url, &bytes);
            }
            server.signal("TERM");
            assert!(server.child.wait().unwrap().success());
            let text = std::fs::read_to_string(&log).unwrap();
            assert!(text.contains("answered") && text.contains("DEBUG") || text.contains("\"level\":\"DEBUG\""), "nothing was logged: {text}");
            for line in text.lines() {
                assert!(!line.contains(CANARY) && !line.contains("positive-action"), "{line}");
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_never_comes_holds_nothing_up() {
    let database = Engine::Sqlite.fresh().await;
    let server = Process::start(&database.url, &[]);
    let begun = std::time::Instant::now();
    for method in ["GET", "POST"] {
        let answer = raw(&server.url, &format!("{method} /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n"));
        let status = if method == "GET" { "200" } else { "405" };
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{method}: {answer}");
    }
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(15),
        "the connections were held for {:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_body_that_comes_in_drops_is_not_waited_for() {
    let database = Engine::Sqlite.fresh().await;
    let server = Process::start(&database.url, &[]);
    for method in ["GET", "POST"] {
        let mut stream = std::net::TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
        write!(stream, "{method} /v1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
        let begun = std::time::Instant::now();
        // A drop a quarter of a second: the server must hang up though there is always more to come.
        while stream.write_all(b"1\r\nx\r\n").is_ok() {
            assert!(begun.elapsed() < std::time::Duration::from_secs(15), "{method}: held for {:?}", begun.elapsed());
            std::thread::sleep(std::time::Duration::from_millis(250));
        }
    }
}
