//! Flags, settings and commands.

use std::process::Stdio;

use crate::engine::Engine;
use crate::support::{Process, binary, course, text};

#[tokio::test]
async fn settings_come_from_file_environment_and_flags() {
    let database = Engine::Sqlite.fresh().await;
    let config = database.folder.path().join("settings.toml");
    std::fs::write(
        &config,
        format!("[database]\nurl = \"{}\"\n[server]\npublic_url = \"https://file.example\"\n", database.url),
    )
    .unwrap();
    let server = Process::start(&database.url, &["--config", config.to_str().unwrap()]);
    assert_eq!(server.get("/v1").await.json()["links"]["self"], "https://file.example/v1");
    let server = Process::start(
        &database.url,
        &["--config", config.to_str().unwrap(), "--public-url", "https://flag.example/directory/"],
    );
    assert_eq!(server.get("/v1").await.json()["links"]["self"], "https://flag.example/directory/v1");
    let next = server.get("/v1/programmes?limit=1").await.json()["links"]["next"].as_str().unwrap().to_owned();
    assert!(next.starts_with("https://flag.example/directory/v1/programmes?"), "{next}");
    let host = server
        .ask(reqwest::Method::GET, "/v1", &[("host", "evil.example"), ("x-forwarded-host", "evil.example")])
        .await;
    assert!(!host.text.contains("evil"), "{}", host.text);
}

#[test]
fn the_environment_sets_what_flags_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = binary()
        .env("LEADERSHIP_DIRECTORY__SERVER__LISTEN", "127.0.0.1:0")
        .env("LEADERSHIP_DIRECTORY__DATABASE__URL", format!("sqlite://{}/x.db", folder.path().display()))
        .env("LEADERSHIP_DIRECTORY__SERVER__PUBLIC_URL", "https://environment.example")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let first = lines.next().unwrap().unwrap();
    let second = lines.next().unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(first.starts_with("listening on http://127.0.0.1:") && !first.ends_with(":0"), "{first}");
    assert!(second.contains("https://environment.example/docs"), "{second}");
}

#[test]
fn what_cannot_be_used_is_refused_at_once() {
    for (arguments, environment, wanted) in [
        (vec!["--listen", "nowhere"], None, "server.listen"),
        (vec!["--config", "no-such-file.toml"], None, "no-such-file.toml"),
        (vec!["--public-url", "directory.example"], None, "public_url"),
        (vec![], Some(("LEADERSHIP_DIRECTORY__SERVER__LISTN", "127.0.0.1:0")), "listn"),
        (vec!["--lisen", "x"], None, "--listen"),
        (vec!["impotr"], None, "import"),
        (vec!["import", "data", "--reason", "two\nlines"], None, "--reason cannot be used"),
    ] {
        let mut command = binary();
        command.args(&arguments);
        if let Some((key, value)) = environment {
            command.env(key, value);
        }
        let output = command.output().unwrap();
        assert!(!output.status.success());
        assert!(text(&output.stderr).contains(wanted), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn a_port_that_is_taken_is_told_before_a_database_is_made() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.db");
    let output = binary()
        .args([
            "--listen",
            &taken.local_addr().unwrap().to_string(),
            "--database",
            &format!("sqlite://{}", file.display()),
        ])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("cannot listen on"), "{}", text(&output.stderr));
    assert!(!file.exists());
}

#[test]
fn check_tells_file_line_pointer_severity_and_fix() {
    let folder = tempfile::tempdir().unwrap();
    let entry = "- kind: resource\n  id: x\n  type: reprot\n  title: X\n  summary: X.\n  url: www.example\n  status: {term: running, asOf: {}}\n  sources:\n    - {id: s, title: S}\n- kind: provider\n  id: y\n  type: charity\n  title: Y\n  summary: Y.\n  status: {term: running, asOf: {date: null}}\n  sources:\n    - {id: s, title: S}\n";
    std::fs::write(folder.path().join("x.yaml"), entry).unwrap();
    let output = binary().arg("check").arg(folder.path()).output().unwrap();
    assert!(!output.status.success());
    let told = text(&output.stdout);
    for wanted in [
        "x.yaml:3: error: resource/x/type: “reprot” is not a known code. Write “report”",
        "x.yaml:6: error: resource/x/url: “www.example” is not a web address. Write an absolute address",
        "x.yaml:7: error: resource/x/status/asOf/date: “date” is missing. Add it.",
        "x.yaml:15: warning: provider/y/status: No source is named for this. Add its “sources”.",
        "x.yaml:17: warning: provider/y/sources/0: Nothing cites the source “s”.",
    ] {
        assert!(told.contains(wanted), "no “{wanted}” in\n{told}");
    }
    assert!(text(&output.stderr).contains("2 entries, 0 terms: 3 errors, 2 warnings"), "{}", text(&output.stderr));
}

#[test]
fn the_shipped_data_is_without_fault() {
    let output = binary().args(["check", "data"]).output().unwrap();
    assert_eq!(text(&output.stdout), "");
    assert!(output.status.success());
}

#[test]
fn check_finds_a_rule_that_nobody_can_meet() {
    let folder = tempfile::tempdir().unwrap();
    let mut never = course("never", "A course that nobody can take");
    never["eligibility"] = serde_json::json!({"rule": {"all": [
        {"type": "level", "from": "introductory", "to": "introductory", "sources": ["page"]},
        {"type": "level", "from": "senior", "to": "executive", "sources": ["page"]},
    ]}});
    let mut roles = course("roles", "A course whose roles and rule exclude each other");
    roles["audience"] = serde_json::json!({"openTo": ["call-operator"]});
    roles["eligibility"] =
        serde_json::json!({"rule": {"type": "profession", "anyOf": ["clinical"], "sources": ["page"]}});
    let good = course("good", "A course that anybody can take");
    let lines: Vec<String> = [never, roles, good].iter().map(ToString::to_string).collect();
    std::fs::write(folder.path().join("courses.ndjson"), lines.join("\n")).unwrap();
    let output = binary().arg("check").arg(folder.path()).output().unwrap();
    assert!(output.status.success());
    let told = text(&output.stdout);
    let never: Vec<&str> = told.lines().filter(|line| line.contains("Nobody can meet")).collect();
    assert_eq!(never.len(), 2, "{told}");
    assert!(never[0].contains("programme/never") && never[0].contains("no level"), "{told}");
    assert!(never[1].contains("programme/roles") && never[1].contains("no role"), "{told}");
}
