//! Looking for a text in the whole directory, and what may be typed next.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::address::Address;
use super::answer::{Asked, Envelope, JSON, Part, json as text_of};
use super::changes::{read_part, read_query};
use super::entries::entry_address;
use super::list::{MOST, USUAL, add_found, at, is_private, notice_of, read_cursor, read_text};
use super::problem::INVALID_PARAMETER;
use super::query::Query;
use super::routes::{Answered, Call};
use crate::catalogue::{Cursor, LONGEST_TEXT, SearchPage, SearchQuery, Snapshot, Source, Suggestion, View};
use crate::model::codes::Kind;

/// How many suggestions there are at most, and how many where no number is asked for.
pub(super) const MOST_SUGGESTIONS: usize = 20;
pub(super) const USUAL_SUGGESTIONS: usize = 8;

/// Search the directory
///
/// One page of what has the words of `q`, of every kind, the best first: its summary, and how it answers. The filters
/// are those of the lists; the kinds that have all that are given are looked in. `meta.kinds` counts what was found of
/// each.
#[utoipa::path(
    get, path = "/v1/search", tag = "search",
    responses((status = 200, description = "A page of what was found.", body = ref("#/components/schemas/SearchPage"))),
)]
pub(super) fn search_directory(Call { service, request, .. }: Call<'_>) -> Answered {
    let snapshot = service.directory.snapshot();
    let mut query = read_query(request.query_string(), &["q", "limit", "cursor"]);
    let (kinds, mut filter, mut pairs) = read_part(&mut query, &snapshot);
    filter.variants = false;
    filter.text = read_text(&mut query, Kind::ALL, filter.ids.is_some());
    require_text(&mut query);
    let limit = query.number("limit", 1, MOST, USUAL);
    if let Some(sought) = &filter.text {
        pairs.insert(0, ("q", sought.text.typed.clone()));
    }
    if limit != USUAL {
        pairs.push(("limit", limit.to_string()));
    }
    let mut asked = SearchQuery { kinds, limit, filter, after: None };
    asked.after = read_cursor(&mut query, &asked);
    query.finish()?;
    let address = |cursor: Option<&Cursor>| at(Address::of(service, "search").with_all(&pairs), cursor);
    let this = || address(asked.after.as_ref());
    let answer = Asked {
        service,
        request,
        snapshot: &snapshot,
        media_type: JSON,
        is_private: is_private(&asked.filter),
        address: &this,
        tag: None,
    };
    answer.answer(|this| {
        snapshot.look_for(&asked.filter)?;
        let page = snapshot.search_page(&asked);
        let next = page.next.as_ref().map(|cursor| address(Some(cursor)));
        let links = json!({"self": this, "next": next});
        Ok(Part { body: page_of(&snapshot, &asked, &page, &links), next })
    })
}

fn page_of(snapshot: &Snapshot, asked: &SearchQuery, page: &SearchPage<'_>, links: &Value) -> Vec<u8> {
    let mut envelope = Envelope::list(page.items.len() * (View::Summary.usual_length() + 500));
    for (at, item) in page.items.iter().enumerate() {
        page.ask_ahead(at);
        envelope.item_with(|text| {
            let entry = text.len();
            item.write(View::Summary, text);
            add_found(text, entry, snapshot, &asked.filter, item);
        });
    }
    let kinds = page
        .counts
        .iter()
        .map(|(kind, count)| json!({"kind": kind.code(), "count": count, "selected": asked.kinds.contains(kind)}));
    let meta = json!({
        "changeNumber": snapshot.head().change_number,
        "total": page.total,
        "limit": asked.limit,
        "kinds": kinds.collect::<Vec<_>>(),
        "notices": asked.filter.hits().and_then(notice_of).into_iter().collect::<Vec<_>>(),
    });
    envelope.finish(&meta, links)
}

/// Notes that `q` is missing, where it is.
fn require_text(query: &mut Query) {
    if !query.has("q") {
        query.fault(INVALID_PARAMETER, "q", "“q” is missing. Send words to look for.".to_owned(), None, None);
    }
}

/// What may be typed next.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Suggestions {
    /// The suggestions, the likeliest first.
    #[schema(max_items = 20)]
    data: Vec<SuggestionBody>,
    meta: SuggestionsMeta,
}

/// Something that was begun to be typed.
#[derive(Debug, Serialize, ToSchema)]
struct SuggestionBody {
    /// What it is called.
    #[schema(example = "Mary Seacole programme")]
    title: String,
    /// What it is: a kind of entry, or a filter that takes it.
    #[schema(max_length = 40, example = "programme")]
    of: &'static str,
    /// Its id, or its term.
    #[schema(max_length = 80, example = "mary-seacole")]
    id: String,
    /// Where the directory tells of it.
    #[schema(format = "uri", example = "https://directory.example/v1/programmes/mary-seacole")]
    href: String,
}

/// About suggestions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SuggestionsMeta {
    /// The change number of what is shown.
    #[schema(minimum = 0, example = 240)]
    change_number: i64,
}

/// Suggest as one types
///
/// The titles of entries, and the roles and regions, in which every word of `q` is the beginning of one: for a box that
/// completes what is typed. An entry is found by its other names and by who runs it too. What was typed so far is not
/// searched for; that is `/v1/search`.
#[utoipa::path(
    get, path = "/v1/suggestions", tag = "search",
    responses((status = 200, description = "What may be meant.", body = Suggestions)),
)]
pub(super) fn list_suggestions(Call { service, request, .. }: Call<'_>) -> Answered {
    let snapshot = service.directory.snapshot();
    let mut query = Query::read(request.query_string(), &["q", "limit"]);
    require_text(&mut query);
    let limit = query.number("limit", 1, MOST_SUGGESTIONS, USUAL_SUGGESTIONS);
    let typed = query.text("q").unwrap_or_default();
    if typed.chars().count() > LONGEST_TEXT || typed.chars().any(char::is_control) {
        let detail = format!("“q” takes {LONGEST_TEXT} characters at most, and no control characters.");
        query.fault(INVALID_PARAMETER, "q", detail, None, None);
    }
    query.finish()?;
    let told = |suggestion: Suggestion| match &suggestion {
        Suggestion::Entry(item) => SuggestionBody {
            title: item.title.to_string(),
            of: item.kind.code(),
            id: item.id.to_string(),
            href: entry_address(&service.public_url, item.kind, &item.id),
        },
        Suggestion::Term(field, code, label) => {
            let scheme = if let Source::Scheme(scheme) = field.source(Kind::Programme) { scheme } else { "" };
            SuggestionBody {
                title: label.to_string(),
                of: field.name(),
                id: code.to_string(),
                href: format!("{}/v1/vocabularies/{scheme}/{code}", service.public_url),
            }
        }
    };
    let answer = Asked {
        service,
        request,
        snapshot: &snapshot,
        media_type: JSON,
        is_private: false,
        address: &|| format!("suggestions {limit} {typed}"),
        tag: None,
    };
    answer.answer(|_| {
        let data = snapshot.suggest(&typed, limit)?.into_iter().map(told).collect();
        let meta = SuggestionsMeta { change_number: snapshot.head().change_number };
        Ok(Part { body: text_of(&Suggestions { data, meta }).into_bytes(), next: None })
    })
}
