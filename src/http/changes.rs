//! What changed, for those who keep a copy: the feed, and the digest by which a copy is proved.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::address::Address;
use super::answer::{Content, JSON, hex, json, of_directory};
use super::coding::Chunks;
use super::list::{VIEWS, canonical, is_private, read_filter};
use super::problem::{BEHIND, DATABASE_UNREACHABLE, INVALID_PARAMETER, Problem, UNKNOWN_CHANGE};
use super::query::Query;
use super::routes::{Answered, Call};
use super::{LICENCE, Service, room};
use crate::catalogue::{Changed, Changes, FeedQuery, Field, Filter, Snapshot, View};
use crate::model::codes::Kind;
use crate::model::shape::GREATEST;

/// The most changes on one page, and how many where none are asked for.
pub(super) const MOST: usize = 1_000;
pub(super) const USUAL: usize = 500;

/// The longest that a request may wait for a change, in seconds.
pub(super) const LONGEST_WAIT: usize = 55;

/// The most requests that wait at once.
pub(super) const MOST_WAITING: usize = 5_000;

/// From about how many bytes on a page is made while it is sent: what is larger is far from the processor again by then.
const LONG: usize = 512 * 1024;

/// From how many bytes on entries that stand side by side are sent as they stand.
const AS_IT_STANDS: usize = 8 * 1024;

/// How long a place that another process came to first may be on its way here.
const ON_ITS_WAY: Duration = Duration::from_secs(2);

/// The parameters of the feed and of the digest that say which entries they are about, beside the filters by term.
pub(super) const FILTERS: [&str; 4] = ["match", "id", "modifiedSince", "notCheckedSince"];

/// The kinds, by the names that queries give them.
fn kinds() -> Vec<(&'static str, Kind)> {
    Kind::ALL.iter().map(|kind| (kind.code(), *kind)).collect()
}

/// Follow what changes
///
/// A page of the entries that changed after a change number, in the order of their last change: a Realtime Paged Data
/// Exchange (RPDE 1.1, OpenActive). Begin without parameters and follow `next`, for ever: first come all entries that
/// there are, then whatever changes, is added or is taken out. Each entry comes once, as it is now; one that was taken
/// out, or no longer passes the filter, comes as `deleted`. The last page is empty, and its `next` is its own address:
/// ask it again later, or with `wait` until something changes.
#[utoipa::path(
    get, path = "/v1/changes", tag = "changes",
    responses((status = 200, description = "A page of changes.", body = ref("#/components/schemas/ChangePage"))),
)]
pub(super) async fn list_changes(Call { service, request, .. }: Call<'_>) -> Answered {
    let directory = &service.directory;
    let mut snapshot = directory.snapshot();
    let asked = FeedRequest::read(&snapshot, request.query_string())?;
    let until = tokio::time::Instant::now() + asked.wait;
    // Those that are more than can be held wait for nothing: they hear at once that there is nothing yet.
    let place = service.waiting.try_acquire().ok();
    catch_up(service, asked.query.after, &mut snapshot).await?;
    let mut is_over = asked.wait.is_zero() || place.is_none();
    let (asked, page) = loop {
        // Of each snapshot anew: a rename changes what a filter names.
        let asked = FeedRequest::read(&snapshot, request.query_string())?;
        asked.check_place(service, &snapshot)?;
        let page = snapshot.feed(&asked.query);
        if is_over || !page.is_empty() {
            break (asked, page);
        }
        // Who waits holds no snapshot: whoever lets go of one last spends a while on what only it held.
        let head = snapshot.head().clone();
        drop(page);
        drop(snapshot);
        is_over = tokio::time::timeout_at(until, directory.other_than(&head)).await != Ok(true);
        snapshot = directory.snapshot();
    };
    let is_private = is_private(&asked.query.filter);
    let body = || asked.body(service, &snapshot, page);
    Ok(of_directory(service, request, JSON, snapshot.head(), is_private, body))
}

/// Waits a moment for a place that another process which serves has come to first.
pub(super) async fn catch_up(service: &Service, after: i64, snapshot: &mut Arc<Snapshot>) -> Result<(), Problem> {
    let directory = &service.directory;
    if after <= snapshot.head().change_number {
        return Ok(());
    }
    // The one read that asks the database: whoever were told to begin again for nothing would fetch everything.
    match tokio::time::timeout(ON_ITS_WAY, directory.last_committed()).await {
        Ok(Ok(last)) if last < after => return Ok(()),
        Ok(Ok(_)) => {}
        _ => {
            let detail = "This process has not come so far, and the database does not answer. Ask again.";
            return Err(Problem::new(DATABASE_UNREACHABLE, detail));
        }
    }
    let ahead = async {
        while snapshot.head().change_number < after && directory.other_than(snapshot.head()).await {
            *snapshot = directory.snapshot();
        }
    };
    let _ = tokio::time::timeout(ON_ITS_WAY, ahead).await;
    if snapshot.head().change_number < after {
        return Err(Problem::new(BEHIND, "This process has not come so far yet. Ask again."));
    }
    Ok(())
}

/// The problem of a place that this directory never came to.
pub(super) fn unknown_change(after: i64, start_again: String) -> Problem {
    let detail = format!(
        "This directory never came to change number {after} that way: it was brought back to an older state, or the \
         place is another directory's. Begin again at {start_again}, and drop what does not come.",
    );
    let mut problem = Problem::new(UNKNOWN_CHANGE, detail);
    problem.more.push(("startAgain", Value::from(start_again)));
    problem
}

/// What a request asks of the feed.
struct FeedRequest {
    query: FeedQuery,
    /// The link of the chain at the number after which the page begins.
    chain: Option<String>,
    view: View,
    wait: Duration,
    /// The parameters but the place, in the order of the contract.
    pairs: Vec<(&'static str, String)>,
}

impl FeedRequest {
    fn read(snapshot: &Snapshot, query_string: &str) -> Result<Self, Problem> {
        let own = ["afterChangeNumber", "chain", "view", "limit", "wait"];
        let mut query = read_query(query_string, &own);
        let (kinds, filter, mut pairs) = read_part(&mut query, snapshot);
        let most = usize::try_from(GREATEST).unwrap_or(usize::MAX);
        let after = query.number("afterChangeNumber", 0, most, 0);
        let chain = query.text("chain");
        let is_link = |text: &String| text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if chain.as_ref().is_some_and(|text| !is_link(text)) {
            let detail = "“chain” takes 16 hexadecimal digits, as `next` gives them; or leave it out.";
            query.fault(INVALID_PARAMETER, "chain", detail.to_owned(), None, None);
        }
        let view = query.one_of("view", &VIEWS, View::Full);
        let limit = query.number("limit", 1, MOST, USUAL);
        let wait = query.number("wait", 0, LONGEST_WAIT, 0);
        for (name, usual) in [("view", "full"), ("limit", "500"), ("wait", "0")] {
            pairs.extend(query.text(name).filter(|value| value != usual).map(|value| (name, value)));
        }
        query.finish()?;
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let wait = Duration::from_secs(wait as u64);
        Ok(Self { query: FeedQuery { kinds, filter, after, limit }, chain, view, wait, pairs })
    }

    /// Refuses a place that this directory never came to.
    fn check_place(&self, service: &Service, snapshot: &Snapshot) -> Result<(), Problem> {
        let after = self.query.after;
        let link = snapshot.link_at(after).filter(|_| after <= snapshot.head().change_number);
        if link.is_some_and(|link| self.chain.as_ref().is_none_or(|told| told.eq_ignore_ascii_case(&link))) {
            return Ok(());
        }
        Err(unknown_change(after, self.address(service, None)))
    }

    /// The address of the page that begins after a place, or of the first.
    fn address(&self, service: &Service, after: Option<(i64, Option<&str>)>) -> String {
        let mut address = Address::of(service, "changes").with_all(&self.pairs);
        if let Some((number, chain)) = after {
            address = address.with("afterChangeNumber", &number.to_string());
            if let Some(chain) = chain {
                address = address.with("chain", chain);
            }
        }
        address.finish()
    }

    /// The page: one that is long is made while it is sent, so that many who wake at once hold little. Where it would hold
    /// many other entries for so long, it is made at once.
    fn body(&self, service: &Service, snapshot: &Snapshot, page: Changes) -> Content {
        // An empty page is the last, and leads to itself.
        let link = page.last().and_then(|last| snapshot.link_at(last.item.change_number));
        let place = match page.last() {
            Some(last) => Some((last.item.change_number, link.as_deref())),
            None if self.query.after == 0 && self.chain.is_none() => None,
            None => Some((self.query.after, self.chain.as_deref())),
        };
        let next = self.address(service, place);
        let length = page.len() * self.view.usual_length();
        let is_long = length > LONG && page.is_dense();
        let told = Told::new(page, self.view, &next);
        if is_long { Content::Copied(Box::new(told)) } else { Content::Whole(told.whole(room::take(1_024 + length))) }
    }
}

/// A page that is being told.
struct Told {
    /// What stands before the first change, until it is told.
    before: String,
    page: Changes,
    /// Which of its changes is told next.
    at: usize,
    view: View,
    /// What stands after the last, until it is told.
    after: String,
}

impl Told {
    fn new(page: Changes, view: View, next: &str) -> Self {
        let before = format!("{{\"next\":{},\"items\":[", Value::from(next));
        let after = format!("],\"license\":{},\"version\":\"1.1\"}}", Value::from(LICENCE));
        Self { before, page, at: 0, view, after }
    }

    /// All of it.
    fn whole(mut self, mut body: Vec<u8>) -> Vec<u8> {
        body.extend_from_slice(self.before.as_bytes());
        while self.add(&mut body) {}
        body.extend_from_slice(self.after.as_bytes());
        body
    }

    /// Adds the next change; whether there was one.
    fn add(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(Changed { item, is_there }) = self.page.get(self.at) else { return false };
        self.page.ask_ahead(self.at, self.view);
        if self.at > 0 {
            out.push(b',');
        }
        if is_there {
            item.write_updated(self.view, out);
        } else {
            let (kind, uid, number) = (item.kind, item.uid, item.change_number);
            // Writing into memory does not fail.
            let _ = write!(out, r#"{{"state":"deleted","kind":"{kind}","id":"{uid}","modified":{number}}}"#);
        }
        self.at += 1;
        true
    }
}

impl Chunks for Told {
    fn next(&mut self, wanted: usize) -> Option<Bytes> {
        let mut out = Vec::with_capacity(wanted + AS_IT_STANDS);
        out.extend_from_slice(std::mem::take(&mut self.before).as_bytes());
        while out.len() < wanted {
            let run = if self.view == View::Summary { self.page.run(self.at) } else { None };
            let Some(run) = run else {
                if self.add(&mut out) {
                    continue;
                }
                out.extend_from_slice(std::mem::take(&mut self.after).as_bytes());
                break;
            };
            // The first on the page comes without its comma.
            let without = usize::from(self.at == 0);
            let is_long = run.bytes(without).len() >= AS_IT_STANDS;
            if is_long && !out.is_empty() {
                break;
            }
            self.at += run.count();
            if is_long {
                return Some(run.kept(without));
            }
            out.extend_from_slice(run.bytes(without));
        }
        (!out.is_empty()).then(|| out.into())
    }
}

/// Reads a query that says which entries it is about, and takes other parameters too.
pub(super) fn read_query<'a>(query_string: &'a str, own: &[&str]) -> Query<'a> {
    let fields = Field::ALL.iter().map(|field| field.name());
    let takes: Vec<&str> = ["kind"].into_iter().chain(fields).chain(FILTERS).chain(own.iter().copied()).collect();
    Query::read(query_string, &takes)
}

/// Which entries a query is about, and how an address says so.
pub(super) fn read_part(query: &mut Query, snapshot: &Snapshot) -> (Vec<Kind>, Filter, Vec<(&'static str, String)>) {
    let given: Vec<Field> = Field::ALL.into_iter().filter(|field| query.has(field.name())).collect();
    let has_all = |kind: &Kind| given.iter().all(|field| Field::of(*kind).contains(field));
    let all: Vec<Kind> = Kind::ALL.iter().copied().filter(has_all).collect();
    let kinds = query.several("kind", &kinds(), &all);
    for field in given.iter().filter(|field| !kinds.iter().all(|kind| Field::of(*kind).contains(field))) {
        let having = Kind::ALL.iter().filter(|kind| Field::of(**kind).contains(field)).map(|kind| kind.code());
        let having: Vec<&str> = having.collect();
        let detail =
            format!("Not every kind asked about has the filter “{}”: {} have it.", field.name(), having.join(", "));
        query.fault(INVALID_PARAMETER, field.name(), detail, None, None);
    }
    let mut filter = read_filter(query, snapshot, &kinds);
    filter.variants = true;
    let mut pairs: Vec<(&'static str, String)> =
        canonical(query, "kind").map(|value| ("kind", value)).into_iter().collect();
    pairs.extend(filter.terms.iter().map(|(field, terms)| (field.name(), terms.join(","))));
    for name in FILTERS {
        pairs.extend(canonical(query, name).map(|value| (name, value)));
    }
    (kinds, filter, pairs)
}

/// What a copy must come to, kind by kind.
#[derive(Serialize, ToSchema)]
pub(super) struct DigestAnswer {
    /// The kinds.
    #[schema(max_items = 6)]
    data: Vec<KindDigest>,
    meta: DigestMeta,
    links: DigestLinks,
}

/// What a copy of the entries of a kind must come to.
#[derive(Serialize, ToSchema)]
struct KindDigest {
    kind: Kind,
    /// How many entries there are, variants included.
    #[schema(example = 35)]
    count: u64,
    /// The SHA-256 of every entry, laid over each other by exclusive or, in hexadecimal. Of an entry it is that of its
    /// JSON, as the feed's `data` has it with `view=full`: members in the order of their names, no white space, UTF-8.
    #[schema(
        min_length = 64,
        max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )]
    sha256: String,
}

/// About a digest.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DigestMeta {
    /// The change number that a copy must be of: `Directory-Change-Number` of the feed's last page.
    #[schema(minimum = 0, example = 240)]
    change_number: i64,
}

/// Where to go from a digest.
#[derive(Serialize, ToSchema)]
struct DigestLinks {
    /// This answer.
    #[serde(rename = "self")]
    #[schema(format = "uri", example = "https://directory.example/v1/changes/digest")]
    this: String,
    /// The first page of the changes that a copy is made from.
    #[schema(format = "uri", example = "https://directory.example/v1/changes")]
    changes: String,
}

/// Prove a copy
///
/// How many entries there are of each kind, and a hash of all of them in which their order does not matter. A copy made
/// from the feed with the same `kind` and filters comes to the same, or something was lost: `docs/sync.md` has the
/// recipe.
#[utoipa::path(
    get, path = "/v1/changes/digest", tag = "changes",
    responses((status = 200, description = "What a copy must come to.", body = DigestAnswer)),
)]
pub(super) fn get_digest(Call { service, request, .. }: Call<'_>) -> Answered {
    let snapshot = service.directory.snapshot();
    let mut query = read_query(request.query_string(), &[]);
    let (kinds, filter, pairs) = read_part(&mut query, &snapshot);
    query.finish()?;
    let head = snapshot.head();
    let address = |path: &str| Address::of(service, path).with_all(&pairs).finish();
    let body = || {
        let sums = kinds.iter().map(|kind| snapshot.sum(*kind, &filter));
        json(&DigestAnswer {
            data: sums.map(|sum| KindDigest { kind: sum.kind, count: sum.count, sha256: hex(&sum.digest) }).collect(),
            meta: DigestMeta { change_number: head.change_number },
            links: DigestLinks { this: address("changes/digest"), changes: address("changes") },
        })
    };
    Ok(of_directory(service, request, JSON, head, is_private(&filter), body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::serve::tests::service_in;

    fn query(kinds: &[Kind], after: i64, limit: usize) -> FeedQuery {
        let filter = Filter { variants: true, ..Filter::default() };
        FeedQuery { kinds: kinds.to_vec(), filter, after, limit }
    }

    #[actix_web::test]
    async fn a_page_that_is_made_while_it_is_sent_is_the_one_that_is_sent_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let snapshot = service_in(folder.path()).await.directory.snapshot();
        for length in [0, 1, 40] {
            let page = snapshot.feed(&query(Kind::ALL, 0, length));
            assert_eq!(page.len(), length);
            for (view, wanted) in [(View::Full, 1), (View::Full, 10_000), (View::Summary, 1), (View::Summary, 10_000)] {
                let whole = Told::new(page.clone(), view, "/next").whole(Vec::new());
                let json: Value = serde_json::from_slice(&whole).expect("JSON");
                assert_eq!(json["items"].as_array().expect("items").len(), length);
                let mut told = Told::new(page.clone(), view, "/next");
                let parts: Vec<Bytes> = std::iter::from_fn(|| told.next(wanted)).take(length + 3).collect();
                assert!(parts.len() < length + 3 && parts.iter().all(|part| !part.is_empty()), "it has an end");
                assert_eq!(parts.concat(), whole);
                assert!(length < 40 || parts.len() > 2, "{}", parts.len());
            }
        }
    }

    #[actix_web::test]
    async fn pages_are_the_same_whether_entries_are_put_in_order_or_met_on_a_walk() {
        let folder = tempfile::tempdir().expect("a folder");
        let snapshot = service_in(folder.path()).await.directory.snapshot();
        let follow = |kinds: &[Kind], limit: usize| {
            let (mut after, mut all) = (0, Vec::new());
            loop {
                let page = snapshot.feed(&query(kinds, after, limit));
                let Some(last) = page.last() else { return all };
                assert!(page.len() <= limit);
                after = last.item.change_number;
                let changes = (0..).map_while(|at| page.get(at));
                all.extend(changes.map(|changed| (changed.item.change_number, changed.is_there)));
            }
        };
        for kinds in [Kind::ALL, &[Kind::Framework], &[Kind::Academy, Kind::Provider]] {
            let all = follow(kinds, 1_000);
            assert!(all.len() > 1 && all.is_sorted(), "{kinds:?} {all:?}");
            for limit in [1, 2, 10, 100] {
                assert_eq!(follow(kinds, limit), all, "by {limit}");
            }
        }
    }
}
