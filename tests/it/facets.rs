//! Filters, facets, sparse answers, included entries and vocabularies.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{App, Process, binary, course, import, provider};

fn ids(answer: &Value) -> Vec<&str> {
    answer["data"].as_array().unwrap().iter().filter_map(|entry| entry["id"].as_str()).collect()
}

fn count(answer: &Value, facet: &str, term: &str) -> u64 {
    let terms = answer["meta"]["facets"][facet].as_array().unwrap_or_else(|| panic!("no facet {facet}"));
    terms.iter().find(|t| t["term"] == term).map_or(0, |t| t["count"].as_u64().unwrap())
}

on_both_engines! {
    async fn the_questions_of_a_portal_are_answered(engine: Engine) {
        let app = App::start(engine).await;
        let ask = async |path: &str| {
            let answer = app.get(path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            answer.json()
        };
        let midwife = ask("/v1/programmes?role=midwife&level=introductory&facets=role,level,eligibility,cost,delivery").await;
        assert!(ids(&midwife).contains(&"edward-jenner"));
        for facet in ["role", "level", "eligibility", "cost", "delivery"] {
            assert!(!midwife["meta"]["facets"][facet].as_array().unwrap().is_empty(), "{facet}");
        }
        let jenner = midwife["data"].as_array().unwrap().iter().find(|e| e["id"] == "edward-jenner").unwrap();
        let all_staff = json!({"filter": "role", "term": "midwife", "how": "all-staff", "stated": "all-staff", "at": "/audience/openTo"});
        assert!(jenner["matched"].as_array().unwrap().contains(&all_staff), "{}", jenner["matched"]);
        assert_eq!(ids(&ask("/v1/programmes?eligibility=positive-action-race").await), ["fnf-mary-seacole", "ready-now", "stepping-up"]);
        assert_eq!(ask("/v1/programmes?provider=kings-fund").await["meta"]["total"], 4);
        let free = ask("/v1/programmes?cost=free").await;
        assert!(ids(&free).contains(&"edward-jenner") && ids(&free).contains(&"lead"));
        assert_eq!(free["meta"]["notStated"]["cost"], 13);
        // What is silent about two filters is counted under neither, and is possible all the same.
        let both = ask("/v1/programmes?role=midwife&cost=free&delivery=residential").await;
        assert_eq!((&both["meta"]["total"], &both["meta"]["notStated"]), (&json!(0), &json!({"role": 0, "cost": 0, "delivery": 0})));
        let more = both["links"]["possible"].as_str().unwrap().strip_prefix(&app.process.url).unwrap().to_owned();
        assert_eq!(ask(&more).await["meta"]["total"], both["meta"]["possible"]);
        assert!(both["meta"]["possible"].as_u64() > Some(0));
        let possible = free["links"]["possible"].as_str().unwrap().strip_prefix(&app.process.url).unwrap().to_owned();
        assert_eq!(ask(&possible).await["meta"]["total"].as_u64(), Some(free["meta"]["total"].as_u64().unwrap() + 13));
        let operator = ask("/v1/programmes?role=call-operator&limit=100").await;
        assert!(ids(&operator).contains(&"edward-jenner"));
        for clinical in ["cln-action-learning", "cefts", "aspiring-director-of-nursing", "kf-senior-clinical-leaders"] {
            assert!(!ids(&operator).contains(&clinical), "{clinical} is for clinicians");
        }
        let kent = ask("/v1/academies?region=lla-kss").await;
        assert_eq!(ids(&kent), ["lla-kss", "south-east-leadership-academy"]);
        assert_eq!(kent["data"][1]["matched"][0]["how"], "successor");
        assert_eq!(ask("/v1/academies?region=south-east").await["meta"]["total"], 3);
        let coaching = ask("/v1/coaching-links?role=nurse&region=east-of-england&match=possible").await;
        assert!(ids(&coaching).contains(&"coaching-mentoring-east-of-england"));
    }

    async fn only_all_staff_answers_all_staff_and_titles_state_nothing(engine: Engine) {
        let app = App::start(engine).await;
        let all = app.get("/v1/programmes?role=all-staff&limit=100").await.json();
        for entry in all["data"].as_array().unwrap() {
            assert!(entry["matched"].as_array().unwrap().iter().all(|m| m["how"] == "same"), "{entry}");
        }
        let consultants = app.get("/v1/programmes?role=consultant&limit=100").await.json();
        assert!(!ids(&consultants).contains(&"kf-leadership-for-consultants"), "its audience is read off its title");
        let possible = app.get("/v1/programmes?role=consultant&limit=100&match=possible").await.json();
        assert!(ids(&possible).contains(&"kf-leadership-for-consultants"));
    }

    async fn entries_are_asked_for_by_id_with_notices(engine: Engine) {
        let app = App::start(engine).await;
        let asked = app.get("/v1/programmes?id=lead,stepping-up-band-7,no-such-thing").await.json();
        assert_eq!(ids(&asked), ["lead", "stepping-up-band-7"]);
        assert!(asked["meta"]["notices"][0]["detail"].as_str().unwrap().contains("no-such-thing"));
        let with_variants = app.get("/v1/programmes?variants=show&limit=100").await.json()["meta"]["total"].as_u64();
        let without = app.get("/v1/programmes?limit=100").await.json()["meta"]["total"].as_u64();
        assert_eq!(with_variants, without.map(|n| n + 11));
    }

    async fn changes_and_checks_are_asked_for_by_date(engine: Engine) {
        let app = App::start(engine).await;
        assert_eq!(app.get("/v1/programmes?modifiedSince=2100-01-01").await.json()["meta"]["total"], 0);
        let all = app.get("/v1/programmes").await.json();
        let total = &all["meta"]["total"];
        assert_eq!(&app.get("/v1/programmes?modifiedSince=2020-01-01T00:00:00%2B01:00").await.json()["meta"]["total"], total);
        let at = all["data"][0]["modifiedAt"].as_str().unwrap();
        assert_eq!(&app.get(&format!("/v1/programmes?modifiedSince={at}")).await.json()["meta"]["total"], total, "at or after");
        assert_eq!(&app.get("/v1/programmes?notCheckedSince=2026-01").await.json()["meta"]["total"], total, "no source was read live");
    }

    async fn sparse_answers_hold_what_is_asked_for(engine: Engine) {
        let app = App::start(engine).await;
        let sparse = app.get("/v1/programmes?fields=id,status.term,durations.value&id=mary-seacole").await.json();
        let entry = sparse["data"][0].as_object().unwrap();
        assert_eq!(entry.keys().collect::<BTreeSet<_>>(), ["id", "status", "durations"].map(str::to_owned).iter().collect());
        assert_eq!(entry["status"], json!({"term": "on-hold"}));
        assert!(entry["durations"].as_array().unwrap().contains(&json!({"value": "P6M"})));
        let one = app.data("/v1/programmes/mary-seacole?fields=title").await;
        assert_eq!(one, json!({"title": "Mary Seacole programme"}));
        let bad = app.get("/v1/programmes?fields=titel").await.json();
        assert_eq!(bad["errors"][0]["didYouMean"], "title");
    }

    async fn named_entries_are_sent_along(engine: Engine) {
        let app = App::start(engine).await;
        let answer = app.get("/v1/programmes?provider=kings-fund&include=provider").await.json();
        let included = answer["included"].as_array().unwrap();
        assert_eq!(included.len(), 1, "each once");
        assert_eq!(included[0]["title"], "The King's Fund");
        let one = app.get("/v1/academies/lla-kss?include=successors,memberOf").await.json();
        let names: Vec<&str> = one["included"].as_array().unwrap().iter().filter_map(|e| e["id"].as_str()).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>(), ["lla-network", "south-east-leadership-academy"].iter().collect());
        assert_eq!(app.get("/v1/academies?include=variantOf").await.status, 400);
    }

    async fn vocabularies_show_hierarchy_codes_and_counts(engine: Engine) {
        let app = App::start(engine).await;
        let nurse = app.data("/v1/vocabularies/role/nurse").await;
        assert_eq!((nurse["broader"].as_str(), nurse["label"].as_str()), (Some("nursing-and-midwifery"), Some("Nurse")));
        assert_eq!(nurse["codes"][0]["code"], "03");
        let listed = app.get("/v1/programmes?role=nurse&variants=show").await.json()["meta"]["total"].clone();
        assert_eq!(nurse["counts"]["programmes"], listed);
        let levels = app.data("/v1/vocabularies/level").await;
        let codes: Vec<&str> = levels.as_array().unwrap().iter().filter_map(|t| t["code"].as_str()).collect();
        assert_eq!(codes, ["introductory", "first-line", "mid", "senior", "executive", "chief-executive"]);
        let status = app.data("/v1/vocabularies/status/on-hold").await;
        assert_eq!(status["label"], "On hold");
        let all = app.data("/v1/vocabularies").await;
        for filter in ["role", "level", "band", "eligibility", "region", "delivery", "cost", "award", "type", "status"] {
            let has = |v: &Value| v["filters"].as_array().unwrap().iter().any(|name| name == filter);
            assert!(all.as_array().unwrap().iter().any(has), "no vocabulary for {filter}");
        }
        assert_eq!(app.get("/v1/vocabularies/rloe").await.status, 404);
        assert!(app.get("/v1/vocabularies/role/nusre").await.json()["detail"].as_str().unwrap().contains("“nurse”"));
    }

    async fn what_is_counted_changes_with_the_directory(engine: Engine) {
        let app = App::start(engine).await;
        let path = "/v1/programmes?facets=type,status,provider";
        let counts = async || {
            let answer = app.get(path).await.json();
            [("type", "course"), ("status", "running"), ("provider", "kings-fund")]
                .map(|(facet, term)| count(&answer, facet, term))
        };
        let before = counts().await;
        assert!(before.iter().all(|count| *count > 0), "{before:?}");
        let entry = "/v1/programmes/a-course";
        assert!(app.import("a.ndjson", &course("a-course", "A course").to_string()).status.success());
        app.process.until(entry, |answer| answer.status == 200).await;
        assert_eq!(counts().await, before.map(|count| count + 1));
        let retired = json!({"retire": "programme/a-course", "reason": "It was only a test."});
        assert!(app.import("b.ndjson", &retired.to_string()).status.success());
        app.process.until(entry, |answer| answer.status == 410).await;
        assert_eq!(counts().await, before);
        // The types of one kind are not those of another.
        let providers = app.get("/v1/providers?facets=type").await.json();
        assert!(count(&providers, "type", "charity") > 0 && count(&providers, "type", "course") == 0, "{providers}");
        // A term that has another name keeps its count, and so do the others beside a new one.
        let roles = async || app.get("/v1/programmes?facets=role&zeros=show").await.json()["meta"]["facets"]["role"].clone();
        let expected = roles().await;
        let terms = [
            json!({"scheme": "role", "code": "nurse", "label": "Registered \"nurse\""}),
            json!({"scheme": "role", "code": "aaa", "label": "Aaa", "definition": "Made for a test.", "sources": [{"id": "x", "title": "X"}]}),
        ];
        assert!(app.import("c.ndjson", &terms.map(|term| term.to_string()).join("\n")).status.success());
        app.process.until("/v1/vocabularies/role/aaa", |answer| answer.status == 200).await;
        let of = |terms: &Value| -> BTreeMap<String, u64> {
            let terms = terms.as_array().unwrap().iter();
            terms.map(|term| (term["term"].as_str().unwrap().to_owned(), term["count"].as_u64().unwrap())).collect()
        };
        let told = roles().await;
        let nurse = told.as_array().unwrap().iter().find(|term| term["term"] == "nurse").unwrap();
        assert_eq!(nurse["label"], "Registered \"nurse\"");
        let mut counts = of(&told);
        assert!(counts.remove("aaa").is_some());
        assert_eq!(counts, of(&expected));
        // What is new has its place among them at once: a role by its code, a provider by its title.
        assert_eq!(told[0]["term"], "aaa", "{}", told[0]);
        assert!(app.import("d.ndjson", &provider("z-provider", "Aaa of providers").to_string()).status.success());
        app.process.until("/v1/providers/z-provider", |answer| answer.status == 200).await;
        let facets = app.get("/v1/programmes?facets=provider&zeros=show").await.json()["meta"]["facets"].clone();
        let first = &facets["provider"][0];
        assert_eq!((&first["term"], &first["count"]), (&"z-provider".into(), &0.into()), "{first}");
    }

    async fn more_that_is_possible_begins_with_the_first_page(engine: Engine) {
        let app = App::start(engine).await;
        let own = |link: &Value| link.as_str().unwrap().strip_prefix(&app.process.url).unwrap().to_owned();
        let first = app.get("/v1/programmes?cost=free&facets=cost,role&sort=-title&limit=2").await.json();
        let second = app.get(&own(&first["links"]["next"])).await.json();
        let possible = own(&second["links"]["possible"]);
        assert_eq!(possible, own(&first["links"]["possible"]));
        assert_eq!(possible, "/v1/programmes?cost=free&facets=cost,role&sort=-title&limit=2&match=possible");
        let more = app.get(&possible).await.json();
        assert_eq!(more["meta"]["total"], first["meta"]["possible"]);
        assert_eq!(more["links"]["possible"], Value::Null);
    }

    async fn what_tells_of_a_characteristic_is_kept_by_no_cache(engine: Engine) {
        let app = App::start(engine).await;
        let answer = app.get("/v1/programmes?eligibility=positive-action-race").await;
        assert_eq!((answer.header("cache-control"), answer.header("etag")), ("private, no-store", ""));
        assert_eq!(app.get("/v1/programmes?eligibility=open-to-all").await.header("cache-control"), "public, no-cache, stale-if-error=86400");
    }

    async fn unknown_terms_are_told_with_the_nearest(engine: Engine) {
        let app = App::start(engine).await;
        for (query, near, allowed) in [
            ("role=nusre", json!("nurse"), "/v1/vocabularies/role"),
            ("provider=kingsfund", json!("kings-fund"), "/v1/providers"),
            ("type=coarse", json!("course"), "/v1/vocabularies/programme-type"),
            ("region=atlantis", Value::Null, "/v1/vocabularies/region"),
        ] {
            let problem = app.get(&format!("/v1/programmes?{query}")).await.json();
            assert_eq!(problem["code"], "unknown-term", "{query}");
            assert_eq!(problem["errors"][0].get("didYouMean").cloned().unwrap_or(Value::Null), near, "{query}");
            assert_eq!(problem["errors"][0]["allowed"], allowed, "{query}");
        }
        for query in ["q=", "match=maybe", "facets=colour", "variants=yes", "modifiedSince=soon", "notCheckedSince=x", "role=", "zeros=1"] {
            assert_eq!(app.get(&format!("/v1/programmes?{query}")).await.status, 400, "{query}");
        }
        assert_eq!(app.get("/v1/providers?role=nurse").await.status, 400, "providers are not filtered by role");
    }
}

/// What the answer would be, worked out from the entries themselves without sets or indexes.
struct Oracle {
    entries: Vec<Value>,
    /// The next broader term of each term, field by field.
    broader: BTreeMap<&'static str, BTreeMap<String, Option<String>>>,
    ranks: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Oracle {
    fn is_above(&self, field: &str, code: &str, above: &str) -> bool {
        let mut at = Some(code.to_owned());
        while let Some(code) = at {
            if code == above {
                return true;
            }
            at = self.broader[field].get(&code).cloned().flatten();
        }
        false
    }

    /// The terms an entry states of a field, each with the member that states it; nothing where it is silent.
    fn stated(&self, entry: &Value, field: &str) -> BTreeSet<(String, &'static str)> {
        let is_of_title = |at: &str| {
            let of_title = entry.pointer("/audience/fromTitle").and_then(Value::as_array);
            of_title.into_iter().flatten().any(|pointer| pointer == at)
        };
        // A member that is a term, terms, or things with a type.
        let terms = |at: &'static str, terms: &str| {
            let term = |value: &Value| value.get("type").unwrap_or(value).as_str().map(|term| (term.to_owned(), at));
            match entry.pointer(terms).filter(|_| !is_of_title(at)) {
                Some(Value::Array(terms)) => terms.iter().filter_map(term).collect(),
                Some(one) => term(one).into_iter().collect(),
                None => Vec::new(),
            }
        };
        let at = |at| terms(at, at).into_iter();
        match field {
            "role" => at("/audience/openTo").chain(at("/audience/aimedAt")).collect(),
            "level" if !is_of_title("/audience/levels") => self.levels(entry),
            "eligibility" => terms("/eligibility", "/eligibility/tags").into_iter().collect(),
            "provider" => at("/provider").collect(),
            "delivery" => at("/delivery/modes").collect(),
            "cost" => at("/costs").collect(),
            "type" => at("/type").collect(),
            "status" => at("/status/term").collect(),
            _ => BTreeSet::new(),
        }
    }

    /// Every level of the range that is stated.
    fn levels(&self, entry: &Value) -> BTreeSet<(String, &'static str)> {
        let levels = &self.ranks["level"];
        let rank = |end: &str| Some(levels[entry.pointer(&format!("/audience/levels/{end}"))?.as_str()?]);
        let (Some(from), Some(to)) = (rank("from"), rank("to")) else { return BTreeSet::new() };
        let to = if entry["audience"]["levels"]["orAbove"] == true { u64::MAX } else { to };
        let within = levels.iter().filter(|(_, rank)| (from..=to).contains(*rank));
        within.map(|(code, _)| (code.clone(), "/audience/levels")).collect()
    }

    fn passes(&self, entry: &Value, field: &str, terms: &[String], possible: bool) -> bool {
        let stated = self.stated(entry, field);
        if stated.is_empty() {
            return possible;
        }
        terms.iter().any(|term| stated.iter().any(|(stated, _)| self.answers(field, term, stated).is_some()))
    }

    /// How a stated term answers one that is asked for.
    fn answers(&self, field: &str, term: &str, stated: &str) -> Option<&'static str> {
        let is_outside = field == "role" && (term == "all-staff" || stated == "all-staff");
        match () {
            () if term == stated => Some("same"),
            () if is_outside => (stated == "all-staff").then_some("all-staff"),
            () if self.is_above(field, term, stated) => Some("broader"),
            () => self.is_above(field, stated, term).then_some("narrower"),
        }
    }

    /// Why an entry passes a filter.
    fn reasons(&self, entry: &Value, field: &str, terms: &[String]) -> Vec<Value> {
        let stated = self.stated(entry, field);
        let reason = |term: &String, how: &str, stated: Option<&str>, at: Option<&str>| json!({"filter": field, "term": term, "how": how, "stated": stated, "at": at});
        let silent = terms.iter().filter(|_| stated.is_empty()).map(|term| reason(term, "not-stated", None, None));
        let pairs = stated.iter().flat_map(|stated| terms.iter().map(move |term| (stated, term)));
        let answering = pairs.filter_map(|((stated, at), term)| {
            Some(reason(term, self.answers(field, term, stated)?, Some(stated), Some(at)))
        });
        silent.chain(answering).collect()
    }
}

/// The filters that are asked for, in the order in which lists tell of them.
const ASKED: [&str; 8] = ["role", "level", "eligibility", "provider", "delivery", "cost", "type", "status"];

#[tokio::test]
async fn filters_facets_and_pages_hold_against_a_naive_oracle() {
    let database = Engine::Sqlite.fresh().await;
    let file = database.folder.path().join("made.ndjson");
    std::fs::write(&file, binary().args(["generate", "--entries", "600", "--seed", "5"]).output().unwrap().stdout)
        .unwrap();
    assert!(import(&database.url, &file, &[]).status.success());
    let server = Process::start(&database.url, &[]);
    let mut entries = Vec::new();
    let mut next = Some("/v1/programmes?limit=100&view=full&sort=id".to_owned());
    while let Some(path) = next {
        let page = server.get(&path).await.json();
        entries.extend(page["data"].as_array().unwrap().iter().cloned());
        next = page["links"]["next"].as_str().map(|url| url.strip_prefix(&server.url).unwrap().to_owned());
    }
    let terms = async |scheme: &str| {
        server.get(&format!("/v1/vocabularies/{scheme}")).await.json()["data"].as_array().unwrap().clone()
    };
    let levels = terms("level")
        .await
        .iter()
        .map(|t| (t["code"].as_str().unwrap().to_owned(), t["rank"].as_u64().unwrap()))
        .collect();
    let mut codes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut broader = BTreeMap::new();
    for (field, scheme) in [
        ("role", "role"),
        ("level", "level"),
        ("eligibility", "eligibility"),
        ("delivery", "delivery-mode"),
        ("cost", "cost"),
    ] {
        let terms = terms(scheme).await;
        let code = |term: &Value| term["code"].as_str().unwrap().to_owned();
        codes.insert(field, terms.iter().map(code).collect());
        broader.insert(field, terms.iter().map(|t| (code(t), t["broader"].as_str().map(str::to_owned))).collect());
    }
    for (field, pointer) in [("type", "/type"), ("status", "/status/term"), ("provider", "/provider")] {
        let stated = entries.iter().filter_map(|entry| Some(entry.pointer(pointer)?.as_str()?.to_owned()));
        codes.insert(field, stated.collect::<BTreeSet<_>>().into_iter().collect());
        broader.insert(field, BTreeMap::new());
    }
    let oracle = Oracle { entries, broader, ranks: BTreeMap::from([("level".to_owned(), levels)]) };
    let mut seed: u64 = 11;
    let mut roll = |bound: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % bound
    };
    for round in 0..150 {
        let mut query: Vec<(&str, Vec<String>)> = Vec::new();
        for (field, codes) in ASKED.iter().map(|field| (*field, &codes[field])) {
            if roll(3) == 0 {
                let chosen: BTreeSet<String> = (0..=roll(2)).map(|_| codes[roll(codes.len())].clone()).collect();
                query.push((field, chosen.into_iter().collect()));
            }
        }
        let possible = roll(3) == 0;
        let mut address = query.iter().map(|(field, terms)| format!("{field}={}", terms.join(","))).collect::<Vec<_>>();
        address.push(format!("match={}", if possible { "possible" } else { "stated" }));
        let address = address.join("&");
        let pass = |entry: &&Value, except: &str| {
            query.iter().all(|(f, t)| *f == except || oracle.passes(entry, f, t, possible))
        };
        let expected: Vec<&str> =
            oracle.entries.iter().filter(|e| pass(e, "")).filter_map(|e| e["id"].as_str()).collect();
        let mut shown = Vec::new();
        let limit = 1 + roll(100);
        let mut next =
            Some(format!("/v1/programmes?{address}&sort=id&limit={limit}&facets={}&zeros=show", ASKED.join(",")));
        let mut first = None;
        while let Some(path) = next {
            let answer = server.get(&path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            let page = answer.json();
            shown.extend(ids(&page).into_iter().map(str::to_owned));
            for listed in page["data"].as_array().unwrap() {
                let entry = oracle.entries.iter().find(|entry| entry["id"] == listed["id"]).unwrap();
                let reasons = query.iter().flat_map(|(field, terms)| oracle.reasons(entry, field, terms));
                let expected = if query.is_empty() { Value::Null } else { reasons.collect() };
                assert_eq!(listed["matched"], expected, "{path}: {listed}");
            }
            next = page["links"]["next"].as_str().map(|url| url.strip_prefix(&server.url).unwrap().to_owned());
            first.get_or_insert(page);
        }
        assert_eq!(shown, expected, "round {round}: {address}");
        let first = first.unwrap();
        assert_eq!(first["meta"]["total"], expected.len(), "{address}");
        for (field, _) in &query {
            let silent = oracle.entries.iter().filter(|e| pass(e, field) && oracle.stated(e, field).is_empty()).count();
            assert_eq!(first["meta"]["notStated"][*field], silent, "{field} not stated: {address}");
        }
        for (field, codes) in &codes {
            for code in codes.iter().step_by(3) {
                let one = [code.clone()];
                let counted =
                    oracle.entries.iter().filter(|e| pass(e, field) && oracle.passes(e, field, &one, possible)).count();
                assert_eq!(count(&first, field, code), u64::try_from(counted).unwrap(), "{field}={code}: {address}");
            }
        }
    }
}
