//! Imports and exports.

use std::process::Output;

use serde_json::{Value, json};

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{App, Process, binary, course, import, text};

fn command(app: &App, arguments: &[&str]) -> Output {
    binary().args(["--database", &app.database.url]).args(arguments).output().expect("it runs")
}

on_both_engines! {
    async fn a_plan_and_an_export_make_no_database(engine: Engine) {
        let database = engine.fresh().await;
        let file = database.folder.path().join("x.ndjson");
        std::fs::write(&file, course("x", "X").to_string()).unwrap();
        let plan = import(&database.url, &file, &["--plan"]);
        let export = binary().args(["--database", &database.url, "export"]).output().unwrap();
        for output in [plan, export] {
            assert!(!output.status.success());
            assert!(text(&output.stderr).contains("holds no directory"), "{}", text(&output.stderr));
        }
        if engine == Engine::Sqlite {
            assert!(!database.file().exists());
        }
    }

    async fn a_term_is_updated_member_by_member(engine: Engine) {
        let app = App::start(engine).await;
        let before = app.data("/v1/vocabularies/role/nurse").await;
        assert!(app.import("term.ndjson", &json!({"scheme": "role", "code": "nurse", "label": "Registered nurse"}).to_string()).status.success());
        app.process.until("/v1/vocabularies/role/nurse", |answer| answer.json()["data"]["label"] == "Registered nurse").await;
        let after = app.data("/v1/vocabularies/role/nurse").await;
        for same in ["broader", "codes", "definition", "aliases"] {
            assert_eq!(after[same], before[same], "{same}");
        }
    }

    async fn a_rename_reaches_what_the_same_import_wrote_before(engine: Engine) {
        let app = App::start(engine).await;
        let rename = json!({"rename": "provider/kings-fund", "to": "the-kings-fund"});
        let output = app.import("x.ndjson", &format!("{}\n{rename}\n", course("x", "X")));
        assert!(output.status.success(), "{}", text(&output.stdout));
        app.process.until("/v1/programmes/x", |answer| answer.status == 200).await;
        assert_eq!(app.data("/v1/programmes/x").await["provider"], "the-kings-fund");
        let again = app.import("again.ndjson", &rename.to_string());
        assert!(text(&again.stderr).contains("0 created, 0 updated, 1 unchanged"), "{}{}", text(&again.stdout), text(&again.stderr));
        for slug in ["kings-fund", "the-kings-fund"] {
            assert_eq!(app.get(&format!("/v1/programmes?provider={slug}")).await.json()["meta"]["total"], 5, "{slug}");
        }
    }

    async fn a_retired_entry_stays_retired_when_what_it_names_is_renamed(engine: Engine) {
        let app = App::start(engine).await;
        let retire = json!({"retire": "programme/kf-senior-clinical-leaders", "reason": "Not run any more."});
        assert!(app.import("a.ndjson", &retire.to_string()).status.success());
        app.process.until("/v1/programmes/kf-senior-clinical-leaders", |answer| answer.status == 410).await;
        let since = app.get("/v1/programmes/kf-senior-clinical-leaders").await.json()["since"].clone();
        assert!(app.import("b.ndjson", &json!({"rename": "provider/kings-fund", "to": "the-kings-fund"}).to_string()).status.success());
        app.process.until("/v1/providers/the-kings-fund", |answer| answer.status == 200).await;
        let gone = app.get("/v1/programmes/kf-senior-clinical-leaders").await;
        assert_eq!((gone.status, &gone.json()["since"]), (410, &since));
    }

    async fn a_plan_tells_and_changes_nothing(engine: Engine) {
        let app = App::start(engine).await;
        let before = app.get("/v1").await.header("directory-change-number").to_owned();
        let file = app.database.folder.path().join("plan.ndjson");
        let mary = json!({"kind": "programme", "id": "mary-seacole", "aliases": ["MSP"]});
        std::fs::write(&file, format!("{}\n{mary}\n", course("new", "New"))).unwrap();
        let output = import(&app.database.url, &file, &["--plan"]);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(text(&output.stdout), "created programme/new\nupdated programme/mary-seacole\n");
        assert!(text(&output.stderr).contains("1 created, 1 updated, 0 unchanged; nothing was changed"), "{}", text(&output.stderr));
        let pool = app.database.pool().await;
        let now: i64 = sqlx::query_scalar("SELECT change_number FROM directory").fetch_one(&pool).await.unwrap();
        assert_eq!(now.to_string(), before);
    }

    async fn a_retirement_said_again_in_other_words_keeps_its_day(engine: Engine) {
        let app = App::start(engine).await;
        let retire = |reason: &str, by: &str| json!({"retire": "programme/ready-now", "reason": reason, "replacedBy": by}).to_string();
        let import = |text: &str| {
            let done = app.import("a.ndjson", text);
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            String::from_utf8_lossy(&done.stderr).into_owned()
        };
        import(&json!({"retire": "programme/ready-now", "reason": "Not run any more."}).to_string());
        app.process.until("/v1/programmes/ready-now", |answer| answer.status == 410).await;
        let first = app.get("/v1/programmes/ready-now").await.json();
        assert_eq!(first["replacedBy"], Value::Null);
        import(&retire("Not run any more.", "programme/nye-bevan"));
        app.process.until("/v1/programmes/ready-now", |answer| answer.json()["replacedBy"].is_string()).await;
        let second = app.get("/v1/programmes/ready-now").await.json();
        assert_eq!(second["since"], first["since"]);
        assert!(second["replacedBy"].as_str().unwrap().ends_with("/v1/programmes/nye-bevan"));
        let again = import(&retire("Not run any more.", "programme/nye-bevan"));
        assert!(again.contains("1 unchanged"), "{again}");
    }

    async fn an_import_updates_field_by_field_and_retires_nothing(engine: Engine) {
        let app = App::start(engine).await;
        let before = app.data("/v1/programmes/mary-seacole").await;
        let update = json!({"kind": "programme", "id": "mary-seacole", "aliases": ["MSP"], "aims": null, "evidence": {"/url": ["ms-notice-page"]}});
        let evidence = before["evidence"].as_object().unwrap().clone();
        let mut update = update;
        update["evidence"] = Value::Object(evidence.into_iter().filter(|(pointer, _)| pointer != "/aims").collect());
        let output = app.import("update.ndjson", &update.to_string());
        assert!(output.status.success(), "{}", text(&output.stdout));
        app.process.until("/v1/programmes/mary-seacole", |answer| answer.json()["data"]["version"] == 2).await;
        let after = app.data("/v1/programmes/mary-seacole").await;
        assert_eq!(after["aliases"], json!(["MSP"]));
        assert_eq!(after["aims"], Value::Null);
        for same in ["title", "summary", "durations", "costs", "status", "uid", "createdAt"] {
            assert_eq!(after[same], before[same], "{same}");
        }
        assert_eq!(app.get("/v1/programmes").await.json()["meta"]["total"], app.get("/v1/programmes").await.json()["meta"]["total"]);
    }

    async fn one_fault_anywhere_and_nothing_is_imported(engine: Engine) {
        let app = App::start(engine).await;
        let pool = app.database.pool().await;
        let before: i64 = sqlx::query_scalar("SELECT change_number FROM directory").fetch_one(&pool).await.unwrap();
        let mut bad = course("bad", "Bad");
        bad["status"]["term"] = "runing".into();
        bad["provider"] = "nobody".into();
        let mut dangling = course("dangling", "Dangling");
        dangling["provider"] = "nobody-else".into();
        let lines = [course("good", "Good").to_string(), bad.to_string(), "{\"kind\": ".to_owned(), dangling.to_string(), json!({"kind": "planet", "id": "x"}).to_string(), course("good", "Again").to_string()];
        let output = app.import("bad.ndjson", &lines.join("\n"));
        assert!(!output.status.success());
        let told = text(&output.stdout);
        for wanted in [
            "bad.ndjson:2: error: programme/bad/status/term: “runing” is not a known code. Write “running”",
            "bad.ndjson:3: error: The file cannot be read",
            "bad.ndjson:4: error: programme/dangling/provider: There is no provider “nobody-else”",
            "bad.ndjson:5: error: /kind: “planet” is not a known kind",
            "bad.ndjson:6: error: programme/good/id: The entry stands in the change set twice",
        ] {
            assert!(told.contains(wanted), "no “{wanted}” in\n{told}");
        }
        let after: i64 = sqlx::query_scalar("SELECT change_number FROM directory").fetch_one(&pool).await.unwrap();
        assert_eq!(before, after);
        assert_eq!(app.get("/v1/programmes/good").await.status, 404);
    }

    async fn faults_of_yaml_name_the_line_of_the_member(engine: Engine) {
        let app = App::start(engine).await;
        let yaml = "# a comment\n- kind: programme\n  id: x\n  type: course\n  title: X\n  summary: X.\n  provider: kings-fund\n  audience:\n    openTo:\n      - nurse\n      - nusre\n  status: {term: running, asOf: {date: null}, sources: [s]}\n  sources:\n    - {id: s, title: S}\n";
        let output = app.import("x.yaml", yaml);
        assert!(text(&output.stdout).contains("x.yaml:11: error: programme/x/audience/openTo/1: “nusre” is not a known role. Write “nurse”"), "{}", text(&output.stdout));
    }

    async fn instructions_that_cannot_be_carried_out_are_faults(engine: Engine) {
        let app = App::start(engine).await;
        for (line, wanted) in [
            (json!({"retire": "programme/nothing", "reason": "x"}), "There is no such entry"),
            (json!({"retire": "programme/lead"}), "“reason” is missing"),
            (json!({"retire": "programme/lead", "reason": " "}), "The reason cannot be used"),
            (json!({"retire": "programme/lead", "reason": "a\u{0}b"}), "The reason cannot be used"),
            (json!({"retire": "programme/lead", "reason": "x", "replacedBy": "programme/lead"}), "replaced by itself"),
            (json!({"kind": "programme", "id": "x\u{0}y"}), "is not a slug"),
            (json!({"kind": "programme", "id": "lead", "modifiedAt": "1999-01-01T00:00:00.000Z"}), "“modifiedAt” is derived"),
            (json!({"kind": "programme", "id": "lead", "durations": []}), "An empty list says nothing"),
            (json!({"scheme": "role", "code": "nurse", "tags": ["clinicans-only"]}), "Write “clinicians-only”"),
            (json!({"scheme": "colour", "code": "red", "label": "Red"}), "is not a known vocabulary"),
            (json!({"retire": "lead", "reason": "x"}), "names no entry"),
            (json!({"retire": "programme/lead", "reason": "x", "replacedBy": "programme/nothing"}), "There is no programme “nothing”"),
            (json!({"rename": "programme/lead", "to": "Lead It"}), "is not a slug"),
            (json!({"rename": "programme/lead", "to": "director"}), "belongs or belonged to another entry"),
            (json!({"rename": "programme/lead", "two": "x"}), "“two” is not a known member"),
            (json!({"scheme": "role", "code": "x", "label": "X", "broader": "y"}), "“y” is not a known role"),
            (json!({"scheme": "role", "code": "clinical", "label": "Clinical", "broader": "nurse"}), "broader than itself"),
        ] {
            let output = app.import("x.ndjson", &line.to_string());
            assert!(!output.status.success() && text(&output.stdout).contains(wanted), "{line}: {}{}", text(&output.stdout), text(&output.stderr));
        }
    }

    async fn a_slug_is_never_given_to_another_entry(engine: Engine) {
        let app = App::start(engine).await;
        let first = app.import("x.ndjson", &format!("{}\n{}\n", json!({"rename": "programme/director", "to": "director-programme"}), json!({"retire": "programme/cefts", "reason": "x"})));
        assert!(first.status.success(), "{}", text(&first.stdout));
        for id in ["director", "cefts"] {
            let output = app.import("y.ndjson", &course(id, "X").to_string());
            assert!(!output.status.success() && text(&output.stdout).contains("slugs are never reused"), "{}", text(&output.stdout));
        }
    }

    async fn export_then_import_changes_nothing(engine: Engine) {
        let app = App::start(engine).await;
        let folder = app.database.folder.path().join("export");
        let ndjson = app.database.folder.path().join("export.ndjson");
        assert!(command(&app, &["export", "--to", folder.to_str().unwrap()]).status.success());
        assert!(command(&app, &["export", "--format", "ndjson", "--to", ndjson.to_str().unwrap()]).status.success());
        for path in [folder.to_str().unwrap(), ndjson.to_str().unwrap()] {
            let output = command(&app, &["import", path]);
            assert!(text(&output.stderr).contains("0 created, 0 updated, 242 unchanged"), "{path}: {}{}", text(&output.stdout), text(&output.stderr));
        }
        // Read into another directory that shipped nothing of the same content, it is the same content.
        let checked = binary().args(["check", folder.to_str().unwrap()]).output().unwrap();
        assert!(checked.status.success(), "{}", text(&checked.stdout));
        assert!(text(&checked.stderr).contains("106 entries, 136 terms: 0 errors, 0 warnings"), "{}", text(&checked.stderr));
        let to_stdout = command(&app, &["export", "--format", "ndjson"]);
        assert_eq!(text(&to_stdout.stdout), std::fs::read_to_string(&ndjson).unwrap());
    }

    async fn ten_thousand_entries_are_imported_and_served(engine: Engine) {
        let database = engine.fresh().await;
        let file = database.folder.path().join("made.ndjson");
        let made = binary().args(["generate", "--entries", "10000"]).output().unwrap();
        std::fs::write(&file, &made.stdout).unwrap();
        let again = binary().args(["generate", "--entries", "10000"]).output().unwrap();
        assert!(made.stdout == again.stdout, "the same seed gives the same entries");
        let output = import(&database.url, &file, &[]);
        assert!(text(&output.stderr).contains("10000 created"), "{}{}", text(&output.stdout), text(&output.stderr));
        let server = Process::start(&database.url, &[]);
        let total = server.get("/v1/programmes?limit=100").await.json()["meta"]["total"].as_u64().unwrap();
        assert!(total > 6_000, "{total} programmes");
    }
}
