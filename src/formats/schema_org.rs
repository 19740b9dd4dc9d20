//! Entries as schema.org describes such things, in JSON-LD. What no source states is left out: an absent property says
//! nothing, and nothing is made up to fill one.

use serde_json::{Map, Value, json};

use super::occasions::course_format;
use super::report::{Finding, Rules};
use super::{Form, Subject};
use crate::model::codes::Kind;
use crate::model::identity::parse_reference;
use crate::model::text::DeliveryModeCode;

/// What the vocabulary is known by.
const CONTEXT: &str = "https://schema.org";

/// The media type of JSON-LD.
pub const MEDIA_TYPE: &str = "application/ld+json";

/// What an entry names and does not hold.
pub trait Surroundings: Send {
    /// The title and the own address of an entry.
    fn entry(&self, kind: Kind, id: &str) -> Option<(String, Option<String>)>;
    /// Where the directory tells of an entry.
    fn address(&self, kind: Kind, id: &str) -> String;
    /// The label of a term.
    fn label(&self, scheme: &str, code: &str) -> Option<String>;
}

/// The members of an object that say something.
#[derive(Default)]
struct Node(Map<String, Value>);

impl Node {
    fn of(types: &Value) -> Self {
        Self::default().with("@type", Some(types.clone()))
    }

    fn with(mut self, key: &str, value: Option<Value>) -> Self {
        if let Some(value) =
            value.filter(|value| !value.is_null() && value.as_array().is_none_or(|all| !all.is_empty()))
        {
            self.0.insert(key.to_owned(), value);
        }
        self
    }

    fn done(self) -> Value {
        Value::Object(self.0)
    }
}

/// One entry as a document of its own, given as the directory holds it.
#[must_use]
pub fn document(entry: &Value, around: &dyn Surroundings) -> Value {
    let mut members = Map::new();
    members.insert("@context".to_owned(), CONTEXT.into());
    if let Value::Object(node) = node(entry, around) {
        members.extend(node);
    }
    Value::Object(members)
}

/// JSON-LD as text that may stand inside a `<script>` of a page: nothing in it can end that element.
#[must_use]
pub fn written(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

/// Entries as a list (`ItemList`) that tells each of them in full.
pub struct Linked<S> {
    around: S,
    address: String,
    total: u64,
    /// How many have been told.
    position: u64,
}

impl<S> Linked<S> {
    /// A list at an address, of as many entries in all.
    pub const fn new(around: S, address: String, total: u64) -> Self {
        Self { around, address, total, position: 0 }
    }
}

impl<S: Surroundings> Form for Linked<S> {
    fn begin(&mut self, out: &mut Vec<u8>) {
        let head = json!({"@context": CONTEXT, "@type": "ItemList", "@id": self.address, "numberOfItems": self.total});
        out.extend_from_slice(head.to_string().trim_end_matches('}').as_bytes());
        out.extend_from_slice(b",\"itemListElement\":[");
    }

    fn entry(&mut self, subject: &Subject<'_>, out: &mut Vec<u8>) {
        let entry = serde_json::from_slice(subject.json).unwrap_or_default();
        out.extend_from_slice(if self.position == 0 { b"\n" } else { b",\n" });
        self.position += 1;
        let item = json!({"@type": "ListItem", "position": self.position, "item": node(&entry, &self.around)});
        out.extend_from_slice(written(&item).as_bytes());
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\n]}\n");
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

fn items<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn owned(value: &Value, pointer: &str) -> Option<Value> {
    value.pointer(pointer).cloned()
}

/// Some values as one, or as a list; nothing where there are none.
fn some(values: Vec<Value>) -> Option<Value> {
    if values.len() < 2 { values.into_iter().next() } else { Some(Value::Array(values)) }
}

/// One entry as schema.org describes it.
fn node(entry: &Value, around: &dyn Surroundings) -> Value {
    let (kind, id) = (text(entry, "/kind").and_then(Kind::from_code), text(entry, "/id").unwrap_or_default());
    let Some(kind) = kind else { return Value::Null };
    let scheme = format!("{kind}-type");
    let uid = text(entry, "/uid").unwrap_or_default();
    let common = Node::of(&types(kind, text(entry, "/type").unwrap_or_default()))
        .with("@id", Some(around.address(kind, id).into()))
        .with("identifier", Some(format!("urn:uuid:{uid}").into()))
        .with("name", owned(entry, "/title"))
        .with("alternateName", some(items(entry, "/aliases").cloned().collect()))
        .with("description", owned(entry, "/summary"))
        .with("url", owned(entry, "/url"))
        .with(
            "disambiguatingDescription",
            text(entry, "/type").and_then(|code| around.label(&scheme, code)).map(Value::from),
        );
    let node = match kind {
        Kind::Programme => programme(common, entry, around),
        Kind::Provider => organisation(common, entry)
            .with(
                "parentOrganization",
                text(entry, "/parent").map(|id| reference(Kind::Provider, id, "Organization", around)),
            )
            .with("contactPoint", entry.get("contact").filter(|contact| contact.is_object()).map(contact)),
        Kind::Academy => organisation(common, entry)
            .with("memberOf", text(entry, "/memberOf").map(|id| reference(Kind::Academy, id, "Organization", around)))
            .with("areaServed", region(entry, around)),
        Kind::CoachingLink => common
            .with("provider", text(entry, "/provider").and_then(|organiser| organiser_of(organiser, around)))
            .with("areaServed", region(entry, around))
            .with("audience", audience(entry, around))
            .with("offers", offers(entry)),
        Kind::Resource if is_organisation(text(entry, "/type").unwrap_or_default()) => common,
        Kind::Resource => work(common, entry, around)
            .with("audience", audience(entry, around))
            .with("isAccessibleForFree", is_free(entry))
            .with("offers", offers(entry)),
        Kind::Framework => work(common, entry, around).with("hasPart", some(parts(entry, &around.address(kind, id)))),
    };
    node.done()
}

/// What schema.org calls a thing of a kind and type.
fn types(kind: Kind, entry_type: &str) -> Value {
    match (kind, entry_type) {
        (Kind::Programme, "course" | "e-learning") => "Course".into(),
        // A programme is both: what is said of courses, and of programmes that lead to something.
        (Kind::Programme, _) => json!(["Course", "EducationalOccupationalProgram"]),
        (Kind::Provider | Kind::Academy, _) => "Organization".into(),
        (Kind::CoachingLink, _) => "Service".into(),
        (Kind::Resource, entry_type) if is_organisation(entry_type) => "Organization".into(),
        (Kind::Resource, "report" | "survey") => "Report".into(),
        (Kind::Resource, "blog") => "Blog".into(),
        (Kind::Resource, "blog-post") => "BlogPosting".into(),
        (Kind::Resource, "website") => "WebSite".into(),
        (Kind::Resource, "participation-page" | "eligibility-page") => "WebPage".into(),
        (Kind::Resource | Kind::Framework, _) => "CreativeWork".into(),
    }
}

/// Whether a resource is something that people join.
fn is_organisation(resource_type: &str) -> bool {
    ["network", "faculty", "professional-body"].contains(&resource_type)
}

fn programme(common: Node, entry: &Value, around: &dyn Surroundings) -> Node {
    let awards = items(entry, "/awards").map(|award| {
        Node::of(&"EducationalOccupationalCredential".into())
            .with("name", owned(award, "/title"))
            .with(
                "credentialCategory",
                text(award, "/type").and_then(|code| around.label("award-type", code)).map(Value::from),
            )
            .with(
                "recognizedBy",
                text(award, "/awardedBy").map(|id| reference(Kind::Provider, id, "Organization", around)),
            )
            .done()
    });
    let conditions = text(entry, "/eligibility/asPrinted");
    let is_program = text(entry, "/type").is_some_and(|code| code != "course" && code != "e-learning");
    work(common, entry, around)
        .with("provider", text(entry, "/provider").map(|id| reference(Kind::Provider, id, "Organization", around)))
        .with("isPartOf", text(entry, "/variantOf").map(|id| reference(Kind::Programme, id, "Course", around)))
        .with("audience", audience(entry, around))
        .with("coursePrerequisites", conditions.map(Value::from))
        .with("programPrerequisites", conditions.filter(|_| is_program).map(Value::from))
        .with("educationalCredentialAwarded", some(awards.collect()))
        .with("timeToComplete", length(entry, "calendar").filter(|_| is_program))
        .with("isAccessibleForFree", is_free(entry))
        .with("offers", offers(entry))
        .with("hasCourseInstance", some(instances(entry, around)))
}

fn organisation(common: Node, entry: &Value) -> Node {
    common.with("foundingDate", owned(entry, "/valid/from")).with("dissolutionDate", owned(entry, "/valid/to"))
}

/// What is said of whatever somebody wrote or made: who, when, and what it rests on.
fn work(common: Node, entry: &Value, around: &dyn Surroundings) -> Node {
    let publishers = items(entry, "/providers").filter_map(Value::as_str);
    let publishers = publishers.map(|id| reference(Kind::Provider, id, "Organization", around));
    let sources = items(entry, "/sources").map(|source| {
        let publisher = text(source, "/publisher").map(|name| json!({"@type": "Organization", "name": name}));
        Node::of(&"CreativeWork".into())
            .with("name", owned(source, "/title"))
            .with("url", owned(source, "/url"))
            .with("publisher", publisher)
            .with("datePublished", owned(source, "/published"))
            .done()
    });
    common
        .with("publisher", some(publishers.collect()))
        .with("datePublished", owned(entry, "/published"))
        .with(
            "creativeWorkStatus",
            text(entry, "/status/term").and_then(|code| around.label("status", code)).map(Value::from),
        )
        // When the directory told it so, not when the thing itself was changed.
        .with("sdDatePublished", owned(entry, "/modifiedAt"))
        .with("citation", some(sources.collect()))
}

/// An entry that another names.
fn reference(kind: Kind, id: &str, of_type: &str, around: &dyn Surroundings) -> Value {
    let (title, url) = around.entry(kind, id).unzip();
    Node::of(&of_type.into())
        .with("@id", Some(around.address(kind, id).into()))
        .with("name", title.map(Value::from))
        .with("url", url.flatten().map(Value::from))
        .done()
}

/// A provider or an academy, as `kind/slug` names it.
fn organiser_of(organiser: &str, around: &dyn Surroundings) -> Option<Value> {
    let (kind, id) = parse_reference(organiser)?;
    Some(reference(kind, id, "Organization", around))
}

fn contact(contact: &Value) -> Value {
    Node::of(&"ContactPoint".into())
        .with("telephone", owned(contact, "/telephone"))
        .with("email", owned(contact, "/email"))
        .with("contactType", owned(contact, "/purpose"))
        .done()
}

fn region(entry: &Value, around: &dyn Surroundings) -> Option<Value> {
    let label = around.label("region", text(entry, "/region")?)?;
    Some(json!({"@type": "AdministrativeArea", "name": label}))
}

/// For whom it is, role by role: who may take part, and for whom it was designed.
fn audience(entry: &Value, around: &dyn Surroundings) -> Option<Value> {
    let from_title: Vec<&str> = items(entry, "/audience/fromTitle").filter_map(Value::as_str).collect();
    let mut roles = Vec::new();
    for member in ["/audience/openTo", "/audience/aimedAt"] {
        // What was read off a title alone is not stated.
        let codes = items(entry, member).filter(|_| !from_title.contains(&member)).filter_map(Value::as_str);
        for role in codes.filter_map(|code| around.label("role", code)) {
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
    }
    some(roles.into_iter().map(|role| json!({"@type": "EducationalAudience", "educationalRole": role})).collect())
}

/// The one length of a sort that is stated of the whole, flatly.
fn length(entry: &Value, sort: &str) -> Option<Value> {
    let is_flat = |duration: &&Value| {
        ["upTo", "qualifier", "per", "of"].iter().all(|member| duration.get(*member).is_none_or(Value::is_null))
    };
    let mut flat = items(entry, "/durations").filter(|duration| text(duration, "/kind") == Some(sort)).filter(is_flat);
    let length = owned(flat.next()?, "/value");
    // Where sources differ, neither is told as the length.
    length.filter(|_| flat.next().is_none())
}

/// Whether it is free to all: where every stated cost says so.
fn is_free(entry: &Value) -> Option<Value> {
    let costs: Vec<&Value> = items(entry, "/costs").collect();
    let is_free = |cost: &&Value| ["free", "free-on-registration"].contains(&text(cost, "/type").unwrap_or_default());
    // What is free to some is not said to be free.
    let is_for_all = |cost: &&Value| text(cost, "/appliesTo").is_none();
    (!costs.is_empty() && costs.iter().all(|cost| is_free(cost) && is_for_all(cost))).then_some(Value::Bool(true))
}

fn offers(entry: &Value) -> Option<Value> {
    // What only those pay who withdraw is no price of the thing.
    let is_price = |cost: &&Value| text(cost, "/type") != Some("withdrawal-charge");
    some(items(entry, "/costs").filter(is_price).map(offer).collect())
}

/// A cost as an offer.
fn offer(cost: &Value) -> Value {
    let category = match text(cost, "/type") {
        Some("free" | "free-on-registration") => Some("Free"),
        Some("fee") => Some("Paid"),
        Some("membership-fee") => Some("Subscription"),
        _ => None,
    };
    let price = owned(cost, "/amount/value").filter(|price| !price.is_null());
    let vat = match text(cost, "/vat") {
        Some("included") => Some(Value::Bool(true)),
        Some("excluded") => Some(Value::Bool(false)),
        _ => None,
    };
    let specification = price.is_some().then(|| {
        Node::of(&"UnitPriceSpecification".into())
            .with("price", price.clone())
            .with("priceCurrency", owned(cost, "/amount/currency"))
            .with("valueAddedTaxIncluded", vat)
            .with("unitText", owned(cost, "/per"))
            .done()
    });
    Node::of(&"Offer".into())
        .with("category", category.map(Value::from))
        .with("name", owned(cost, "/appliesTo"))
        .with("description", owned(cost, "/note"))
        .with("price", price)
        .with("priceCurrency", owned(cost, "/amount/currency"))
        .with("priceSpecification", specification)
        .done()
}

/// The offerings that can still be taken.
fn instances(entry: &Value, around: &dyn Surroundings) -> Vec<Value> {
    let address = around.address(Kind::Programme, text(entry, "/id").unwrap_or_default());
    let workload = length(entry, "study");
    let still = items(entry, "/offerings").filter(|offering| offering.get("withdrawn") != Some(&Value::Bool(true)));
    still
        .map(|offering| {
            let own = offering.pointer("/modes").filter(|modes| modes.is_array());
            let modes =
                own.or_else(|| entry.pointer("/delivery/modes")).and_then(Value::as_array).into_iter().flatten();
            let modes: Vec<_> = modes.filter_map(Value::as_str).map(|code| DeliveryModeCode(code.to_owned())).collect();
            let mode = match course_format(&modes) {
                Some("online") => Some("Online"),
                Some("on_campus") => Some("Onsite"),
                Some("blended") => Some("Blended"),
                _ => None,
            };
            let place = text(offering, "/place").map(|place| json!({"@type": "Place", "name": place}));
            Node::of(&"CourseInstance".into())
                .with("@id", text(offering, "/id").map(|id| format!("{address}#{id}").into()))
                .with("courseMode", mode.map(Value::from))
                .with("courseWorkload", workload.clone())
                .with("startDate", owned(offering, "/start"))
                .with("endDate", owned(offering, "/end"))
                .with("location", place)
                .with("organizer", text(offering, "/organiser").and_then(|organiser| organiser_of(organiser, around)))
                .with("maximumAttendeeCapacity", owned(offering, "/places"))
                .with("url", owned(offering, "/url"))
                .with("description", owned(offering, "/note"))
                .with("offers", offering.get("cost").filter(|cost| cost.is_object()).map(offer))
                .done()
        })
        .collect()
}

/// The parts of a framework, in order.
fn parts(entry: &Value, address: &str) -> Vec<Value> {
    let all = ["/domains", "/dimensions", "/behaviours", "/careerStages"];
    let parts = all.iter().flat_map(|member| items(entry, member));
    parts
        .map(|part| {
            Node::of(&"CreativeWork".into())
                .with("@id", text(part, "/id").map(|id| format!("{address}#{id}").into()))
                .with("name", owned(part, "/title"))
                .with("position", owned(part, "/order"))
                .with("description", owned(part, "/summary"))
                .done()
        })
        .collect()
}

/// The longest description that a list of courses shows, in characters.
const LONGEST_DESCRIPTION: usize = 500;

/// The fewest courses of a list.
const FEWEST: usize = 3;

/// What a search engine asks of a list of courses (Google's structured data for courses).
pub struct CourseRules<S> {
    /// What entries name.
    pub around: S,
}

impl<S: Surroundings> Rules for CourseRules<S> {
    fn findings(&mut self, subject: &Subject<'_>) -> Vec<Finding> {
        let entry: Value = serde_json::from_slice(subject.json).unwrap_or_default();
        let row = self.around.address(Kind::Programme, text(&entry, "/id").unwrap_or_default());
        let mut findings = Vec::new();
        let length = text(&entry, "/summary").unwrap_or_default().chars().count();
        if length > LONGEST_DESCRIPTION {
            let detail = format!("The description has {length} characters; {LONGEST_DESCRIPTION} are shown at most.");
            findings.push(Finding::warning(&row, "description", detail, "Shorten the programme's summary."));
        }
        let provider = text(&entry, "/provider").and_then(|id| self.around.entry(Kind::Provider, id));
        if provider.is_none_or(|(_, url)| url.is_none()) {
            let detail = "The provider has no known address, which is asked for.".to_owned();
            findings.push(Finding::error(&row, "provider", detail, "Add the provider's address."));
        }
        for (column, member, what) in
            [("offers", "/costs", "what it costs"), ("hasCourseInstance", "/offerings/0", "when it can be taken")]
        {
            if entry.pointer(member).is_none_or(Value::is_null) {
                let detail = format!("No source states {what}, which course information asks for.");
                findings.push(Finding::warning(&row, column, detail, "Add it, with its source, where one states it."));
            }
        }
        findings
    }

    fn at_the_end(&mut self, rows: usize) -> Vec<Finding> {
        if rows >= FEWEST {
            return Vec::new();
        }
        let detail = format!("There are {rows} courses; a list is shown from {FEWEST} on.");
        vec![Finding::error("", "itemListElement", detail, "Choose wider filters.")]
    }
}
