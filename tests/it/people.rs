//! The pages for people: the finder, the entries, “Can I take it?”.

use reqwest::Method;
use serde_json::{Value, json};

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{Answer, App, Process, course};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// What is nowhere but in a form.
const CANARY: &str = "canary4d1f";

async fn post(server: &Process, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    server.send(Method::POST, path, &[FORM], body).await
}

/// The titles of what a page of the finder shows.
fn titles(page: &str) -> Vec<String> {
    let results = page.split("ld-result__title").skip(1);
    let title = |part: &str| part.split("<bdi>").nth(1).unwrap().split("</bdi>").next().unwrap().replace("&amp;", "&");
    results.map(title).collect()
}

fn hidden<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let mark = format!("name=\"{name}\" value=\"");
    page.split(mark.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

on_both_engines! {
    async fn the_finder_shows_what_the_api_answers(engine: Engine) {
        let app = App::start(engine).await;
        for query in ["", "q=coaching", "role=nurse&level=first-line", "role=nurse&role=midwife&sort=-title", "role=nurse&match=possible", "q=leadership&cost=free"] {
            let page = app.get(&format!("/?{query}&level=&q=").replace("&q=", if query.contains("q=") { "" } else { "&q=" })).await;
            assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{query}");
            let list = app.get(&format!("/v1/programmes?{query}")).await.json();
            let expected: Vec<&str> = list["data"].as_array().unwrap().iter().map(|e| e["title"].as_str().unwrap()).collect();
            assert_eq!(titles(&page.text), expected, "{query}");
            let total = list["meta"]["total"].as_u64().unwrap();
            assert!(page.text.contains(&format!("{total} programme")), "{query}");
        }
        // Every page of a list is reached, and nothing comes twice.
        let (mut path, mut all) = ("/?match=possible&role=nurse".to_owned(), Vec::new());
        loop {
            let page = app.get(&path).await.text;
            all.extend(titles(&page));
            let Some(next) = page.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next()) else { break };
            path = next.replace("&amp;", "&");
        }
        let list = app.get("/v1/programmes?match=possible&role=nurse&limit=100").await.json();
        assert_eq!(all.len() as u64, list["meta"]["total"].as_u64().unwrap());
    }

    async fn a_wrong_filter_is_told_on_a_page_that_goes_on(engine: Engine) {
        let app = App::start(engine).await;
        for (query, told) in [
            ("role=nusre", "Did you mean “nurse”?"), ("rôle=nurse", "is nothing that programmes are found by"), ("cursor=x", "Begin again without one"),
            ("sort=best", "takes one of"), ("view=full", "is nothing that programmes are found by"),
        ] {
            let page = app.get(&format!("/?{query}")).await;
            assert_eq!((page.status, page.header("content-type")), (400, "text/html; charset=utf-8"), "{query}");
            assert!(page.text.contains(told) && page.text.contains("name=\"role\""), "{query}");
            assert_eq!(page.header("cache-control"), "private, no-store");
        }
        let long = "a".repeat(10_000);
        for (path, status) in [(format!("/?q={}", &long[..300]), 400), (format!("/?q={long}"), 414), ("/?q=%00".to_owned(), 400), ("/?q=%F0%9F%99%82".to_owned(), 200)] {
            assert_eq!(app.get(&path).await.status, status);
        }
        for path in ["/?q=a%00b", "/?role=nu%00rse", "/?a%00=b", "/programmes/a%00b"] {
            let page = app.get(path).await;
            assert!(page.status >= 400 && !page.text.contains('\0'), "{path}");
        }
        let page = post(&app.process, "/", &[("q", &"long ".repeat(40_000))]).await;
        assert!(page.status == 400 && page.text.len() < 60_000, "{} bytes", page.text.len());
        let page = app.process.send(Method::POST, "/", &[("content-type", "application/json")], "{}".to_owned()).await;
        assert_eq!((page.status, page.header("content-type")), (415, "text/html; charset=utf-8"));
    }

    async fn many_boxes_are_few_parameters_and_each_chip_takes_its_own_filter_off(engine: Engine) {
        let app = App::start(engine).await;
        let facets = app.get("/v1/programmes?limit=1&facets=role,level,eligibility,region,delivery,cost").await.json();
        let mut pairs = Vec::new();
        for (name, terms) in facets["meta"]["facets"].as_object().unwrap() {
            for term in terms.as_array().unwrap().iter().filter_map(|term| term["term"].as_str()).filter(|term| !term.starts_with("positive")).take(9) {
                pairs.push(format!("{name}={term}"));
            }
        }
        assert!(pairs.len() > 30);
        assert_eq!(app.get(&format!("/?{}", pairs.join("&"))).await.status, 200);
        let cursor = app.get("/v1/programmes?role=nurse,midwife&match=possible").await.json();
        let cursor = cursor["links"]["next"].as_str().unwrap().split("cursor=").nth(1).unwrap().to_owned();
        let page = app.get(&format!("/?cursor={cursor}&match=possible&role=nurse&role=midwife")).await;
        assert_eq!(page.status, 200);
        let chip = |label: &str| page.text.split("ld-chip\" href=\"").skip(1).find(|chip| chip.split("</a>").next().unwrap().contains(label)).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(chip("Nurse"), "/?match=possible&amp;role=midwife");
        assert_eq!(chip("Midwife"), "/?match=possible&amp;role=nurse");
    }

    async fn what_tells_of_a_group_is_put_into_no_address(engine: Engine) {
        let app = App::start(engine).await;
        let page = app.get("/").await.text;
        assert!(!page.contains("href=\"/?eligibility=positive") && page.contains("method=\"post\""));
        let page = app.get("/?eligibility=positive-action-race").await;
        assert_eq!(page.status, 400);
        assert!(titles(&page.text).is_empty() && page.text.contains("is put into no address"));
        for form in page.text.split("<form").skip(1).filter(|form| form.split('>').next().unwrap().contains("\"get\"")) {
            assert!(!form.split("</form>").next().unwrap().contains("positive-action"), "a form would send it on");
        }
        assert!(!page.text.contains("value=\"positive-action-race\" checked"));
        let fields = [("eligibility", "positive-action-race"), ("match", "possible"), ("variants", "show"), ("sort", "title")];
        let page = post(&app.process, "/", &fields).await;
        assert_eq!((page.status, page.header("cache-control")), (200, "private, no-store"));
        assert!(page.headers.get("etag").is_none() && page.headers.get("set-cookie").is_none());
        let list = app.get("/v1/programmes?eligibility=positive-action-race&match=possible&variants=show&limit=100").await.json();
        let total = list["meta"]["total"].as_u64().unwrap();
        assert!(total > 20, "there is more than a page");
        let mut all = titles(&page.text);
        assert!(!page.text.contains("href=\"/?"), "no address tells what was chosen");
        let cursors = hidden(&page.text, "cursor");
        let next = post(&app.process, "/", &[fields.as_slice(), &[("cursor", cursors[0])]].concat()).await;
        assert_eq!((next.status, next.text.contains("First page"), page.text.contains("First page")), (200, true, false));
        all.extend(titles(&next.text));
        all.sort();
        all.dedup();
        assert_eq!(all.len() as u64, total.min(40));
    }

    async fn every_entry_has_a_page_with_its_sources(engine: Engine) {
        let app = App::start(engine).await;
        for collection in ["programmes", "providers", "academies", "coaching-links", "resources", "frameworks"] {
            let list = app.get(&format!("/v1/{collection}?limit=100&view=full")).await.json();
            for entry in list["data"].as_array().unwrap() {
                let (id, title) = (entry["id"].as_str().unwrap(), entry["title"].as_str().unwrap());
                let page = app.get(&format!("/{collection}/{id}")).await;
                assert_eq!(page.status, 200, "{collection}/{id}");
                let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
                assert!(page.text.contains(&escaped(title)), "{id}");
                for source in entry["sources"].as_array().unwrap() {
                    assert!(page.text.contains(&escaped(source["title"].as_str().unwrap())), "{id}: {source}");
                }
                for cost in entry.get("costs").and_then(Value::as_array).into_iter().flatten() {
                    if let Some(amount) = cost["amount"]["value"].as_str() {
                        assert!(page.text.contains(amount), "{id} costs {amount}");
                    }
                }
                assert!(page.text.len() < 60_000, "{id} has {} bytes", page.text.len());
            }
        }
        let page = app.get("/programmes/mary-seacole").await.text;
        assert!(page.contains("6 months") && page.contains("100 hours") && page.contains("£995"), "spoken");
        assert!(page.contains("On hold") && page.contains("Edward Jenner programme"));
    }

    async fn what_is_gone_or_never_was_leads_on(engine: Engine) {
        let app = App::start(engine).await;
        let page = app.get("/programmes/mary-seacol").await;
        assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"));
        assert!(page.text.contains("href=\"/programmes/mary-seacole\""));
        let gone = json!({"retire": "programme/ready-now", "reason": "It was folded into another.", "replacedBy": "programme/stepping-up"});
        assert!(app.import("a.ndjson", &gone.to_string()).status.success());
        app.process.until("/programmes/ready-now", |page| page.status == 410).await;
        let page = app.get("/programmes/ready-now").await;
        assert!(page.text.contains("It was folded into another.") && page.text.contains("href=\"/programmes/stepping-up\""));
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    }

    async fn what_is_over_still_says_who_could_take_it(engine: Engine) {
        let app = App::start(engine).await;
        let programme = app.data("/v1/programmes/mary-seacole").await;
        let mut status = programme["status"].clone();
        for term in ["historic", "replaced"] {
            status["term"] = json!(term);
            let changed = json!({"kind": "programme", "id": "mary-seacole", "status": status});
            let done = app.import("a.ndjson", &changed.to_string());
            assert!(done.status.success(), "{done:?}");
            app.process.until(&format!("/v1/programmes?id=mary-seacole&status={term}"), |list| list.json()["meta"]["total"] == 1).await;
            let page = app.get("/programmes/mary-seacole").await.text;
            assert!(page.contains("Is at the level: First-line leader."), "{term}");
        }
    }

    async fn hostile_text_is_only_text(engine: Engine) {
        let app = App::start(engine).await;
        let mut hostile = course("hostile", "<script>alert(1)</script> \"quoted\" & تعليم");
        hostile["summary"] = json!(format!("</main><img src=x onerror=alert(1)> {}", "x".repeat(900)));
        let done = app.import("a.ndjson", &hostile.to_string());
        assert!(done.status.success(), "{done:?}");
        app.process.until("/programmes/hostile", |page| page.status == 200).await;
        for path in ["/programmes/hostile", "/?q=alert"] {
            let page = app.get(path).await.text;
            assert!(page.contains("&lt;script&gt;") && !page.contains("<script") && !page.contains("<img"), "{path}");
        }
    }

    async fn the_wizard_asks_one_question_a_page_and_ends_with_what_the_check_says(engine: Engine) {
        let app = App::start(engine).await;
        let page = app.get("/can-i-take-it").await;
        assert_eq!((page.status, page.header("cache-control")), (200, "private, no-store"));
        let answers = json!({"role": "nurse", "band": "afc-6", "employer": "nhs-organisation", "region": "london", "registrations": ["nmc"], "level": "first-line"});
        let mut fields: Vec<(String, String)> = Vec::new();
        let (mut page, mut told) = (page.text, serde_json::Map::new());
        for _ in 0..60 {
            let Some(pointer) = hidden(&page, "asked").first().map(|pointer| (*pointer).to_owned()) else { break };
            fields.clear();
            // The second form, which shows results, sends the same along: the first is enough.
            let form = page.split("</form>").next().unwrap();
            for part in form.split("type=\"hidden\" name=\"").skip(1) {
                let (name, rest) = part.split_once("\" value=\"").unwrap();
                let value = rest.split('"').next().unwrap();
                fields.push((name.replace("&amp;", "&"), value.replace("&amp;", "&").replace("&quot;", "\"")));
            }
            let name = pointer.strip_prefix("/profile/").unwrap();
            match answers.get(name) {
                Some(Value::Array(values)) => values.iter().for_each(|value| fields.push((format!("answer:{pointer}"), value.as_str().unwrap().to_owned()))),
                Some(value) => fields.push((format!("answer:{pointer}"), value.as_str().unwrap().to_owned())),
                None => fields.push(("skip".to_owned(), pointer.clone())),
            }
            if let Some(value) = answers.get(name) {
                told.insert(name.to_owned(), value.clone());
            }
            let sent: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = post(&app.process, "/can-i-take-it", &sent).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert!(answer.headers.get("set-cookie").is_none());
            page = answer.text;
        }
        assert!(page.contains("What you can take") && told.len() > 2, "{told:?}");
        let check = app.process.post("/v1/eligibility-checks", &json!({"profile": told, "limit": 100})).await.json();
        for entry in check["data"].as_array().unwrap() {
            let href = format!("href=\"/programmes/{}\"", entry["entry"]["id"].as_str().unwrap());
            assert!(page.contains(&href), "{href}");
        }
        let eligible = check["meta"]["counts"]["eligible"].as_u64().unwrap();
        assert!(eligible > 0 && page.contains(&format!("You can take these ({eligible})")));
    }

    async fn what_was_told_can_be_seen_and_changed(engine: Engine) {
        let app = App::start(engine).await;
        let told = [("answer:/profile/role", "nurse"), ("answer:/profile/registrations", "nmc"), ("skip", "/profile/band")];
        let review = post(&app.process, "/can-i-take-it", &[told.as_slice(), &[("show", "review")]].concat()).await;
        assert_eq!((review.status, review.header("cache-control")), (200, "private, no-store"));
        let rows: Vec<&str> = review.text.split("nhsuk-summary-list__row").skip(1).collect();
        assert_eq!(rows.len(), 3);
        let labels = app.get("/v1/vocabularies/registration/nmc").await.json();
        for (row, told) in rows.iter().zip(["Nurse", labels["data"]["label"].as_str().unwrap(), "I'd rather not say"]) {
            assert!(row.contains(&format!("<p>{told}</p>")) && row.contains("name=\"again\""), "{row}");
        }
        // The answer that is changed is asked for before anything else, and the others are kept.
        let again = post(&app.process, "/can-i-take-it", &[told.as_slice(), &[("again", "/profile/role")]].concat()).await.text;
        assert_eq!(hidden(&again, "asked"), ["/profile/role"]);
        assert!(again.contains("type=\"radio\" value=\"nurse\" checked"), "what was told stands until it is changed");
        assert!(hidden(&again, "answer:/profile/registrations").contains(&"nmc") && hidden(&again, "skip").contains(&"/profile/band"));
        // What was not answered is asked when it is asked for.
        let again = post(&app.process, "/can-i-take-it", &[told.as_slice(), &[("again", "/profile/band")]].concat()).await.text;
        assert_eq!(hidden(&again, "asked"), ["/profile/band"]);
    }

    async fn one_goes_back_question_by_question(engine: Engine) {
        let app = App::start(engine).await;
        assert!(hidden(&app.get("/can-i-take-it").await.text, "again").is_empty(), "there is nothing before the first");
        let told = [("answer:/profile/role", "nurse"), ("skip", "/profile/band"), ("answer:/profile/region", "london")];
        let mut page = post(&app.process, "/can-i-take-it", &told).await.text;
        for before in ["/profile/region", "/profile/band", "/profile/role"] {
            assert_eq!(hidden(&page, "again"), [before]);
            page = post(&app.process, "/can-i-take-it", &[told.as_slice(), &[("again", before)]].concat()).await.text;
            assert_eq!(hidden(&page, "asked"), [before]);
            // Whoever only looks loses nothing: every form sends all that was told, and the question shows its answer.
            for form in page.split("<form").skip(1).map(|form| form.split("</form>").next().unwrap()) {
                let is_the_question = form.contains("name=\"asked\"");
                for (name, value) in told {
                    let is_here = form.contains(&format!("name=\"{name}\" value=\"{value}\"")) || form.contains(&format!("name=\"{name}\" type=\"radio\" value=\"{value}\" checked"));
                    assert!(is_here, "{name} {value}: {form}");
                }
                assert_eq!(form.contains(" checked"), is_the_question && before != "/profile/band");
            }
        }
        assert!(hidden(&page, "again").is_empty());
        // What is answered anew stands where it stood.
        let anew = [("asked", "/profile/role"), ("answer:/profile/role", "midwife"), ("skip", "/profile/band"), ("answer:/profile/region", "london"), ("show", "review")];
        let review = post(&app.process, "/can-i-take-it", &anew).await.text;
        let rows: Vec<&str> = review.split("nhsuk-summary-list__value\"><p>").skip(1).map(|row| row.split('<').next().unwrap()).collect();
        assert_eq!(rows, ["Midwife", "I'd rather not say", "London"]);
        // A change that is no answer is told beside its field, and asked for again.
        let years = app.process.post("/v1/eligibility-checks", &json!({})).await.json();
        let years = years["meta"]["nextQuestions"].as_array().unwrap().iter().find(|question| question["answer"] == "years").unwrap()["pointer"].as_str().unwrap().to_owned();
        let name = format!("answer:{years}");
        let wrong = [("asked", years.as_str()), (name.as_str(), "900"), ("answer:/profile/role", "midwife")];
        let page = post(&app.process, "/can-i-take-it", &wrong).await;
        assert_eq!((page.status, hidden(&page.text, "asked")), (400, vec![years.as_str()]));
        assert!(page.text.contains("<title>Error: ") && page.text.contains("href=\"#years\"") && page.text.contains("aria-invalid=\"true\""));
        assert!(page.text.contains("aria-describedby=\"years-hint fault\"") && page.text.contains("id=\"fault\""));
    }

    async fn what_no_rule_asks_any_more_costs_no_other_answer(engine: Engine) {
        let app = App::start(engine).await;
        let told = [("answer:/profile/role", "nurse"), ("answer:/profile/experience/Nothing that a rule asks", "3"), ("answer:/profile/region", "london")];
        let page = post(&app.process, "/can-i-take-it", &told).await;
        assert_eq!(page.status, 400);
        assert!(hidden(&page.text, "answer:/profile/role").contains(&"nurse") && hidden(&page.text, "answer:/profile/region").contains(&"london"));
        assert!(!page.text.contains("Nothing that a rule asks"));
    }

    async fn whoever_says_nothing_is_asked_everything(engine: Engine) {
        let app = App::start(engine).await;
        let asking = |number: usize| {
            let mut asks = course(&format!("asks-{number}"), &format!("Course {number}"));
            asks["eligibility"] = json!({"asPrinted": null, "rule": {"type": "experience", "of": format!("Trade {number}"), "years": 2}});
            asks.to_string()
        };
        app.import("asks.ndjson", &(0..25).map(asking).collect::<Vec<_>>().join("\n"));
        app.process.until("/programmes/asks-24", |answer| answer.status == 200).await;
        let mut skipped: Vec<String> = Vec::new();
        loop {
            let fields: Vec<(&str, &str)> = skipped.iter().map(|pointer| ("skip", pointer.as_str())).collect();
            let page = post(&app.process, "/can-i-take-it", &fields).await.text;
            let Some(asked) = hidden(&page, "asked").first().map(|asked| (*asked).to_owned()) else { break };
            assert!(!skipped.contains(&asked), "{asked} is asked twice");
            skipped.push(asked);
        }
        assert_eq!(skipped.iter().filter(|asked| asked.contains("/experience/Trade ")).count(), 25);
        // What was said of each can be read, however many there are.
        let fields: Vec<(&str, &str)> = skipped.iter().map(|pointer| ("skip", pointer.as_str())).chain([("show", "review")]).collect();
        let review = post(&app.process, "/can-i-take-it", &fields).await.text;
        assert_eq!(review.matches("nhsuk-summary-list__row").count(), skipped.len());
        assert!(review.contains("How many years of experience do you have of this: Trade 24?"));
    }

    async fn every_verdict_is_on_some_page(engine: Engine) {
        let app = App::start(engine).await;
        let courses: Vec<String> = (0..120).map(|number| course(&format!("many-{number}"), &format!("Many {number}")).to_string()).collect();
        app.import("many.ndjson", &courses.join("\n"));
        app.process.until("/programmes/many-119", |answer| answer.status == 200).await;
        let checked = app.process.post("/v1/eligibility-checks", &json!({"profile": {"role": "nurse"}})).await.json();
        let total = checked["meta"]["total"].as_u64().unwrap();
        let told = [("answer:/profile/role", "nurse"), ("show", "results")];
        let (mut cursor, mut found, mut pages) = (None, Vec::new(), 0);
        loop {
            let more: Vec<(&str, &str)> = cursor.iter().map(|cursor: &String| ("cursor", cursor.as_str())).collect();
            let page = post(&app.process, "/can-i-take-it", &[told.as_slice(), &more].concat()).await;
            assert_eq!(page.status, 200);
            pages += 1;
            found.extend(page.text.split("nhsuk-card__heading").skip(1).map(|part| part.split('"').nth(2).unwrap().to_owned()));
            assert_eq!(page.text.contains("First page"), pages > 1);
            let Some(next) = hidden(&page.text, "cursor").first().map(|cursor| (*cursor).to_owned()) else { break };
            cursor = Some(next);
        }
        assert!(pages > 1, "there is more than a page");
        let all = found.len();
        found.sort();
        found.dedup();
        assert_eq!((found.len() as u64, all as u64), (total, total));
        let page = post(&app.process, "/can-i-take-it", &[told.as_slice(), &[("cursor", "x")]].concat()).await;
        assert_eq!((page.status, page.text.contains("Begin again without one")), (400, true));
    }

    async fn what_is_chosen_can_be_taken_off_in_private_too(engine: Engine) {
        let app = App::start(engine).await;
        let fields = [("eligibility", "positive-action-race"), ("role", "nurse"), ("role", "midwife"), ("match", "possible"), ("sort", "-title")];
        let page = post(&app.process, "/", &fields).await.text;
        let chips: Vec<&str> = page.split("name=\"without\" value=\"").skip(1).map(|chip| chip.split('"').next().unwrap()).collect();
        assert_eq!(chips, ["eligibility=positive-action-race", "match=possible", "role=nurse", "role=midwife"]);
        let page = post(&app.process, "/", &[fields.as_slice(), &[("without", "role=nurse")]].concat()).await.text;
        let list = app.get("/v1/programmes?eligibility=positive-action-race&role=midwife&match=possible&sort=-title").await.json();
        let expected: Vec<&str> = list["data"].as_array().unwrap().iter().map(|entry| entry["title"].as_str().unwrap()).collect();
        assert_eq!(titles(&page), expected);
        assert!(!page.contains("value=\"role=nurse\""));
        // The order that was chosen goes along to what is asked in private.
        let page = app.get("/?sort=-title&role=nurse").await.text;
        let form = page.split("<form").find(|form| form.contains("positive-action-race")).unwrap();
        assert!(form.contains("name=\"sort\" value=\"-title\""));
    }

    async fn everything_that_is_chosen_can_be_taken_off(engine: Engine) {
        let app = App::start(engine).await;
        let page = app.get("/?match=possible&variants=show&id=mary-seacole,edward-jenner&modifiedSince=2020-01-01").await.text;
        let chips: Vec<String> = page.split("class=\"ld-chip\" href=\"").skip(1).map(|chip| chip.split("</a>").next().unwrap().replace("&amp;", "&")).collect();
        assert_eq!(chips.len(), 5, "{chips:?}");
        let of = |label: &str| chips.iter().find(|chip| chip.contains(label)).unwrap_or_else(|| panic!("{label}: {chips:?}")).split('"').next().unwrap();
        assert_eq!(of("do not say"), "/?id=mary-seacole%2Cedward-jenner&modifiedSince=2020-01-01&variants=show");
        assert_eq!(of("Mary Seacole programme"), "/?id=edward-jenner&match=possible&modifiedSince=2020-01-01&variants=show");
        assert_eq!(of("Changed since "), "/?id=mary-seacole%2Cedward-jenner&match=possible&variants=show");
        assert_eq!(of("Forms of programmes"), "/?id=mary-seacole%2Cedward-jenner&match=possible&modifiedSince=2020-01-01");
    }

    async fn a_page_is_the_same_until_what_it_shows_changes(engine: Engine) {
        let app = App::start(engine).await;
        let paths = ["/programmes/mary-seacole", "/", "/accessibility", "/academies"];
        let mut tags = Vec::new();
        for path in paths {
            tags.push(app.get(path).await.header("etag").to_owned());
        }
        app.import("new.ndjson", &course("aaa-new", "Aaa, a new course").to_string());
        app.process.until("/programmes/aaa-new", |answer| answer.status == 200).await;
        for (path, tag) in paths.iter().zip(&tags) {
            let again = app.process.ask(Method::GET, path, &[("if-none-match", tag)]).await;
            assert_eq!(again.status, if *path == "/" { 200 } else { 304 }, "{path}");
            assert_eq!(again.text.contains("Aaa, a new course"), *path == "/", "{path}");
        }
        // A tag is of one coding.
        let coded = app.process.ask(Method::GET, "/accessibility", &[("if-none-match", &tags[2]), ("accept-encoding", "br")]).await;
        assert_eq!((coded.status, coded.header("content-encoding")), (200, "br"));
    }

    async fn rules_of_forms_alone_and_ways_inside_ways_are_told(engine: Engine) {
        let app = App::start(engine).await;
        let whole = course("whole", "The whole");
        let mut form = course("the-form", "The form of it");
        form["type"] = "programme-variant".into();
        form["variantOf"] = "whole".into();
        let years = |of: &str| json!({"type": "experience", "of": of, "years": 2, "sources": ["page"]});
        form["eligibility"] = json!({"asPrinted": null, "rule": {"any": [years("Baking"), {"all": [years("Milling"), {"any": [years("Sowing"), years("Reaping")]}]}]}});
        app.import("whole.ndjson", &format!("{whole}\n{form}"));
        app.process.until("/programmes/the-form", |answer| answer.status == 200).await;
        let page = app.get("/programmes/the-form").await.text;
        for way in ["Way 1", "Way 2", "Way 2.1", "Way 2.2"] {
            assert!(page.contains(&format!("{way}<")) || page.contains(&format!("{way}:")), "{way}");
        }
        assert_eq!(page.matches("Any one of these ways is enough").count(), 2, "once for each part of the rule that has ways");
        let page = app.get("/programmes/whole").await.text;
        let rules = page.split("Who can take part").nth(1).unwrap().split("</section>").next().unwrap();
        assert!(rules.contains("The form of it, Way 2.1") && rules.contains("Milling"), "{rules}");
    }

    async fn an_answer_that_cannot_be_used_loses_no_other(engine: Engine) {
        let app = App::start(engine).await;
        let words = app.process.post("/v1/eligibility-checks", &json!({})).await.json();
        let years = words["meta"]["nextQuestions"].as_array().unwrap().iter().find(|question| question["answer"] == "years");
        let pointer = years.expect("a question for years")["pointer"].as_str().unwrap().to_owned();
        let name = format!("answer:{pointer}");
        for (value, status) in [("", 200), ("900", 400), ("many", 400), ("3", 200)] {
            let fields = [("answer:/profile/role", "nurse"), ("skip", "/profile/region"), ("asked", pointer.as_str()), (name.as_str(), value)];
            let page = post(&app.process, "/can-i-take-it", &fields).await;
            assert_eq!(page.status, status, "{value}");
            assert_eq!(hidden(&page.text, "answer:/profile/role").first(), Some(&"nurse"), "{value}");
            assert!(hidden(&page.text, "skip").contains(&"/profile/region"), "{value}");
        }
    }

    async fn nothing_that_a_form_tells_is_told_again(engine: Engine) {
        let database = engine.fresh().await;
        let log = database.folder.path().join("log");
        let mut server = Process::start_logged(&database.url, "trace", "text", &log);
        for (path, fields) in [
            ("/can-i-take-it", vec![("answer:/profile/role", CANARY)]), ("/can-i-take-it", vec![("answer:/profile/employer", CANARY), ("asked", "/profile/employer")]),
            ("/can-i-take-it", vec![("answer:/profile/statements/x", CANARY)]), ("/", vec![("eligibility", CANARY)]), ("/", vec![(CANARY, CANARY)]),
            ("/can-i-take-it", vec![("answer:/profile/role", "nurse"), ("answer:/profile/experience/x", CANARY)]),
        ] {
            let answer = post(&server, path, &fields).await;
            assert!(answer.status < 500, "{path}: {}", answer.status);
            if path == "/can-i-take-it" {
                assert!(!answer.text.contains(CANARY), "{fields:?}");
            }
            assert!(!answer.headers.values().any(|value| value.to_str().is_ok_and(|text| text.contains(CANARY))));
        }
        server.signal("TERM");
        assert!(server.child.wait().unwrap().success());
        assert!(!std::fs::read_to_string(&log).unwrap().contains(CANARY), "the log tells it");
    }
}
