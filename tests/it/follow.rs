//! What another process commits is seen everywhere within a second.

use std::time::Duration;

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{App, Process, course};

on_both_engines! {
    async fn an_import_beside_running_servers_is_seen_within_a_second(engine: Engine) {
        let app = App::start(engine).await;
        let public = ["--public-url", "https://directory.example"];
        let replica = Process::start(&app.database.url, &public);
        let another = Process::start(&app.database.url, &public);
        for round in 0..3 {
            let id = format!("course-{round}");
            let output = app.import("course.ndjson", &course(&id, "A course").to_string());
            assert!(output.status.success(), "{output:?}");
            // The import has ended, so its commit is no later than now.
            for server in [&app.process, &replica, &another] {
                let seen = server.until(&format!("/v1/programmes/{id}"), |answer| answer.status == 200).await;
                assert!(seen < Duration::from_secs(1), "seen after {seen:?}");
            }
        }
        let (one, other) = (another.get("/v1/programmes?limit=100").await, replica.get("/v1/programmes?limit=100").await);
        assert_eq!(one.header("etag"), other.header("etag"));
        assert_eq!(one.json()["data"], other.json()["data"]);
        assert_eq!(one.json()["meta"]["changeNumber"], one.header("directory-change-number").parse::<i64>().unwrap());
    }

    async fn a_changed_term_is_seen_in_what_it_gives(engine: Engine) {
        let app = App::start(engine).await;
        let tags = app.data("/v1/programmes/lead").await["eligibility"]["tags"].clone();
        assert!(tags.as_array().unwrap().contains(&"nhs-commissioned".into()), "{tags}");
        let term = serde_json::json!({"scheme": "employer", "code": "nhs-commissioned", "label": "Commissioned by the NHS", "tags": ["independent-sector"]});
        let sector = serde_json::json!({"scheme": "sector", "code": "health-and-social-care", "label": "Health and social care", "tags": ["open-to-all"]});
        let output = app.import("term.ndjson", &format!("{term}\n{sector}\n"));
        assert!(output.status.success(), "{output:?}");
        app.process.until("/v1/programmes/lead", |answer| answer.json()["data"]["eligibility"]["tags"] != tags).await;
        let now = app.data("/v1/programmes/lead").await["eligibility"]["tags"].clone();
        assert!(now.as_array().unwrap().contains(&"independent-sector".into()), "{now}");
    }

    async fn a_database_restored_from_an_older_copy_is_noticed(engine: Engine) {
        let app = App::start(engine).await;
        assert!(app.import("a.ndjson", &course("first", "First").to_string()).status.success());
        app.process.until("/v1/programmes/first", |answer| answer.status == 200).await;
        // What a restore does to the sequence: the last change is gone, and another one takes its number.
        let pool = app.database.pool().await;
        let mut transaction = pool.begin().await.unwrap();
        for statement in [
            "DELETE FROM entry_reference WHERE uid IN (SELECT uid FROM entry WHERE id = 'first')",
            "DELETE FROM entry_term WHERE uid IN (SELECT uid FROM entry WHERE id = 'first')",
            "DELETE FROM slug WHERE id = 'first'",
            "DELETE FROM entry WHERE id = 'first'",
            "DELETE FROM history WHERE id = 'first'",
            "UPDATE directory SET change_number = change_number - 1, chain = (SELECT chain FROM history ORDER BY change_number DESC LIMIT 1)",
        ] {
            sqlx::query(statement).execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
        assert!(app.import("b.ndjson", &course("second", "Second").to_string()).status.success());
        app.process.until("/v1/programmes/second", |answer| answer.status == 200).await;
        assert_eq!(app.get("/v1/programmes/first").await.status, 404, "what the restore lost is not shown");
    }
}
