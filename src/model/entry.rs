//! The six kinds of entry. What they share is written once, in the macro below.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::audience::Audience;
use super::codes::{
    AcademyType, Basis, CoachingLinkType, FrameworkType, Kind, ProgrammeType, ProviderType, Publication, ResourceType,
    ServiceRole,
};
use super::eligibility::Eligibility;
use super::programme::{Application, Award, Bursary, Cost, Delivery, Duration, Offering};
use super::source::{Link, Related, Source, Statement, Status};
use super::text::{
    AcademyRef, AsPrinted, CoachingLinkRef, FrameworkRef, Line, Moment, OrganiserRef, PartialDate, ProgrammeRef, Prose,
    ProviderRef, RegionCode, Slug, SourceId, WebAddress,
};

/// What the directory adds to an entry's content when it serves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The id outside systems keep.
    pub uid: Uuid,
    /// How many versions of the entry there have been.
    pub version: i64,
    /// The change number of its last change.
    pub change_number: i64,
    /// When it was created.
    pub created_at: Moment,
    /// When it last changed.
    pub modified_at: Moment,
}

/// Declares the kinds: the members all share, around those of each.
macro_rules! entries {
    ($($(#[doc = $doc:literal])+ $name:ident { type: $type:ty, $($(#[doc = $fdoc:literal])+ $(#[serde($($fattr:tt)+)])? $field:ident: $ty:ty,)* })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
            #[serde(rename_all = "camelCase")]
            pub struct $name {
                /// The readable id, unique within the kind.
                pub id: Slug,
                /// The id outside systems keep: it never changes, not even when the readable id does.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(read_only)]
                pub uid: Option<Uuid>,
                /// What the entry is.
                pub kind: Kind,
                /// What form of that kind it has.
                #[serde(rename = "type")]
                pub entry_type: $type,
                /// Its name.
                pub title: Line,
                /// Other names, abbreviations and known misspellings.
                #[serde(default)]
                pub aliases: Vec<Line>,
                /// What it is, in one or two sentences of our own.
                pub summary: Prose,
                /// More about it, in our own words.
                pub description: Option<Prose>,
                /// Its main address; null where none is known.
                pub url: Option<WebAddress>,
                $($(#[doc = $fdoc])+ $(#[serde($($fattr)+)])? pub $field: $ty,)*
                /// Further pages about it.
                #[serde(default)]
                pub links: Vec<Link>,
                /// Other entries it has to do with.
                #[serde(default)]
                pub related: Vec<Related>,
                /// Further facts, and what a reader should beware of.
                #[serde(default)]
                pub notes: Vec<Statement>,
                /// Whether it still exists or runs.
                pub status: Status,
                /// The pages and documents its facts were read in.
                #[schema(min_items = 1)]
                pub sources: Vec<Source>,
                /// Which sources state which members: JSON Pointer to source ids.
                #[serde(default)]
                #[schema(value_type = std::collections::BTreeMap<String, Vec<SourceId>>)]
                pub evidence: Evidence,
                /// Whether it is shown to the public.
                #[serde(default = "published")]
                pub publication: Publication,
                /// How many versions of the entry there have been.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(read_only, minimum = 1)]
                pub version: Option<i64>,
                /// The change number of its last change.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(read_only, minimum = 1)]
                pub change_number: Option<i64>,
                /// When it was created.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(read_only)]
                pub created_at: Option<Moment>,
                /// When it last changed.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(read_only)]
                pub modified_at: Option<Moment>,
            }
        )+

        /// An entry of any kind.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Entry {
            $(#[doc = concat!("A `", stringify!($name), "`.")] $name(Box<$name>),)+
        }

        impl Entry {
            /// Reads an entry of a kind from JSON whose shape has been checked.
            ///
            /// # Errors
            /// Where the JSON does not have the kind's shape.
            pub fn from_json(kind: Kind, json: serde_json::Value) -> Result<Self, serde_json::Error> {
                Ok(match kind { $(Kind::$name => Self::$name(serde_json::from_value(json)?),)+ })
            }

            /// Reads an entry of a kind from JSON text that this crate wrote.
            ///
            /// # Errors
            /// Where the text is not JSON of the kind's shape.
            pub fn from_text(kind: Kind, text: &str) -> Result<Self, serde_json::Error> {
                Ok(match kind { $(Kind::$name => Self::$name(serde_json::from_str(text)?),)+ })
            }

            /// The entry as JSON text, members in the order of its type.
            ///
            /// # Errors
            /// Never for values this crate makes.
            pub fn to_text(&self) -> Result<String, serde_json::Error> {
                // Most take less: what grows is copied each time.
                let mut text = Vec::with_capacity(4_096);
                match self { $(Self::$name(entry) => serde_json::to_writer(&mut text, entry)?,)+ }
                String::from_utf8(text).map_err(serde::ser::Error::custom)
            }

            /// What the entry is.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$name(_) => Kind::$name,)+ }
            }

            /// The readable id.
            #[must_use]
            pub fn id(&self) -> &Slug {
                match self { $(Self::$name(entry) => &entry.id,)+ }
            }

            /// The name.
            #[must_use]
            pub fn title(&self) -> &Line {
                match self { $(Self::$name(entry) => &entry.title,)+ }
            }

            /// The sources.
            #[must_use]
            pub fn sources(&self) -> &[Source] {
                match self { $(Self::$name(entry) => &entry.sources,)+ }
            }

            /// Which sources state which members.
            #[must_use]
            pub fn evidence(&self) -> &Evidence {
                match self { $(Self::$name(entry) => &entry.evidence,)+ }
            }

            /// Whether it is shown to the public.
            #[must_use]
            pub fn publication(&self) -> Publication {
                match self { $(Self::$name(entry) => entry.publication,)+ }
            }

            /// Writes the stamp into the entry, or takes it out.
            pub fn stamp(&mut self, stamp: Option<&Stamp>) {
                match self { $(Self::$name(entry) => {
                    entry.uid = stamp.map(|stamp| stamp.uid);
                    entry.version = stamp.map(|stamp| stamp.version);
                    entry.change_number = stamp.map(|stamp| stamp.change_number);
                    entry.created_at = stamp.map(|stamp| stamp.created_at.clone());
                    entry.modified_at = stamp.map(|stamp| stamp.modified_at.clone());
                })+ }
            }
        }
    };
}

/// JSON Pointers to the ids of the sources that state the member.
pub type Evidence = std::collections::BTreeMap<String, Vec<SourceId>>;

/// The publication of an entry that does not say.
fn published() -> Publication {
    Publication::Published
}

entries! {
    /// A course of learning: a programme, a variant of one, a suite, a course or e-learning.
    Programme {
        type: ProgrammeType,
        /// Who runs it.
        provider: ProviderRef,
        /// Who else makes, designs or delivers it; null where no source says.
        partners: Option<Vec<ProviderRef>>,
        /// The programme this is a variant of; null where it is none.
        variant_of: Option<ProgrammeRef>,
        /// Whom it is for; null where no source says.
        audience: Option<Audience>,
        /// Who may take part; null where no source says.
        eligibility: Option<Eligibility>,
        /// How it is delivered; null where no source says.
        delivery: Option<Delivery>,
        /// Its stated lengths; null where none is stated.
        durations: Option<Vec<Duration>>,
        /// Its stated costs; null where none is stated.
        costs: Option<Vec<Cost>>,
        /// Help with the cost; null where none is stated.
        bursary: Option<Bursary>,
        /// What it awards; null where no source states an award.
        awards: Option<Vec<Award>>,
        /// The frameworks it supports or builds on; null where no source says.
        frameworks: Option<Vec<FrameworkRef>>,
        /// What it sets out to do, in our words; null where no source says.
        aims: Option<Vec<Line>>,
        /// The chances to take it that are known; empty where none is.
        #[serde(default)]
        offerings: Vec<Offering>,
        /// How one applies; null where no source says.
        application: Option<Application>,
    }
    /// An organisation that runs, publishes or gives access to something in the directory.
    Provider {
        type: ProviderType,
        /// The organisation it is a part of; null where none is stated.
        parent: Option<ProviderRef>,
        /// How to reach it; null where no source says.
        contact: Option<Contact>,
        /// When it existed; null where no source says.
        valid: Option<Validity>,
    }
    /// A regional leadership academy, or their network.
    Academy {
        type: AcademyType,
        /// The body it is a regional partner or part of.
        provider: ProviderRef,
        /// The network it belongs to; null where none is stated.
        member_of: Option<AcademyRef>,
        /// The region it serves: an academy footprint or an NHS England region.
        region: Option<RegionCode>,
        /// When it existed; null where no source says.
        valid: Option<Validity>,
        /// The academies that took its place.
        #[serde(default)]
        successors: Vec<Successor>,
        /// Whom it serves; null where no source says.
        audience: Option<Audience>,
        /// Who may use it; null where no source says.
        eligibility: Option<Eligibility>,
        /// How it works; null where no source says.
        delivery: Option<Delivery>,
        /// Its stated costs; null where none is stated.
        costs: Option<Vec<Cost>>,
    }
    /// The coaching and mentoring service, or one of its regional registers.
    CoachingLink {
        type: CoachingLinkType,
        /// The academy or provider that offers it.
        provider: OrganiserRef,
        /// The service a register belongs to; null for the service.
        register_of: Option<CoachingLinkRef>,
        /// The region it serves; null where it is not regional or no source says.
        region: Option<RegionCode>,
        /// Whom it is for; null where no source says.
        audience: Option<Audience>,
        /// Who may use it; null where no source says, or where each service has its own rule.
        eligibility: Option<Eligibility>,
        /// What it offers to whom, each with an audience and eligibility of its own.
        #[serde(default)]
        services: Vec<Service>,
        /// How it works; null where no source says.
        delivery: Option<Delivery>,
        /// Its stated costs; null where none is stated.
        costs: Option<Vec<Cost>>,
    }
    /// Something to read, watch, use or join.
    Resource {
        type: ResourceType,
        /// Who wrote, published or runs it; null where no source says.
        providers: Option<Vec<ProviderRef>>,
        /// When it was published or founded; null where no source says.
        published: Option<PartialDate>,
        /// The region it is for; null where no source says.
        region: Option<RegionCode>,
        /// Whom it is for; null where no source says.
        audience: Option<Audience>,
        /// Who may use or join it; null where no source says.
        eligibility: Option<Eligibility>,
        /// How it works; null where no source says.
        delivery: Option<Delivery>,
        /// Its stated costs; null where none is stated.
        costs: Option<Vec<Cost>>,
        /// The frameworks it is about; null where it is about none.
        frameworks: Option<Vec<FrameworkRef>>,
        /// What it sets out to do, in our words and its order; null where no source says.
        aims: Option<Vec<Line>>,
    }
    /// A model of leadership behaviour with ordered parts.
    Framework {
        type: FrameworkType,
        /// Who published it.
        providers: Option<Vec<ProviderRef>>,
        /// When it was published; null where no source says.
        published: Option<PartialDate>,
        /// Whom it is for; null where no source says.
        audience: Option<Audience>,
        /// Its domains, in order; empty where it has none.
        #[serde(default)]
        domains: Vec<Part>,
        /// Its dimensions, in order; empty where it has none.
        #[serde(default)]
        dimensions: Vec<Part>,
        /// Behaviours it rests on, in order; empty where none is named.
        #[serde(default)]
        behaviours: Vec<Part>,
        /// The career stages it tells apart, in order; empty where it has none.
        #[serde(default)]
        career_stages: Vec<Part>,
        /// What using it costs; null where none is stated.
        costs: Option<Vec<Cost>>,
    }
}

/// How to reach an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// A telephone number, as the source prints it.
    pub telephone: Option<AsPrinted>,
    /// An e-mail address.
    pub email: Option<AsPrinted>,
    /// What the contact is for.
    pub purpose: Option<Line>,
    /// The sources that state it.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

/// From when to when something existed. A date that is only inferred stays null, with a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Validity {
    /// The first day; null where no source states it.
    pub from: Option<PartialDate>,
    /// The last day; null where it still exists or no source states it.
    pub to: Option<PartialDate>,
    /// What is inferred, and where sources differ.
    pub note: Option<Prose>,
}

/// An academy that took another's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Successor {
    /// The academy.
    pub academy: AcademyRef,
    /// On what the statement rests.
    pub basis: Basis,
    /// The sources that say so.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

/// What a coaching link offers to one sort of person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// What the person is to the service.
    pub role: ServiceRole,
    /// What is offered or asked, in our words.
    pub summary: Prose,
    /// Whom it is for; null where no source says.
    pub audience: Option<Audience>,
    /// Who may take it up; null where no source says.
    pub eligibility: Option<Eligibility>,
    /// Its stated costs; null where none is stated.
    pub costs: Option<Vec<Cost>>,
    /// The sources that state it.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

/// One part of a framework: a domain, dimension, behaviour or career stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// The part's id, unique within its framework; `framework-id#part-id` addresses it.
    pub id: Slug,
    /// Its place in the order, from 1.
    #[schema(minimum = 1)]
    pub order: u32,
    /// Its name.
    pub title: Line,
    /// More about it, in our own words; null where the sources say no more.
    pub summary: Option<Prose>,
}

impl Entry {
    /// The audience and eligibility of the entry as a whole.
    #[must_use]
    pub fn audience_and_eligibility(&self) -> (Option<&Audience>, Option<&Eligibility>) {
        match self {
            Self::Programme(e) => (e.audience.as_ref(), e.eligibility.as_ref()),
            Self::Academy(e) => (e.audience.as_ref(), e.eligibility.as_ref()),
            Self::CoachingLink(e) => (e.audience.as_ref(), e.eligibility.as_ref()),
            Self::Resource(e) => (e.audience.as_ref(), e.eligibility.as_ref()),
            Self::Framework(e) => (e.audience.as_ref(), None),
            Self::Provider(_) => (None, None),
        }
    }

    /// Calls `visit` on every eligibility of the entry, with its pointer.
    pub fn eligibilities_mut(&mut self, mut visit: impl FnMut(String, &mut Eligibility)) {
        let at = "/eligibility".to_owned();
        match self {
            Self::Programme(e) => {
                if let Some(eligibility) = e.bursary.as_mut().and_then(|bursary| bursary.eligibility.as_mut()) {
                    visit("/bursary/eligibility".to_owned(), eligibility);
                }
                e.eligibility.as_mut().map(|e| visit(at, e))
            }
            Self::Academy(e) => e.eligibility.as_mut().map(|e| visit(at, e)),
            Self::Resource(e) => e.eligibility.as_mut().map(|e| visit(at, e)),
            Self::CoachingLink(e) => {
                for (index, service) in e.services.iter_mut().enumerate() {
                    if let Some(eligibility) = service.eligibility.as_mut() {
                        visit(format!("/services/{index}/eligibility"), eligibility);
                    }
                }
                e.eligibility.as_mut().map(|e| visit(at, e))
            }
            Self::Provider(_) | Self::Framework(_) => None,
        };
    }

    /// The eligibility at a pointer.
    #[must_use]
    pub fn eligibility_at(&self, pointer: &str) -> Option<Eligibility> {
        let mut found = None;
        self.clone().eligibilities_mut(|at, eligibility| {
            if at == pointer {
                found = Some(eligibility.clone());
            }
        });
        found
    }

    /// Writes the tags that follow from the rules into every eligibility.
    pub fn derive_tags(&mut self, vocabularies: &super::vocabulary::Vocabularies) {
        self.eligibilities_mut(|_, eligibility| {
            let tags = eligibility.rule.as_ref().map(|rule| rule.tags(vocabularies));
            eligibility.tags = Some(tags.unwrap_or_default());
        });
    }
}
