//! The change sequence, its chain, and the projections.

use leadership_directory::store::{Head, Store, StoreError, hash};
use sqlx::{AssertSqlSafe, Row as _};

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{App, course};

on_both_engines! {
    async fn the_history_is_a_gapless_chain(engine: Engine) {
        let app = App::start(engine).await;
        assert!(app.import("a.ndjson", &course("a", "A").to_string()).status.success());
        assert!(app.import("b.ndjson", &course("a", "B").to_string()).status.success());
        let pool = app.database.pool().await;
        let rows = sqlx::query("SELECT change_number, kind, id, uid, operation, body, actor, reason, at, chain FROM history ORDER BY change_number")
            .fetch_all(&pool).await.unwrap();
        let mut chain = "0".repeat(64);
        for (index, row) in rows.iter().enumerate() {
            let number: i64 = row.get(0);
            assert_eq!(number, i64::try_from(index).unwrap() + 1, "numbers have no gaps");
            let text = |column: usize| row.get::<String, _>(column);
            chain = hash(&[&chain, &number.to_string(), &text(1), &text(2), &text(3), &text(4), &text(5), &text(6), &text(7), &text(8)]);
            assert_eq!(chain, text(9), "the chain at {number}");
        }
        let head = sqlx::query("SELECT change_number, chain FROM directory").fetch_one(&pool).await.unwrap();
        assert_eq!(head.get::<i64, _>(0), i64::try_from(rows.len()).unwrap());
        assert_eq!(head.get::<String, _>(1), chain);
        let operations: Vec<String> = rows.iter().rev().take(2).map(|row| row.get(4)).collect();
        assert_eq!(operations, ["update", "create"]);
    }

    async fn a_long_chain_is_read_whole_and_a_damaged_link_is_one_link(engine: Engine) {
        let app = App::start(engine).await;
        let pool = app.database.pool().await;
        let chain = |number: u64| if number == 5_000 { "abc".to_owned() } else { format!("{number:016x}{:048}", 0) };
        let numbers: Vec<u64> = (243..=9_000).collect();
        for some in numbers.chunks(1_000) {
            let row = |number: &u64| format!("({number}, 'programme', 'a', 'a', 'update', '{{}}', 'a', 'a', 'a', '{}')", chain(*number));
            let rows: Vec<String> = some.iter().map(row).collect();
            let statement = format!("INSERT INTO history VALUES {}", rows.join(", "));
            sqlx::query(AssertSqlSafe(statement)).execute(&pool).await.unwrap();
        }
        sqlx::query("UPDATE directory SET change_number = 9000").execute(&pool).await.unwrap();
        let store = Store::open(&app.database.url, 1).await.expect("a store");
        let links = |from: u64| (from..=9_000).map(|number| if number == 5_000 { 0 } else { number }).collect::<Vec<u64>>();
        let all = store.load().await.expect("all").chain;
        assert_eq!((all.len(), &all[242..]), (9_000, &links(243)[..]));
        let since = Head { change_number: 4_000, chain: chain(4_000), ..Head::default() };
        let later = store.load_since(&since).await.expect("the rest").expect("a known head").chain;
        assert_eq!(later, links(4_001));
        store.close().await;
    }

    async fn a_row_that_was_changed_by_hand_is_not_taken_for_another(engine: Engine) {
        let app = App::start(engine).await;
        let pool = app.database.pool().await;
        let store = Store::open(&app.database.url, 1).await.expect("a store");
        assert!(store.load().await.is_ok());
        for (damage, mend) in [
            ("created_at = '2018-01-01 10:00'", "created_at = '2018-01-01T10:00:00.000Z'"),
            ("replaced_by = 'programme/a b'", "replaced_by = ''"),
        ] {
            let set = |what: &str| format!("UPDATE entry SET {what} WHERE id = 'mary-seacole'");
            sqlx::query(AssertSqlSafe(set(damage))).execute(&pool).await.unwrap();
            match store.load().await {
                Err(StoreError::Corrupt { detail, .. }) => assert!(detail.contains("what has no spaces"), "{detail}"),
                other => panic!("{damage}: {:?}", other.map(|loaded| loaded.entries.len())),
            }
            sqlx::query(AssertSqlSafe(set(mend))).execute(&pool).await.unwrap();
        }
        assert!(store.load().await.is_ok());
        store.close().await;
    }

    async fn the_database_itself_refuses_what_dangles(engine: Engine) {
        let app = App::start(engine).await;
        let pool = app.database.pool().await;
        for statement in [
            "INSERT INTO entry_term (uid, pointer, scheme, code) SELECT uid, '/x', 'role', 'nobody' FROM entry WHERE id = 'mary-seacole'",
            "INSERT INTO entry_reference (uid, pointer, kind, id) SELECT uid, '/x', 'provider', 'nobody' FROM entry WHERE id = 'mary-seacole'",
            "DELETE FROM entry WHERE id = 'kings-fund'",
            "DELETE FROM term WHERE scheme = 'role' AND code = 'all-staff'",
        ] {
            let mut transaction = pool.begin().await.unwrap();
            if sqlx::query(statement).execute(&mut *transaction).await.is_ok() {
                assert!(transaction.commit().await.is_err(), "{statement}");
            }
        }
    }

    async fn plain_sql_finds_what_a_term_stands_on(engine: Engine) {
        let app = App::start(engine).await;
        let pool = app.database.pool().await;
        let rows = sqlx::query("SELECT e.id FROM entry_term AS t JOIN entry AS e ON e.uid = t.uid WHERE t.scheme = 'characteristic' AND t.code = 'race' AND e.kind = 'programme' ORDER BY e.id")
            .fetch_all(&pool).await.unwrap();
        let ids: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert!(ids.contains(&"stepping-up".to_owned()) && ids.contains(&"ready-now".to_owned()), "{ids:?}");
    }
}
