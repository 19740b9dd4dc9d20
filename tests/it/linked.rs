//! JSON-LD: what schema.org knows, as schema.org writes it, and nothing that the directory does not hold.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{Answer, App, course};

/// The properties that schema.org has for the types we use, those of broader types included: our own reading of
/// schema.org, and no more of it than we use.
fn properties(of_type: &str) -> Vec<&'static str> {
    let thing = ["name", "alternateName", "description", "disambiguatingDescription", "identifier", "url"];
    let work = [
        "audience",
        "citation",
        "creativeWorkStatus",
        "sdDatePublished",
        "datePublished",
        "hasPart",
        "isAccessibleForFree",
        "isPartOf",
        "offers",
        "position",
        "provider",
        "publisher",
    ];
    let own: &[&str] = match of_type {
        "Course" => &["coursePrerequisites", "educationalCredentialAwarded", "hasCourseInstance"],
        "EducationalOccupationalProgram" => {
            &["programPrerequisites", "educationalCredentialAwarded", "timeToComplete", "offers", "provider"]
        }
        "CourseInstance" => &[
            "courseMode",
            "courseWorkload",
            "startDate",
            "endDate",
            "location",
            "maximumAttendeeCapacity",
            "offers",
            "organizer",
        ],
        "EducationalOccupationalCredential" => &["credentialCategory", "recognizedBy"],
        "Organization" => {
            &["areaServed", "contactPoint", "dissolutionDate", "foundingDate", "memberOf", "parentOrganization"]
        }
        "ContactPoint" => &["contactType", "email", "telephone"],
        "Service" => &["areaServed", "audience", "offers", "provider"],
        "EducationalAudience" => &["educationalRole"],
        "Offer" => &["category", "price", "priceCurrency", "priceSpecification"],
        "UnitPriceSpecification" => &["price", "priceCurrency", "unitText", "valueAddedTaxIncluded"],
        "ItemList" => &["itemListElement", "numberOfItems"],
        "ListItem" => &["item", "position"],
        "AdministrativeArea" | "Place" | "CreativeWork" | "Report" | "Blog" | "BlogPosting" | "WebSite" | "WebPage" => {
            &[]
        }
        other => panic!("{other} is no type that we use"),
    };
    let is_work = ["Course", "CreativeWork", "Report", "Blog", "BlogPosting", "WebSite", "WebPage"].contains(&of_type);
    let work = work.into_iter().filter(|_| is_work);
    own.iter().copied().chain(thing).chain(work).collect()
}

/// Checks a node and every node in it; collects the types that were seen.
fn check(node: &Value, seen: &mut BTreeSet<String>) {
    let types: Vec<String> = match &node["@type"] {
        Value::String(one) => vec![one.clone()],
        Value::Array(many) => many.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
        other => panic!("a node of no type: {other} in {node}"),
    };
    let known: Vec<&str> = types.iter().flat_map(|of_type| properties(of_type)).collect();
    for (key, value) in node.as_object().unwrap() {
        assert!(key.starts_with('@') || known.contains(&key.as_str()), "{types:?} has no {key}");
        for value in value.as_array().unwrap_or(&vec![value.clone()]) {
            match value {
                Value::Null => panic!("{types:?} {key} is null"),
                Value::String(text) => assert!(!text.is_empty(), "{types:?} {key}"),
                Value::Object(_) => check(value, seen),
                _ => {}
            }
        }
    }
    seen.extend(types);
}

async fn linked(app: &App, path: &str) -> Answer {
    app.process.ask(Method::GET, path, &[("accept", "application/ld+json")]).await
}

on_both_engines! {
    async fn every_entry_is_told_as_schema_org_has_it(engine: Engine) {
        let app = App::start_with(engine, &["--public-url", "https://directory.example"]).await;
        let mut seen = BTreeSet::new();
        for kind in ["programmes", "providers", "academies", "coaching-links", "resources", "frameworks"] {
            let file = app.get(&format!("/v1/exports/{kind}.jsonld")).await;
            assert_eq!(file.header("content-type"), "application/ld+json");
            let file = file.json();
            check(&file, &mut seen);
            let items = file["itemListElement"].as_array().unwrap();
            assert_eq!(file["numberOfItems"], items.len());
            let lines = app.get(&format!("/v1/exports/{kind}.ndjson")).await.text;
            assert_eq!(lines.lines().count(), items.len());
            for (line, item) in lines.lines().zip(items) {
                let (entry, node): (Value, &Value) = (serde_json::from_str(line).unwrap(), &item["item"]);
                let id = entry["id"].as_str().unwrap();
                assert_eq!(node["@id"], format!("https://directory.example/v1/{kind}/{id}"));
                assert_eq!((&node["name"], &node["description"]), (&entry["title"], &entry["summary"]));
                assert_eq!(node.get("url").unwrap_or(&Value::Null), &entry["url"], "{id}");
                // What Google's list of courses asks of each.
                if kind == "programmes" {
                    assert!(node["provider"]["name"].is_string(), "{node}");
                    let priced = entry["costs"].as_array().into_iter().flatten().filter(|cost| cost["type"] != "withdrawal-charge");
                    assert_eq!(node.get("offers").is_some(), priced.count() > 0, "{id}");
                }
                let alone = linked(&app, &format!("/v1/{kind}/{id}")).await;
                assert_eq!(alone.header("content-type"), "application/ld+json");
                let mut alone = alone.json();
                assert_eq!(alone.as_object_mut().unwrap().remove("@context").unwrap(), "https://schema.org");
                assert_eq!(alone, *node, "{id}");
            }
        }
        for of_type in ["Course", "EducationalOccupationalProgram", "CourseInstance", "Offer", "Organization", "Service"] {
            assert!(seen.contains(of_type), "{of_type} is never told: {seen:?}");
        }
    }

    async fn a_course_tells_what_is_stated_and_no_more(engine: Engine) {
        let app = App::start_with(engine, &["--public-url", "https://directory.example"]).await;
        let mut entry = course("told", "A told course");
        entry["audience"] = json!({"openTo": ["nurse"], "aimedAt": ["midwife"], "fromTitle": ["/audience/aimedAt"]});
        entry["costs"] = json!([
            {"type": "fee", "amount": {"value": "995.00", "currency": "GBP"}, "vat": "excluded", "asOf": {"date": "2026"}, "sources": ["page"]},
            {"type": "free", "appliesTo": "Staff of trusts", "asOf": {"date": "2026"}, "sources": ["page"]},
        ]);
        entry["durations"] = json!([{"kind": "study", "value": "PT20H", "sources": ["page"]}]);
        entry["delivery"] = json!({"modes": ["online-self-paced"]});
        entry["offerings"] = json!([
            {"id": "one", "start": "2026-09-01", "end": "2026-10", "places": 12, "place": "Leeds", "modes": ["residential"], "sources": ["page"]},
            {"id": "two", "alwaysOpen": true, "sources": ["page"]},
            {"id": "gone", "start": "2026-09-02", "withdrawn": true, "sources": ["page"]},
        ]);
        entry["evidence"] = json!({"/provider": ["page"], "/audience": ["page"], "/delivery": ["page"]});
        let bare = course("bare", "A bare course");
        let imported = app.import("told.ndjson", &format!("{entry}\n{bare}"));
        assert!(imported.status.success(), "{}", crate::support::text(&imported.stdout));
        app.process.until("/v1/programmes/bare", |answer| answer.status == 200).await;
        let told = linked(&app, "/v1/programmes/told").await.json();
        assert_eq!(told["@type"], "Course");
        assert_eq!(told["audience"], json!({"@type": "EducationalAudience", "educationalRole": "Nurse"}));
        assert_eq!(told["offers"], json!([
            {"@type": "Offer", "category": "Paid", "price": "995.00", "priceCurrency": "GBP", "priceSpecification":
                {"@type": "UnitPriceSpecification", "price": "995.00", "priceCurrency": "GBP", "valueAddedTaxIncluded": false}},
            {"@type": "Offer", "category": "Free", "name": "Staff of trusts"},
        ]));
        assert!(told.get("isAccessibleForFree").is_none());
        // What only those pay who withdraw is not its price.
        assert!(linked(&app, "/v1/programmes/stepping-up").await.json().get("offers").is_none_or(|offers| !offers.to_string().contains("2200")));
        assert_eq!(told["hasCourseInstance"], json!([
            {"@type": "CourseInstance", "@id": "https://directory.example/v1/programmes/told#one", "courseMode": "Onsite",
             "courseWorkload": "PT20H", "startDate": "2026-09-01", "endDate": "2026-10",
             "location": {"@type": "Place", "name": "Leeds"}, "maximumAttendeeCapacity": 12},
            {"@type": "CourseInstance", "@id": "https://directory.example/v1/programmes/told#two", "courseMode": "Online",
             "courseWorkload": "PT20H"},
        ]));
        let bare = linked(&app, "/v1/programmes/bare").await.json();
        for absent in ["offers", "audience", "hasCourseInstance", "isAccessibleForFree", "url", "coursePrerequisites"] {
            assert!(bare.get(absent).is_none(), "{absent} is made up: {bare}");
        }
    }

    async fn a_list_is_one_too_and_each_form_has_a_tag_of_its_own(engine: Engine) {
        let app = App::start_with(engine, &["--public-url", "https://directory.example"]).await;
        let list = linked(&app, "/v1/programmes?role=nurse&limit=3").await;
        let page = list.json();
        check(&page, &mut BTreeSet::new());
        assert_eq!(page["itemListElement"].as_array().unwrap().len(), 3);
        assert!(page["numberOfItems"].as_u64().unwrap() > 3);
        assert!(list.header("link").contains("cursor="));
        let plain = app.get("/v1/programmes?role=nurse&limit=3").await;
        assert_ne!(plain.header("etag"), list.header("etag"));
        assert!(list.header("vary").contains("Accept"));
        let known = [("accept", "application/ld+json"), ("if-none-match", list.header("etag"))];
        assert_eq!(app.process.ask(Method::GET, "/v1/programmes?role=nurse&limit=3", &known).await.status, 304);
        let other = [("accept", "application/ld+json"), ("if-none-match", plain.header("etag"))];
        assert_eq!(app.process.ask(Method::GET, "/v1/programmes?role=nurse&limit=3", &other).await.status, 200);
        for path in ["/v1/programmes?facets=role", "/v1/programmes?fields=id", "/v1/programmes/mary-seacole?include=provider"] {
            let refused = linked(&app, path).await;
            assert_eq!((refused.status, refused.header("content-type")), (400, "application/problem+json"), "{path}");
        }
        assert_eq!(linked(&app, "/v1/changes").await.status, 406);
        assert_eq!(linked(&app, "/v1/programmes?eligibility=positive-action-race").await.header("cache-control"), "private, no-store");
    }
}
