//! Starting: new and existing databases, edits that stay, databases that are refused, and stopping.

use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use leadership_directory::directory::{Action, Change, Directory, Shipped};
use leadership_directory::import::shipped;
use leadership_directory::store::Store;
use serde_json::json;
use sqlx::Row as _;

use crate::engine::{Database, Engine};
use crate::on_both_engines;
use crate::support::{App, Process, binary, import, text};

/// A catalogue of a later edition, in which two entries say more.
fn improved() -> Shipped {
    fn changes() -> Vec<Change> {
        let mut changes = (shipped().changes)();
        for change in &mut changes {
            if let Action::Ship(value) = &mut change.action
                && (value["id"] == "nye-bevan" || value["id"] == "director")
            {
                value["aliases"] = json!(["Shipped later"]);
            }
        }
        changes
    }
    Shipped { edition: shipped().edition + 1, hash: || "improved".to_owned(), changes }
}

async fn open(database: &Database, shipped: &Shipped) -> Arc<Directory> {
    let store = Store::open(&database.url, 3).await.expect("a store");
    Arc::new(Directory::open(store, shipped, jiff::Timestamp::now).await.expect("a directory"))
}

fn count_lines(output: &std::process::Output, wanted: &str) -> usize {
    text(&output.stderr).matches(wanted).count()
}

on_both_engines! {
    async fn to_read_what_nobody_takes_any_more_ends_well(engine: Engine) {
        let app = App::start(engine).await;
        let made = binary().args(["generate", "--entries", "3000"]).output().expect("entries");
        assert!(app.import("made.ndjson", &text(&made.stdout)).status.success());
        let store = Store::open(&app.database.url, 1).await.expect("a store");
        let (give, mut take) = tokio::sync::mpsc::channel(1);
        let reading = { let store = store.clone(); tokio::spawn(async move { store.load_in_parts(give).await }) };
        let first = take.recv().await.expect("a part");
        assert!(!first.is_last && first.terms.len() > 100 && first.entries.len() < 3_000);
        drop(take);
        reading.await.unwrap().expect("it ends");
        assert_eq!(store.load().await.expect("all").entries.len(), 3_000 + 106);
        store.close().await;
    }

    async fn two_processes_that_start_at_once_import_once_and_both_serve(engine: Engine) {
        for _ in 0..3 {
            let database = engine.fresh().await;
            let url = database.url.clone();
            let other = tokio::task::spawn_blocking(move || Process::start(&url, &[]));
            let here = Process::start(&database.url, &[]);
            let there = other.await.expect("it starts");
            for server in [&here, &there] {
                assert_eq!(server.get("/v1/programmes/mary-seacole").await.status, 200);
            }
            let pool = database.pool().await;
            let creates: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM history WHERE operation = 'create'").fetch_one(&pool).await.unwrap();
            let changes: i64 = sqlx::query_scalar("SELECT change_number FROM directory").fetch_one(&pool).await.unwrap();
            assert_eq!(creates, 242);
            assert_eq!(changes, 242);
        }
    }

    async fn a_later_edition_improves_what_nobody_touched_and_leaves_edits(engine: Engine) {
        let app = App::start(engine).await;
        let edit = json!({"kind": "programme", "id": "director", "aliases": ["Edited here"]});
        assert!(app.import("edit.ndjson", &edit.to_string()).status.success());
        let directory = open(&app.database, &improved()).await;
        directory.close().await;
        app.process.until("/v1/programmes/nye-bevan", |answer| answer.json()["data"]["aliases"] == json!(["Shipped later"])).await;
        assert_eq!(app.data("/v1/programmes/director").await["aliases"], json!(["Edited here"]));
        // The older binary, started again, does not bring its own edition back.
        let older = Process::start(&app.database.url, &[]);
        assert_eq!(older.get("/v1/programmes/nye-bevan").await.json()["data"]["aliases"], json!(["Shipped later"]));
        let pool = app.database.pool().await;
        let last: i64 = sqlx::query("SELECT change_number FROM directory").fetch_one(&pool).await.unwrap().get(0);
        assert_eq!(last, 244, "one edit and one improvement");
    }

    async fn a_later_edition_starts_on_a_directory_in_which_things_were_renamed(engine: Engine) {
        fn changes() -> Vec<Change> {
            let mut changes = (shipped().changes)();
            let mut new = crate::support::course("shipped-later", "Shipped later");
            let mut impossible = crate::support::course("impossible", "Impossible");
            impossible["audience"] = json!({"openTo": ["no-such-role"]});
            new["related"] = json!([{"relation": "distinct-from", "entry": "provider/kings-fund", "sources": ["page"]}]);
            changes.extend([new, impossible].map(|value| Change { origin: 0, action: Action::Ship(value) }));
            changes
        }
        let app = App::start(engine).await;
        assert!(app.import("a.ndjson", &json!({"rename": "provider/kings-fund", "to": "the-kings-fund"}).to_string()).status.success());
        let later = Shipped { edition: shipped().edition + 1, hash: || "later".to_owned(), changes };
        open(&app.database, &later).await.close().await;
        app.process.until("/v1/programmes/shipped-later", |answer| answer.status == 200).await;
        let entry = app.get("/v1/programmes/shipped-later").await.json()["data"].clone();
        assert_eq!((&entry["provider"], &entry["related"][0]["entry"]), (&json!("the-kings-fund"), &json!("provider/the-kings-fund")));
        assert_eq!(app.get("/v1/programmes/impossible").await.status, 404);
    }

    async fn starting_again_changes_nothing(engine: Engine) {
        let app = App::start(engine).await;
        let public = ["--public-url", "https://directory.example"];
        let before = Process::start(&app.database.url, &public).get("/v1/programmes").await;
        let again = Process::start(&app.database.url, &public).get("/v1/programmes").await;
        assert_eq!(before.header("etag"), again.header("etag"));
        assert_eq!(before.json()["data"], again.json()["data"]);
    }

    async fn a_start_in_parts_comes_to_what_a_running_process_shows(engine: Engine) {
        let public = ["--public-url", "https://directory.example"];
        let app = App::start_with(engine, &public).await;
        // More than a part of what a start reads at once, and the variants among them name what comes before or after.
        let made = binary().args(["generate", "--entries", "4500"]).output().expect("entries");
        assert!(app.import("made.ndjson", &text(&made.stdout)).status.success());
        let made: Vec<serde_json::Value> = text(&made.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (kind, id) = (made[0]["kind"].as_str().unwrap(), made[0]["id"].as_str().unwrap());
        let rename = json!({"rename": format!("{kind}/{id}"), "to": "renamed-after-all"}).to_string();
        assert!(app.import("rename.ndjson", &rename).status.success());
        // More at once than one core takes in alone; of the variants some are retired, and some are another programme's then.
        let programmes: Vec<&serde_json::Value> = made.iter().skip(1).filter(|entry| entry["kind"] == "programme").collect();
        let (variants, plain): (Vec<_>, Vec<_>) = programmes.into_iter().partition(|entry| entry["variantOf"].is_string());
        let named = |entry: &serde_json::Value, members: serde_json::Value| {
            let mut named = json!({"kind": "programme", "id": entry["id"]});
            named.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            named.to_string()
        };
        let of_variants = variants.iter().enumerate().map(|(at, entry)| match at % 3 {
            0 => json!({"retire": format!("programme/{}", entry["id"].as_str().unwrap()), "reason": "It was only a test."}).to_string(),
            1 => named(entry, json!({"variantOf": plain[at]["id"]})),
            _ => named(entry, json!({"title": format!("Later {at}")})),
        });
        let open = json!({"eligibility": {"rule": {"open": "anyone", "sources": ["page"]}}, "evidence": {"/eligibility": ["page"]}});
        let of_others = plain.iter().step_by(4).map(|entry| named(entry, open.clone()));
        let changes: Vec<String> = of_variants.chain(of_others).collect();
        assert!(changes.len() > 1_024);
        let done = app.import("changes.ndjson", &changes.join("\n"));
        assert!(done.status.success(), "{}", text(&done.stderr));
        app.process.until("/v1/programmes?limit=1", |answer| answer.json()["meta"]["changeNumber"].as_i64() >= Some(4_742 + i64::try_from(changes.len()).unwrap())).await;
        let started = Process::start(&app.database.url, &public);
        for path in [
            "/v1/changes/digest", "/v1/programmes?sort=-title&limit=100", "/v1/programmes?role=nurse&facets=role,provider,eligibility&variants=show",
            "/v1/changes?afterChangeNumber=4400&limit=100", "/v1/changes?limit=100", "/v1/changes?afterChangeNumber=4000&view=summary&limit=1000",
        ] {
            let (running, started) = (app.get(path).await, started.get(path).await);
            assert_eq!((running.status, &running.text), (200, &started.text), "{path}");
        }
        for profile in [json!({"band": "afc-6", "role": "nurse"}), json!({"region": "london", "level": "mid"})] {
            let asked = json!({"profile": profile});
            let (running, started) = (app.process.post("/v1/eligibility-checks", &asked).await, started.post("/v1/eligibility-checks", &asked).await);
            assert_eq!((running.status, &running.text), (200, &started.text), "{profile}");
            assert!(running.text.contains("\"variants\":[{"), "{profile}");
        }
        for path in ["/v1/programmes?q=leadership&limit=1", "/v1/search?q=coaching&limit=1"] {
            let total = async |process: &Process| process.get(path).await.json()["meta"]["total"].clone();
            assert_eq!(total(&app.process).await, total(&started).await, "{path}");
        }
        let old = started.ask(reqwest::Method::GET, &format!("/v1/{kind}s/{id}"), &[]).await;
        assert_eq!((old.status, old.header("location")), (308, &*format!("https://directory.example/v1/{kind}s/renamed-after-all")));
    }

    async fn sigterm_drains_and_ends_well(engine: Engine) {
        let mut app = App::start(engine).await;
        app.process.signal("TERM");
        let begun = std::time::Instant::now();
        let status = app.process.child.wait().expect("it ends");
        assert_eq!(status.code(), Some(0));
        assert!(begun.elapsed() < Duration::from_secs(5));
    }

    async fn a_newer_schema_is_refused_and_left_alone(engine: Engine) {
        let app = App::start(engine).await;
        let pool = app.database.pool().await;
        sqlx::query("INSERT INTO leadership_directory_migration (version, applied_at) VALUES (999, 'later')").execute(&pool).await.unwrap();
        let output = refused(&app.database.url);
        assert!(text(&output.stderr).contains("schema version 999"), "{}", text(&output.stderr));
        let changes: i64 = sqlx::query_scalar("SELECT change_number FROM directory").fetch_one(&pool).await.unwrap();
        assert_eq!(changes, 242);
    }

    async fn a_database_of_somebody_else_is_refused_and_left_alone(engine: Engine) {
        let database = engine.fresh().await;
        let url = if engine == Engine::Sqlite { format!("{}?mode=rwc", database.url) } else { database.url.clone() };
        let pool = crate::engine::pool(&url).await;
        sqlx::query("CREATE TABLE directory (mine TEXT)").execute(&pool).await.unwrap();
        pool.close().await;
        let before = (engine == Engine::Sqlite).then(|| std::fs::read(database.file()).unwrap());
        let output = refused(&database.url);
        assert!(text(&output.stderr).contains("holds other data"), "{}", text(&output.stderr));
        if let Some(before) = before {
            assert!(before == std::fs::read(database.file()).unwrap(), "not a byte is changed");
        }
        for command in ["import", "export"] {
            let arguments: &[&str] = if command == "import" { &["import", "data"] } else { &["export"] };
            let output = binary().args(["--database", &database.url]).args(arguments).output().unwrap();
            assert!(!output.status.success() && count_lines(&output, "holds other data") == 1, "{command}: {output:?}");
        }
    }
}

/// Starts a server that must refuse, and says why it did.
fn refused(database: &str) -> Output {
    let child = binary()
        .args(["--listen", "127.0.0.1:0", "--database", database])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let output = child.wait_with_output().expect("it ends");
    assert!(!output.status.success(), "it should have refused: {output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    output
}

/// A SQLite file with the shipped catalogue and a few more entries, closed.
fn sqlite_file(folder: &Path) -> (String, std::path::PathBuf) {
    let file = folder.join("directory.db");
    let url = format!("sqlite://{}", file.display());
    let entry = folder.join("entry.ndjson");
    std::fs::write(&entry, crate::support::course("a", "A").to_string()).unwrap();
    assert!(import(&url, &entry, &[]).status.success());
    (url, file)
}

#[test]
fn a_damaged_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (url, file) = sqlite_file(folder.path());
    let good = std::fs::read(&file).unwrap();
    let mut no_header = good.clone();
    no_header[..16].copy_from_slice(b"not a database!!");
    let mut torn_pages = good.clone();
    for page in 1..torn_pages.len() / 4096 {
        torn_pages[page * 4096..page * 4096 + 64].fill(0xff);
    }
    let cut = good[..good.len() / 3].to_vec();
    for (name, bytes) in [
        ("no header", no_header),
        ("torn pages", torn_pages),
        ("cut", cut),
        ("text", b"hello, I am a text file, not a database".to_vec()),
    ] {
        std::fs::write(&file, &bytes).unwrap();
        let output = refused(&url);
        assert!(text(&output.stderr).contains("is damaged, or is not a database"), "{name}: {}", text(&output.stderr));
        assert!(bytes == std::fs::read(&file).unwrap(), "{name}: not a byte is changed");
    }
    std::fs::write(&file, &good).unwrap();
    let server = Process::start(&url, &[]);
    assert!(server.url.starts_with("http://"));
}

#[test]
fn a_read_only_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (url, file) = sqlite_file(folder.path());
    let mut permissions = std::fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&file, permissions).unwrap();
    let output = refused(&url);
    assert!(text(&output.stderr).contains("is read-only"), "{}", text(&output.stderr));
}

#[test]
fn what_cannot_be_a_database_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let folder_url = format!("sqlite://{}", folder.path().display());
    let nowhere = format!("sqlite://{}/no/such/folder/x.db", folder.path().display());
    for (url, wanted) in [
        ("mysql://root:secret@localhost/x", "sqlite://FILE, postgres://"),
        ("postgres://nobody:secret@127.0.0.1:1/x", "cannot be reached"),
        (folder_url.as_str(), "it is not a file"),
        (nowhere.as_str(), "does not exist"),
    ] {
        let output = refused(url);
        let told = text(&output.stderr);
        assert!(told.contains(wanted) && !told.contains("secret"), "{url}: {told}");
    }
}

#[test]
fn an_empty_file_is_a_new_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.db");
    std::fs::write(&file, b"").unwrap();
    let server = Process::start(&format!("sqlite://{}", file.display()), &[]);
    assert!(server.url.starts_with("http://"));
}
