//! OneRoster: what a client sees that asks for a token, reads page by page, filters, and follows what it is given.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{Answer, App, Client, Process, binary, course, provider, text};

const BASE: &str = "/ims/oneroster/rostering/v1p2";

/// What the standard says of each resource, written out of its tables: nothing may be there that it does not name.
fn standard(resource: &str) -> Value {
    let text = json!({"type": "string", "minLength": 1});
    let texts = json!({"type": "array", "items": text});
    let to = |kind: &str| {
        json!({
            "type": "object", "additionalProperties": false, "required": ["href", "sourcedId", "type"],
            "properties": {"href": {"type": "string", "format": "uri"}, "sourcedId": text, "type": {"const": kind}},
        })
    };
    let all = |kind: &str| json!({"type": "array", "items": to(kind)});
    let day = json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "format": "date"});
    let (required, own) = match resource {
        "org" => (
            json!(["name", "type", "identifier"]),
            json!({
                "name": text, "identifier": text, "parent": to("org"), "children": all("org"),
                "type": {"enum": ["department", "district", "local", "national", "school", "state"]},
            }),
        ),
        "course" => (
            json!(["title", "courseCode"]),
            json!({
                "title": text, "courseCode": text, "schoolYear": to("academicSession"), "grades": texts, "subjects": texts,
                "org": to("org"), "subjectCodes": texts, "resources": all("resource"),
            }),
        ),
        "class" => (
            json!(["title", "course", "school", "terms"]),
            json!({
                "title": text, "classCode": text, "classType": {"enum": ["homeroom", "scheduled"]}, "location": text,
                "grades": texts, "subjects": texts, "course": to("course"), "school": to("org"), "subjectCodes": texts,
                "periods": texts, "resources": all("resource"),
                "terms": {"type": "array", "minItems": 1, "items": to("academicSession")},
            }),
        ),
        _ => (
            json!(["title", "startDate", "endDate", "type", "schoolYear"]),
            json!({
                "title": text, "startDate": day, "endDate": day, "schoolYear": {"type": "string", "pattern": "^[0-9]{4}$"},
                "type": {"enum": ["gradingPeriod", "semester", "schoolYear", "term"]},
                "parent": to("academicSession"), "children": all("academicSession"),
            }),
        ),
    };
    let mut schema = json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "sourcedId": text, "status": {"enum": ["active", "tobedeleted"]}, "metadata": {"type": "object"},
            "dateLastModified": {"type": "string", "format": "date-time", "pattern": "Z$"},
        },
    });
    schema["properties"].as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    let base = ["sourcedId", "status", "dateLastModified"].map(Value::from);
    schema["required"] = base.into_iter().chain(required.as_array().unwrap().iter().cloned()).collect();
    schema
}

/// Holds an object against the standard.
fn conforms(resource: &str, object: &Value) {
    let validator = jsonschema::options().should_validate_formats(true).build(&standard(resource)).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(object).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{object:#}: {faults:#?}");
}

/// The collections that something is held of: their name, that of their list, that of one.
const HELD: [(&str, &str, &str); 6] = [
    ("orgs", "orgs", "org"),
    ("schools", "orgs", "org"),
    ("courses", "courses", "course"),
    ("classes", "classes", "class"),
    ("academicSessions", "academicSessions", "academicSession"),
    ("terms", "academicSessions", "academicSession"),
];

/// The address of a link with this relation.
fn link(answer: &Answer, relation: &str) -> Option<String> {
    let links = answer.header("link").split(", ");
    let mut found = links.filter_map(|link| link.strip_suffix(&format!(">; rel=\"{relation}\"")));
    found.next().map(|link| link[link.find(BASE).unwrap()..].to_owned())
}

/// A client as learning systems have them: it has a token, and follows links until there is none.
struct Walker<'a> {
    server: &'a Process,
    token: String,
}

impl<'a> Walker<'a> {
    async fn of(app: &'a App) -> Self {
        Self { server: &app.process, token: app.token().await }
    }

    async fn get(&self, path: &str) -> Answer {
        self.server.ask(Method::GET, path, &[("authorization", &self.token)]).await
    }

    /// Everything of a collection, page by page.
    async fn all(&self, path: &str) -> Vec<Value> {
        let (mut next, mut all, mut total) = (Some(format!("{BASE}/{path}")), Vec::new(), 0);
        while let Some(address) = next {
            let answer = self.get(&address).await;
            assert_eq!(answer.status, 200, "{address}: {}", answer.text);
            let body = answer.json();
            let (_, page) = body.as_object().unwrap().iter().next().unwrap();
            all.extend(page.as_array().unwrap().iter().cloned());
            total = answer.header("x-total-count").parse().unwrap();
            next = link(&answer, "next");
        }
        assert_eq!(all.len(), total, "{path}");
        all
    }

    /// Those that a filter leaves, by their code or name.
    async fn named(&self, collection: &str, filter: &str) -> Vec<String> {
        let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let names = ["classCode", "courseCode", "identifier", "sourcedId"];
        let name = |object: &Value| names.iter().find_map(|name| object[name].as_str()).unwrap().to_owned();
        let mut all: Vec<String> = self.all(&format!("{collection}?filter={filter}")).await.iter().map(name).collect();
        all.sort();
        all
    }
}

/// When the last of a collection changed.
async fn last_change(walker: &Walker<'_>, collection: &str) -> String {
    let path = format!("{BASE}/{collection}?sort=dateLastModified&orderBy=desc&limit=1");
    let page = walker.get(&path).await.json();
    page[collection][0]["dateLastModified"].as_str().unwrap().to_owned()
}

/// Holds what a process tells, which was there when things changed, against what one tells that starts now.
async fn is_told_alike_elsewhere(app: &App, walker: &Walker<'_>) {
    let other = Process::start(&app.database.url, &["--public-url", &app.process.url]);
    for collection in ["orgs", "courses", "classes", "academicSessions"] {
        let path = format!("{BASE}/{collection}?limit=10000");
        let told = other.ask(Method::GET, &path, &[("authorization", &walker.token)]).await;
        assert_eq!(told.json(), walker.get(&path).await.json(), "{collection}");
    }
}

fn ids(objects: &[Value]) -> BTreeSet<String> {
    objects.iter().map(|object| object["sourcedId"].as_str().unwrap().to_owned()).collect()
}

/// The references that an object has.
fn references(object: &Value) -> Vec<&Value> {
    let members = object.as_object().unwrap().values();
    members
        .flat_map(|member| member.as_array().map_or_else(|| vec![member], |all| all.iter().collect()))
        .filter(|member| member["href"].is_string())
        .collect()
}

on_both_engines! {
    async fn a_client_that_walks_sees_all_and_every_answer_is_as_the_standard_wants(engine: Engine) {
        let app = App::start_with(engine, &["--public-url", "https://directory.example"]).await;
        let mut dated = course("dated", "A dated course");
        dated["offerings"] = json!([
            {"id": "autumn", "organiser": "academy/london-leadership-academy", "start": "2026-09-01", "end": "2027-02-28", "place": "Leeds", "sources": ["page"]},
            {"id": "spring", "start": "2026-03", "withdrawn": true, "sources": ["page"]},
        ]);
        let mut vague = course("vague", "A course of some year");
        vague["offerings"] = json!([{"id": "some-day", "start": "2027", "sources": ["page"]}]);
        assert!(app.import("a.ndjson", &format!("{dated}\n{vague}")).status.success());
        app.process.until("/v1/programmes/dated", |answer| answer.status == 200).await;
        let walker = Walker::of(&app).await;
        for (name, many, one) in HELD {
            let whole = walker.get(&format!("{BASE}/{name}?limit=10000")).await.json();
            let whole = whole[many].as_array().unwrap();
            assert!(whole.len() >= if one == "academicSession" { 3 } else { 20 }, "{name}");
            let paged = walker.all(&format!("{name}?limit=7")).await;
            assert_eq!(&paged, whole, "{name}");
            assert_eq!(ids(&paged).len(), paged.len(), "{name}");
            for object in whole {
                conforms(one, object);
                let id = object["sourcedId"].as_str().unwrap();
                assert_eq!(&walker.get(&format!("{BASE}/{name}/{id}")).await.json()[one], object, "{name}/{id}");
                for reference in references(object) {
                    let address = reference["href"].as_str().unwrap().strip_prefix("https://directory.example").unwrap();
                    let found = walker.get(address).await;
                    let kind = reference["type"].as_str().unwrap();
                    assert_eq!(found.json()[kind]["sourcedId"], reference["sourcedId"], "{address}: {}", found.text);
                }
            }
        }
        // What is told is what the directory holds.
        let total = |answer: &Answer| answer.json()["meta"]["total"].as_u64().unwrap();
        let count = async |kind: &str| total(&app.get(&format!("/v1/{kind}?limit=1&variants=show")).await);
        assert_eq!(walker.all("courses").await.len() as u64, count("programmes").await);
        assert_eq!(walker.all("orgs").await.len() as u64, count("providers").await + count("academies").await);
        let (courses, classes) = (walker.all("courses").await, walker.all("classes").await);
        let programmes = app.data("/v1/programmes?limit=100&variants=show&view=full").await;
        let offerings = programmes.as_array().unwrap().iter().map(|one| one["offerings"].as_array().map_or(0, Vec::len));
        assert_eq!(classes.len(), courses.len() + offerings.sum::<usize>());

        // Within each other, they come to all there is.
        let mut within = BTreeSet::new();
        for school in walker.all("schools").await {
            let id = school["sourcedId"].as_str().unwrap();
            let own = walker.all(&format!("schools/{id}/classes?limit=3")).await;
            assert!(own.iter().all(|class| class["school"]["sourcedId"] == id));
            let terms = ids(&walker.all(&format!("schools/{id}/terms")).await);
            let wanted = own.iter().map(|class| class["terms"][0]["sourcedId"].as_str().unwrap().to_owned());
            assert_eq!(terms, wanted.collect());
            let courses = walker.all(&format!("schools/{id}/courses")).await;
            assert!(courses.iter().all(|course| course["org"]["sourcedId"] == id));
            within.extend(ids(&own));
        }
        assert_eq!(within, ids(&classes));
        let mut within = BTreeSet::new();
        for term in walker.all("terms").await {
            let path = format!("terms/{}", term["sourcedId"].as_str().unwrap());
            within.extend(ids(&walker.all(&format!("{path}/classes")).await));
            assert_eq!(walker.get(&format!("{BASE}/{path}/gradingPeriods")).await.json(), json!({"academicSessions": []}));
        }
        assert_eq!(within, ids(&classes));
        let autumn = classes.iter().find(|class| class["classCode"] == "dated/autumn").unwrap();
        assert_eq!(autumn["location"], "Leeds");
        assert_eq!(autumn["classType"], "scheduled");
        let vague = classes.iter().find(|class| class["classCode"] == "vague/some-day").unwrap();
        assert_eq!((&vague["classType"], &vague["terms"][0]["sourcedId"]), (&Value::Null, &json!("open")));
        let path = format!("courses/{}/classes", autumn["course"]["sourcedId"].as_str().unwrap());
        let own: Vec<(Value, Value)> = walker.all(&path).await.into_iter().map(|class| (class["classCode"].clone(), class["status"].clone())).collect();
        assert_eq!(own, [("dated", "tobedeleted"), ("dated/autumn", "active"), ("dated/spring", "tobedeleted")].map(|(code, status)| (code.into(), status.into())));
        let sessions = walker.all("academicSessions?sort=startDate").await;
        let year = sessions.iter().find(|session| session["sourcedId"] == "fy-2026-27").unwrap();
        assert_eq!((&year["startDate"], &year["endDate"], &year["schoolYear"]), (&json!("2026-04-01"), &json!("2027-04-01"), &json!("2027")));
        assert_eq!(sessions.iter().map(|session| session["sourcedId"].as_str().unwrap()).collect::<Vec<_>>(), ["open", "fy-2025-26", "fy-2026-27"]);
    }

    async fn what_nothing_is_held_of_is_empty_and_never_a_fault(engine: Engine) {
        let app = App::start(engine).await;
        let walker = Walker::of(&app).await;
        let school = walker.all("schools?limit=1").await[0]["sourcedId"].as_str().unwrap().to_owned();
        let class = walker.all("classes").await.iter().find(|class| class["classCode"] == "edward-jenner").unwrap().clone();
        let (class_id, own) = (class["sourcedId"].as_str().unwrap(), class["school"]["sourcedId"].as_str().unwrap());
        for (path, key) in [
            ("users", "users"), ("students", "users"), ("teachers", "users"), ("enrollments", "enrollments"), ("demographics", "demographics"),
            ("gradingPeriods", "academicSessions"), ("users?filter=role='student'&sort=familyName&fields=sourcedId", "users"),
            (&format!("schools/{school}/students"), "users"), (&format!("schools/{school}/teachers"), "users"), (&format!("schools/{school}/enrollments"), "enrollments"),
            (&format!("classes/{class_id}/students"), "users"), (&format!("classes/{class_id}/teachers"), "users"),
            (&format!("schools/{own}/classes/{class_id}/enrollments"), "enrollments"), (&format!("schools/{own}/classes/{class_id}/students"), "users"),
        ] {
            let answer = walker.get(&format!("{BASE}/{path}")).await;
            assert_eq!((answer.status, answer.json(), answer.header("x-total-count")), (200, json!({key: []}), "0"), "{path}");
        }
        for path in ["users/x", "students/x/classes", "schools/x/classes", "classes/x", "terms/fy-1999-00", "course", "orgs/x/classes", "classes/x/y/z/a", &format!("schools/{school}/classes/x/students")] {
            let answer = walker.get(&format!("{BASE}/{path}")).await;
            let minor = answer.json()["imsx_CodeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"].clone();
            assert_eq!((answer.status, minor), (404, json!("unknownobject")), "{path}: {}", answer.text);
        }
    }

    async fn filters_sorts_fields_and_pages_are_read_as_clients_send_them(engine: Engine) {
        let app = App::start(engine).await;
        let walker = Walker::of(&app).await;
        assert_eq!(walker.named("classes", "classCode='mary-seacole'").await, ["mary-seacole"]);
        assert_eq!(walker.named("courses", "title~'SEACOLE' AND courseCode!='mary-seacole' AND courseCode~'local'").await, ["mary-seacole-local"]);
        assert_eq!(walker.named("courses", "(courseCode='nye-bevan' OR courseCode='ready-now')AND(status=active)").await, ["nye-bevan", "ready-now"]);
        let fund = walker.named("orgs", "identifier='kings-fund'").await;
        assert_eq!(fund, ["kings-fund"]);
        let fund = walker.all("orgs?filter=identifier%3D%27kings-fund%27").await[0]["sourcedId"].as_str().unwrap().to_owned();
        let upper = fund.to_uppercase();
        assert_eq!(walker.named("classes", &format!("school.sourcedId='{upper}'")).await, walker.named("courses", &format!("org.sourcedId='{fund}'")).await);
        assert_eq!(walker.named("courses", "dateLastModified>='2999-01-01'").await, Vec::<String>::new());
        assert_eq!(walker.named("courses", "dateLastModified>2018-01-01T00:00:00Z").await.len(), walker.all("courses").await.len());
        let mut titles: Vec<String> = walker.all("courses?sort=title&orderBy=desc&fields=title&limit=4").await.iter().map(|course| {
            assert_eq!(course.as_object().unwrap().len(), 1, "{course}");
            course["title"].as_str().unwrap().to_lowercase()
        }).collect();
        let sorted = titles.is_sorted_by(|a, b| a >= b);
        assert!(sorted, "{titles:?}");
        titles.dedup();
        assert!(titles.len() > 20);
        let first = walker.get(&format!("{BASE}/courses?limit=10&offset=10&filter=status%3D'active'")).await;
        assert!(link(&first, "prev").unwrap().contains("offset=0"), "{first:?}");
        assert!(link(&first, "next").unwrap().contains("filter=status%3D%27active%27"), "{first:?}");
        let total: usize = first.header("x-total-count").parse().unwrap();
        assert_eq!(walker.get(&link(&first, "last").unwrap()).await.json()["courses"].as_array().unwrap().len(), (total - 1) % 10 + 1);
        // Of a long query, which each link repeats, there is a link to the next page alone.
        let long = format!("{BASE}/courses?limit=10&offset=10&filter=status%3D'active' OR title%3D'{}'", "x".repeat(1_100));
        let page = walker.get(&long).await;
        assert!(page.header("link").contains("rel=\"next\"") && page.header("link").len() < 2_000, "{page:?}");
        assert_eq!((link(&page, "first"), link(&page, "prev")), (None, None));
        let last = walker.get(&long.replace("offset=10", &format!("offset={total}"))).await;
        assert_eq!((last.status, last.headers.contains_key("link")), (200, false));
        // A limit is clamped, never refused; beyond the end there is nothing.
        for (query, count) in [("limit=0", 1), ("limit=-5", 1), ("limit=1000000", total), ("limit=99999999999999999999999", total), ("limit=5&offset=99999999999999999999999", 0), ("offset=-3&limit=2", 2)] {
            let answer = walker.get(&format!("{BASE}/courses?{query}")).await;
            assert_eq!((answer.status, answer.json()["courses"].as_array().unwrap().len()), (200, count), "{query}");
        }
    }

    async fn bad_input_is_told_in_the_standards_own_form(engine: Engine) {
        let app = App::start(engine).await;
        let walker = Walker::of(&app).await;
        let long = format!("filter=title='{}'", "x".repeat(3_000));
        let many = format!("filter={}", ["title~'x'"; 51].join(" OR "));
        for (query, minor, part) in [
            ("filter=status", "invaliddata", "character 7"),
            ("filter=status='active", "invaliddata", "character 8"),
            ("filter=status='active' AND (title~'x'", "invaliddata", "character 31"),
            ("filter=dateLastModified>'soon'", "invaliddata", "character 18"),
            ("filter=colour='red'", "invalid_filter_field", "character 1"),
            ("filter=titel='x'", "invalid_filter_field", "title"),
            ("filter=course='x'", "invalid_filter_field", "course.sourcedId"),
            ("filter=", "invaliddata", "a field is wanted"),
            (&long, "invaliddata", "2048 characters"),
            (&many, "invaliddata", "character 651: a filter has 50 comparisons"),
            ("fields=sourcedId,colour", "invalid_selection_field", "colour"),
            ("fields=", "invalid_selection_field", "names of fields"),
            ("sort=colour", "invaliddata", "colour"),
            ("orderBy=up", "invaliddata", "asc or desc"),
            ("limit=many", "invaliddata", "whole number"),
            ("offset=1.5", "invaliddata", "whole number"),
            ("filtr=status='active'", "invaliddata", "filter"),
        ] {
            let answer = walker.get(&format!("{BASE}/classes?{query}")).await;
            let body = answer.json();
            assert_eq!((answer.status, &body["imsx_CodeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"]), (400, &json!(minor)), "{query}: {body}");
            assert_eq!((&body["imsx_codeMajor"], &body["imsx_severity"]), (&json!("failure"), &json!("error")));
            assert!(body["imsx_description"].as_str().unwrap().contains(part), "{query}: {body}");
        }
        for (method, path, accept, status) in [(Method::POST, "classes", "*/*", 405), (Method::DELETE, "classes/x", "*/*", 405), (Method::GET, "classes", "text/csv", 406)] {
            let headers = [("authorization", &*walker.token), ("accept", accept)];
            let answer = app.process.ask(method, &format!("{BASE}/{path}"), &headers).await;
            assert_eq!((answer.status, answer.json()["imsx_codeMajor"].clone()), (status, json!("failure")), "{path}");
        }
    }

    async fn what_goes_is_to_be_deleted_and_a_client_that_asks_for_changes_hears_of_it(engine: Engine) {
        let app = App::start(engine).await;
        let walker = Walker::of(&app).await;
        let mut plain = course("plain", "A plain course");
        assert!(app.import("a.ndjson", &plain.to_string()).status.success());
        app.process.until("/v1/programmes/plain", |answer| answer.status == 200).await;
        let before = walker.all("classes").await;
        let gone_before = walker.named("classes", "status='tobedeleted'").await;
        let last = before.iter().map(|class| class["dateLastModified"].as_str().unwrap()).max().unwrap().to_owned();
        let open = before.iter().find(|class| class["classCode"] == "plain").unwrap().clone();
        assert_eq!(open["status"], "active");
        plain["offerings"] = json!([{"id": "autumn", "start": "2027-09-01", "sources": ["page"]}]);
        let edits = [plain.clone(), json!({"retire": "programme/ready-now", "reason": "It is not run any more."}), json!({"rename": "programme/nye-bevan", "to": "bevan"})];
        assert!(app.import("b.ndjson", &edits.map(|edit| edit.to_string()).join("\n")).status.success());
        app.process.until("/v1/programmes/bevan", |answer| answer.status == 200).await;
        let filter = format!("dateLastModified>'{last}'");
        let changed = walker.named("classes", &filter).await;
        for code in ["plain", "plain/autumn", "ready-now", "nye-bevan"] {
            assert!(changed.iter().any(|changed| changed == code), "{changed:?} without {code}");
        }
        assert!(changed.len() < 10, "{changed:?}");
        let mut gone = walker.named("classes", "status='tobedeleted'").await;
        gone.retain(|code| !gone_before.contains(code));
        assert_eq!(gone, ["plain", "ready-now/year-2015"]);
        assert_eq!(walker.named("courses", "status='tobedeleted'").await, ["ready-now"]);
        assert!(walker.named("academicSessions", &filter).await.contains(&"fy-2027-28".to_owned()));
        let after = walker.all("classes").await;
        assert!(ids(&before).is_subset(&ids(&after)), "nothing is just gone");
        let kept = after.iter().find(|class| class["sourcedId"] == open["sourcedId"]).unwrap();
        assert_eq!(kept["status"], "tobedeleted");
        // What came later stands later: what is read page by page meanwhile is not passed over.
        let order = |classes: &[Value]| -> Vec<String> { classes.iter().map(|class| class["sourcedId"].as_str().unwrap().to_owned()).collect() };
        assert_eq!(order(&after)[..before.len()], order(&before), "{after:#?}");
        is_told_alike_elsewhere(&app, &walker).await;
    }

    async fn who_is_published_later_is_told_with_all_that_names_them(engine: Engine) {
        let app = App::start(engine).await;
        let walker = Walker::of(&app).await;
        let (mut house, mut part) = (provider("house", "A house of learning"), provider("part", "A part of it"));
        house["publication"] = "draft".into();
        part["parent"] = "house".into();
        let mut held = course("held", "A course of the house");
        held["provider"] = "house".into();
        let all = [house.clone(), part, held].map(|entry| entry.to_string()).join("\n");
        assert!(app.import("a.ndjson", &all).status.success());
        app.process.until("/v1/programmes/held", |answer| answer.status == 200).await;
        let nobody: Vec<String> = Vec::new();
        assert_eq!(walker.named("classes", "classCode='held'").await, nobody, "a class has a school");
        let org = async |name: &str| walker.all(&format!("orgs?filter=identifier%3D'{name}'")).await[0].clone();
        assert!(org("part").await["parent"].is_null());
        let filters = [last_change(&walker, "orgs").await, last_change(&walker, "courses").await].map(|last| format!("dateLastModified>'{last}'"));
        house["publication"] = "published".into();
        assert!(app.import("b.ndjson", &house.to_string()).status.success());
        app.process.until("/v1/providers/house", |answer| answer.status == 200).await;
        assert_eq!(org("part").await["parent"]["sourcedId"], org("house").await["sourcedId"]);
        assert_eq!(walker.named("orgs", &filters[0]).await, ["house", "part"]);
        assert_eq!(walker.named("courses", &filters[1]).await, ["held"]);
        assert_eq!(walker.named("classes", &filters[1]).await, ["held"]);
        is_told_alike_elsewhere(&app, &walker).await;
    }

    async fn an_organisation_stays_as_long_as_something_that_is_there_names_it(engine: Engine) {
        let app = App::start(engine).await;
        let walker = Walker::of(&app).await;
        let (house, other) = (provider("house", "A house of learning"), provider("other", "Another house"));
        let (mut held, mut moved) = (course("held", "A course of the house"), course("moved", "Another course of it"));
        held["offerings"] = json!([{"id": "autumn", "organiser": "provider/house", "start": "2026-09", "sources": ["page"]}]);
        moved["provider"] = "house".into();
        let all = [house, other, held, moved.clone()].map(|entry| entry.to_string()).join("\n");
        assert!(app.import("a.ndjson", &all).status.success());
        let retired = ["house", "other"].map(|id| json!({"retire": format!("provider/{id}"), "reason": "It is closed."}).to_string());
        assert!(app.import("b.ndjson", &retired.join("\n")).status.success());
        app.process.until("/v1/providers/other", |answer| answer.status == 410).await;
        let status = async |name: &str| walker.all(&format!("orgs?filter=identifier%3D'{name}'")).await[0]["status"].clone();
        assert_eq!((status("house").await, status("other").await), (json!("active"), json!("tobedeleted")));

        // The last that names it leaves it, or is taken out: whoever asks for changes hears that it is gone.
        moved["provider"] = "kings-fund".into();
        assert!(app.import("c.ndjson", &moved.to_string()).status.success());
        app.process.until("/v1/programmes/moved", |answer| answer.json()["data"]["provider"] == "kings-fund").await;
        assert_eq!(status("house").await, "active");
        let filter = format!("dateLastModified>'{}'", last_change(&walker, "orgs").await);
        let gone = json!({"retire": "programme/held", "reason": "It is not run any more."});
        assert!(app.import("d.ndjson", &gone.to_string()).status.success());
        app.process.until("/v1/programmes/held", |answer| answer.status == 410).await;
        assert_eq!(status("house").await, "tobedeleted");
        assert!(walker.named("orgs", &filter).await.contains(&"house".to_owned()));
        is_told_alike_elsewhere(&app, &walker).await;
    }

    async fn a_financial_year_between_two_others_stays(engine: Engine) {
        let app = App::start(engine).await;
        let walker = Walker::of(&app).await;
        let mut dated = course("dated", "A dated course");
        dated["offerings"] = json!([{"id": "one", "start": "2025-05", "sources": ["page"]}, {"id": "two", "start": "2026-05", "sources": ["page"]}]);
        assert!(app.import("a.ndjson", &dated.to_string()).status.success());
        app.process.until("/v1/programmes/dated", |answer| answer.status == 200).await;
        assert_eq!(walker.named("academicSessions", "type='term'").await, ["fy-2025-26", "fy-2026-27", "open"]);
        dated["offerings"][1]["start"] = "2028-05".into();
        assert!(app.import("b.ndjson", &dated.to_string()).status.success());
        app.process.until("/v1/programmes/dated", |answer| answer.json()["data"]["offerings"][1]["start"] == "2028-05").await;
        let years = ["fy-2025-26", "fy-2026-27", "fy-2027-28", "fy-2028-29", "open"];
        assert_eq!(walker.named("academicSessions", "type='term'").await, years);
        for session in walker.all("academicSessions").await {
            conforms("academicSession", &session);
        }
        assert_eq!(walker.all("terms/fy-2026-27/classes").await, Vec::<Value>::new());
        is_told_alike_elsewhere(&app, &walker).await;
    }

    async fn tokens_are_given_to_clients_alone_and_no_longer_than_they_are_clients(engine: Engine) {
        let app = App::start(engine).await;
        let client = app.client();
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let ask = async |headers: &[(&str, &str)], body: &str| app.process.send(Method::POST, "/oauth/token", headers, body.to_owned()).await;
        let whole = format!("grant_type=client_credentials&client_id={}&client_secret={}", client.id, client.secret);
        let core = "https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly";
        let answer = ask(&form, &format!("{whole}&scope={core}+https://example.org/other")).await;
        assert_eq!((answer.status, answer.header("cache-control"), answer.header("pragma")), (200, "no-store", "no-cache"), "{}", answer.text);
        let body = answer.json();
        assert_eq!((&body["token_type"], &body["expires_in"], &body["scope"]), (&json!("Bearer"), &json!(3600), &json!(core)));
        let good = format!("bearer {}", body["access_token"].as_str().unwrap());
        assert_eq!(app.get_with(&format!("{BASE}/orgs"), &good).await.status, 200);

        let basic = client.basic();
        for (headers, sent, error, status) in [
            (&form[..], "", "invalid_request", 400),
            (&form[..], "grant_type=password", "unsupported_grant_type", 400),
            (&form[..], &format!("{whole}&grant_type=client_credentials"), "invalid_request", 400),
            (&form[..], &format!("{whole}&scope=everything"), "invalid_scope", 400),
            (&form[..], "grant_type=client_credentials", "invalid_client", 401),
            (&[("content-type", "application/json")][..], "{}", "invalid_request", 400),
            (&[form[0], ("authorization", &*basic)][..], &whole, "invalid_request", 400),
            (&[form[0], ("authorization", "Basic !!")][..], "grant_type=client_credentials", "invalid_client", 401),
            (&[form[0], ("authorization", &*good)][..], "grant_type=client_credentials", "invalid_client", 401),
        ] {
            let answer = ask(headers, sent).await;
            assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(error)), "{sent}: {}", answer.text);
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.header("www-authenticate").starts_with("Basic "), status == 401);
        }
        let in_address = app.process.send(Method::POST, &format!("/oauth/token?client_secret={}", client.secret), &form, whole.clone()).await;
        assert_eq!(in_address.status, 400);

        // A wrong secret is slow to hear of it, and so is who was never a client.
        for (id, secret) in [(&*client.id, "wrong"), ("7c9e6679-7425-40de-944b-e07fc1f90ae7", &*client.secret), ("nobody", "x")] {
            let begun = Instant::now();
            let answer = ask(&form, &format!("grant_type=client_credentials&client_id={id}&client_secret={secret}")).await;
            assert_eq!((answer.status, answer.json()["error"].as_str()), (401, Some("invalid_client")));
            assert!(begun.elapsed() >= Duration::from_secs(1), "{:?}", begun.elapsed());
        }

        // A token is good at every process on the database, and none but those given out is.
        let other = Process::start(&app.database.url, &[]);
        let path = format!("{BASE}/orgs");
        assert_eq!(other.ask(Method::GET, &path, &[("authorization", &good)]).await.status, 200);
        let (said, proof) = good.rsplit_once('.').unwrap();
        let (id, expires) = said.split_once('.').unwrap();
        let over = format!("{id}.1000000000.{proof}");
        let later = format!("{id}.{}.{proof}", expires.parse::<u64>().unwrap() + 1);
        let (short, none) = (format!("{said}.{}", &proof[..32]), format!("{said}."));
        let another = format!("bearer {}.{expires}.{proof}", app.client().id);
        for bad in [&*over, &later, &short, &none, &another, &format!("{good}00"), "Bearer x", "Bearer é", "Bearer ..", "Bearer"] {
            let answer = app.get_with(&path, bad).await;
            assert_eq!(answer.status, 401, "{bad}");
            assert!(answer.header("www-authenticate").starts_with("Bearer "), "{answer:?}");
        }
        // Whoever reads the database can make a token, but none that outlives those given out.
        let key: String = sqlx::query_scalar("SELECT secret_hash FROM client WHERE id = $1").bind(&client.id).fetch_one(&app.database.pool().await).await.unwrap();
        let now = jiff::Timestamp::now().as_second();
        for (lasts, status) in [(1_800, 200), (7_200, 401), (1_000_000_000, 401)] {
            let said = format!("{}.{}", client.id, now + lasts);
            let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap().chain_update(&said).finalize().into_bytes();
            let hex: Vec<String> = mac.iter().map(|byte| format!("{byte:02x}")).collect();
            let made = format!("Bearer {said}.{}", hex.concat());
            assert_eq!(app.get_with(&path, &made).await.status, status, "{lasts}");
        }
        let nothing = app.get(&path).await;
        assert_eq!((nothing.status, nothing.header("www-authenticate")), (401, "Bearer realm=\"leadership-directory\""));

        // Clients are listed without their secrets, and revoked.
        let run = |arguments: &[&str]| binary().args(["--database", &app.database.url, "clients"]).args(arguments).output().unwrap();
        let list = text(&run(&["list"]).stdout);
        assert!(list.contains(&client.id) && list.contains("A test") && !list.contains(&client.secret), "{list}");
        assert!(run(&["revoke", &client.id]).status.success());
        for server in [&app.process, &other] {
            let begun = Instant::now();
            while server.ask(Method::GET, &path, &[("authorization", &good)]).await.status == 200 {
                assert!(begun.elapsed() < Duration::from_secs(5), "a revoked client still reads");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        assert_eq!(ask(&form, &whole).await.status, 401);
        assert!(text(&run(&["list"]).stdout).contains("revoked 20"), "{list}");
        assert!(!run(&["revoke", "nobody"]).status.success());
        for name in ["", "two\nlines", &"x".repeat(101)] {
            assert!(!run(&["create", "--name", name]).status.success(), "{name:?}");
        }
    }

    async fn an_unchanged_page_costs_a_304_and_is_kept_by_its_client_alone(engine: Engine) {
        let app = App::start(engine).await;
        let walker = Walker::of(&app).await;
        let path = format!("{BASE}/classes?limit=3");
        let first = walker.get(&path).await;
        assert_eq!(first.header("cache-control"), "private, no-cache");
        let again = [("authorization", &*walker.token), ("if-none-match", first.header("etag"))];
        assert_eq!(app.process.ask(Method::GET, &path, &again).await.status, 304);
        let head = app.process.ask(Method::HEAD, &path, &[("authorization", &walker.token)]).await;
        assert_eq!((head.status, head.text.as_str(), head.header("x-total-count")), (200, "", first.header("x-total-count")));
        assert!(app.import("a.ndjson", &course("another", "Another course").to_string()).status.success());
        app.process.until("/v1/programmes/another", |answer| answer.status == 200).await;
        assert_eq!(app.process.ask(Method::GET, &path, &again).await.status, 200);
        // A page may ask from a browser, with its token.
        let options = app.process.ask(Method::OPTIONS, &path, &[("origin", "https://x.example"), ("access-control-request-method", "GET"), ("access-control-request-headers", "authorization")]).await;
        assert!(options.header("access-control-allow-headers").contains("Authorization"), "{options:?}");
        // Read in a coding, it is the same.
        let coded = app.process.ask(Method::GET, &path, &[("authorization", &walker.token), ("accept-encoding", "gzip")]).await;
        assert_eq!((coded.status, coded.header("content-encoding")), (200, "gzip"));
    }

    async fn no_secret_and_no_token_is_logged(engine: Engine) {
        let database = engine.fresh().await;
        let log = database.folder.path().join("log");
        let mut server = Process::start_logged(&database.url, "trace", "json", &log);
        let client = Client::create(&database.url);
        let token = client.token(&server).await;
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let body = format!("grant_type=client_credentials&client_id={}&client_secret=canary{}", client.id, client.secret);
        assert_eq!(server.send(Method::POST, "/oauth/token", &form, body).await.status, 401);
        for path in ["orgs?filter=name~'canary9f3a'", "canary9f3a", "orgs/canary9f3a", "orgs?canary9f3a=1"] {
            server.ask(Method::GET, &format!("{BASE}/{path}"), &[("authorization", &token)]).await;
        }
        server.signal("TERM");
        assert!(server.child.wait().unwrap().success());
        let text = std::fs::read_to_string(&log).unwrap();
        assert!(text.contains("/oauth/token"), "nothing was logged: {text}");
        let code = token.rsplit_once('.').unwrap().1;
        for secret in [&*client.secret, code, &*client.basic(), "canary"] {
            assert!(!text.contains(secret), "{secret} is in the log");
        }
    }
}
