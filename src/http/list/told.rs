//! What a list tells beside its entries: about the page, where to go from it, and why each entry is on it.

use serde_json::{Value, json};

use crate::catalogue::{FacetTerm, Field, Filter, Hits, Item, Likeness, Looked, Snapshot, Snippet};
use crate::http::answer::{add_member, push_all, write_json, write_text};
use crate::http::query::shown;
use crate::model::codes::Kind;

/// About a page of a list.
pub(super) struct Meta<'a> {
    pub(super) change_number: i64,
    pub(super) total: u64,
    pub(super) possible: u64,
    pub(super) limit: u64,
    pub(super) matching: &'static str,
    pub(super) not_stated: &'a [(Field, u64)],
    pub(super) notices: Vec<Value>,
}

impl Meta<'_> {
    /// Writes it as JSON text, but for the brace at its end.
    pub(super) fn open(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(b"{\"changeNumber\":");
        write_json(text, &self.change_number);
        for (name, number) in
            [(",\"total\":", self.total), (",\"possible\":", self.possible), (",\"limit\":", self.limit)]
        {
            text.extend_from_slice(name.as_bytes());
            write_json(text, &number);
        }
        push_all(text, &[",\"match\":\"", self.matching, "\",\"notStated\":{"]);
        for (index, (field, number)) in self.not_stated.iter().enumerate() {
            push_all(text, &[if index == 0 { "\"" } else { ",\"" }, field.name(), "\":"]);
            write_json(text, number);
        }
        text.extend_from_slice(b"},\"notices\":");
        if self.notices.is_empty() {
            text.extend_from_slice(b"[]");
        } else {
            write_json(text, &self.notices);
        }
    }
}

/// Where to go from a page.
pub(super) struct Links<'a> {
    pub(super) this: &'a str,
    pub(super) next: Option<&'a str>,
    pub(super) possible: Option<&'a str>,
}

impl Links<'_> {
    /// Writes them as JSON text.
    pub(super) fn write(&self, text: &mut Vec<u8>) {
        let links = [("{\"self\":", Some(self.this)), (",\"next\":", self.next), (",\"possible\":", self.possible)];
        for (name, address) in links {
            text.extend_from_slice(name.as_bytes());
            match address {
                Some(address) => write_text(text, address),
                None => text.extend_from_slice(b"null"),
            }
        }
        text.push(b'}');
    }
}

/// Writes the terms of some facets with their counts.
pub(super) fn write_facets<'a, T: Iterator<Item = FacetTerm<'a>>>(
    text: &mut Vec<u8>,
    fields: &[Field],
    terms: impl Fn(Field) -> T,
) {
    text.push(b'{');
    for field in fields {
        push_all(text, &[if text.last() == Some(&b'{') { "\"" } else { ",\"" }, field.name(), "\":["]);
        for FacetTerm { json, count, selected } in terms(*field) {
            if text.last() == Some(&b'}') {
                text.push(b',');
            }
            push_all(text, &[json, ",\"count\":"]);
            write_json(text, &count);
            text.extend_from_slice(if selected { b",\"selected\":true}" } else { b",\"selected\":false}" });
        }
        text.push(b']');
    }
    text.push(b'}');
}

/// Adds to an entry, which stands in a text from a place on, how it answers what was looked for.
pub(in crate::http) fn add_found(text: &mut Vec<u8>, entry: usize, snapshot: &Snapshot, filter: &Filter, item: &Item) {
    if let Some((likeness, snippet)) = filter.hits().and_then(|hits| snapshot.tell(hits, item)) {
        add_member(text, entry, "found", |text| {
            push_all(text, &["{\"how\":\"", likeness.code(), "\",\"snippet\":"]);
            match &snippet {
                Some(snippet) => write_snippet(text, snippet),
                None => text.extend_from_slice(b"null"),
            }
            text.push(b'}');
        });
    }
}

/// Writes where an entry has what was looked for. Pointers need no escaping.
fn write_snippet(text: &mut Vec<u8>, snippet: &Snippet<'_>) {
    push_all(text, &["{\"at\":\"", snippet.at, "\",\"parts\":["]);
    let mut part = |part: &str, is_match| {
        text.extend_from_slice(if text.last() == Some(&b'[') { b"{\"text\":" } else { b",{\"text\":" });
        write_text(text, part);
        text.extend_from_slice(if is_match { b",\"isMatch\":true}" } else { b",\"isMatch\":false}" });
    };
    let (is_cut_before, is_cut_after) = snippet.is_cut();
    if is_cut_before {
        part("…", false);
    }
    snippet.each(&mut part);
    if is_cut_after {
        part("…", false);
    }
    text.extend_from_slice(b"]}");
}

/// What a reader should know about what a text found.
pub(in crate::http) fn notice_of(hits: &Hits) -> Option<Value> {
    let detail = if hits.text.is_empty() {
        "There is no word in “q” to look for: it has none, or only such as every text has. Send one that tells what you mean."
            .to_owned()
    } else if hits.text.left_out > 0 {
        format!("“q” has {} more words than are looked for. Send the few that tell what you mean.", hits.text.left_out)
    } else {
        match hits.best()? {
            Likeness::Typo => {
                "Nothing has these words as they are spelt. What is shown has words spelt nearly so.".to_owned()
            }
            Likeness::Some => "Nothing has all of these words. What is shown has some of them.".to_owned(),
            Likeness::Exact | Likeness::Prefix => return None,
        }
    };
    Some(json!({"parameter": "q", "detail": detail}))
}

/// What a reader should know about a page of a list.
pub(super) fn notices(snapshot: &Snapshot, kind: Kind, filter: &Filter) -> Vec<Value> {
    let unknown = filter.ids.iter().flatten().filter_map(|id| {
        let detail = match snapshot.look(kind, id) {
            Looked::Found(_) => return None,
            Looked::Renamed(item) => format!("The {kind} “{id}” is called “{}” now.", item.id),
            Looked::Nothing => format!("There is no {kind} “{}”.", shown(id)),
        };
        Some(json!({"parameter": "id", "detail": detail}))
    });
    unknown.chain(filter.hits().and_then(notice_of)).collect()
}
