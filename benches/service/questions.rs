//! The questions that are asked: thousands of different ones of every sort.

use serde_json::Value;

use crate::client::{Connection, request};
use crate::process::Server;

/// How many different questions there are of a sort, at the most.
const MOST: usize = 4_096;

/// A sort of question.
#[derive(Clone)]
pub(crate) struct Work {
    pub(crate) name: &'static str,
    pub(crate) requests: Vec<Vec<u8>>,
    pub(crate) connections: usize,
    pub(crate) status: u16,
    /// Whether answers may be kept.
    pub(crate) is_cached: bool,
    /// The least ratio to the bare handler at 100, 10,000 and 100,000 entries; none is asked of what is zero.
    targets: [f64; 3],
}

impl Work {
    pub(crate) fn target(&self, count: usize) -> f64 {
        let [few, many, most] = self.targets;
        match count {
            ..10_000 => few,
            10_000..100_000 => many,
            _ => most,
        }
    }
}

/// Every sort of question, about what a server has.
pub(crate) async fn works(server: &Server) -> Vec<Work> {
    let mut connection = Connection::open(server.address).await;
    let counted = ask(&mut connection, "/v1/programmes?limit=1&facets=role,level,eligibility").await;
    let terms = |facet: &str| -> Vec<String> {
        let terms =
            counted.pointer(&format!("/meta/facets/{facet}")).and_then(Value::as_array).cloned().unwrap_or_default();
        let codes = terms.iter().filter_map(|term| term.get("term")?.as_str().map(str::to_owned));
        // What tells of a person is answered otherwise: it has no tag.
        codes.filter(|code| !code.starts_with("positive-action-")).collect()
    };
    let (roles, levels, tags) = (terms("role"), terms("level"), terms("eligibility"));
    let filters = spread_out(&[&roles, &levels, &tags])
        .into_iter()
        .map(|chosen| match chosen.as_slice() {
            [role, level, tag] => format!("/v1/programmes?role={role}&level={level}&eligibility={tag}"),
            _ => String::new(),
        })
        .collect::<Vec<_>>();
    let facets: Vec<String> =
        filters.iter().map(|path| format!("{path}&facets=role,level,eligibility,region,cost")).collect();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let (first, second) = (words(&FIRST), words(&SECOND));
    let searches = spread_out(&[&first, &second, &roles])
        .into_iter()
        .map(|chosen| match chosen.as_slice() {
            [first, second, role] => format!("/v1/programmes?q={first}+{second}&role={role}"),
            _ => String::new(),
        })
        .collect::<Vec<_>>();
    let ids = ids(&mut connection).await;
    let last = counted.pointer("/meta/changeNumber").and_then(Value::as_i64).unwrap_or_default();
    let pages = (0..64)
        .map(|part| (last - 500).max(0) * part / 64)
        .map(|after| format!("/v1/changes?view=summary&limit=500&afterChangeNumber={after}"));
    let tag = tag(&mut connection, "/v1/programmes").await;
    let page = |paths: &[String]| paths.iter().map(|path| path.replacen("/v1/programmes", "/", 1)).collect::<Vec<_>>();
    let entry_pages = ids.iter().map(|path| path.replacen("/v1", "", 1)).collect::<Vec<_>>();
    let (finder_pages, search_pages) = (page(&filters), page(&searches));
    let plain = |paths: Vec<String>| paths.iter().map(|path| request(path, &[])).collect::<Vec<_>>();
    let known = filters.iter().map(|path| request(path, &[("If-None-Match", &tag)])).collect();
    let work = |name, requests, connections, status, targets| Work {
        name,
        requests,
        connections,
        status,
        is_cached: false,
        targets,
    };
    let mut kept = work(
        "the same list page, from the cache of answers",
        plain(filters.iter().take(64).cloned().collect()),
        32,
        200,
        [0.0; 3],
    );
    kept.is_cached = true;
    vec![
        work("one entry by id", plain(ids), 32, 200, [0.75; 3]),
        work("304 on a list", known, 32, 304, [0.7; 3]),
        work("list page of 20, three filters, total", plain(filters), 32, 200, [0.6, 0.5, 0.4]),
        work("the same with five facets", plain(facets), 32, 200, [0.5, 0.3, 0.1]),
        work("two-word search and a filter", plain(searches), 32, 200, [0.3, 0.15, 0.04]),
        work("feed page of 500 summaries", plain(pages.collect()), 4, 200, [0.5; 3]),
        work("page of an entry, as HTML", plain(entry_pages), 32, 200, [0.0; 3]),
        work("page of the finder, three filters", plain(finder_pages), 32, 200, [0.0; 3]),
        work("page of the finder, two words and a filter", plain(search_pages), 32, 200, [0.0; 3]),
        kept,
    ]
}

/// Words that titles of the generator's entries have.
const FIRST: [&str; 12] = [
    "compassionate",
    "inclusive",
    "clinical",
    "digital",
    "strategic",
    "reflective",
    "community",
    "maternity",
    "safety",
    "research",
    "workforce",
    "rural",
];
const SECOND: [&str; 12] = [
    "leadership",
    "management",
    "coaching",
    "mentoring",
    "supervision",
    "change",
    "feedback",
    "governance",
    "negotiation",
    "resilience",
    "talent",
    "wellbeing",
];

/// Combinations of one each, far apart from each other.
fn spread_out(lists: &[&Vec<String>]) -> Vec<Vec<String>> {
    let all: usize = lists.iter().map(|list| list.len()).product();
    let wanted = all.min(MOST);
    // A step that is prime visits every combination before it comes back to the first.
    let step = [7_919, 104_729, 1_299_709].into_iter().find(|prime| !all.is_multiple_of(*prime)).unwrap_or(1);
    let combination = |mut index: usize| {
        let pick = |list: &&Vec<String>| {
            let picked = list.get(index % list.len()).cloned().unwrap_or_default();
            index /= list.len();
            picked
        };
        lists.iter().map(pick).collect()
    };
    (0..wanted).map(|turn| combination(turn * step % all)).collect()
}

/// The addresses of entries from all over the directory.
async fn ids(connection: &mut Connection) -> Vec<String> {
    let mut ids = Vec::new();
    let mut path = "/v1/programmes?fields=id&limit=100&sort=id".to_owned();
    while ids.len() < MOST {
        let page = ask(connection, &path).await;
        let entries = page.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
        ids.extend(entries.iter().filter_map(|entry| Some(format!("/v1/programmes/{}", entry.get("id")?.as_str()?))));
        let Some(next) = page.pointer("/links/next").and_then(Value::as_str) else { break };
        let at = next.find("/v1/").unwrap_or_default();
        next.get(at..).unwrap_or_default().clone_into(&mut path);
    }
    ids
}

async fn ask(connection: &mut Connection, path: &str) -> Value {
    connection.ask(&request(path, &[]), 200).await;
    serde_json::from_slice(connection.body()).expect("JSON")
}

/// The tag of a list.
async fn tag(connection: &mut Connection, path: &str) -> String {
    connection.ask(&request(path, &[]), 200).await;
    connection.header("etag").expect("a tag")
}
