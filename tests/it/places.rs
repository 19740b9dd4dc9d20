//! The pages beside the finder: regions, comparing, what other sites embed, and what search engines read.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha384};

use crate::engine::Engine;
use crate::on_both_engines;
use crate::support::{App, course, text};

const REGIONS: [&str; 7] =
    ["north-east-and-yorkshire", "north-west", "midlands", "east-of-england", "london", "south-west", "south-east"];

const COLLECTIONS: [&str; 6] = ["programmes", "providers", "academies", "coaching-links", "resources", "frameworks"];

/// What stands in an attribute or a text, as it was before it was escaped.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The part of a page between two marks.
fn between<'a>(page: &'a str, begin: &str, end: &str) -> &'a str {
    page.split(begin).nth(1).unwrap_or_else(|| panic!("no {begin}")).split(end).next().unwrap()
}

fn ids(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap()).collect()
}

on_both_engines! {
    async fn each_region_leads_to_its_academies_and_its_coaching(engine: Engine) {
        let app = App::start(engine).await;
        for path in ["/academies", "/coaching"] {
            let page = app.get(path).await;
            assert_eq!(page.status, 200);
            for region in REGIONS {
                assert!(page.text.contains(&format!("data-region=\"{region}\"")) && page.text.contains(&format!("<a href=\"#{region}\">")), "{region}");
                let section = between(&page.text, &format!("<section id=\"{region}\""), "</section>");
                for collection in ["academies", "coaching-links"] {
                    let list = app.get(&format!("/v1/{collection}?region={region}&limit=100")).await.json();
                    for id in ids(&list) {
                        let is_network = id == "lla-network" || id == "coaching-mentoring";
                        assert_eq!(section.contains(&format!("href=\"/{collection}/{id}\"")), !is_network, "{path} {region} {id}");
                    }
                }
            }
            // What is only inferred is not told as a fact.
            let midlands = between(&page.text, "<section id=\"midlands\"", "</section>");
            assert!(midlands.contains("inferred from the names; no source says so"));
            assert!(page.text.contains(if path == "/coaching" { "/coaching-links/coaching-mentoring\"" } else { "/academies/lla-network\"" }));
        }
        let east = app.get("/coaching").await.text;
        let east = between(&east, "<section id=\"east-of-england\"", "</section>");
        assert!(east.contains("For the coachee") && east.contains("Level or band required") && east.contains("Source: "), "{east}");
        assert_eq!(app.get("/academies?region=london").await.status, 400);
    }

    async fn up_to_four_programmes_stand_side_by_side(engine: Engine) {
        let app = App::start(engine).await;
        let page = app.get("/compare?id=mary-seacole,edward-jenner&id=stepping-up&id=mary-seacole").await;
        assert_eq!(page.status, 200);
        let rows: Vec<&str> = page.text.split("<tr>").skip(1).collect();
        assert_eq!(rows[0].matches("scope=\"col\"").count(), 4, "a fact and three programmes");
        let row = |name: &str| rows.iter().find(|row| row.contains(&format!("<th scope=\"row\">{name}</th>"))).copied().unwrap_or_else(|| panic!("no {name}"));
        for (name, pointer) in [("Cost", "costs"), ("Time it takes", "durations"), ("Award", "awards")] {
            for (cell, id) in row(name).split("<td>").skip(1).zip(["mary-seacole", "edward-jenner", "stepping-up"]) {
                let entry = app.data(&format!("/v1/programmes/{id}")).await;
                let is_silent = entry[pointer].as_array().is_none_or(Vec::is_empty);
                assert_eq!(cell.contains("Not stated"), is_silent, "{name} of {id}");
                assert_eq!(cell.contains(" source"), !is_silent, "{name} of {id}");
            }
        }
        assert!(page.text.contains("href=\"/compare?id=mary-seacole,stepping-up\""), "one can be left out");
        let page = app.get("/compare?id=mary-seacole&add=edward").await;
        assert!(page.text.contains("href=\"/compare?id=mary-seacole,edward-jenner\""), "one can be added");
        let four = "mary-seacole,edward-jenner,stepping-up,ready-now";
        assert!(!app.get(&format!("/compare?id={four}")).await.text.contains("name=\"add\""));
        let page = app.get(&format!("/compare?id={four},elizabeth-garrett-anderson")).await;
        assert!(page.status == 400 && page.text.contains("4 are the most") && page.text.contains("Stepping Up"));
        for (query, told) in [("id=nothing-like-it", "There is no programme “nothing-like-it”"), ("ids=mary-seacole", "This page does not take “ids”")] {
            let page = app.get(&format!("/compare?{query}")).await;
            assert!(page.status == 400 && page.text.contains(told), "{query}");
        }
        assert_eq!(app.get("/compare").await.status, 200);
    }

    async fn every_kind_is_found_as_the_api_lists_it(engine: Engine) {
        let app = App::start(engine).await;
        for (collection, word) in [("frameworks", "framework"), ("resources", "resource"), ("providers", "provider")] {
            let page = app.get(&format!("/{collection}")).await;
            let list = app.get(&format!("/v1/{collection}")).await.json();
            let total = list["meta"]["total"].as_u64().unwrap();
            assert!(page.status == 200 && page.text.contains(&format!("{total} {word}")), "{collection}");
            for id in ids(&list) {
                assert!(page.text.contains(&format!("href=\"/{collection}/{id}\"")), "{id}");
            }
            let status = app.get(&format!("/{collection}?status=historic")).await;
            let list = app.get(&format!("/v1/{collection}?status=historic")).await.json();
            assert!(status.text.contains(&format!("{} {word}", list["meta"]["total"])), "{collection}");
            assert_eq!(app.get(&format!("/{collection}?eligibility=positive-action-race")).await.status, 400);
        }
        let page = app.get("/frameworks/hlm").await.text;
        let list = app.get("/v1/programmes?framework=hlm").await.json();
        assert!(!ids(&list).is_empty());
        for id in ids(&list) {
            assert!(page.contains(&format!("href=\"/programmes/{id}\"")), "{id} rests on it");
        }
        for (path, to) in [("/programmes?role=nurse", "/?role=nurse"), ("/coaching-links", "/coaching")] {
            let answer = app.process.ask(Method::GET, path, &[]).await;
            assert_eq!((answer.status, answer.header("location")), (308, to));
        }
    }

    async fn the_data_behind_a_page_is_where_it_says(engine: Engine) {
        let app = App::start(engine).await;
        for collection in COLLECTIONS {
            let list = app.get(&format!("/v1/{collection}?limit=1")).await.json();
            let id = ids(&list)[0];
            let page = app.get(&format!("/{collection}/{id}")).await.text;
            for (media, is_there) in [("application/json", json!(id)), ("application/ld+json", json!("https://schema.org"))] {
                let link = unescaped(between(&page, &format!("rel=\"alternate\" type=\"{media}\" href=\""), "\""));
                assert!(page.matches(&format!("href=\"{}\"", link.replace('&', "&amp;"))).count() > 1, "it is a link for people too");
                let answer = app.get(&link).await;
                assert!(answer.status == 200 && answer.text.contains(is_there.as_str().unwrap()), "{link}");
                assert!(answer.text.contains(id), "{link}");
            }
            assert!(page.contains(&format!("property=\"og:url\" content=\"{}/{collection}/{id}\"", app.process.url)), "{collection}");
        }
    }

    async fn a_frame_is_for_other_sites_and_nothing_else_is(engine: Engine) {
        let app = App::start(engine).await;
        let page = app.get("/embed?role=nurse&limit=3").await;
        let policy = page.header("content-security-policy");
        assert!(page.status == 200 && policy.contains("frame-ancestors *") && policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert!(page.headers.get("set-cookie").is_none() && page.headers.get("x-frame-options").is_none());
        let list = app.get("/v1/programmes?role=nurse&limit=3").await.json();
        for id in ids(&list) {
            assert!(page.text.contains(&format!("href=\"/programmes/{id}\" target=\"_blank\"")), "{id}");
        }
        let next = unescaped(between(&page.text, "<p><a href=\"/embed?", "\""));
        let next = app.get(&format!("/embed?{next}")).await;
        let second = app.get(list["links"]["next"].as_str().unwrap().trim_start_matches(&app.process.url)).await.json();
        assert!(next.text.contains(&format!("href=\"/programmes/{}\"", ids(&second)[0])));
        for path in ["/", "/academies", "/embed/builder", "/can-i-take-it", "/developers"] {
            assert!(app.get(path).await.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        }
        let refused = app.get("/embed?eligibility=positive-action-race").await;
        assert!(refused.status == 400 && !between(&refused.text, "<form", "</form>").contains("positive-action"));
        assert_eq!(app.get("/embed?nothing=1").await.status, 400);
    }

    async fn the_builder_makes_lines_that_work(engine: Engine) {
        let app = App::start(engine).await;
        let page = app.get("/embed/builder?role=nurse&role=midwife&limit=5&heading=%22%3E%3Cscript%3E%26").await;
        assert_eq!(page.status, 200);
        let snippet = |id: &str| {
            let area = page.text.split(&format!("id=\"{id}\"")).nth(1).unwrap();
            unescaped(area.split_once('>').unwrap().1.split("</textarea>").next().unwrap())
        };
        let (link, frame, element) = (snippet("snippet-link"), snippet("snippet-iframe"), snippet("snippet-element"));
        let query = "?role=nurse,midwife&amp;limit=5";
        assert!(link.contains(&format!("href=\"{}/{query}\"", app.process.url)), "{link}");
        assert!(frame.contains(&format!("src=\"{}/embed{query}\"", app.process.url)) && frame.contains("sandbox=\""), "{frame}");
        assert!(element.contains(" role=\"nurse,midwife\" limit=\"5\" heading=\"&quot;&gt;&lt;script&gt;&amp;\">"), "{element}");
        for path in [format!("/{query}"), format!("/embed{query}")] {
            assert_eq!(app.get(&unescaped(&path)).await.status, 200);
        }
        // A browser runs the script only where it is the one that the line was made for.
        let script = app.get(between(&element, &format!("src=\"{}", app.process.url), "\"")).await;
        let integrity = format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(script.text.as_bytes())));
        assert_eq!(between(&element, "integrity=\"", "\""), integrity);
        assert_eq!(script.header("access-control-allow-origin"), "*");
        assert_eq!(script.header("cross-origin-resource-policy"), "cross-origin");
        assert!(script.header("cache-control").contains("immutable"));
        let same = app.get("/leadership-finder.js").await;
        assert!(same.text == script.text && same.header("cache-control").contains("no-cache") && !same.header("etag").is_empty());
        assert_eq!(app.get("/embed-host.js").await.header("content-type"), "text/javascript; charset=utf-8");
        for query in ["role=nusre", "limit=0", "colour=red", "eligibility=positive-action-race"] {
            let page = app.get(&format!("/embed/builder?{query}")).await;
            assert!(page.status == 400 && page.text.contains("There is a problem"), "{query}");
            assert!(!between(&page.text, "id=\"snippet-link\"", "</textarea>").contains("positive-action"));
        }
    }

    async fn search_engines_find_every_entry_once(engine: Engine) {
        let app = App::start(engine).await;
        assert!(app.get("/robots.txt").await.text.contains(&format!("Sitemap: {}/sitemap.xml", app.process.url)));
        let index = app.get("/sitemap.xml").await;
        assert_eq!(index.header("content-type"), "application/xml; charset=utf-8");
        let locations = |xml: &str| xml.split("<loc>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect::<Vec<_>>();
        let mut pages = Vec::new();
        for map in locations(&index.text) {
            pages.extend(locations(&app.get(map.trim_start_matches(&app.process.url)).await.text));
        }
        let distinct: std::collections::BTreeSet<&String> = pages.iter().collect();
        assert_eq!(distinct.len(), pages.len());
        for collection in COLLECTIONS {
            let variants = if collection == "programmes" { "&variants=show" } else { "" };
            let list = app.get(&format!("/v1/{collection}?limit=100{variants}")).await.json();
            for id in ids(&list) {
                assert!(pages.contains(&format!("{}/{collection}/{id}", app.process.url)), "{collection}/{id}");
            }
        }
        for page in &pages {
            assert_eq!(app.get(page.trim_start_matches(&app.process.url)).await.status, 200, "{page}");
        }
        assert_eq!(app.get("/sitemaps/programmes-2.xml").await.status, 404);
        assert_eq!(app.get("/sitemaps/nurses-1.xml").await.status, 404);
    }

    async fn people_are_told_of_failures_in_pages_and_programs_in_json(engine: Engine) {
        let app = App::start(engine).await;
        let long = format!("/nowhere?{}", "a".repeat(9_000));
        for (method, path, status) in [(Method::GET, "/nowhere", 404), (Method::DELETE, "/academies", 405), (Method::GET, long.as_str(), 414)] {
            let page = app.process.ask(method.clone(), path, &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")]).await;
            assert_eq!((page.status, page.header("content-type")), (status, "text/html; charset=utf-8"), "{path}");
            assert!(page.text.contains("href=\"/\"") && page.header("content-security-policy").contains("style-src 'self'"));
            assert!(!page.text.contains("nowhere"));
            let problem = app.process.ask(method, path, &[]).await;
            assert_eq!((problem.status, problem.header("content-type")), (status, "application/problem+json"), "{path}");
        }
        let problem = app.process.ask(Method::GET, "/v1/nothing", &[("accept", "text/html,*/*;q=0.8")]).await;
        assert_eq!(problem.header("content-type"), "application/problem+json");
    }

    async fn hostile_text_breaks_no_page_beside_the_finder(engine: Engine) {
        let app = App::start(engine).await;
        let title = "\u{202e}<script>alert(1)</script> \"><img src=x onerror=alert(1)>";
        let mut hostile = course("hostile", title);
        hostile["summary"] = json!("x".repeat(1_000));
        let done = app.import("hostile.ndjson", &hostile.to_string());
        assert!(done.status.success(), "{}", text(&done.stderr));
        app.process.until("/programmes/hostile", |answer| answer.status == 200).await;
        for path in ["/compare?id=hostile,mary-seacole", "/compare?add=hostile", "/embed?id=hostile", "/programmes/hostile", "/?id=hostile", "/sitemaps/programmes-1.xml"] {
            let page = app.get(path).await;
            assert!(page.status == 200 && !page.text.contains("<script>alert") && !page.text.contains("<img src=x"), "{path}");
        }
    }

    async fn pages_work_under_a_path_of_a_proxy(engine: Engine) {
        let app = App::start_with(engine, &["--public-url", "https://intranet.example/leadership"]).await;
        for path in ["/", "/academies", "/embed/builder", "/embed", "/developers", "/programmes/mary-seacole", "/can-i-take-it"] {
            let page = app.get(path).await.text;
            for name in ["href", "src", "action", "data-template"] {
                for part in page.split(&format!(" {name}=\"/")).skip(1) {
                    assert!(part.starts_with("leadership/"), "{path}: {name}={}", &part[..part.len().min(60)]);
                }
            }
            assert!(page.contains("href=\"/leadership/assets/"), "{path}");
        }
        let answer = app.process.ask(Method::GET, "/programmes", &[]).await;
        assert_eq!(answer.header("location"), "/leadership/");
        assert!(app.get("/embed/builder").await.text.contains("src=&quot;https://intranet.example/leadership/embed"));
    }

    async fn what_holds_for_a_part_is_not_said_of_the_whole(engine: Engine) {
        let app = App::start(engine).await;
        let result = |page: &str, id: &str| page.split("<li class=\"ld-result\">").find(|part| part.contains(&format!("/programmes/{id}\""))).unwrap().to_owned();
        let page = app.get("/?q=edward+jenner").await.text;
        assert!(!result(&page, "edward-jenner").contains("5 hours"), "that is one of its two parts");
        let page = app.get("/?id=elizabeth-garrett-anderson").await.text;
        assert!(!result(&page, "elizabeth-garrett-anderson").contains("£6000"), "that is the price for some people");
        // One of several ways is no condition.
        let page = app.get("/coaching-links/coaching-mentoring-east-of-england").await.text;
        let entry = app.data("/v1/coaching-links/coaching-mentoring-east-of-england").await;
        assert_eq!(entry["eligibility"], Value::Null, "the rules are of its services");
        assert!(page.contains("What it offers"));
    }

    async fn an_academy_leads_to_what_was_before_it_and_to_its_coaching(engine: Engine) {
        let app = App::start(engine).await;
        let page = app.get("/academies/midlands-leadership-academy").await.text;
        for before in ["lla-east-midlands", "lla-west-midlands"] {
            assert!(between(&page, "It took the place of", "</section>").contains(&format!("/academies/{before}\"")), "{before}");
        }
        let page = app.get("/academies/east-of-england-leadership-academy").await.text;
        assert!(between(&page, "Coaching and mentoring by it", "</section>").contains("/coaching-links/coaching-mentoring-east-of-england\""));
    }

    async fn files_come_compressed_and_demands_are_answered(engine: Engine) {
        let app = App::start(engine).await;
        let page = app.get("/").await.text;
        let style = format!("/assets/finder-{}", between(&page, "/assets/finder-", "\""));
        for coding in ["br", "gzip"] {
            let answer = app.process.ask(Method::GET, &style, &[("accept-encoding", coding)]).await;
            assert_eq!((answer.status, answer.header("content-encoding")), (200, coding));
            assert!(answer.header("cache-control").contains("immutable") && answer.header("vary").to_lowercase().contains("accept-encoding"));
        }
        let refused = app.process.ask(Method::GET, "/", &[("if-match", "\"x\"")]).await;
        assert_eq!((refused.status, refused.header("content-type")), (412, "application/problem+json"));
        // A redirect is kept by caches: what tells of a group does not go into it.
        let moved = app.process.ask(Method::GET, "/programmes?eligibility=positive-action-race", &[]).await;
        assert_eq!((moved.status, moved.header("location")), (308, "/"));
        let stable = app.get("/leadership-finder.js").await;
        let host = app.get("/embed-host.js").await;
        assert_ne!(stable.header("etag"), host.header("etag"));
    }

    async fn the_pages_look_as_they_are_set(engine: Engine) {
        let folder = tempfile::tempdir().unwrap();
        let logo = folder.path().join("logo.svg");
        std::fs::write(&logo, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"/>").unwrap();
        let file = folder.path().join("site.toml");
        let settings = format!(
            "[site]\nname = \"Leading <here>\"\nlogo = \"{}\"\nframe_ancestors = \"https://portal.example\"\n[site.colours]\nbrand = \"#330072\"\n[server]\ncorrections_contact = \"mailto:us@trust.example\"\n",
            logo.display()
        );
        std::fs::write(&file, settings).unwrap();
        let app = App::start_with(engine, &["--config", file.to_str().unwrap()]).await;
        let page = app.get("/").await.text;
        assert!(page.contains("– Leading &lt;here&gt;</title>") && page.contains("og:site_name\" content=\"Leading &lt;here&gt;"));
        let theme = app.get(&format!("/assets/theme-{}", between(&page, "/assets/theme-", "\""))).await;
        assert_eq!((theme.text.as_str(), theme.header("content-type")), (":root{--ld-brand:#330072;}", "text/css; charset=utf-8"));
        let shown = app.get(&format!("/assets/logo-{}", between(&page, "<img src=\"/assets/logo-", "\""))).await;
        assert_eq!(shown.header("content-type"), "image/svg+xml");
        assert!(shown.header("content-security-policy").contains("default-src 'none'"));
        assert!(app.get("/embed").await.header("content-security-policy").ends_with("frame-ancestors 'self' https://portal.example"));
        assert!(app.get("/developers").await.text.contains("Leading &lt;here&gt;"));
        let entry = app.get("/programmes/mary-seacole").await.text;
        assert!(entry.contains("mailto:us@trust.example?subject=Correction%3A%20") && entry.contains("programmes%2Fmary-seacole"));
        assert!(app.get("/accessibility").await.text.contains("mailto:us@trust.example"));
    }
}
