//! `GET /v1/exports/…`: files that other programs read, whole, with what was taken out told as gone.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{App, course, provider};

const MOODLE: &str = "/v1/exports/moodle-courses.csv";

/// A table as Python's `csv` reads it: a row an object.
fn read_table(text: &str) -> Vec<BTreeMap<String, String>> {
    use std::io::Write as _;
    let script = "import csv, io, json, sys; data = sys.stdin.buffer.read().decode('utf-8'); \
                  rows = list(csv.DictReader(io.StringIO(data, newline=''), strict=True)); \
                  assert all(None not in row and None not in row.values() for row in rows), rows; json.dump(rows, sys.stdout)";
    let mut python = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    python.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).expect("rows")
}

/// Every entry of a list, page by page.
async fn all_of(app: &App, list: &str) -> Vec<Value> {
    let mut entries = Vec::new();
    let mark = if list.contains('?') { '&' } else { '?' };
    let mut address = format!("{list}{mark}variants=show&view=full&limit=100&sort=id");
    loop {
        let page = app.get(&address).await.json();
        entries.extend(page["data"].as_array().unwrap().iter().cloned().map(|mut entry| {
            entry.as_object_mut().unwrap().remove("matched");
            entry
        }));
        match page["links"]["next"].as_str() {
            Some(next) => next[next.find("/v1/").unwrap()..].clone_into(&mut address),
            None => return entries,
        }
    }
}

/// What a cell says of a member, by the rule that the documentation gives.
fn told(value: &Value) -> String {
    let plain = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items)
            if !items.is_empty()
                && items.iter().all(|i| i.as_str().is_some_and(|t| !t.contains(';') && !t.starts_with('['))) =>
        {
            items.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    };
    if plain.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{plain}") } else { plain }
}

on_both_engines! {
    async fn a_file_holds_every_entry_of_its_kind_with_all_that_is_known(engine: Engine) {
        let app = App::start(engine).await;
        for kind in ["programmes", "providers", "academies", "coaching-links", "resources", "frameworks"] {
            let entries = all_of(&app, &format!("/v1/{kind}")).await;
            let lines = app.get(&format!("/v1/exports/{kind}.ndjson")).await;
            assert_eq!(lines.header("content-type"), "application/x-ndjson");
            assert_eq!(lines.header("content-disposition"), format!("attachment; filename=\"{kind}.ndjson\""));
            let lines: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(lines, entries, "{kind}");
            let file = app.get(&format!("/v1/exports/{kind}.csv")).await;
            assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
            assert!(file.text.ends_with("\r\n") && file.text.starts_with("id,uid,kind,type,title,summary,url,"), "{kind}");
            let rows = read_table(&file.text);
            assert_eq!(rows.len(), entries.len(), "{kind}");
            for (row, entry) in rows.iter().zip(&entries) {
                for (column, cell) in row {
                    let value = column.split('.').try_fold(entry, |value, step| value.get(step)).unwrap_or(&Value::Null);
                    assert_eq!(*cell, told(value), "{kind} {} {column}", entry["id"]);
                }
            }
        }
    }

    async fn a_file_takes_the_filters_of_its_list(engine: Engine) {
        let app = App::start(engine).await;
        for (kind, query) in [
            ("programmes", "role=nurse&level=first-line"),
            ("programmes", "cost=free&match=possible&status=running"),
            ("programmes", "id=mary-seacole,stepping-up"),
            ("academies", "region=london"),
            ("resources", "modifiedSince=2020-01-01"),
        ] {
            let entries = all_of(&app, &format!("/v1/{kind}?{query}")).await;
            let file = app.get(&format!("/v1/exports/{kind}.ndjson?{query}")).await;
            let lines: Vec<Value> = file.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert!(!lines.is_empty() && lines == entries, "{kind}?{query}");
        }
        let none = app.get("/v1/exports/programmes.csv?id=no-such-programme").await;
        assert_eq!((none.status, none.text.lines().count()), (200, 1), "a header and no row: {}", none.text);
    }

    async fn what_asks_wrongly_is_told_what_there_is(engine: Engine) {
        let app = App::start(engine).await;
        let wrong = |path: &'static str, status: u16, code: &'static str| (path, status, code);
        for (path, status, code) in [
            wrong("/v1/exports/programme.csv", 404, "not-found"),
            wrong("/v1/exports/programmes.xlsx", 404, "not-found"),
            wrong("/v1/exports/programmes", 404, "not-found"),
            wrong("/v1/exports/moodle-courses.ndjson", 404, "not-found"),
            wrong("/v1/exports/programmes.csv?role=nusre", 400, "unknown-term"),
            wrong("/v1/exports/programmes.csv?limit=5", 400, "unknown-parameter"),
            wrong("/v1/exports/frameworks.csv?region=london", 400, "unknown-parameter"),
            wrong("/v1/exports/moodle-courses.csv?since=-1", 400, "invalid-parameter"),
            wrong("/v1/exports/moodle-courses.csv?since=999999", 410, "unknown-change"),
            wrong("/v1/exports/moodle-courses.csv?others=delete", 400, "invalid-parameter"),
            wrong("/v1/exports/moodle-courses.csv?categoryIdnumber=", 400, "invalid-parameter"),
            wrong("/v1/exports/moodle-courses.csv?categoryIdnumber=a%0Ab", 400, "invalid-parameter"),
            wrong("/v1/exports/moodle-courses.csv?categoryIdnumber=-1", 400, "invalid-parameter"),
            wrong("/v1/exports/canvas-courses.csv?modifiedSince=2026-01-01", 400, "unknown-parameter"),
            wrong("/v1/exports/moodle-courses.csv?customFields=providre", 400, "invalid-parameter"),
            wrong("/v1/exports/moodle-courses.csv?customFields=Level:provider", 400, "invalid-parameter"),
            wrong("/v1/exports/moodle-courses.csv?customFields=a:url,a:provider", 400, "invalid-parameter"),
        ] {
            let answer = app.get(path).await;
            assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{path}: {}", answer.text);
        }
        let near = app.get("/v1/exports/programme.csv").await.json();
        assert!(near["detail"].as_str().unwrap().contains("“programmes.csv”"), "{near}");
        let near = app.get("/v1/exports/moodle-courses.csv?customFields=providre").await.json();
        assert_eq!(near["errors"][0]["didYouMean"], "provider");
        let html = app.process.ask(reqwest::Method::GET, "/v1/exports/programmes.csv", &[("accept", "text/html")]).await;
        assert_eq!(html.status, 406);
        let browser = [("accept", "text/html, */*;q=0.8")];
        assert_eq!(app.process.ask(reqwest::Method::GET, "/v1/exports/programmes.csv", &browser).await.status, 200);
        assert_eq!(app.process.ask(reqwest::Method::HEAD, "/v1/exports/programmes.csv", &[]).await.text, "");
    }

    async fn the_same_number_gives_the_same_bytes_in_every_coding_and_process(engine: Engine) {
        let app = App::start(engine).await;
        let renamed = json!({"rename": "programme/nye-bevan", "to": "bevan"});
        assert!(app.import("rename.ndjson", &renamed.to_string()).status.success());
        app.process.until("/v1/programmes/bevan", |answer| answer.status == 200).await;
        let second = crate::support::Process::start(&app.database.url, &["--public-url", "https://directory.example"]);
        let client = reqwest::Client::new();
        for path in ["/v1/exports/programmes.csv", "/v1/exports/resources.ndjson", MOODLE] {
            let plain = app.get(path).await;
            // The second process read it all from the database; the first was changed as it ran.
            assert_eq!(second.get(path).await.text, plain.text, "{path}");
            let tag = plain.header("etag");
            let unchanged = app.process.ask(reqwest::Method::GET, path, &[("if-none-match", tag)]).await;
            assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""), "{path}");
            for coding in ["gzip", "br"] {
                let address = format!("{}{path}", app.process.url);
                let answer = client.get(address).header("accept-encoding", coding).send().await.unwrap();
                assert_eq!(answer.headers()["content-encoding"], coding);
                assert_ne!(answer.headers()["etag"], tag);
                let bytes = answer.bytes().await.unwrap();
                assert!(bytes.len() < plain.text.len() / 2, "{path} {coding}");
                let mut read = String::new();
                match coding {
                    "gzip" => flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut read).unwrap(),
                    _ => brotli::Decompressor::new(&bytes[..], 4_096).read_to_string(&mut read).unwrap(),
                };
                assert_eq!(read, plain.text, "{path} {coding}");
            }
        }
    }

    async fn a_file_about_a_protected_characteristic_is_kept_by_nobody(engine: Engine) {
        let app = App::start(engine).await;
        for file in ["programmes.csv", "programmes.ndjson", "moodle-courses.csv"] {
            let answer = app.get(&format!("/v1/exports/{file}?eligibility=positive-action-race")).await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("cache-control"), "private, no-store");
            assert!(!answer.headers.contains_key("etag"));
        }
    }

    async fn no_cell_is_a_formula(engine: Engine) {
        let app = App::start(engine).await;
        let mut entry = course("hostile", "=HYPERLINK(\"http://x.example\",\"a\")");
        entry["summary"] = "@SUM(1), \"quoted\" <script>alert(1)</script> & more".into();
        entry["aliases"] = json!(["-1+2", "a; b"]);
        assert!(app.import("hostile.ndjson", &entry.to_string()).status.success());
        app.process.until("/v1/programmes/hostile", |answer| answer.status == 200).await;
        let row = &read_table(&app.get("/v1/exports/programmes.csv?id=hostile").await.text)[0];
        assert_eq!(row["title"], "'=HYPERLINK(\"http://x.example\",\"a\")");
        assert_eq!(row["summary"], "'@SUM(1), \"quoted\" <script>alert(1)</script> & more");
        assert_eq!(row["aliases"], "[\"-1+2\",\"a; b\"]");
        let row = &read_table(&app.get(&format!("{MOODLE}?id=hostile")).await.text)[0];
        assert_eq!(row["fullname"], "'=HYPERLINK(\"http://x.example\",\"a\")");
        assert_eq!(row["summary"], "<p>@SUM(1), &quot;quoted&quot; &lt;script&gt;alert(1)&lt;/script&gt; &amp; more</p>");
        // In a page, JSON-LD stands inside a script, which nothing in it may end.
        for (path, accept) in [("/v1/programmes/hostile", "application/ld+json"), ("/v1/programmes?id=hostile", "application/ld+json"), ("/v1/exports/programmes.jsonld?id=hostile", "*/*")] {
            let linked = app.process.ask(reqwest::Method::GET, path, &[("accept", accept)]).await;
            assert!(!linked.text.contains('<') && linked.text.contains("\\u003c/script>"), "{}", linked.text);
            assert!(linked.json().to_string().contains("</script>"));
        }
    }

    async fn moodle_keeps_its_courses_through_renames_and_retirement(engine: Engine) {
        let app = App::start(engine).await;
        let rows = |text: &str| -> BTreeMap<String, BTreeMap<String, String>> {
            read_table(text).into_iter().map(|row| (row["shortname"].clone(), row)).collect()
        };
        let file = app.get(MOODLE).await;
        let before = rows(&file.text);
        let programmes = all_of(&app, "/v1/programmes").await;
        assert_eq!(before.len(), programmes.len());
        for programme in &programmes {
            let row = &before[programme["id"].as_str().unwrap()];
            assert_eq!((row["idnumber"].as_str(), row["fullname"].as_str()), (programme["uid"].as_str().unwrap(), programme["title"].as_str().unwrap()));
            assert_eq!(row["visible"], "1");
            assert_eq!(row.len(), 5, "{row:?}");
        }
        let number: i64 = file.header("directory-change-number").parse().unwrap();
        let edits = [
            json!({"rename": "programme/nye-bevan", "to": "bevan"}),
            json!({"retire": "programme/ready-now", "reason": "It is not run any more."}),
            course("brand-new", "A new course"),
        ];
        assert!(app.import("changes.ndjson", &edits.map(|edit| edit.to_string()).join("\n")).status.success());
        app.process.until("/v1/programmes/brand-new", |answer| answer.status == 200).await;
        let after = rows(&app.get(MOODLE).await.text);
        assert_eq!(after["nye-bevan"], before["nye-bevan"], "a rename is not seen");
        assert_eq!(after["ready-now"]["visible"], "0");
        assert_eq!(after["ready-now"]["idnumber"], before["ready-now"]["idnumber"]);
        assert_eq!(after["brand-new"]["visible"], "1");
        assert_eq!(after.len(), before.len() + 1);
        let changed = rows(&app.get(&format!("{MOODLE}?since={number}")).await.text);
        let names: Vec<&str> = changed.keys().map(String::as_str).collect();
        // What names a renamed entry is written anew with it.
        for name in ["brand-new", "nye-bevan", "ready-now"] {
            assert!(names.contains(&name), "{names:?}");
        }
        assert!(names.len() < 10, "{names:?}");
        // What was taken out is told to those whose filter it passed, and to no other.
        let filtered = rows(&app.get(&format!("{MOODLE}?provider=kings-fund")).await.text);
        assert!(filtered.contains_key("brand-new") && !filtered.contains_key("ready-now"));
        let hiding = rows(&app.get(&format!("{MOODLE}?provider=kings-fund&others=hide")).await.text);
        assert_eq!(hiding["nye-bevan"]["visible"], "0");
        assert_eq!(hiding["ready-now"]["visible"], "0", "it may have left the filter before it was taken out");
        assert_eq!(hiding["brand-new"]["visible"], "1");
        let own = rows(&app.get(&format!("{MOODLE}?provider=nhs-leadership-academy")).await.text);
        assert_eq!(own["ready-now"]["visible"], "0");
    }

    async fn moodle_is_told_a_category_and_custom_fields(engine: Engine) {
        let app = App::start(engine).await;
        let query = "id=mary-seacole&categoryIdnumber=leadership%20%26%20more&customFields=level:audience.levels.from,provider,status.term";
        let text = app.get(&format!("{MOODLE}?{query}")).await.text;
        assert!(text.starts_with("shortname,fullname,idnumber,visible,summary,category_idnumber,customfield_level,customfield_provider,customfield_status_term\r\n"), "{text}");
        let row = &read_table(&text)[0];
        assert_eq!(row["category_idnumber"], "leadership & more");
        let entry = app.data("/v1/programmes/mary-seacole").await;
        assert_eq!(row["customfield_level"], entry["audience"]["levels"]["from"].as_str().unwrap());
        assert_eq!(row["customfield_provider"], entry["provider"].as_str().unwrap());
        assert_eq!(row["customfield_status_term"], entry["status"]["term"].as_str().unwrap());
    }

    async fn canvas_is_told_of_every_occasion_and_of_those_that_are_over(engine: Engine) {
        let app = App::start(engine).await;
        let mut entry = course("dated", "A dated course");
        entry["offerings"] = json!([
            {"id": "autumn", "organiser": "academy/london-leadership-academy", "start": "2026-09-01", "end": "2027-02-28", "place": "Leeds",
             "modes": ["online-self-paced", "residential"], "sources": ["page"]},
            {"id": "spring", "start": "2026-03", "sources": ["page"]},
        ]);
        let start = course("open", "An open course");
        assert!(app.import("a.ndjson", &format!("{entry}\n{start}")).status.success());
        app.process.until("/v1/programmes/open", |answer| answer.status == 200).await;
        let file = async |name: &str| read_table(&app.get(&format!("/v1/exports/canvas-{name}.csv")).await.text);
        let (accounts, terms, courses) = (file("accounts").await, file("terms").await, file("courses").await);

        // Everything that is named is there, and what accounts are below comes first.
        let mut known = vec![String::new()];
        for account in &accounts {
            assert!(known.contains(&account["parent_account_id"]), "{account:?}");
            known.push(account["account_id"].clone());
        }
        assert!(accounts.iter().any(|account| !account["parent_account_id"].is_empty()));
        for course in &courses {
            assert!(known[1..].contains(&course["account_id"]), "{course:?}");
            assert!(terms.iter().any(|term| term["term_id"] == course["term_id"]), "{course:?}");
            assert!(["active", "completed"].contains(&course["status"].as_str()), "{course:?}");
        }
        let names: std::collections::BTreeSet<&str> = courses.iter().map(|course| course["course_id"].as_str()).collect();
        assert_eq!(names.len(), courses.len(), "every course has an id of its own");

        let of = |courses: &[BTreeMap<String, String>], name: &str| -> Vec<[String; 6]> {
            let own = courses.iter().filter(|course| course["short_name"].split('/').next() == Some(name));
            let columns = ["short_name", "long_name", "term_id", "status", "start_date", "course_format"];
            own.map(|course| columns.map(|column| course[column].clone())).collect()
        };
        assert_eq!(of(&courses, "open"), [["open", "An open course", "leadership-open", "active", "", ""].map(str::to_owned)]);
        assert_eq!(of(&courses, "dated"), [
            ["dated", "A dated course", "leadership-open", "completed", "", ""],
            ["dated/autumn", "A dated course (2026-09-01, Leeds)", "leadership-fy-2026-27", "active", "2026-09-01T00:00:00Z", "blended"],
            ["dated/spring", "A dated course (2026-03)", "leadership-fy-2025-26", "active", "", ""],
        ].map(|row| row.map(str::to_owned)));
        let term = terms.iter().find(|term| term["term_id"] == "leadership-fy-2026-27").unwrap();
        assert_eq!((term["name"].as_str(), term["start_date"].as_str(), term["end_date"].as_str()),
            ("Financial year 2026/27", "", ""));

        // An offering is withdrawn, and never just gone.
        let lost = app.import("b.ndjson", &json!({"kind": "programme", "id": "dated", "offerings": []}).to_string());
        assert!(!lost.status.success());
        assert!(crate::support::text(&lost.stdout).contains("withdrawn"), "{}", crate::support::text(&lost.stdout));
        entry["offerings"][0]["withdrawn"] = true.into();
        entry["offerings"][1]["withdrawn"] = true.into();
        let retire = json!({"retire": "programme/open", "reason": "It is over."});
        assert!(app.import("c.ndjson", &format!("{entry}\n{retire}")).status.success());
        app.process.until("/v1/programmes/open", |answer| answer.status == 410).await;
        let after = file("courses").await;
        let states = |name: &str| of(&after, name).into_iter().map(|row| row[3].clone()).collect::<Vec<_>>();
        // That the last offering is withdrawn says nothing of another: what was completed is not begun again.
        assert_eq!(states("dated"), ["completed", "completed", "completed"]);
        assert_eq!(states("open"), ["completed"]);
        for course in &courses {
            assert!(after.iter().any(|later| later["course_id"] == course["course_id"]), "{course:?} is gone");
        }
        // Nobody new is taken by what is on hold, was converted or replaced, or is over.
        for (status, state) in [("on-hold", "completed"), ("converted", "completed"), ("replaced", "completed"), ("historic", "completed"), ("unknown", "active")] {
            let mut entry = course("over", "A course that was");
            entry["status"]["term"] = status.into();
            assert!(app.import("d.ndjson", &entry.to_string()).status.success());
            app.process.until("/v1/programmes/over", |answer| answer.status == 200 && answer.json()["data"]["status"]["term"] == status).await;
            let after = file("courses").await;
            assert_eq!(of(&after, "over")[0][3], state, "{status}");
        }
    }

    async fn a_report_tells_what_an_importer_would_refuse(engine: Engine) {
        let app = App::start(engine).await;
        let long = format!("A course {}", "x".repeat(260));
        let mut marked = course("marked", "=A <b> course");
        marked["url"] = "https://x.example/".into();
        let mut dated = course("dated", "A course");
        dated["offerings"] = json!([{"id": "one", "start": "2026-09", "sources": ["page"]}]);
        let again = course("again", "A course");
        let all = [course("long", &long), marked, dated, again].map(|entry| entry.to_string()).join("\n");
        assert!(app.import("a.ndjson", &all).status.success());
        app.process.until("/v1/programmes/again", |answer| answer.status == 200).await;
        let report = async |format: &str| {
            let answer = app.get(&format!("/v1/exports/{format}/report?id=long,marked,dated,again")).await;
            assert_eq!(answer.header("content-type"), "application/json");
            let report = answer.json();
            let found: Vec<(String, String, String)> = report["data"].as_array().unwrap().iter().map(|finding| {
                let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
                assert!(!text("detail").is_empty() && !text("fix").is_empty());
                (text("id"), text("column"), text("severity"))
            }).collect();
            let count = |severity: &str| found.iter().filter(|(_, _, own)| own == severity).count();
            assert_eq!((&report["meta"]["errors"], &report["meta"]["warnings"]), (&count("error").into(), &count("warning").into()));
            assert_eq!(report["meta"]["told"], found.len());
            found
        };
        let told = |rows: &[(&str, &str, &str)]| -> Vec<(String, String, String)> {
            rows.iter().map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned())).collect()
        };
        assert_eq!(report("moodle").await, told(&[
            ("again", "summary", "warning"),
            ("dated", "summary", "warning"),
            ("dated", "fullname", "warning"),
            ("long", "fullname", "warning"),
            ("long", "summary", "warning"),
            ("marked", "fullname", "warning"),
            ("marked", "fullname", "warning"),
        ]));
        assert_eq!(report("canvas").await, told(&[("dated", "start_date", "warning"), ("long", "long_name", "error")]));
        assert_eq!(report("one-roster").await, told(&[("long", "title", "warning")]));
        let linked = report("schema-org").await;
        assert!(linked.contains(&("again".to_owned(), "offers".to_owned(), "warning".to_owned())), "{linked:?}");
        assert!(!linked.contains(&("dated".to_owned(), "hasCourseInstance".to_owned(), "warning".to_owned())), "{linked:?}");
        let few = app.get("/v1/exports/schema-org/report?id=long").await.json();
        assert_eq!(few["data"].as_array().unwrap().last().unwrap()["column"], "itemListElement");
        assert_eq!(app.get("/v1/exports/mooodle/report").await.status, 404);
    }

    async fn a_report_on_one_roster_tells_what_is_left_out_or_seen_otherwise(engine: Engine) {
        let app = App::start(engine).await;
        let mut house = provider("house", "A house that nobody is told of yet");
        house["publication"] = "draft".into();
        let mut orphan = course("orphan", "A course of that house");
        orphan["provider"] = "house".into();
        let offered = |id: &str, offering: Value| {
            let mut entry = course(id, &format!("The course {id}"));
            entry["offerings"] = json!([offering]);
            entry
        };
        let all = [
            house,
            course("first", "A title"),
            course("second", "A title"),
            orphan,
            offered("anytime", json!({"id": "one", "alwaysOpen": true, "sources": ["page"]})),
            offered("dated", json!({"id": "one", "start": "2027-01", "sources": ["page"]})),
            offered("some-day", json!({"id": "one", "sources": ["page"]})),
            offered("some-year", json!({"id": "one", "start": "2027", "sources": ["page"]})),
        ];
        assert!(app.import("a.ndjson", &all.map(|entry| entry.to_string()).join("\n")).status.success());
        app.process.until("/v1/programmes/some-year", |answer| answer.status == 200).await;
        let ids = "anytime,dated,first,orphan,second,some-day,some-year";
        let report = app.get(&format!("/v1/exports/one-roster/report?id={ids}")).await.json();
        let found = report["data"].as_array().unwrap().iter();
        let found: Vec<[&str; 3]> = found.map(|row| ["id", "column", "severity"].map(|key| row[key].as_str().unwrap())).collect();
        assert_eq!(found, [
            ["orphan", "school", "error"],
            ["second", "title", "warning"],
            ["some-day", "terms", "warning"],
            ["some-year", "terms", "warning"],
        ], "{report:#}");
    }

    async fn the_guide_for_learning_systems_works_as_it_is_written(engine: Engine) {
        let guide = include_str!("../../docs/lms.md");
        let app = App::start(engine).await;
        let mut count = 0;
        for part in guide.split("https://directory.example").skip(1) {
            let end = part.find(|c: char| c.is_whitespace() || "'`\"".contains(c)).unwrap_or(part.len());
            let path = part[..end].trim_end_matches(['.', ',']);
            // The directory itself, and the beginning of addresses that are put together.
            let is_asked_as_it_is = path.starts_with("/v1/") && path != "/v1/exports";
            if is_asked_as_it_is {
                assert_eq!(app.get(path).await.status, 200, "{path}");
                count += 1;
            }
        }
        assert!(count >= 7, "{count} addresses");

        // What is shown of OneRoster, with the addresses that its table says to enter.
        let script = guide.split("```sh\n").map(|part| part.split("```").next().unwrap());
        let script = script.into_iter().find(|script| script.contains("$client_secret")).expect("a script");
        for entered in ["https://directory.example/ims/oneroster/rostering/v1p2`", "https://directory.example/oauth/token`"] {
            assert!(guide.contains(entered), "{entered}");
        }
        let client = app.client();
        let script = script.replace("https://directory.example", &app.process.url);
        // Without jq, which not every machine has.
        let script = script.replace("jq --raw-output .access_token", "sed 's/.*\"access_token\":\"\\([^\"]*\\).*/\\1/'");
        let script = script.replace("curl --header", "curl --fail --silent --header");
        let done = Command::new("sh").args(["-euc", &script]).env("client_id", &client.id).env("client_secret", &client.secret).output().unwrap();
        let classes: Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|error| panic!("{error}: {done:?}"));
        assert!(classes["classes"].as_array().unwrap().len() > 20);

        // The nightly script for Moodle, with an importer that only tells that it ran.
        let script = guide.split("```sh\n").map(|part| part.split("```").next().unwrap());
        let script = script.map(|script| script.lines().map(str::trim_start).collect::<Vec<_>>().join("\n"));
        let script = script.into_iter().find(|script| script.contains("courses.etag")).expect("a script");
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().to_str().unwrap();
        std::fs::write(folder.path().join("php"), format!("#!/bin/sh\nprintf '%s\\n' \"$*\" >> {at}/ran\n")).unwrap();
        assert!(Command::new("chmod").args(["+x", &format!("{at}/php")]).status().unwrap().success());
        let script = script.replace("https://directory.example", &app.process.url).replace("/var/lib/leadership", at);
        let done = || {
            let path = format!("{at}:{}", std::env::var("PATH").unwrap());
            Command::new("sh").args(["-c", &script]).env("PATH", path).output().unwrap()
        };
        let run = || {
            let done = done();
            assert!(done.status.success(), "{}", crate::support::text(&done.stderr));
            std::fs::read_to_string(folder.path().join("ran")).unwrap().lines().count()
        };
        assert_eq!(run(), 1);
        let rows = read_table(&std::fs::read_to_string(folder.path().join("courses.csv")).unwrap());
        assert!(rows.len() > 5 && rows[0].contains_key("customfield_level"), "{rows:?}");
        assert_eq!(run(), 1, "nothing has changed, and nothing is imported");
        assert!(app.import("a.ndjson", &course("brand-new", "A new course").to_string()).status.success());
        app.process.until("/v1/programmes/brand-new", |answer| answer.status == 200).await;
        // An import that fails is tried again, although nothing has changed since.
        let importer = std::fs::read_to_string(folder.path().join("php")).unwrap();
        std::fs::write(folder.path().join("php"), "#!/bin/sh\nexit 1\n").unwrap();
        assert!(!done().status.success());
        std::fs::write(folder.path().join("php"), importer).unwrap();
        assert_eq!(run(), 2);
        let rows = read_table(&std::fs::read_to_string(folder.path().join("courses.csv")).unwrap());
        assert!(rows.iter().any(|row| row["shortname"] == "brand-new"));
    }
}
