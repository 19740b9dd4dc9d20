//! Processes killed and databases gone.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use sqlx::AnyPool;

use crate::engine::{Cluster, Database, Engine, create_database, pool};
use crate::on_both_engines;
use crate::support::{PATIENCE, Process, binary, course, import, send_signal, text};

/// How many kills are spread over an import, and how many must land inside its transaction.
const KILLS: u32 = 26;
const MUST_LAND: u32 = 20;

on_both_engines! {
    async fn an_import_that_is_killed_leaves_the_old_directory_or_the_new_one(engine: Engine) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("made.ndjson");
        std::fs::write(&file, binary().args(["generate", "--entries", "10000"]).output().unwrap().stdout).unwrap();
        let small = folder.path().join("small.ndjson");
        std::fs::write(&small, course("before", "Before").to_string()).unwrap();
        let prepared = async || {
            let database = engine.fresh().await;
            assert!(import(&database.url, &small, &[]).status.success());
            database
        };
        // How long a whole import takes here, on a database of its own.
        let scratch = prepared().await;
        let begun = Instant::now();
        assert!(import(&scratch.url, &file, &[]).status.success());
        let mut whole = begun.elapsed();
        let mut database = prepared().await;
        let (mut landed, mut kills) = (0, 0);
        // Another load on the machine makes imports slower or faster than the one measured: more kills make up for it.
        while kills < KILLS || landed < MUST_LAND {
            assert!(kills < 5 * KILLS, "only {landed} of {kills} kills landed inside the transaction");
            let after = whole.mul_f64((f64::from(kills % KILLS) + 0.5) / f64::from(KILLS));
            landed += u32::from(kill_during_import(&database, &file, after).await);
            kills += 1;
            match count(&database).await {
                107 => {}
                10_107 => {
                    whole = whole.mul_f64(0.9);
                    database = prepared().await;
                }
                other => panic!("{other} entries: neither the old directory nor the new one"),
            }
        }
        eprintln!("{engine:?}: {landed} of {kills} kills landed inside a transaction of some {whole:?}");
        // What the kills left behind is whole: the import goes through, and the server serves it.
        let output = import(&database.url, &file, &[]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(count(&database).await, 10_107);
        assert_eq!(Process::start(&database.url, &[]).get("/v1/programmes/before").await.status, 200);
    }
}

/// Starts an import, stops it after some time, looks whether it is inside its transaction, and kills it.
async fn kill_during_import(database: &Database, file: &Path, after: Duration) -> bool {
    let mut child = binary()
        .args(["--database", &database.url, "import"])
        .arg(file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    tokio::time::sleep(after).await;
    send_signal(&child, "STOP");
    let pool = database.pool().await;
    let inside = child.try_wait().expect("a state").is_none() && is_locked(database.engine, &pool).await;
    child.kill().expect("it is killed");
    child.wait().expect("it ends");
    let begun = Instant::now();
    while is_locked(database.engine, &pool).await {
        assert!(begun.elapsed() < PATIENCE, "the lock of a killed import is never freed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    inside
}

/// Whether somebody holds the lock that every commit takes first.
async fn is_locked(engine: Engine, pool: &AnyPool) -> bool {
    match engine {
        Engine::Sqlite => {
            let mut connection = pool.acquire().await.unwrap();
            sqlx::query("PRAGMA busy_timeout = 0").execute(&mut *connection).await.unwrap();
            let free = sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await.is_ok();
            if free {
                sqlx::query("ROLLBACK").execute(&mut *connection).await.unwrap();
            }
            !free
        }
        Engine::Postgres => {
            let held: i64 = sqlx::query_scalar(
                "SELECT COUNT(*) FROM pg_locks WHERE relation = 'directory'::regclass AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()",
            )
            .fetch_one(pool)
            .await
            .unwrap();
            held > 0
        }
    }
}

/// How many entries there are, in a database that is whole.
async fn count(database: &Database) -> i64 {
    let pool = database.pool().await;
    if database.engine == Engine::Sqlite {
        let integrity: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&pool).await.unwrap();
        assert_eq!(integrity, "ok");
    }
    let entries: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM entry").fetch_one(&pool).await.unwrap();
    let terms: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM term").fetch_one(&pool).await.unwrap();
    let history: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM history").fetch_one(&pool).await.unwrap();
    let head: i64 = sqlx::query_scalar("SELECT change_number FROM directory").fetch_one(&pool).await.unwrap();
    assert_eq!((entries + terms, head), (history, history), "entries, history and counter agree");
    entries
}

#[tokio::test]
async fn reads_go_on_while_postgresql_is_gone_and_it_heals_by_itself() {
    let cluster = Cluster::start();
    let url = create_database(&cluster.server()).await;
    let server = Process::start(&url, &[]);
    assert_eq!(server.get("/health/ready").await.status, 200);
    let before = server.get("/v1/programmes").await;
    cluster.stop();
    server.until("/health/ready", |answer| answer.status == 503).await;
    let told = server.get("/health/ready").await;
    assert_eq!(told.json()["code"], "database-unreachable");
    assert_eq!(told.header("retry-after"), "5");
    for _ in 0..20 {
        assert_eq!(server.get("/v1/programmes/mary-seacole").await.status, 200);
        assert_eq!(server.get("/v1/programmes").await.text, before.text);
        assert_eq!(server.get("/health/live").await.status, 200);
    }
    // Whether there are such clients, nobody can say now: all who ask hear so together, not one after another.
    let expires = jiff::Timestamp::now().as_second() + 1_800;
    let tokens = (0..5).map(|_| format!("Bearer {}.{expires}.00", uuid::Uuid::new_v4())).collect::<Vec<_>>();
    let begun = Instant::now();
    let told = tokens.iter().map(|token| {
        let server = &server;
        async move {
            let headers = [("authorization", token.as_str())];
            server.ask(reqwest::Method::GET, "/ims/oneroster/rostering/v1p2/orgs", &headers).await.status
        }
    });
    assert_eq!(futures_util::future::join_all(told).await, [503; 5]);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    cluster.resume();
    server.until("/health/ready", |answer| answer.status == 200).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.ndjson");
    std::fs::write(&file, course("after", "After").to_string()).unwrap();
    assert!(import(&url, &file, &[]).status.success());
    let seen = server.until("/v1/programmes/after", |answer| answer.status == 200).await;
    assert!(seen < Duration::from_secs(1), "{seen:?}");
}

#[tokio::test]
async fn a_change_waits_for_another_one_and_then_says_that_it_is_busy() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let database = engine.fresh().await;
        let file = database.folder.path().join("x.ndjson");
        std::fs::write(&file, course("x", "X").to_string()).unwrap();
        assert!(import(&database.url, &file, &[]).status.success());
        std::fs::write(&file, course("x", "Another title").to_string()).unwrap();
        let holder = pool(&database.url).await;
        let mut connection = holder.acquire().await.unwrap();
        sqlx::query(if engine == Engine::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" })
            .execute(&mut *connection)
            .await
            .unwrap();
        sqlx::query("UPDATE directory SET chain = chain").execute(&mut *connection).await.unwrap();
        let output = import(&database.url, &file, &[]);
        assert!(text(&output.stderr).contains("the database is busy"), "{engine:?}: {}", text(&output.stderr));
        sqlx::query("ROLLBACK").execute(&mut *connection).await.unwrap();
        assert!(import(&database.url, &file, &[]).status.success());
    }
}
