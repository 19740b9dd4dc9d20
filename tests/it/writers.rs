//! Many write while somebody follows: nothing is lost. The same test, run on a log that gives its numbers out as rows
//! are inserted, loses some: it can tell.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use leadership_directory::directory::{Action, Change, Writer};
use leadership_directory::store::Store;
use serde_json::Value;
use sqlx::{AnyPool, Row as _};

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{App, course};

/// How many changes each writer makes.
const EACH: usize = 12;

/// What is written to, and followed by reading what has a greater number than the last that came.
trait Log {
    async fn write(&self, writer: usize, id: &str);

    async fn read(&self, after: i64) -> Vec<(i64, String)>;
}

/// Lets writers write and a reader follow at once; returns what never came to the reader.
async fn lost(log: &impl Log, writers: usize) -> BTreeSet<String> {
    let is_over = AtomicBool::new(false);
    let write = async {
        let writer = async |writer: usize| {
            for n in 0..EACH {
                log.write(writer, &format!("written-{writer}-{n}")).await;
            }
        };
        join_all((0..writers).map(writer)).await;
        is_over.store(true, Ordering::Relaxed);
    };
    let follow = async {
        let (mut last, mut seen) = (0, BTreeSet::new());
        loop {
            // Looked at first: what is read after all was written is all.
            let was_over = is_over.load(Ordering::Relaxed);
            let page = log.read(last).await;
            let is_empty = page.is_empty();
            for (number, id) in page {
                assert!(number > last, "{number} came after {last}");
                last = number;
                seen.insert(id);
            }
            if was_over && is_empty {
                return seen;
            }
        }
    };
    let ((), seen) = tokio::join!(write, follow);
    let written = (0..writers).flat_map(|writer| (0..EACH).map(move |n| format!("written-{writer}-{n}")));
    written.filter(|id| !seen.contains(id)).collect()
}

/// The directory: writers with connections of their own, and the feed of a process beside them.
struct Directory {
    app: App,
    stores: Vec<Store>,
}

impl Log for Directory {
    async fn write(&self, writer: usize, id: &str) {
        let begun = Writer::begin(&self.stores[writer], jiff::Timestamp::now, "test", "Many write at once.");
        let mut writer = begun.await.expect("a turn");
        let change = Change { origin: 1, action: Action::Merge(course(id, id)) };
        writer.apply(vec![change]).await.expect("written");
        writer.finish().await.expect("committed");
    }

    async fn read(&self, after: i64) -> Vec<(i64, String)> {
        let address = format!("/v1/changes?afterChangeNumber={after}&limit=5");
        let mut page = self.app.get(&address).await;
        // The process looks for what is new four times a second, later where the machine has much else to do: what is
        // committed comes, or is lost.
        for _ in 0..300 {
            let committed = self.stores[0].head().await.expect("a head").change_number;
            if page.json()["items"] != Value::Array(Vec::new()) || committed <= after {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            page = self.app.get(&address).await;
        }
        assert_eq!(page.status, 200, "{}", page.text);
        let item = |item: &Value| (item["modified"].as_i64().unwrap(), item["data"]["id"].as_str().unwrap().to_owned());
        page.json()["items"].as_array().unwrap().iter().map(item).collect()
    }
}

on_both_engines! {
    async fn nothing_is_lost_while_many_write(engine: Engine) {
        let writers = if engine == Engine::Postgres { 8 } else { 2 };
        let app = App::start(engine).await;
        let mut stores = Vec::new();
        for _ in 0..writers {
            stores.push(Store::open(&app.database.url, 1).await.unwrap());
        }
        let log = Directory { app, stores };
        assert_eq!(lost(&log, writers).await, BTreeSet::new());
        // Whoever begins at zero now has every change once, and no number is missing from the end.
        let (mut last, mut written) = (0, Vec::new());
        loop {
            let page = log.read(last).await;
            let Some((number, _)) = page.last() else { break };
            last = *number;
            written.extend(page.into_iter().map(|(_, id)| id).filter(|id| id.starts_with("written-")));
        }
        assert_eq!(written.len(), writers * EACH);
        assert_eq!(written.iter().collect::<BTreeSet<_>>().len(), writers * EACH);
        for store in &log.stores {
            store.close().await;
        }
    }
}

/// A log as it must not be: a row's number is drawn when it is inserted, outside any lock.
struct Planted(AnyPool);

impl Log for Planted {
    async fn write(&self, writer: usize, id: &str) {
        let mut transaction = self.0.begin().await.unwrap();
        sqlx::query("INSERT INTO planted (id) VALUES ($1)")
            .bind(id.to_owned())
            .execute(&mut *transaction)
            .await
            .unwrap();
        // Some change more than others, and commit later.
        tokio::time::sleep(Duration::from_millis(if writer.is_multiple_of(2) { 20 } else { 1 })).await;
        transaction.commit().await.unwrap();
    }

    async fn read(&self, after: i64) -> Vec<(i64, String)> {
        let rows = sqlx::query("SELECT number, id FROM planted WHERE number > $1 ORDER BY number");
        let rows = rows.bind(after).fetch_all(&self.0).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }
}

#[tokio::test]
async fn numbers_drawn_outside_the_lock_are_seen_to_lose_changes() {
    let database = Engine::Postgres.fresh().await;
    sqlx::any::install_default_drivers();
    let pool = sqlx::any::AnyPoolOptions::new().max_connections(10).connect(&database.url).await.unwrap();
    sqlx::query("CREATE TABLE planted (number BIGSERIAL PRIMARY KEY, id TEXT NOT NULL)").execute(&pool).await.unwrap();
    let log = Planted(pool);
    assert!(!lost(&log, 8).await.is_empty(), "the test cannot tell a log that loses changes from one that does not");
}
